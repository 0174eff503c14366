package strip_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/scan/strip"
	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// drawn is a line of characters of a pitch on paper of a shade with ink of another.
func drawn(t *testing.T, text string, pitch float64, paper, ink uint8) (*strip.Plane, strip.Line) {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, int(pitch*float64(len(text)+4)), int(3*pitch)))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{Y: paper}), image.Point{}, draw.Src)
	require.NoError(t, ocrb.DrawLine(img, 2*pitch, 2.03*pitch, pitch, text, color.Gray{Y: ink}))
	return strip.FromImage(img), strip.Line{X: 2.5 * pitch, Y: 1.5 * pitch, UX: pitch, Tall: 1}
}

func cells(p *strip.Plane, l strip.Line, n int) [][strip.Size]float32 {
	s := strip.Cut(p, l, 0, n)
	all := make([][strip.Size]float32, n)
	for k := range all {
		s.Cell(k, &all[k])
	}
	return all
}

func difference(a, b [strip.Size]float32) float64 {
	sum := 0.0
	for i := range a {
		sum += math.Abs(float64(min(1, max(0, a[i])) - min(1, max(0, b[i]))))
	}
	return sum / strip.Size
}

const text = "AB8<K0M1"

// A character looks alike whatever the resolution and the contrast it came in.
func TestCellIsTheSameAtEverySizeAndShade(t *testing.T) {
	p, l := drawn(t, text, 32, 255, 0)
	want := cells(p, l, len(text))
	for _, c := range []struct {
		pitch      float64
		paper, ink uint8
	}{{16, 255, 0}, {24, 255, 0}, {48, 255, 0}, {64, 200, 90}, {30, 180, 20}, {30, 90, 20}} {
		p, l := drawn(t, text, c.pitch, c.paper, c.ink)
		for k, cell := range cells(p, l, len(text)) {
			require.Less(t, difference(want[k], cell), 0.05, "%c at %+v", text[k], c)
		}
	}
	require.Greater(t, difference(want[0], want[1]), 0.08, "different characters differ more")
}

// A line that runs down, up or backwards gives the same cells as one that runs across.
func TestCellIsUprightInEveryOrientation(t *testing.T) {
	p, l := drawn(t, text, 32, 255, 0)
	want := cells(p, l, len(text))
	turned := func(p *strip.Plane) *strip.Plane { // a quarter with the clock
		out := strip.NewPlane(p.H, p.W)
		for y := range p.H {
			for x := range p.W {
				out.Pix[x*out.W+p.H-1-y] = p.Pix[y*p.W+x]
			}
		}
		return out
	}
	for range 3 {
		l.X, l.Y, l.UX, l.UY = float64(p.H)-l.Y, l.X, -l.UY, l.UX
		p = turned(p)
		for k, cell := range cells(p, l, len(text)) {
			require.Less(t, difference(want[k], cell), 0.02, "%c", text[k])
		}
	}
}

func TestLineGeometry(t *testing.T) {
	l := strip.Line{X: 10, Y: 20, UX: 30, UY: 1, QX: 0.05, QY: 0.01, Tall: 1}
	x, y := l.Middle(7)
	fx, fy := l.From(7).Middle(0)
	require.InDelta(t, x, fx, 1e-9)
	require.InDelta(t, y, fy, 1e-9)
	x, y = l.Middle(10)
	fx, fy = l.From(7).Middle(3)
	require.InDelta(t, x, fx, 1e-9)
	require.InDelta(t, y, fy, 1e-9)
	x, y = l.Middle(0)
	fx, fy = l.Reversed(44).Middle(43)
	require.InDelta(t, x, fx, 1e-6)
	require.InDelta(t, y, fy, 1e-6)
	x, y = l.Scaled(4).Middle(9)
	fx, fy = l.Middle(9)
	require.InDelta(t, fx/4, x, 1e-9)
	require.InDelta(t, fy/4, y, 1e-9)
}

func TestReduceTakesMeans(t *testing.T) {
	p := &strip.Plane{W: 5, H: 3, Pix: []uint8{0, 10, 100, 100, 9, 20, 30, 200, 200, 9, 1, 1, 1, 1, 1}}
	r := p.Reduce(2)
	require.Equal(t, &strip.Plane{W: 2, H: 1, Pix: []uint8{15, 150}}, r)
	require.Same(t, p, p.Reduce(1))
	require.Len(t, p.Reduce(9).Pix, 1)
}

func TestCutOutsideThePictureIsPaper(t *testing.T) {
	p := strip.NewPlane(1, 1)
	var cell [strip.Size]float32
	s := strip.Cut(p, strip.Line{X: -500, Y: 900, UX: 20}, 0, 3)
	for _, k := range []int{-9, 0, 2, 9} {
		s.Cell(k, &cell)
		for _, v := range cell {
			require.InDelta(t, 0, v, 1.25)
		}
	}
}
