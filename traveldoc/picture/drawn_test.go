package picture_test

import (
	"image"
	"image/color"
	"math"
)

// drawn is the picture that every file of testdata shows: soft gradients, a disc and a dark frame, so that every format keeps it well.
func drawn(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			fx, fy := float64(x)/float64(width), float64(y)/float64(height)
			c := color.RGBA{R: uint8(40 + 180*fx), G: uint8(60 + 150*fy), B: uint8(200 - 120*fx*fy), A: 255}
			if math.Hypot(fx-.5, fy-.5) < .3 {
				c = color.RGBA{R: 220, G: 180, B: 150, A: 255}
			}
			if min(x, y, width-1-x, height-1-y) < 3 {
				c = color.RGBA{R: 20, G: 30, B: 60, A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// apart is the mean distance of two pictures of one size in a colour, of 255; grey is compared with the grey of the other.
func apart(a, b image.Image) float64 {
	var sum, n float64
	gray := a.ColorModel() == color.GrayModel || a.ColorModel() == color.Gray16Model
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y), b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y)
			if gray {
				q = color.GrayModel.Convert(q)
			}
			r, g, u, _ := p.RGBA()
			s, h, v, _ := q.RGBA()
			for _, d := range [][2]uint32{{r, s}, {g, h}, {u, v}} {
				sum += math.Abs(float64(d[0])-float64(d[1])) / 257
				n++
			}
		}
	}
	return sum / n
}
