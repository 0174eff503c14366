package fingerprint

import (
	"errors"
	"fmt"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

// extracted is the template of an image that has a print.
func extracted(t require.TestingT, img biometrics.Image) Template {
	out, err := Extract(img)
	require.NoError(t, err)
	return out
}

// moved turns a picture by degrees counter-clockwise around its middle and shifts it; what comes in from outside is paper.
func moved(img biometrics.Image, degrees, dx, dy float64) biometrics.Image {
	out := img
	out.Pix = make([]byte, len(img.Pix))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	mx, my := float64(img.Width)/2, float64(img.Height)/2
	at := func(x, y int) float64 {
		if x < 0 || y < 0 || x >= img.Width || y >= img.Height {
			return 255
		}
		return float64(img.Pix[y*img.Width+x])
	}
	for y := range img.Height {
		for x := range img.Width {
			u, v := float64(x)-mx-dx, float64(y)-my-dy
			sx, sy := cos*u-sin*v+mx, sin*u+cos*v+my
			x0, y0 := int(math.Floor(sx)), int(math.Floor(sy))
			fx, fy := sx-float64(x0), sy-float64(y0)
			top, bottom := at(x0, y0)*(1-fx)+at(x0+1, y0)*fx, at(x0, y0+1)*(1-fx)+at(x0+1, y0+1)*fx
			out.Pix[y*img.Width+x] = byte(top*(1-fy) + bottom*fy + 0.5)
		}
	}
	return out
}

// cropped is a part of a picture.
func cropped(img biometrics.Image, x, y, width, height int) biometrics.Image {
	out := biometrics.Image{Width: width, Height: height, PPI: img.PPI}
	for row := y; row < y+height; row++ {
		out.Pix = append(out.Pix, img.Pix[row*img.Width+x:row*img.Width+x+width]...)
	}
	return out
}

// kept is the share of the good minutiae of a that stand in b, where motion takes them, turned counter-clockwise by degrees. Those that
// come to stand near the border of b's picture are left out.
func kept(a, b Template, degrees float64, motion func(x, y float64) (float64, float64)) float64 {
	var there, all float64
	for _, m := range a.Minutiae {
		x, y := motion(float64(m.X), float64(m.Y))
		if m.Quality < 60 || x < 30 || y < 30 || x > float64(b.Width)-30 || y > float64(b.Height)-30 {
			continue
		}
		all++
		want := float64(m.Angle)*360/256 + degrees
		for _, n := range b.Minutiae {
			turn := math.Abs(math.Remainder(want-float64(n.Angle)*360/256, 360))
			if math.Hypot(x-float64(n.X), y-float64(n.Y)) < 7 && turn < 20 {
				there++
				break
			}
		}
	}
	return there / max(all, 1)
}

func TestTurnedAndShiftedPicturesKeepTheirMinutiae(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for seed := range uint64(3) {
		img := synthetic.NewFinger(seed+10, synthetic.Options{}).Impression(synthetic.Pose{Seed: seed, Contact: 0.8})
		before := extracted(t, img)
		require.Greater(t, len(before.Minutiae), 12)
		for range 5 {
			degrees, dx, dy := 80*r.Float64()-40, 50*r.Float64()-25, 50*r.Float64()-25
			t.Run(fmt.Sprintf("%.1f degrees, %.1f right, %.1f down", degrees, dx, dy), func(t *testing.T) {
				after := extracted(t, moved(img, degrees, dx, dy))
				sin, cos := math.Sincos(degrees * math.Pi / 180)
				mx, my := float64(img.Width)/2, float64(img.Height)/2
				share := kept(before, after, degrees, func(x, y float64) (float64, float64) {
					return cos*(x-mx) + sin*(y-my) + mx + dx, -sin*(x-mx) + cos*(y-my) + my + dy
				})
				require.Greater(t, share, 0.7)
			})
		}
	}
}

func TestThirtyDegreesTurnTheAnglesByThirty(t *testing.T) {
	img := synthetic.NewFinger(5, synthetic.Options{}).Impression(synthetic.Pose{Contact: 0.8})
	a, b := extracted(t, img), extracted(t, moved(img, 30, 0, 0))
	m := Compare(Prepare(a), Prepare(b))
	require.InDelta(t, 30, m.Rotation, 2)
	require.GreaterOrEqual(t, len(m.Pairs), len(a.Minutiae)*6/10)
	for _, p := range m.Pairs {
		turn := float64(b.Minutiae[p.B].Angle-a.Minutiae[p.A].Angle) * 360 / 256
		require.InDelta(t, 0, math.Remainder(turn-30, 360), 35)
	}
}

func TestPartsKeepTheMinutiaeOfTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	img := synthetic.NewFinger(7, synthetic.Options{}).Impression(synthetic.Pose{})
	whole := extracted(t, img)
	for range 12 {
		width, height := 160+r.IntN(img.Width-160), 200+r.IntN(img.Height-200)
		x, y := r.IntN(img.Width-width), r.IntN(img.Height-height)
		t.Run(fmt.Sprintf("%dx%d at %d,%d", width, height, x, y), func(t *testing.T) {
			part := extracted(t, cropped(img, x, y, width, height))
			share := kept(whole, part, 0, func(u, v float64) (float64, float64) { return u - float64(x), v - float64(y) })
			require.Greater(t, share, 0.7)
		})
	}
}

func TestOtherResolutionsKeepTheMinutiae(t *testing.T) {
	finger := synthetic.NewFinger(3, synthetic.Options{})
	at500 := extracted(t, finger.Impression(synthetic.Pose{PPI: 500}))
	for _, ppi := range []float64{400, 512, 569, 1000} {
		t.Run(fmt.Sprint(ppi), func(t *testing.T) {
			img := finger.Impression(synthetic.Pose{PPI: ppi})
			other := extracted(t, img)
			require.InDelta(t, float64(img.Width)*500/ppi, other.Width, 1)
			require.Greater(t, kept(at500, other, 0, func(x, y float64) (float64, float64) { return x, y }), 0.75)
		})
	}
}

func TestTheSamePictureGivesTheSameTemplate(t *testing.T) {
	img := synthetic.NewFinger(2, synthetic.Options{}).Impression(synthetic.Draw(1, 0.5))
	first := extracted(t, img)
	again := extracted(t, img)
	require.Equal(t, first, again)
}

func TestTemplatesAreWithinTheirBounds(t *testing.T) {
	finger := synthetic.NewFinger(4, synthetic.Options{})
	for seed := range uint64(16) {
		out, err := Extract(finger.Impression(synthetic.Draw(seed, float64(seed)/16)))
		if err != nil {
			require.ErrorIs(t, err, ErrNoPrint)
			continue
		}
		require.NoError(t, out.check())
		for _, m := range out.Minutiae {
			require.Less(t, int(m.X), out.Width)
			require.Less(t, int(m.Y), out.Height)
			require.NotZero(t, m.Quality)
		}
	}
}

// plain is a picture whose pixels f gives.
func plain(width, height int, f func(x, y int) byte) biometrics.Image {
	img := biometrics.Image{Width: width, Height: height, PPI: 500, Pix: make([]byte, width*height)}
	for i := range img.Pix {
		img.Pix[i] = f(i%width, i/width)
	}
	return img
}

func TestHostilePictures(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	black := func(int, int) byte { return 0 }
	resolution := func(ppi float64) biometrics.Image {
		img := plain(300, 300, black)
		img.PPI = ppi
		return img
	}
	for name, c := range map[string]struct {
		img  biometrics.Image
		want error
	}{
		"nothing":             {biometrics.Image{}, ErrImage},
		"all black":           {plain(300, 400, black), ErrNoPrint},
		"all white":           {plain(300, 400, func(int, int) byte { return 255 }), ErrNoPrint},
		"one step":            {plain(300, 400, func(x, _ int) byte { return byte(x / 150 * 255) }), ErrNoPrint},
		"a shade":             {plain(300, 400, func(x, y int) byte { return byte((x + y) / 4) }), ErrNoPrint},
		"one pixel":           {plain(1, 1, black), ErrTooSmall},
		"a line":              {plain(4096, 1, black), ErrTooSmall},
		"small":               {plain(63, 300, black), ErrTooSmall},
		"too wide":            {plain(4097, 100, black), ErrImage},
		"too many pixels":     {plain(4096, 4096, black), ErrImage},
		"larger than a hand":  {plain(4096, 2048, black), ErrImage},
		"few bytes":           {biometrics.Image{Width: 300, Height: 300, PPI: 500, Pix: make([]byte, 10)}, ErrImage},
		"no resolution":       {resolution(0), ErrImage},
		"resolution NaN":      {resolution(math.NaN()), ErrImage},
		"resolution infinite": {resolution(math.Inf(1)), ErrImage},
		"resolution negative": {resolution(-500), ErrImage},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Extract(c.img)
			require.ErrorIs(t, err, c.want)
			_, err = Assess(c.img)
			if errors.Is(c.want, ErrNoPrint) {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, c.want)
			}
		})
	}
	t.Run("noise", func(t *testing.T) {
		noise := plain(400, 400, func(int, int) byte { return byte(r.IntN(256)) })
		a, err := Assess(noise)
		require.NoError(t, err)
		require.Less(t, a.Score, uint8(40))
	})
	t.Run("too many minutiae", func(t *testing.T) {
		finger := synthetic.NewFinger(1, synthetic.Options{}).Impression(synthetic.Pose{})
		tiles := plain(2000, 2000, func(x, y int) byte { return finger.Pix[y%finger.Height*finger.Width+x%finger.Width] })
		require.Len(t, extracted(t, tiles).Minutiae, MaxMinutiae)
	})
}

// FuzzExtract looks for pictures that break the extractor: the bytes are the picture, repeated.
func FuzzExtract(f *testing.F) {
	f.Add([]byte{0}, uint16(100), uint16(100), 500.0)
	f.Add([]byte{0, 40, 255, 200, 0}, uint16(200), uint16(130), 569.0)
	f.Add([]byte{0, 0, 0, 0, 255, 255, 255, 255, 255}, uint16(301), uint16(97), 1000.0)
	f.Fuzz(func(t *testing.T, data []byte, width, height uint16, ppi float64) {
		w, h := int(width%512), int(height%512)
		if len(data) == 0 || ppi < 250 {
			return
		}
		img := plain(w, h, func(x, y int) byte { return data[(y*w+x)%len(data)] })
		img.PPI = ppi
		out, err := Extract(img)
		if err != nil {
			return
		}
		form, err := out.MarshalBinary()
		require.NoError(t, err)
		require.LessOrEqual(t, len(form), MaxTemplateSize)
	})
}

// testPictures are the pictures of BMIS_TEST_DATA's fingerprint sets.
func testPictures(t testing.TB) map[string]biometrics.Image {
	root := os.Getenv("BMIS_TEST_DATA")
	if root == "" {
		t.Skip("BMIS_TEST_DATA is not set: no real prints to look at")
	}
	files, err := filepath.Glob(filepath.Join(root, "fingerprints", "*", "*_*.png"))
	require.NoError(t, err)
	out := map[string]biometrics.Image{}
	for _, name := range files {
		out[name] = readPicture(t, name)
	}
	return out
}

func readPicture(t testing.TB, name string) biometrics.Image {
	file, err := os.Open(name)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	picture, err := png.Decode(file)
	require.NoError(t, err)
	return plain(picture.Bounds().Dx(), picture.Bounds().Dy(), func(x, y int) byte {
		grey, _, _, _ := picture.At(x, y).RGBA()
		return byte(grey >> 8)
	})
}

// TestRealPrintsGiveTemplates is a floor: every print of the sets can be enrolled, with enough minutiae to compare.
func TestRealPrintsGiveTemplates(t *testing.T) {
	sum, n := 0, 0
	for name, img := range testPictures(t) {
		out, err := Extract(img)
		require.NoError(t, err, name)
		require.GreaterOrEqual(t, len(out.Minutiae), 5, name)
		sum, n = sum+len(out.Minutiae), n+1
	}
	require.Greater(t, sum/max(n, 1), 25)
}
