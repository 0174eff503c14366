package jp2

import (
	"image"
	"image/color"
)

// compose makes the image of the planes: grey of one channel, colours of three. Opacity is left out.
func (f *file) compose(d *decoder) (image.Image, error) {
	channels, err := f.channels(d.planes)
	if err != nil {
		return nil, err
	}
	var colours []channel
	for i, c := range channels {
		if !f.alpha[i] {
			colours = append(colours, c)
		}
	}
	if len(colours) == 2 || len(colours) == 4 && f.colour != 0 && f.colour != 12 {
		colours = colours[:len(colours)-1] // one more than the colour space has: opacity that nobody declared
	}
	area, dx, dy := d.size.grid()
	switch len(colours) {
	case 1:
		img := image.NewGray(image.Rect(0, 0, area.Dx(), area.Dy()))
		for y := range area.Dy() {
			for x := range area.Dx() {
				img.Pix[y*img.Stride+x] = colours[0].at((area.Min.X+x)*dx, (area.Min.Y+y)*dy)
			}
		}
		return img, nil
	case 3:
		return f.coloured(area, dx, dy, colours), nil
	}
	return nil, unsupported("%d colours", len(colours))
}

// grid is the image in pixels: samples of the finest component, each of so much of the reference grid.
func (s *size) grid() (area image.Rectangle, dx, dy int) {
	dx, dy = s.components[0].dx, s.components[0].dy
	for _, c := range s.components {
		dx, dy = min(dx, c.dx), min(dy, c.dy)
	}
	return image.Rect(ceilDiv(s.x0, dx), ceilDiv(s.y0, dy), ceilDiv(s.x1, dx), ceilDiv(s.y1, dy)), dx, dy
}

func (f *file) coloured(area image.Rectangle, dx, dy int, c []channel) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	for y := range area.Dy() {
		for x := range area.Dx() {
			gx, gy := (area.Min.X+x)*dx, (area.Min.Y+y)*dy
			r, g, b := c[0].at(gx, gy), c[1].at(gx, gy), c[2].at(gx, gy)
			if f.colour == colourYCC {
				r, g, b = color.YCbCrToRGB(r, g, b)
			}
			i := y*img.Stride + 4*x
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = r, g, b, 255
		}
	}
	return img
}

// channel is a plane, or a column of the palette over one, as 8 bits.
type channel struct {
	*plane
	table []byte // by sample, when there is a palette
}

// at is the value at a place of the reference grid.
func (c channel) at(x, y int) byte {
	px := min(x/c.dx, c.bounds.Max.X-1) - c.bounds.Min.X
	py := min(y/c.dy, c.bounds.Max.Y-1) - c.bounds.Min.Y
	v := c.samples[max(py, 0)*c.bounds.Dx()+max(px, 0)]
	if c.table != nil {
		return c.table[max(0, min(int(v), len(c.table)-1))]
	}
	if c.signed {
		v += 1 << (c.depth - 1)
	}
	return eight(int(v), c.depth)
}

// eight brings a value of some bits to eight.
func eight(v, depth int) byte {
	if depth >= 8 {
		return byte(v >> (depth - 8)) //nolint:gosec // held within its depth
	}
	return byte(v * 255 / (1<<depth - 1)) //nolint:gosec // the same
}

// channels are the planes as the palette, when there is one, says.
func (f *file) channels(planes []plane) ([]channel, error) {
	var out []channel
	if f.palette == nil {
		for i := range planes {
			out = append(out, channel{plane: &planes[i]})
		}
		return out, nil
	}
	for _, m := range f.palette.mapping {
		if m.component >= len(planes) || m.column >= len(f.palette.entries) || len(out) == maxComponents {
			return nil, broken("palette: component %d, column %d", m.component, m.column)
		}
		c := channel{plane: &planes[m.component]}
		if m.column >= 0 {
			for _, v := range f.palette.entries[m.column] {
				c.table = append(c.table, eight(v, f.palette.depth[m.column]))
			}
		}
		out = append(out, c)
	}
	return out, nil
}
