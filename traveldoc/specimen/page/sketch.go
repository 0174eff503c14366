package page

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/vector"
)

// sketch draws smooth shapes in a picture, measured in units of its own: scale pixels each, from origin on.
type sketch struct {
	img    *image.RGBA
	clip   image.Rectangle // nothing is drawn outside; it lies within the picture
	scale  float64
	origin image.Point
}

// path is an outline that is filled.
type path struct {
	r     *vector.Rasterizer
	scale float64
}

func (p path) move(x, y float64) { p.r.MoveTo(float32(x*p.scale), float32(y*p.scale)) }
func (p path) line(x, y float64) { p.r.LineTo(float32(x*p.scale), float32(y*p.scale)) }

func (p path) curve(x1, y1, x2, y2, x, y float64) {
	s := p.scale
	p.r.CubeTo(float32(x1*s), float32(y1*s), float32(x2*s), float32(y2*s), float32(x*s), float32(y*s))
}

// fill fills what shape outlines, within the width and height in units. The origin lies in the clip.
func (s sketch) fill(width, height float64, c color.Color, shape func(path)) {
	area := image.Rect(0, 0, int(width*s.scale)+1, int(height*s.scale)+1).Add(s.origin).Intersect(s.clip)
	if area.Empty() {
		return
	}
	r := vector.NewRasterizer(area.Dx(), area.Dy()) // which must not be larger than what it is drawn in
	r.DrawOp = draw.Over
	shape(path{r, s.scale})
	r.ClosePath()
	r.Draw(s.img, area, image.NewUniform(c), image.Point{})
}

// round is the share of a curve's handle that makes it a quarter of an ellipse.
const round = 0.5523

func ellipse(p path, x, y, rx, ry float64) {
	p.move(x+rx, y)
	p.curve(x+rx, y+round*ry, x+round*rx, y+ry, x, y+ry)
	p.curve(x-round*rx, y+ry, x-rx, y+round*ry, x-rx, y)
	p.curve(x-rx, y-round*ry, x-round*rx, y-ry, x, y-ry)
	p.curve(x+round*rx, y-ry, x+rx, y-round*ry, x+rx, y)
}

func rectangle(p path, x, y, w, h float64) {
	p.move(x, y)
	p.line(x+w, y)
	p.line(x+w, y+h)
	p.line(x, y+h)
}
