package synth_test

import (
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
)

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 3)) }

func TestZonesAreSound(t *testing.T) {
	today, err := traveldoc.NewDate(2026, 11, 22)
	require.NoError(t, err)
	r := random(1)
	for range 100 {
		for _, format := range []mrz.Format{mrz.TD1, mrz.TD2, mrz.TD3, mrz.MRVA, mrz.MRVB} {
			lines, err := synth.RandomZone(r, format)
			require.NoError(t, err)
			d, err := mrz.Parse(strings.Join(lines, "\n"), today)
			require.NoError(t, err)
			require.Equal(t, format, d.Format)
			for _, c := range d.Checks() {
				require.True(t, c.OK || c.Printed == "<", "%s %+v", format, c)
			}
		}
	}
}

// The same seed gives the same page, another seed another one.
func TestPagesAreReproducible(t *testing.T) {
	draw := func(seed uint64) []uint8 {
		r := random(seed)
		lines, err := synth.RandomZone(r, mrz.TD3)
		require.NoError(t, err)
		page := synth.Page{
			Format: mrz.TD3, DPI: 100, Face: synth.Own{}, Border: 3,
			Wear: synth.Wear{Skew: 2, Blur: 0.7, Contrast: 0.8, Noise: 3, Quality: 70, Gain: 10},
		}
		img, err := page.Draw(r, lines)
		require.NoError(t, err)
		return img.Pix
	}
	first, again, other := draw(1), draw(1), draw(2)
	require.Equal(t, first, again)
	require.NotEqual(t, first, other)
}

func TestPageHasItsSizeAndBorder(t *testing.T) {
	for _, c := range []struct {
		format mrz.Format
		turned int
		size   image.Point
	}{
		{mrz.TD3, 0, image.Pt(492+78, 346+78)}, {mrz.TD3, 90, image.Pt(346+78, 492+78)}, {mrz.TD1, 180, image.Pt(337+78, 212+78)},
	} {
		page := synth.Page{Format: c.format, DPI: 100, Face: synth.Own{}, Turned: c.turned, Border: 10, Shade: 7}
		img, err := page.Draw(random(1), nil)
		require.NoError(t, err)
		require.Equal(t, c.size, img.Rect.Size())
		require.Equal(t, uint8(7), img.GrayAt(5, 5).Y)
		require.Greater(t, img.GrayAt(c.size.X-55, c.size.Y-55).Y, uint8(100))
	}
}

func TestWearDoesWhatItSays(t *testing.T) {
	page := synth.Page{Format: mrz.TD2, DPI: 100, Face: synth.Own{}, Plain: true}
	worn := func(w synth.Wear) *image.Gray {
		page.Wear = w
		img, err := page.Draw(random(5), []string{strings.Repeat("8", 36)})
		require.NoError(t, err)
		return img
	}
	darkest := func(img *image.Gray) uint8 {
		least := uint8(255)
		for y := img.Rect.Dy() * 8 / 10; y < img.Rect.Dy(); y++ {
			for x := range img.Rect.Dx() {
				least = min(least, img.GrayAt(x, y).Y)
			}
		}
		return least
	}
	mean := func(img *image.Gray) float64 {
		sum := 0
		for _, v := range img.Pix {
			sum += int(v)
		}
		return float64(sum) / float64(len(img.Pix))
	}
	clean := worn(synth.Wear{})
	require.Less(t, darkest(clean), uint8(80))
	require.Greater(t, darkest(worn(synth.Wear{Contrast: 0.5})), darkest(clean)+50)
	require.Greater(t, darkest(worn(synth.Wear{Blur: 2})), darkest(clean)+20)
	require.NotEqual(t, clean.Pix, worn(synth.Wear{Noise: 5}).Pix)
	require.NotEqual(t, clean.Pix, worn(synth.Wear{Skew: 1}).Pix)
	require.NotEqual(t, clean.Pix, worn(synth.Wear{Quality: 40}).Pix)
	require.Less(t, mean(worn(synth.Wear{Gain: 40})), mean(worn(synth.Wear{Gain: -40})))
	require.NotEqual(t, clean.Pix, synth.Photo(clean, 0.05).Pix)
}

func TestLineIsWhereItSays(t *testing.T) {
	r := random(2)
	for range 10 {
		line, err := synth.RandomLine(r, synth.Own{})
		require.NoError(t, err)
		require.Len(t, line.Text, 40)
		x, y := line.At.Middle(39)
		require.Less(t, x, float64(line.Picture.W))
		require.Less(t, y, float64(line.Picture.H))
		shaken := line.Shaken(r)
		for _, k := range []float64{0, 20, 39} {
			ax, ay := line.At.Middle(k)
			bx, by := shaken.Middle(k)
			require.InDelta(t, ax, bx, 0.25*line.At.UX)
			require.InDelta(t, ay, by, 0.25*line.At.UX)
		}
	}
}

func TestFontsAreChecked(t *testing.T) {
	_, err := synth.LoadOpenType(filepath.Join(t.TempDir(), "none.otf"))
	require.ErrorContains(t, err, "read a font")
	broken := filepath.Join(t.TempDir(), "broken.otf")
	require.NoError(t, os.WriteFile(broken, []byte("no font"), 0o600))
	_, err = synth.LoadOpenType(broken)
	require.ErrorContains(t, err, "broken.otf")
}
