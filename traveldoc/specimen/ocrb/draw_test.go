package ocrb_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

func paper(w, h int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	return img
}

// drawn is one character alone, 60 pixels of pitch.
func drawn(t *testing.T, text string) *image.Gray {
	t.Helper()
	img := paper(60, 80)
	require.NoError(t, ocrb.DrawLine(img, 0, 70, 60, text, color.Black))
	return img
}

// difference counts the pixels that are ink in one and paper in the other.
func difference(a, b *image.Gray) int {
	n := 0
	for i := range a.Pix {
		if (a.Pix[i] < 128) != (b.Pix[i] < 128) {
			n++
		}
	}
	return n
}

func TestEveryCharacterHasInkAndDiffersFromEveryOther(t *testing.T) {
	require.Len(t, ocrb.Alphabet, 37)
	blank := paper(60, 80)
	for i, a := range ocrb.Alphabet {
		one := drawn(t, string(a))
		require.Greater(t, difference(one, blank), 300, "%c has ink", a)
		for _, b := range ocrb.Alphabet[:i] {
			require.Greater(t, difference(one, drawn(t, string(b))), 60, "%c and %c", a, b)
		}
	}
}

func TestCharacterStaysInItsCell(t *testing.T) {
	for _, c := range ocrb.Alphabet {
		img := paper(180, 80)
		require.NoError(t, ocrb.DrawLine(img, 60, 70, 60, string(c), color.Black))
		for y := range 80 {
			for x := range 180 {
				if img.GrayAt(x, y).Y == 255 {
					continue
				}
				require.True(t, x >= 60 && x < 120, "%c at column %d", c, x)
				require.True(t, y >= 5 && y <= 71, "%c at row %d", c, y)
			}
		}
	}
}

func TestSizeFollowsThePitch(t *testing.T) {
	require.InDelta(t, 30, ocrb.Pitch(300), 1e-9)
	for _, pitch := range []float64{10, 30, 100} {
		img := paper(int(pitch), int(2*pitch))
		require.NoError(t, ocrb.DrawLine(img, 0, 1.5*pitch, pitch, "0", color.Black))
		top, bottom := -1, -1
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if img.GrayAt(x, y).Y < 128 {
					if top < 0 {
						top = y
					}
					bottom = y
				}
			}
		}
		require.InDelta(t, (ocrb.HeightMM+ocrb.StrokeMM)/ocrb.PitchMM*pitch, float64(bottom-top+1), 1.5, "pitch %g", pitch)
	}
}

func TestWeightAndHeightChangeTheInk(t *testing.T) {
	ink := func(p ocrb.Pen) int {
		img := paper(60, 80)
		require.NoError(t, p.Line(img, 0, 70, "8", color.Black))
		return difference(img, paper(60, 80))
	}
	nominal := ink(ocrb.Pen{Pitch: 60})
	require.Greater(t, ink(ocrb.Pen{Pitch: 60, Weight: 1.4}), nominal)
	require.Less(t, ink(ocrb.Pen{Pitch: 60, Weight: 0.7}), nominal)
	require.Less(t, ink(ocrb.Pen{Pitch: 60, Height: 0.8}), nominal)
}

func TestWhatCannotBeDrawnIsRefusedWhole(t *testing.T) {
	for _, c := range []struct {
		text, says string
		pitch      float64
	}{
		{"ABa", "character 3 is 'a'", 20},
		{"Ä", "character 1 is 'Ä'", 20},
		{"A", "pitch of 0 pixels", 0},
		{"A", "pitch of 5000 pixels", 5000},
	} {
		img := paper(100, 40)
		require.ErrorContains(t, ocrb.DrawLine(img, 0, 30, c.pitch, c.text, color.Black), c.says)
		require.Equal(t, paper(100, 40).Pix, img.Pix)
	}
}

func TestBlankLeavesItsCellEmpty(t *testing.T) {
	img := paper(60, 80)
	require.NoError(t, ocrb.DrawLine(img, 0, 70, 60, " ", color.Black))
	require.Equal(t, paper(60, 80).Pix, img.Pix)
}
