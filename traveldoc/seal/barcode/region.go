package barcode

import (
	"cmp"
	"image"
	"slices"
)

// A code is a patch that is as restless across as down, darker and lighter in every corner; a line of text is long and low. The picture
// is cut into blocks, restless blocks that touch make a region, regions of the shape of a code are looked at.
const (
	block      = 8    // pixels
	contrast   = 48   // between neighbours two apart, of 255, that counts as an edge
	minEdges   = 5    // of a block, in each direction
	minSide    = 16   // pixels of a region
	maxAspect  = 4.5  // long to short side: rectangular Data Matrix codes are up to 4 : 1
	minFilled  = 0.35 // share of restless blocks in a region: a code that stands on its corner fills half
	maxRegions = 16
)

// regions are the parts of a picture that may be a code, the fullest and largest first.
func regions(g *image.Gray) []image.Rectangle {
	columns, rows := g.Rect.Dx()/block, g.Rect.Dy()/block
	restless := make([]bool, columns*rows)
	for by := range rows {
		for bx := range columns {
			restless[by*columns+bx] = isRestless(g, bx*block, by*block)
		}
	}
	type scored struct {
		area  image.Rectangle
		score int
	}
	var out []scored
	for _, gap := range []int{1, 3} { // blocks that may lie between two of one region: light codes have calm patches
		for _, r := range joined(restless, columns, rows, gap) {
			area := image.Rect(r.bounds.Min.X*block, r.bounds.Min.Y*block, r.bounds.Max.X*block, r.bounds.Max.Y*block)
			if isShaped(area, r.blocks) {
				out = append(out, scored{area, r.blocks})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var areas []image.Rectangle
	for _, s := range out {
		if len(areas) < maxRegions && !slices.Contains(areas, s.area) {
			areas = append(areas, s.area)
		}
	}
	return areas
}

func isShaped(area image.Rectangle, blocks int) bool {
	long, short := max(area.Dx(), area.Dy()), min(area.Dx(), area.Dy())
	return short >= minSide && float64(long) <= maxAspect*float64(short) &&
		float64(blocks*block*block) >= minFilled*float64(area.Dx()*area.Dy())
}

// isRestless counts the edges of a block across and down.
func isRestless(g *image.Gray, x, y int) bool {
	across, down := 0, 0
	for dy := range block {
		row := g.Pix[(y+dy)*g.Stride+x:]
		for dx := range block {
			if x+dx+2 < g.Rect.Dx() && apart(row[dx], row[dx+2]) >= contrast {
				across++
			}
			if y+dy+2 < g.Rect.Dy() && apart(row[dx], row[dx+2*g.Stride]) >= contrast {
				down++
			}
		}
	}
	return across+down >= 2*minEdges
}

func apart(a, b byte) int {
	if a > b {
		return int(a - b)
	}
	return int(b - a)
}

// patch is restless blocks that hang together; bounds in blocks.
type patch struct {
	bounds image.Rectangle
	blocks int
}

// joined gathers restless blocks of which each has another within the gap. Every block is visited once.
func joined(restless []bool, columns, rows, gap int) []patch {
	seen := make([]bool, len(restless))
	var out []patch
	for start := range restless {
		if !restless[start] || seen[start] {
			continue
		}
		p := patch{}
		open := []int{start}
		seen[start] = true
		for len(open) > 0 {
			at := open[len(open)-1]
			open = open[:len(open)-1]
			x, y := at%columns, at/columns
			p.bounds, p.blocks = p.bounds.Union(image.Rect(x, y, x+1, y+1)), p.blocks+1
			for ny := max(y-gap, 0); ny <= min(y+gap, rows-1); ny++ {
				for nx := max(x-gap, 0); nx <= min(x+gap, columns-1); nx++ {
					if n := ny*columns + nx; restless[n] && !seen[n] {
						seen[n] = true
						open = append(open, n)
					}
				}
			}
		}
		out = append(out, p)
	}
	return out
}
