package jp2

import (
	"encoding/binary"
	"fmt"
	"image"
)

// decoder decodes one codestream into planes of samples.
type decoder struct {
	maxPixels int
	size      *size
	main      *parameters
	tiles     []*tile
	planes    []plane
	left      int // precincts and code blocks that may still be made
	work      int // samples that passes may still visit
	any       bool
	coder     blockCoder
}

// plane is one component of the image.
type plane struct {
	component
	bounds  image.Rectangle // in samples
	samples []int32
}

// run decodes a whole codestream.
func (d *decoder) run(data []byte) error {
	s, at, err := parseSize(data)
	if err != nil {
		return err
	}
	if area, _, _ := s.grid(); area.Dx() > d.maxPixels/area.Dy() {
		return fmt.Errorf("%w: %d x %d pixels, expected at most %d", ErrTooLarge, area.Dx(), area.Dy(), d.maxPixels)
	}
	d.size, d.left, d.work = s, maxBlocks, 1<<20
	for _, c := range s.components {
		p := plane{component: c, bounds: image.Rect(ceilDiv(s.x0, c.dx), ceilDiv(s.y0, c.dy), ceilDiv(s.x1, c.dx), ceilDiv(s.y1, c.dy))}
		p.samples = make([]int32, p.bounds.Dx()*p.bounds.Dy())
		d.planes = append(d.planes, p)
		d.work += len(p.samples) * 3 * (c.depth + 8)
	}
	d.main = newParameters(len(s.components))
	d.tiles = make([]*tile, s.tilesIn)
	if at, err = d.header(data, at); err != nil {
		return err
	}
	if err := d.tileParts(data, at); err != nil {
		return err
	}
	return d.decodeTiles()
}

// header reads the main header up to the first tile part.
func (d *decoder) header(data []byte, at int) (int, error) {
	for {
		s, next, err := nextSegment(data, at)
		switch {
		case err != nil:
			return 0, err
		case s.marker == markSOT:
			if d.main.layers == 0 || len(d.main.quants[0].steps) == 0 {
				return 0, broken("no COD or QCD before the first tile")
			}
			return at, nil
		case s.marker == markSOD, s.marker == markEOC:
			return 0, broken("no tile")
		}
		if err := d.main.take(s); err != nil {
			return 0, err
		}
		at = next
	}
}

// tileParts gathers the data of all tiles.
func (d *decoder) tileParts(data []byte, at int) error {
	for at < len(data) {
		s, next, err := nextSegment(data, at)
		if err != nil {
			return err
		}
		if s.marker == markEOC {
			return nil
		}
		if s.marker != markSOT || len(s.content) != 8 {
			return broken("marker %04X at byte %d: expected a tile part", s.marker, at)
		}
		number, length := int(binary.BigEndian.Uint16(s.content)), int(binary.BigEndian.Uint32(s.content[2:]))
		end := at + length
		if length == 0 { // up to the end of the codestream
			end = len(data)
			if end-next >= 2 && binary.BigEndian.Uint16(data[end-2:]) == markEOC {
				end -= 2
			}
		}
		if end < next || end > len(data) {
			return broken("tile part of %d bytes at byte %d of %d", length, at, len(data))
		}
		if number >= len(d.tiles) {
			return broken("tile %d of %d", number, len(d.tiles))
		}
		if err := d.tilePart(d.tile(number), data[next:end]); err != nil {
			return err
		}
		at = end
	}
	return nil // the end marker is missing: whether packets are, reading them shows
}

func (d *decoder) tile(number int) *tile {
	if d.tiles[number] == nil {
		s := d.size
		x, y := s.tx0+number%s.tilesWide*s.tx, s.ty0+number/s.tilesWide*s.ty
		d.tiles[number] = &tile{
			bounds:     image.Rect(x, y, x+s.tx, y+s.ty).Intersect(image.Rect(s.x0, s.y0, s.x1, s.y1)),
			parameters: d.main.forTile(),
		}
	}
	return d.tiles[number]
}

// tilePart reads the header of a tile part; what follows SOD are packets.
func (d *decoder) tilePart(t *tile, data []byte) error {
	for at := 0; ; {
		s, next, err := nextSegment(data, at)
		if err != nil {
			return err
		}
		at = next
		switch {
		case s.marker == markSOD && t.data == nil:
			t.data = data[at:len(data):len(data)]
			return nil
		case s.marker == markSOD:
			t.data = append(t.data, data[at:]...)
			return nil
		}
		if err := t.parameters.take(s); err != nil {
			return err
		}
	}
}

func (d *decoder) decodeTiles() error {
	for n, t := range d.tiles {
		if t == nil {
			return broken("tile %d of %d is missing", n, len(d.tiles))
		}
		if err := d.decodeTile(t); err != nil {
			return err
		}
		d.tiles[n] = &tile{} // its memory may go
	}
	if !d.any {
		return broken("the codestream holds no coefficients")
	}
	return nil
}

func (d *decoder) decodeTile(t *tile) error {
	for c, comp := range d.size.components {
		t.scales = append(t.scales, comp)
		part := &tileComponent{
			bounds: image.Rect(ceilDiv(t.bounds.Min.X, comp.dx), ceilDiv(t.bounds.Min.Y, comp.dy), ceilDiv(t.bounds.Max.X, comp.dx), ceilDiv(t.bounds.Max.Y, comp.dy)),
			style:  &t.parameters.styles[c], quant: &t.parameters.quants[c], depth: comp.depth, shift: t.parameters.shifts[c],
		}
		if err := part.build(&d.left); err != nil {
			return err
		}
		t.parts = append(t.parts, part)
	}
	p := packets{tile: t}
	if err := p.readAll(); err != nil {
		return err
	}
	d.any = d.any || p.any
	buffers := make([]buffer, len(t.parts))
	for c, part := range t.parts {
		b, err := d.component(part)
		if err != nil {
			return err
		}
		buffers[c] = b
	}
	if t.parameters.transform {
		if err := mix(t, buffers); err != nil {
			return err
		}
	}
	for c := range buffers {
		d.planes[c].store(t.parts[c].bounds, buffers[c])
	}
	return nil
}

// store puts a tile's samples into the plane: rounded, shifted and held within the component's depth (G.1).
func (p *plane) store(at image.Rectangle, b buffer) {
	low, high, shift := int32(0), int32(1)<<p.depth-1, int32(1)<<(p.depth-1)
	if p.signed {
		low, high, shift = -shift, shift-1, 0
	}
	for y := range at.Dy() {
		row := p.samples[(at.Min.Y-p.bounds.Min.Y+y)*p.bounds.Dx()+at.Min.X-p.bounds.Min.X:]
		for x := range at.Dx() {
			row[x] = max(low, min(b.sample(y*at.Dx()+x)+shift, high))
		}
	}
}
