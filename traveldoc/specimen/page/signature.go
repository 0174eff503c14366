package page

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// Signature draws what the person scribbles, width pixels wide and a third as high.
func (f Face) Signature(width int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, width/3))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	f.signAt(img, image.Point{}, float64(width)/30)
	return img
}

// signAt draws the signature, 30 by 10 units, in ink.
func (f Face) signAt(img *image.RGBA, at image.Point, scale float64) {
	r := numbered(f.Seed, 7)
	a, b, c := 2+r.Float64()*3, 5+r.Float64()*6, r.Float64()*6
	s := sketch{img: img, clip: img.Bounds(), scale: scale, origin: at}
	ink := color.RGBA{24, 32, 84, 255}
	x, y := 2.0, 5.0
	for step := range 220 {
		t := float64(step) / 220
		nx := 2 + 25*t + 1.6*math.Sin(b*t*math.Pi+c)
		ny := 5 + (3.4-2*t)*math.Sin(a*math.Pi*t+c)*math.Cos(b*t*2)
		dx, dy := nx-x, ny-y
		long := math.Hypot(dx, dy)
		if long > 0.01 {
			ox, oy := -dy/long*0.16, dx/long*0.16
			s.fill(30, 10, ink, func(p path) {
				p.move(x+ox, y+oy)
				p.line(nx+ox, ny+oy)
				p.line(nx-ox, ny-oy)
				p.line(x-ox, y-oy)
			})
		}
		x, y = nx, ny
	}
}
