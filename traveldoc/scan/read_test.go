package scan_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/scan"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// Few pages of each level: the reader's accuracy has not collapsed. The benchmark has the figures.
func TestPagesAreReadExactly(t *testing.T) {
	for _, l := range levels() {
		if testing.Short() && l.dpi > 300 {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			right, n := 0, 6
			if l.dpi > 300 {
				n = 2
			}
			for _, s := range samples(t, l, own(), 5, n) {
				result, err := scan.Read(s.picture, today(t), scan.Options{})
				require.NoError(t, err, describe(s, err))
				require.Equal(t, s.turned, result.Orientation)
				require.InEpsilon(t, l.dpi, result.DPI, 0.02)
				if slices.Equal(s.lines, result.Lines) {
					right++
				}
			}
			require.GreaterOrEqual(t, right, n-n/6*min(1, int(300/l.dpi)), "pages read exactly, of %d", n)
		})
	}
}

// plain is a page of white paper at 300 dpi with lines of text.
func plain(t testing.TB, lines ...string) *image.Gray {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 1480, 500))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for i, line := range lines {
		require.NoError(t, ocrb.DrawLine(img, 75, float64(400-75*(len(lines)-1-i)), 30, line, color.Black))
	}
	return img
}

const (
	specimen1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
	specimen2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
)

func TestResultSaysHowItWasRead(t *testing.T) {
	result, err := scan.Read(plain(t, specimen1, specimen2), today(t), scan.Options{Training: true})
	require.NoError(t, err)
	require.Equal(t, []string{specimen1, specimen2}, result.Lines)
	require.Equal(t, result.Lines, result.Raw)
	require.Equal(t, "own", result.Engine)
	require.Empty(t, result.Changes)
	require.InDelta(t, 30, result.Pitch, 0.1)
	require.InDelta(t, 0, result.Skew, 0.1)
	require.Greater(t, result.Confidence, 0.5)
	require.Equal(t, "ERIKSSON", result.Document.Surname)
	for l, line := range result.Characters {
		require.Len(t, line, 44)
		for k, c := range line {
			require.Equal(t, result.Lines[l][k], c.Read)
			require.NotEqual(t, c.Read, c.Other)
			require.LessOrEqual(t, c.Confidence+c.OtherProbable, 1.001)
			require.InDelta(t, 75+30*(float64(k)+0.5), c.X, 3)
			require.False(t, c.Extraordinary, "%c at %d", c.Read, k+1)
		}
	}
}

// What somebody altered is plainly printed and its check digit wrong: it is given as printed, not as the digits would have it.
func TestForgedZoneIsNotRepaired(t *testing.T) {
	for name, forged := range map[string]string{
		"birth":  strings.Replace(specimen2, "740812", "840812", 1),
		"number": strings.Replace(specimen2, "L898902C3", "L898907C3", 1),
		"digit":  strings.Replace(specimen2, "C36UTO", "C34UTO", 1),
		"expiry": strings.Replace(specimen2, "120415", "220415", 1),
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, specimen2, forged)
			result, err := scan.Read(plain(t, specimen1, forged), today(t), scan.Options{Training: true})
			require.NoError(t, err)
			require.Equal(t, []string{specimen1, forged}, result.Lines)
			require.Equal(t, result.Lines, result.Raw)
			require.Equal(t, scan.CodeDigitsDisagree, result.Findings[0].Code)
			require.True(t, slices.ContainsFunc(result.Document.Findings, func(f mrz.Finding) bool {
				return f.Code == mrz.CodeDigitMismatch
			}))
		})
	}
}

// A character that was put in later stands off the grid, or is of another size.
func TestAlteredCharacterIsExtraordinary(t *testing.T) {
	for name, put := range map[string]struct {
		x, y  float64
		pitch float64
		odd   bool
	}{
		"as printed": {0, 0, 30, false},
		"beside":     {4, 0, 30, true},
		"low":        {0, 4.5, 30, true},
		"small":      {3, -3, 24, true},
	} {
		t.Run(name, func(t *testing.T) {
			const at = 13 // of the birth date
			img := plain(t, specimen1, specimen2[:at]+" "+specimen2[at+1:])
			require.NoError(t, ocrb.DrawLine(img, 75+30*at+put.x, 400+put.y, put.pitch, specimen2[at:at+1], color.Black))
			result, err := scan.Read(img, today(t), scan.Options{})
			require.NoError(t, err)
			require.Equal(t, specimen2, result.Lines[1])
			for k, c := range result.Characters[1] {
				require.Equal(t, put.odd && k == at, c.Extraordinary, "position %d: %+v", k+1, c.Residual)
			}
			require.Equal(t, put.odd, slices.ContainsFunc(result.Findings, func(f scan.Finding) bool {
				return f.Code == scan.CodeExtraordinary && slices.Equal(f.Places, []scan.Place{{Line: 2, At: at + 1}})
			}))
		})
	}
}

func TestNoZoneIsAClearError(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	noise := image.NewGray(image.Rect(0, 0, 800, 600))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.IntN(256))
	}
	page := synth.Page{Format: mrz.TD3, DPI: 200, Face: synth.Own{}, Border: 10}
	words, err := page.Draw(r, nil)
	require.NoError(t, err)
	for name, img := range map[string]image.Image{
		"white":    plain(t),
		"black":    image.NewGray(image.Rect(0, 0, 500, 400)),
		"point":    image.NewGray(image.Rect(0, 0, 1, 1)),
		"line":     image.NewGray(image.Rect(0, 0, 3000, 1)),
		"column":   image.NewGray(image.Rect(0, 0, 1, 3000)),
		"noise":    noise,
		"words":    words,
		"one word": plain(t, "ERIKSSON"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scan.Read(img, today(t), scan.Options{})
			require.ErrorIs(t, err, scan.ErrNoZone)
		})
	}
}

func TestPictureThatIsTooLargeIsRefused(t *testing.T) {
	_, err := scan.Read(image.NewUniform(color.White), today(t), scan.Options{})
	require.ErrorContains(t, err, "expected 1 to 60000000 pixels")
	_, err = scan.ReadFile([]byte("GIF89a"), today(t), scan.Options{})
	require.ErrorIs(t, err, picture.ErrUnknown)
}

func TestFileIsRead(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, plain(t, specimen1, specimen2)))
	result, err := scan.ReadFile(file.Bytes(), today(t), scan.Options{})
	require.NoError(t, err)
	require.Equal(t, []string{specimen1, specimen2}, result.Lines)
}

// Colour, palettes and transparency make no difference.
func TestEveryKindOfImageIsReadAlike(t *testing.T) {
	grey := plain(t, specimen1, specimen2)
	for name, img := range map[string]draw.Image{
		"RGBA":     image.NewRGBA(grey.Rect),
		"NRGBA":    image.NewNRGBA(grey.Rect),
		"CMYK":     image.NewCMYK(grey.Rect),
		"palette":  image.NewPaletted(grey.Rect, color.Palette{color.Black, color.White}),
		"Gray16":   image.NewGray16(grey.Rect),
		"shifted":  image.NewRGBA(grey.Rect.Add(image.Pt(-70, 33))),
		"see-thru": image.NewNRGBA(grey.Rect),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "see-thru" {
				for y := range grey.Rect.Dy() {
					for x := range grey.Rect.Dx() {
						img.Set(x, y, color.NRGBA{A: 255 - grey.GrayAt(x, y).Y})
					}
				}
			} else {
				draw.Draw(img, img.Bounds(), grey, image.Point{}, draw.Src)
			}
			result, err := scan.Read(img, today(t), scan.Options{})
			require.NoError(t, err)
			require.Equal(t, []string{specimen1, specimen2}, result.Lines)
		})
	}
}

// A photo taken from aside: lines run together and the pitch changes along them.
func TestPhotoWithPerspectiveIsRead(t *testing.T) {
	for i, s := range samples(t, level{dpi: 300, wear: synth.Wear{Blur: 0.8, Noise: 4, Quality: 85}}, own(), 21, 4) {
		photo := synth.Photo(s.picture, 0.05)
		result, err := scan.Read(photo, today(t), scan.Options{})
		require.NoError(t, err, "page %d", i)
		require.Equal(t, s.lines, result.Lines, "page %d", i)
	}
}

func TestReaderMayBeUsedByManyAtOnce(t *testing.T) {
	r, err := scan.New()
	require.NoError(t, err)
	img, date := plain(t, specimen1, specimen2), today(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			result, err := r.Read(img, date, scan.Options{})
			if err != nil || !slices.Equal(result.Lines, []string{specimen1, specimen2}) {
				t.Errorf("read %v, %v", result.Lines, err)
			}
		})
	}
	wait.Wait()
}

func TestLinesOfAnotherEngine(t *testing.T) {
	result, err := scan.FromLines("other", []string{"REPUBLICOFUTOPIAPASSPORT", specimen1, specimen2}, today(t), scan.Options{Training: true})
	require.NoError(t, err)
	require.Equal(t, []string{specimen1, specimen2}, result.Lines)
	require.Equal(t, "other", result.Engine)
	require.Equal(t, "ERIKSSON", result.Document.Surname)
	_, err = scan.FromLines("other", []string{"NOTHING"}, today(t), scan.Options{})
	require.ErrorIs(t, err, scan.ErrNoZone)
}

func TestTurnBringsAPageUpright(t *testing.T) {
	page := synth.Page{Format: mrz.TD3, DPI: 50, Face: synth.Own{}, Plain: true}
	upright, err := page.Draw(rand.New(rand.NewPCG(1, 1)), nil)
	require.NoError(t, err)
	for _, degrees := range []int{0, 90, 180, 270} {
		page.Turned = degrees
		turned, err := page.Draw(rand.New(rand.NewPCG(1, 1)), nil)
		require.NoError(t, err)
		require.Equal(t, upright.Pix, scan.Turn(turned, degrees).Pix, "%d degrees", degrees)
	}
}

func TestEveryFindingHasWords(t *testing.T) {
	for _, code := range scan.Codes() {
		require.NotEqual(t, string(code), scan.Finding{Code: code}.Message())
	}
}

// FuzzRead reads hostile files: no panic, and no more than the decoder's bounds allow.
func FuzzRead(f *testing.F) {
	page := plain(f, specimen1, specimen2)
	var file bytes.Buffer
	require.NoError(f, png.Encode(&file, page))
	f.Add(file.Bytes())
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Add([]byte("\xff\xd8\xff"))
	f.Add([]byte("II*\x00"))
	date := today(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		img, _, err := picture.Decode(data, picture.Limits{Pixels: 1_000_000})
		if err != nil {
			return
		}
		check(t, img, date)
	})
}

// FuzzPixels reads pictures of arbitrary pixels, a byte for each, tiled.
func FuzzPixels(f *testing.F) {
	f.Add([]byte{0, 255}, uint16(700), uint16(50))
	f.Add([]byte{0, 0, 255, 255, 255, 0, 255}, uint16(313), uint16(200))
	date := today(f)
	f.Fuzz(func(t *testing.T, data []byte, w, h uint16) {
		if len(data) == 0 || w == 0 || h == 0 || int(w)*int(h) > 400_000 {
			return
		}
		img := image.NewGray(image.Rect(0, 0, int(w), int(h)))
		for i := range img.Pix {
			img.Pix[i] = data[i%len(data)]
		}
		check(t, img, date)
	})
}
