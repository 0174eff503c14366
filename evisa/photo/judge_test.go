package photo_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"

	"github.com/openbmis/openbmis/evisa/photo"
	"github.com/openbmis/openbmis/evisa/photo/sitter"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

func judge(t testing.TB) *photo.Judge {
	t.Helper()
	j, err := photo.New()
	require.NoError(t, err)
	return j
}

// blurred is a picture as a camera sees it that looks elsewhere: it has only every nth pixel of what there was to see.
func blurred(img image.Image, n int) image.Image {
	size := img.Bounds().Size()
	small, out := image.NewRGBA(image.Rect(0, 0, size.X/n, size.Y/n)), image.NewRGBA(img.Bounds())
	draw.BiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	draw.CatmullRom.Scale(out, out.Bounds(), small, small.Bounds(), draw.Src, nil)
	return out
}

func beside(a, b image.Image) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, a.Bounds().Dx()+b.Bounds().Dx(), a.Bounds().Dy()))
	draw.Draw(out, a.Bounds(), a, image.Point{}, draw.Src)
	draw.Draw(out, b.Bounds().Add(image.Pt(a.Bounds().Dx(), 0)), b, image.Point{}, draw.Src)
	return out
}

func with(change func(*sitter.Sitter)) image.Image {
	s := sitter.Usual(2)
	change(&s)
	return s.Draw()
}

// Each thing that can be wrong with a picture is told, and nothing else of it is called wrong but what follows from it.
func TestWhatIsWrongIsTold(t *testing.T) {
	j := judge(t)
	for name, c := range map[string]struct {
		img   image.Image
		wrong []photo.Code
	}{
		"a good one":         {with(func(*sitter.Sitter) {}), nil},
		"too few pixels":     {with(func(s *sitter.Sitter) { s.Width, s.Height = 210, 270 }), []photo.Code{photo.Size, photo.Resolution}},
		"too wide":           {with(func(s *sitter.Sitter) { s.Width = 1000 }), []photo.Code{photo.Proportion}},
		"too far away":       {with(func(s *sitter.Sitter) { s.Head = 0.4 }), []photo.Code{photo.HeadSize, photo.Resolution}},
		"too near":           {with(func(s *sitter.Sitter) { s.Head = 1.02 }), []photo.Code{photo.HeadSize}},
		"at the side":        {with(func(s *sitter.Sitter) { s.X, s.Head = 0.36, 0.66 }), []photo.Code{photo.Position}},
		"too low":            {with(func(s *sitter.Sitter) { s.Eyes, s.Head = 0.6, 0.68 }), []photo.Code{photo.EyeHeight}},
		"tilted":             {with(func(s *sitter.Sitter) { s.Tilt = 12 }), []photo.Code{photo.EyesLevel}},
		"out of focus":       {blurred(with(func(*sitter.Sitter) {}), 14), []photo.Code{photo.Focus}},
		"too dark":           {with(func(s *sitter.Sitter) { s.Light = 0.14 }), []photo.Code{photo.Exposure, photo.Contrast, photo.Bright, photo.Clipped, photo.Focus}},
		"too bright":         {with(func(s *sitter.Sitter) { s.Light = 1.5 }), []photo.Code{photo.Clipped}},
		"before a pattern":   {with(func(s *sitter.Sitter) { s.Mottled = true }), []photo.Code{photo.Background}},
		"before a dark wall": {with(func(s *sitter.Sitter) { s.Ground = [3]float64{60, 70, 90} }), []photo.Code{photo.Bright}},
		"grey":               {with(func(s *sitter.Sitter) { s.Grey = true }), []photo.Code{photo.Colour}},
		"two people":         {beside(sitter.Usual(1).Draw(), sitter.Usual(2).Draw()), []photo.Code{photo.OneFace, photo.Proportion}},
		"nobody":             {image.NewUniform(color.White), nil},
	} {
		t.Run(name, func(t *testing.T) {
			img := c.img
			if name == "nobody" {
				img, c.wrong = image.NewRGBA(image.Rect(0, 0, 620, 797)), []photo.Code{photo.OneFace}
			}
			r := j.JudgeImage(img)
			var wrong []photo.Code
			for _, i := range r.Items {
				if i.Verdict == photo.NotOK {
					wrong = append(wrong, i.Code)
				}
			}
			if len(c.wrong) == 0 {
				require.Empty(t, wrong)
				require.True(t, r.Good())
				return
			}
			require.Contains(t, wrong, c.wrong[0])
			require.Subset(t, c.wrong, wrong)
			require.False(t, r.Good())
		})
	}
}

// Without a face nothing that rests on it is called good.
func TestWhatIsNotMeasuredIsNotJudged(t *testing.T) {
	r := judge(t).JudgeImage(image.NewGray(image.Rect(0, 0, 620, 797)))
	require.Nil(t, r.Face)
	require.Nil(t, r.Crop)
	require.Len(t, r.Items, len(photo.Codes()))
	for _, i := range r.Items[3:] {
		require.Equal(t, photo.NotJudged, i.Verdict, i.Code)
	}
	require.False(t, photo.Report{}.Good())
}

// The crop of a picture that is too wide and too far away is one that is good.
func TestTheCropIsGood(t *testing.T) {
	j := judge(t)
	for seed := range uint64(10) {
		s := sitter.Usual(seed)
		s.Width, s.Height, s.Head, s.X, s.Eyes = 1400, 1200, 0.5, 0.4, 0.5
		img := s.Draw()
		r := j.JudgeImage(img)
		require.NotNil(t, r.Crop)
		require.InDelta(t, 35.0/45, float64(r.Crop.Width)/float64(r.Crop.Height), 0.01)
		cut := img.SubImage(image.Rect(r.Crop.X, r.Crop.Y, r.Crop.X+r.Crop.Width, r.Crop.Y+r.Crop.Height))
		for _, i := range j.JudgeImage(cut).Items {
			require.Equal(t, photo.OK, i.Verdict, "%s of sitter %d: %v", i.Code, seed, i.Measured)
		}
	}
}

// What is measured of many: how often a face is found once, how far the eyes are off, and how often a face is found where there is none.
func TestRates(t *testing.T) {
	j := judge(t)
	const people = 120
	once, worst := 0, 0.0
	for seed := range uint64(people) {
		s := sitter.Usual(seed)
		s.Width, s.Height = 310, 398
		s.Tilt = float64(seed%11) - 5
		r := j.JudgeImage(s.Draw())
		apart, _ := r.Item(photo.Resolution)
		if one, _ := r.Item(photo.OneFace); one.Measured != 1 {
			continue
		}
		once++
		truth := s.Apart()
		worst = max(worst, math.Abs(apart.Measured/truth-1))
	}
	t.Logf("shaded drawings: %d of %d found once; the distance of the eyes is off by %.1f %% at worst", once, people, 100*worst)
	require.GreaterOrEqual(t, once*100, people*95)
	require.Less(t, worst, 0.12)

	flat := 0
	for seed := range uint64(20) {
		file, err := specimen.PortraitFile(page.Face{Seed: seed})
		require.NoError(t, err)
		r, err := j.Judge(file)
		require.NoError(t, err)
		if one, _ := r.Item(photo.OneFace); one.Measured > 0 {
			flat++
		}
	}
	t.Logf("flat drawings of the specimens: %d of 20 found: the detector wants shading", flat)

	wrong := 0
	for seed := range uint64(60) {
		s := sitter.Usual(seed)
		s.Width, s.Height = 310, 398
		s.Tilt = 180 // a face that stands on its head is none
		if one, _ := j.JudgeImage(s.Draw()).Item(photo.OneFace); one.Measured > 0 {
			wrong++
		}
	}
	t.Logf("upside down: %d of 60 found", wrong)
	require.LessOrEqual(t, wrong, 3)
}

// The portrait that the detector's module comes with, where the module is at hand.
func TestThePortraitOfTheDetector(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/esimov/pigo").Output()
	if err != nil {
		t.Skip("go list does not know where the module of the detector is")
	}
	file, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "testdata", "sample.jpg"))
	if err != nil {
		t.Skip("the module of the detector came without its sample")
	}
	r, err := judge(t).Judge(file)
	require.NoError(t, err)
	for _, i := range r.Items {
		want := photo.OK
		if i.Code == photo.Size {
			want = photo.NotOK // 320 pixels
		}
		require.Equal(t, want, i.Verdict, "%s: %v", i.Code, i.Measured)
	}
}

func TestThePictureIsJudgedTheSameEachTime(t *testing.T) {
	j, img := judge(t), sitter.Usual(5).Draw()
	first := j.JudgeImage(img)
	require.Equal(t, first, j.JudgeImage(img))
}

func TestWhatIsNoPicture(t *testing.T) {
	_, err := judge(t).Judge([]byte("%PDF-1.7"))
	require.ErrorIs(t, err, picture.ErrUnknown)
}

// Pictures of odd shapes have no face, and nothing breaks.
func TestOddShapes(t *testing.T) {
	j := judge(t)
	for _, size := range []image.Point{{0, 0}, {1, 1}, {3000, 2}, {2, 3000}, {49, 60}, {400, 51}} {
		r := j.JudgeImage(image.NewGray(image.Rectangle{Max: size}))
		require.Nil(t, r.Face)
	}
	s := sitter.Usual(1)
	s.X, s.Eyes = 0.1, 0.2 // half of it outside
	require.NotPanics(t, func() { j.JudgeImage(s.Draw()) })
}

func FuzzJudge(f *testing.F) {
	var file bytes.Buffer
	s := sitter.Usual(1)
	s.Width, s.Height = 140, 180
	require.NoError(f, jpeg.Encode(&file, s.Draw(), nil))
	f.Add(file.Bytes())
	j := judge(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if info, err := picture.Identify(data); err != nil || info.Width*info.Height > 1<<20 {
			return
		}
		r, err := j.Judge(data)
		if err == nil {
			require.Len(t, r.Items, len(photo.Codes()))
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	j, img := judge(b), sitter.Usual(4).Draw()
	var file bytes.Buffer
	require.NoError(b, jpeg.Encode(&file, img, nil))
	for b.Loop() {
		_, err := j.Judge(file.Bytes())
		require.NoError(b, err)
	}
}
