package synth

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// Page is how a page is made.
type Page struct {
	Format mrz.Format
	DPI    float64
	Face   Face
	// Turned is how far the page lies turned with the clock in the picture: 0, 90, 180 or 270 degrees.
	Turned int
	// Border is the width in millimetres of what the scanner shows around the page, Shade its grey.
	Border float64
	Shade  uint8
	// Plain leaves out the pattern of fine lines.
	Plain bool
	Wear  Wear
}

// card is a document's size and where its zone stands, in millimetres: the left edge of the first cell, the foot of the last line, and
// from one line to the next (ICAO Doc 9303 parts 4 to 7).
type card struct{ width, height, left, foot, spacing float64 }

func cardOf(format mrz.Format) card {
	switch format { //nolint:exhaustive // the others are of a passport's size
	case mrz.TD1:
		return card{85.6, 54, 4.7, 50.2, 5.6}
	case mrz.TD2, mrz.MRVB:
		return card{105, 74, 6.8, 67.5, 6.35}
	}
	return card{125, 88, 6.6, 81.5, 6.35}
}

// Draw makes the page of a zone and wears it.
func (p Page) Draw(r *rand.Rand, lines []string) (*image.Gray, error) {
	c, scale := cardOf(p.Format), p.DPI/25.4
	w, h := int(c.width*scale), int(c.height*scale)
	sheet := paper(r, w, h)
	if !p.Plain {
		guilloche(r, sheet, (0.6+r.Float64())*scale, 10+25*r.Float64())
	}
	portrait(r, sheet, image.Rect(int(5*scale), int(14*scale), int(38*scale), int(c.height*scale*0.62)))
	if err := visualZone(r, sheet, scale, c); err != nil {
		return nil, err
	}
	shade := color.Gray{Y: uint8(20 + r.IntN(40))} //nolint:gosec // below 60
	for i, line := range lines {
		foot := c.foot - float64(len(lines)-1-i)*c.spacing
		if err := p.Face.DrawLine(sheet, c.left*scale, foot*scale, ocrb.Pitch(p.DPI), line, shade); err != nil {
			return nil, err
		}
	}
	return p.Wear.Apply(r, p.frame(sheet, scale))
}

// frame lays the sheet on the scanner's glass, turned.
func (p Page) frame(sheet *image.Gray, scale float64) *image.Gray {
	border := int(p.Border * scale)
	w, h := sheet.Rect.Dx(), sheet.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w+2*border, h+2*border))
	for i := range out.Pix {
		out.Pix[i] = p.Shade
	}
	for y := range h {
		copy(out.Pix[(y+border)*out.Stride+border:], sheet.Pix[y*sheet.Stride:][:w])
	}
	for range p.Turned / 90 {
		out = quarter(out)
	}
	return out
}

// quarter turns a picture by 90 degrees with the clock.
func quarter(img *image.Gray) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			out.Pix[x*out.Stride+h-1-y] = img.Pix[y*img.Stride+x]
		}
	}
	return out
}

// portrait is a patch with soft lights and darks, as busy as a face.
func portrait(r *rand.Rand, img *image.Gray, box image.Rectangle) {
	var waves [6][4]float64
	for i := range waves {
		waves[i] = [4]float64{r.NormFloat64() * 9, r.NormFloat64() * 9, r.Float64() * 6.3, 10 + r.Float64()*25}
	}
	for y := box.Min.Y; y < min(box.Max.Y, img.Rect.Max.Y); y++ {
		for x := box.Min.X; x < min(box.Max.X, img.Rect.Max.X); x++ {
			v := 130.0
			for _, w := range waves {
				v += w[3] * math.Sin(w[0]*float64(x-box.Min.X)/float64(box.Dx())+w[1]*float64(y-box.Min.Y)/float64(box.Dy())+w[2])
			}
			img.Pix[y*img.Stride+x] = uint8(max(10, min(245, v)))
		}
	}
}

// visualZone writes words in a proportional face, as many as a page of data has.
func visualZone(r *rand.Rand, img *image.Gray, scale float64, c card) error {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return err
	}
	for y := 8.0; y < c.foot-3*c.spacing; y += 4.4 + 2*r.Float64() {
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: (2.2 + r.Float64()*1.4) * scale, DPI: 72})
		if err != nil {
			return err
		}
		d := font.Drawer{
			Dst: img, Src: image.NewUniform(color.Gray{Y: uint8(30 + r.IntN(70))}), Face: face, //nolint:gosec // below 100
			Dot: fixed.P(int(42*scale), int(y*scale)),
		}
		text := name(r) + " " + letters(r, 6, alphanumeric) + " / " + name(r)
		if r.IntN(2) == 0 {
			text += "  " + name(r) + " " + name(r)
		}
		d.DrawString(text)
	}
	return nil
}
