package scan

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// shape is where a character's ink lies in its cell: its weight, centre and spread, in pixels of a cell.
type shape struct{ weight, x, y, wide, tall float64 }

// shapes are those of the characters as printed.
type shapes [glyph.None]shape

// newShapes measures our own drawing of the alphabet.
func newShapes() (*shapes, error) {
	const pitch = 2 * strip.Step
	var all shapes
	for i := range all {
		img := image.NewGray(image.Rect(0, 0, 5*pitch, 3*pitch))
		for j := range img.Pix {
			img.Pix[j] = 255
		}
		if err := ocrb.DrawLine(img, 2*pitch, 2.03*pitch, pitch, glyph.Alphabet[i:i+1], color.Black); err != nil {
			return nil, fmt.Errorf("measure the alphabet: %w", err)
		}
		s := strip.Cut(strip.FromImage(img), strip.Line{X: 2.5 * pitch, Y: 1.5 * pitch, UX: pitch, Tall: 1}, 0, 1)
		var cell [strip.Size]float32
		s.Cell(0, &cell)
		all[i] = measure(&cell)
	}
	return &all, nil
}

// measure is the shape of what a cell shows within its own pitch; what the neighbours reach into it is left out.
func measure(cell *[strip.Size]float32) shape {
	const side = (strip.Width - strip.Step) / 2
	var s, xx, yy float64
	var m shape
	for y := range strip.Height {
		for x := side; x < strip.Width-side; x++ {
			v := float64(cell[y*strip.Width+x])
			if v < 0.25 {
				continue
			}
			v = min(v, 1)
			s += v
			m.x += v * float64(x)
			m.y += v * float64(y)
			xx += v * float64(x*x)
			yy += v * float64(y*y)
		}
	}
	if s == 0 {
		return shape{}
	}
	m.weight, m.x, m.y = s, m.x/s, m.y/s
	m.wide, m.tall = math.Sqrt(max(0, xx/s-m.x*m.x)), math.Sqrt(max(0, yy/s-m.y*m.y))
	return m
}

// Residual is how far a character is off the grid of its line and the shape of its kind, after the line's own habits were taken out.
// Characters that were altered after the print seldom keep all four.
type Residual struct {
	Along  float64 `json:"along"`  // along the line, in hundredths of a pitch
	Across float64 `json:"across"` // across it, downwards, in hundredths of a pitch
	Height float64 `json:"height"` // of the character against its kind's, in per cent
	Ink    float64 `json:"ink"`    // amount of it against its kind's, in per cent
}

// residuals compares the cells of a line with the shapes of what was read in them. The line's median is taken out of each measure.
func (p *shapes) residuals(s *strip.Strip, n int, read func(k int) int) []Residual {
	all := make([]Residual, n)
	var cell [strip.Size]float32
	for k := range n {
		s.Cell(k, &cell)
		m, kind := measure(&cell), p[read(k)]
		if m.weight == 0 || kind.tall == 0 {
			continue
		}
		all[k] = Residual{
			Along: 100 * (m.x - kind.x) / strip.Step, Across: 100 * (m.y - kind.y) / strip.Step,
			Height: 100 * (m.tall/kind.tall - 1), Ink: 100 * (m.weight/kind.weight - 1),
		}
	}
	return all
}
