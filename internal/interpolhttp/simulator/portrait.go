package simulator

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// portrait is a picture of nobody: a coloured field with two dots and a line, crossed out.
func portrait(n int) []byte {
	const w, h = 90, 120
	field := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{
		color.RGBA{uint8(40 + n*37%160), uint8(60 + n*53%140), uint8(80 + n*71%120), 255}, color.RGBA{230, 215, 195, 255}, color.RGBA{20, 20, 20, 255},
	})
	for y := range h {
		for x := range w {
			dx, dy := x-w/2, (y-h/2)*3/4
			switch {
			case x*h/w == y || (w-x)*h/w == y:
				field.SetColorIndex(x, y, 2)
			case dx*dx+dy*dy < 30*30:
				field.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, field) // a buffer takes everything
	return b.Bytes()
}
