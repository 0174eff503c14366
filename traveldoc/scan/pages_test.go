package scan_test

import (
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/scan"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
)

// level is how hard pages are to read.
type level struct {
	name string
	dpi  float64
	skew float64 // at most, either way
	wear synth.Wear
	// pages of the benchmark; those with an aim have more.
	pages int
}

func levels() []level {
	return []level{
		{"300dpi_clean", 300, 0, synth.Wear{Quality: 95, Noise: 2}, 24},
		{"300dpi", 300, 1, synth.Wear{Blur: 0.8, Quality: 80, Noise: 4}, 200},
		{"250dpi_worn", 250, 2.5, synth.Wear{Blur: 1.1, Quality: 60, Contrast: 0.75, Noise: 5}, 48},
		{"200dpi_noise_3deg", 200, 3, synth.Wear{Blur: 0.8, Quality: 80, Noise: 10}, 200},
		{"200dpi_worn", 200, 3.5, synth.Wear{Blur: 1.2, Quality: 45, Contrast: 0.65, Noise: 5}, 48},
		{"150dpi_worn", 150, 4, synth.Wear{Blur: 1.0, Quality: 40, Contrast: 0.6, Noise: 5}, 48},
		{"600dpi", 600, 1, synth.Wear{Blur: 1.5, Quality: 85, Noise: 6}, 12},
	}
}

// sample is a page and its text.
type sample struct {
	picture *image.Gray
	lines   []string
	turned  int
}

// samples makes n pages of a level: mostly passports, in every orientation, on grounds from black to white.
func samples(t testing.TB, l level, face synth.Face, seed uint64, n int) []sample {
	t.Helper()
	formats := []mrz.Format{mrz.TD3, mrz.TD3, mrz.TD1, mrz.TD3, mrz.MRVA, mrz.TD2}
	all := make([]sample, n)
	for i := range all {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		p := synth.Page{Format: formats[i%len(formats)], DPI: l.dpi, Face: face, Turned: i * 90 % 360, Wear: l.wear}
		p.Wear.Skew = l.skew * (2*r.Float64() - 1)
		if i%3 != 0 {
			p.Border, p.Shade = 3+10*r.Float64(), []uint8{0, 40, 255}[r.IntN(3)]
		}
		lines, err := synth.RandomZone(r, p.Format)
		require.NoError(t, err)
		img, err := p.Draw(r, lines)
		require.NoError(t, err)
		all[i] = sample{img, lines, p.Turned}
	}
	return all
}

func today(t testing.TB) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.NewDate(2026, 11, 22)
	require.NoError(t, err)
	return d
}

// fontOf is the font that BMIS_TEST_FONT names.
func fontOf(t testing.TB) synth.Face {
	t.Helper()
	path := os.Getenv("BMIS_TEST_FONT")
	if path == "" {
		return nil
	}
	face, err := synth.LoadOpenType(path)
	require.NoError(t, err)
	return face
}

func own() synth.Face { return synth.Own{} }

func describe(s sample, err error) string {
	return fmt.Sprintf("%v turned %d: %v", s.picture.Rect, s.turned, err)
}

// check reads a picture of which nothing is known: what comes back is whole.
func check(t *testing.T, img image.Image, date traveldoc.Date) {
	t.Helper()
	result, err := scan.Read(img, date, scan.Options{})
	if err != nil {
		require.ErrorIs(t, err, scan.ErrNoZone)
		return
	}
	require.NotNil(t, result.Document)
	for i, line := range result.Lines {
		require.Len(t, result.Raw[i], len(line))
		require.Len(t, result.Characters[i], len(line))
	}
}
