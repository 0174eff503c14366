package ocrb

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
)

// Pitch is the pitch of size I in pixels at a resolution in dots per inch.
func Pitch(dpi float64) float64 { return PitchMM / 25.4 * dpi }

// Pen is how characters are drawn.
type Pen struct {
	Pitch  float64 // pixels from one character to the next; it sets the size
	Weight float64 // width of the stroke, 1 = nominal; 0 is 1 too
	Height float64 // height of the characters, 1 = nominal; 0 is 1 too
}

// DrawLine draws text in nominal OCR-B. The first character's cell begins at x, the characters stand on y (the lower edge of their
// strokes), both in pixels; pitch is the pixels from one character to the next. A character outside Alphabet is an error, and then
// nothing is drawn. A blank leaves its cell empty.
func DrawLine(img draw.Image, x, y, pitch float64, text string, ink color.Color) error {
	return Pen{Pitch: pitch}.Line(img, x, y, text, ink)
}

// Line draws text; see DrawLine.
func (p Pen) Line(img draw.Image, x, y float64, text string, ink color.Color) error {
	if !(p.Pitch > 0) || p.Pitch > 1000 {
		return fmt.Errorf("draw OCR-B: pitch of %g pixels: expected more than 0 and at most 1000", p.Pitch)
	}
	glyphs := make([][]segment, 0, len(text))
	for i, c := range text {
		segments, err := follow(outline(c))
		if err != nil {
			return err
		}
		if len(segments) == 0 && c != ' ' {
			return fmt.Errorf("draw OCR-B: character %d is %q: expected one of A-Z, 0-9, < or a blank", i+1, c)
		}
		glyphs = append(glyphs, segments)
	}
	ink64 := image.NewUniform(ink)
	for i, segments := range glyphs {
		p.glyph(img, x+(float64(i)+0.5)*p.Pitch, y, segments, ink64)
	}
	return nil
}

// glyph draws one character around the middle x of its cell, standing on y.
func (p Pen) glyph(img draw.Image, x, y float64, segments []segment, ink image.Image) {
	if len(segments) == 0 {
		return
	}
	scale := p.Pitch / (PitchMM * 100) // pixels in a hundredth of a millimetre
	tall, radius := scale*or1(p.Height), scale*StrokeMM*100/2*or1(p.Weight)
	foot := y - scale*StrokeMM*100/2
	placed := make([]segment, len(segments))
	for i, s := range segments {
		placed[i] = segment{x + s.x0*scale, foot - s.y0*tall, x + s.x1*scale, foot - s.y1*tall}
	}
	box := bounds(placed, radius+1).Intersect(img.Bounds())
	if box.Empty() {
		return
	}
	mask := image.NewAlpha(box)
	for py := box.Min.Y; py < box.Max.Y; py++ {
		row := mask.Pix[mask.PixOffset(box.Min.X, py):]
		for i := range box.Dx() {
			row[i] = coverage(placed, radius, float64(box.Min.X+i)+0.5, float64(py)+0.5)
		}
	}
	draw.DrawMask(img, box, ink, box.Min, mask, box.Min, draw.Over)
}

func or1(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

func bounds(segments []segment, margin float64) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range segments {
		x0, x1 = min(x0, s.x0, s.x1), max(x1, s.x0, s.x1)
		y0, y1 = min(y0, s.y0, s.y1), max(y1, s.y0, s.y1)
	}
	return image.Rect(int(math.Floor(x0-margin)), int(math.Floor(y0-margin)), int(math.Ceil(x1+margin)), int(math.Ceil(y1+margin)))
}

// coverage is how much of the pixel around a point lies under the stroke.
func coverage(segments []segment, radius, x, y float64) uint8 {
	nearest := math.Inf(1)
	for _, s := range segments {
		nearest = min(nearest, s.distance(x, y))
	}
	return uint8(255 * max(0, min(1, 2*radius, radius-nearest+0.5)))
}
