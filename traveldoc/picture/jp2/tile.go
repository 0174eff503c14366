package jp2

import "image"

// tile is one tile: its part of each component, and the packets' data.
type tile struct {
	bounds     image.Rectangle // on the reference grid
	parameters *parameters
	parts      []*tileComponent
	scales     []component // their depths and subsampling
	data       []byte      // of all tile parts, one after the other
}

// tileComponent is one component of a tile (B.3).
type tileComponent struct {
	bounds      image.Rectangle // in samples of the component
	style       *style
	quant       *quantization
	resolutions []*resolution
	depth       int
	shift       int // bits by which a region of interest is lifted
}

// resolution is one resolution of a tile's component (B.5).
type resolution struct {
	bounds           image.Rectangle
	ppx, ppy         int // exponents of the size of precincts
	wide, high       int // precincts across and down
	bands            []*band
	precincts        []precinct
	level            int // decompositions below the full size
	blockWd, blockHt int // exponents of the size of blocks
}

// band is one subband of a resolution.
type band struct {
	bounds image.Rectangle
	kind   int         // 0 LL, 1 HL, 2 LH, 3 HH
	at     image.Point // where it stands in the buffer of the tile's component
	planes int         // magnitude bits, M_b (E.1.1), and those by which a region of interest is lifted
	delta  float32     // step; 1 when reversible
}

// precinct is one precinct over all bands of its resolution.
type precinct struct {
	bands  []precinctBand
	layers int // already read
}

type precinctBand struct {
	wide, high int // code blocks
	blocks     []block
	inclusion  *tagTree
	planes     *tagTree
}

// block is a code block, and what packets gave of it.
type block struct {
	bounds   image.Rectangle // in the band
	zero     int             // bit planes that hold nothing
	length   int             // Lblock
	passes   int
	included bool
	segments []blockSegment
}

// blockSegment is a run of passes that were coded to one end.
type blockSegment struct {
	passes int
	most   int // passes until the next end
	data   []byte
}

// maxPlanes is how many bit planes fit beside the bit below the point.
const maxPlanes = 31

// build lays out the resolutions, bands, precincts and code blocks of a component of a tile. left bounds the blocks and precincts.
func (c *tileComponent) build(left *int) error {
	levels := c.style.levels
	for r := range levels + 1 {
		n := levels - r
		res := &resolution{
			bounds: shrunk(c.bounds, n, 0, 0), level: n, ppx: int(c.style.precincts[r] & 0xF), ppy: int(c.style.precincts[r] >> 4),
		}
		res.wide = span(res.bounds.Min.X, res.bounds.Max.X, res.ppx)
		res.high = span(res.bounds.Min.Y, res.bounds.Max.Y, res.ppy)
		less := 0
		if r > 0 {
			less = 1
		}
		res.blockWd, res.blockHt = min(c.style.blockWide, res.ppx-less), min(c.style.blockHigh, res.ppy-less)
		if err := c.addBands(res, r); err != nil {
			return err
		}
		if err := res.addPrecincts(less, left); err != nil {
			return err
		}
		c.resolutions = append(c.resolutions, res)
	}
	return nil
}

// shrunk is a rectangle after n decompositions, of the band with these offsets (B-15).
func shrunk(r image.Rectangle, n, xo, yo int) image.Rectangle {
	half := 0
	if n > 0 {
		half = 1 << (n - 1)
	}
	return image.Rectangle{
		Min: image.Pt(ceilShift(r.Min.X-half*xo, n), ceilShift(r.Min.Y-half*yo, n)),
		Max: image.Pt(ceilShift(r.Max.X-half*xo, n), ceilShift(r.Max.Y-half*yo, n)),
	}
}

// span is how many cells of 2^n a range touches.
func span(from, to, n int) int {
	if to <= from {
		return 0
	}
	return ceilShift(to, n) - from>>n
}

func (c *tileComponent) addBands(res *resolution, r int) error {
	kinds := []int{0}
	n := res.level
	if r > 0 {
		kinds, n = []int{1, 2, 3}, res.level+1
	}
	for _, kind := range kinds {
		b := &band{kind: kind, bounds: shrunk(c.bounds, n, kind&1, kind>>1)}
		if r > 0 {
			low := c.resolutions[r-1].bounds
			b.at = image.Pt((kind&1)*low.Dx(), (kind>>1)*low.Dy())
		}
		s, ok := c.quant.stepOf(max(0, 3*(r-1))+kind, n, c.style.levels)
		if !ok {
			return broken("no quantization for all bands")
		}
		b.planes = c.quant.guard + s.exponent - 1 + c.shift
		gain := [...]int{0, 1, 1, 2}[kind]
		b.delta = 1
		if !c.style.reversible {
			b.delta = scaled(1+float64(s.mantissa)/2048, c.depth+gain-s.exponent)
		}
		if b.planes > maxPlanes {
			return unsupported("%d bit planes", b.planes)
		}
		res.bands = append(res.bands, b)
	}
	return nil
}

func scaled(f float64, exponent int) float32 {
	for ; exponent > 0; exponent-- {
		f *= 2
	}
	for ; exponent < 0; exponent++ {
		f /= 2
	}
	return float32(f)
}

func (res *resolution) addPrecincts(less int, left *int) error {
	count := res.wide * res.high
	if *left -= count; *left < 0 {
		return unsupported("more than %d precincts and code blocks", maxBlocks)
	}
	res.precincts = make([]precinct, count)
	for i := range res.precincts {
		px, py := res.bounds.Min.X>>res.ppx+i%res.wide, res.bounds.Min.Y>>res.ppy+i/res.wide
		wide, high := res.ppx-less, res.ppy-less
		cell := image.Rect(px<<wide, py<<high, (px+1)<<wide, (py+1)<<high)
		for _, b := range res.bands {
			pb, err := newPrecinctBand(cell.Intersect(b.bounds), res.blockWd, res.blockHt, left)
			if err != nil {
				return err
			}
			res.precincts[i].bands = append(res.precincts[i].bands, pb)
		}
	}
	return nil
}

// newPrecinctBand cuts a precinct's part of a band into code blocks.
func newPrecinctBand(area image.Rectangle, wide, high int, left *int) (precinctBand, error) {
	if area.Empty() {
		return precinctBand{}, nil
	}
	pb := precinctBand{wide: span(area.Min.X, area.Max.X, wide), high: span(area.Min.Y, area.Max.Y, high)}
	if pb.wide > maxBlocks/pb.high {
		return pb, unsupported("more than %d precincts and code blocks", maxBlocks)
	}
	count := pb.wide * pb.high
	if *left -= count; *left < 0 {
		return pb, unsupported("more than %d precincts and code blocks", maxBlocks)
	}
	pb.blocks = make([]block, count)
	for i := range pb.blocks {
		x, y := area.Min.X>>wide+i%pb.wide, area.Min.Y>>high+i/pb.wide
		pb.blocks[i].bounds = image.Rect(x<<wide, y<<high, (x+1)<<wide, (y+1)<<high).Intersect(area)
		pb.blocks[i].length = 3
	}
	pb.inclusion, pb.planes = newTagTree(pb.wide, pb.high), newTagTree(pb.wide, pb.high)
	return pb, nil
}
