package simulator

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/openbmis/openbmis/biometrics"
)

// A preview is of four places side by side, each half as large as a finger's image, below a line that says what it is.
const (
	cellWidth, cellHeight = 168, 224
	headHeight            = 22
	footHeight            = 20
	jpegQuality           = 70
)

// jpeg draws the picture.
func (p picture) jpeg() ([]byte, error) {
	places := max(4, len(p.cells))
	canvas := image.NewGray(image.Rect(0, 0, places*cellWidth, headHeight+cellHeight+footHeight))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.Gray{Y: 235}), image.Point{}, draw.Src)
	draw.Draw(canvas, image.Rect(0, 0, canvas.Bounds().Dx(), headHeight), image.NewUniform(color.Gray{}), image.Point{}, draw.Src)
	write(canvas, 8, 15, "SIMULATED READER - no person touches it", color.White)
	if len(p.cells) == 0 {
		write(canvas, 8, headHeight+cellHeight/2, "nothing lies on it", color.Black)
	}
	for i, c := range p.cells {
		at := image.Rect(0, 0, cellWidth, cellHeight).Add(image.Pt(i*cellWidth, headHeight))
		if c.there {
			shrink(canvas, at, c.image, p.shown)
		}
		frameOf(canvas, at)
		write(canvas, at.Min.X+6, at.Max.Y+14, c.caption(p.shown), color.Black)
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, canvas, &jpeg.Options{Quality: jpegQuality})
	return out.Bytes(), err
}

func (c cell) caption(shown float64) string {
	switch {
	case !c.there:
		return c.position.String() + " --"
	case shown < 1:
		return fmt.Sprintf("%s %.0f%%", c.position, shown*100)
	}
	return fmt.Sprintf("%s q%d", c.position, c.score)
}

// shrink draws the part of a finger that touches: an ellipse that grows from the middle.
func shrink(canvas *image.Gray, at image.Rectangle, of biometrics.Image, shown float64) {
	scale := max(float64(of.Width)/float64(at.Dx()-8), float64(of.Height)/float64(at.Dy()-8))
	w, h := int(float64(of.Width)/scale), int(float64(of.Height)/scale)
	left, top := at.Min.X+(at.Dx()-w)/2, at.Min.Y+(at.Dy()-h)/2
	for y := range h {
		for x := range w {
			dx, dy := 2*float64(x)/float64(w)-1, 2*float64(y)/float64(h)-1
			grey := byte(255)
			if shown >= 1 || dx*dx+dy*dy <= shown*shown*1.2 {
				grey = of.Pix[int(float64(y)*scale)*of.Width+int(float64(x)*scale)]
			}
			canvas.SetGray(left+x, top+y, color.Gray{Y: grey})
		}
	}
}

func frameOf(canvas *image.Gray, at image.Rectangle) {
	for x := at.Min.X; x < at.Max.X; x++ {
		canvas.SetGray(x, at.Min.Y, color.Gray{Y: 120})
		canvas.SetGray(x, at.Max.Y-1, color.Gray{Y: 120})
	}
	for y := at.Min.Y; y < at.Max.Y; y++ {
		canvas.SetGray(at.Min.X, y, color.Gray{Y: 120})
		canvas.SetGray(at.Max.X-1, y, color.Gray{Y: 120})
	}
}

func write(canvas *image.Gray, x, y int, text string, c color.Color) {
	d := font.Drawer{Dst: canvas, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
