package strip

import (
	"image"
	"image/color"
)

// Plane is a grey picture without colour or padding: 0 is black, 255 is white, rows from the top.
type Plane struct {
	W, H int
	Pix  []uint8
}

// NewPlane is a black picture.
func NewPlane(w, h int) *Plane { return &Plane{W: w, H: h, Pix: make([]uint8, w*h)} }

// FromImage is the luminance of an image; what is transparent is paper.
func FromImage(img image.Image) *Plane {
	b := img.Bounds()
	p := NewPlane(b.Dx(), b.Dy())
	switch src := img.(type) {
	case *image.Gray:
		for y := range p.H {
			copy(p.Pix[y*p.W:(y+1)*p.W], src.Pix[y*src.Stride:])
		}
	case *image.YCbCr:
		for y := range p.H {
			copy(p.Pix[y*p.W:(y+1)*p.W], src.Y[src.YOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.RGBA:
		for y := range p.H {
			p.rgba(y, src.Pix[y*src.Stride:])
		}
	default:
		for y := range p.H {
			for x := range p.W {
				p.Pix[y*p.W+x] = grey(img.At(b.Min.X+x, b.Min.Y+y))
			}
		}
	}
	return p
}

// rgba reads a row of premultiplied pixels: what they leave uncovered is paper.
func (p *Plane) rgba(y int, row []uint8) {
	for x := range p.W {
		q := row[4*x : 4*x+4 : 4*x+4]
		p.Pix[y*p.W+x] = uint8((19595*uint32(q[0])+38470*uint32(q[1])+7471*uint32(q[2]))>>16) + (255 - q[3]) //nolint:gosec // at most 255
	}
}

func grey(c color.Color) uint8 {
	r, g, b, a := c.RGBA()
	return uint8((19595*(r>>8)+38470*(g>>8)+7471*(b>>8))>>16) + uint8(255-a>>8) //nolint:gosec // at most 255
}

// At is the pixel, or the nearest one of the edge.
func (p *Plane) At(x, y int) uint8 {
	return p.Pix[min(max(y, 0), p.H-1)*p.W+min(max(x, 0), p.W-1)]
}

// Reduce is the picture n times smaller, each pixel the mean of n x n; what is left over at the right and lower edge is cut.
func (p *Plane) Reduce(n int) *Plane {
	if n <= 1 {
		return p
	}
	out := NewPlane(max(1, p.W/n), max(1, p.H/n))
	sums := make([]uint32, out.W)
	area := uint32(n * n) //nolint:gosec // a small factor
	for y := range out.H {
		clear(sums)
		for dy := range n {
			p.addRow(sums, y*n+dy, n)
		}
		for x, s := range sums {
			out.Pix[y*out.W+x] = uint8((s + area/2) / area) //nolint:gosec // a mean of bytes
		}
	}
	return out
}

func (p *Plane) addRow(sums []uint32, y, n int) {
	row := p.Pix[min(y, p.H-1)*p.W:][:p.W]
	for x := range sums {
		for _, v := range row[min(x*n, p.W-1):min(x*n+n, p.W)] {
			sums[x] += uint32(v)
		}
	}
}

// bilinear is the picture between its pixels, in 1/256 of a grey step; x and y count from the middle of the first pixel.
func (p *Plane) bilinear(x, y float32) float32 {
	x, y = within(x, p.W-1), within(y, p.H-1)
	ix, iy := int(x), int(y)
	fx, fy := x-float32(ix), y-float32(iy)
	right, down := 1, p.W
	if ix == p.W-1 {
		right = 0
	}
	if iy == p.H-1 {
		down = 0
	}
	i := iy*p.W + ix
	top := float32(p.Pix[i]) + fx*(float32(p.Pix[i+right])-float32(p.Pix[i]))
	bottom := float32(p.Pix[i+down]) + fx*(float32(p.Pix[i+down+right])-float32(p.Pix[i+down]))
	return top + fy*(bottom-top)
}

// within is a value between 0 and the highest, also when it is no number.
func within(v float32, highest int) float32 {
	if v > 0 {
		return min(v, float32(highest))
	}
	return 0
}
