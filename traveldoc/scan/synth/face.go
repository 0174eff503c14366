package synth

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// Face draws text of fixed pitch: the first cell begins at x, the characters stand on y, pitch is the pixels between characters.
type Face interface {
	DrawLine(img draw.Image, x, y, pitch float64, text string, ink color.Color) error
}

// Own is our OCR-B; weight 1 and height 1 are nominal.
type Own struct{ Weight, Height float64 }

// DrawLine draws text.
func (o Own) DrawLine(img draw.Image, x, y, pitch float64, text string, ink color.Color) error {
	return ocrb.Pen{Pitch: pitch, Weight: o.Weight, Height: o.Height}.Line(img, x, y, text, ink)
}

// OpenType is a font file of fixed pitch.
type OpenType struct {
	Name string
	font *opentype.Font
	em   float64 // of a pitch
}

// LoadOpenType reads a font file. It is an error when one of the zone's characters is missing or not of the pitch of the others.
func LoadOpenType(path string) (*OpenType, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a font: %w", err)
	}
	f, err := opentype.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("read the font %s: %w", path, err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 100, DPI: 72})
	if err != nil {
		return nil, fmt.Errorf("use the font %s: %w", path, err)
	}
	first, _ := face.GlyphAdvance('0')
	for _, c := range ocrb.Alphabet {
		box, advance, ok := face.GlyphBounds(c)
		if !ok || advance != first || advance == 0 || box.Max.Y-box.Min.Y > advance*5/4 {
			return nil, fmt.Errorf("use the font %s: %q is missing or not of one pitch with the digits", path, c)
		}
	}
	return &OpenType{Name: filepath.Base(path), font: f, em: 6400 / float64(first)}, nil
}

// DrawLine draws text.
func (o *OpenType) DrawLine(img draw.Image, x, y, pitch float64, text string, ink color.Color) error {
	face, err := opentype.NewFace(o.font, &opentype.FaceOptions{Size: pitch * o.em, DPI: 72})
	if err != nil {
		return fmt.Errorf("use the font %s: %w", o.Name, err)
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: face}
	for i, c := range text {
		d.Dot = fixed.Point26_6{X: fixed.Int26_6((x + float64(i)*pitch) * 64), Y: fixed.Int26_6((y - 0.014*pitch) * 64)}
		d.DrawString(string(c))
	}
	return nil
}
