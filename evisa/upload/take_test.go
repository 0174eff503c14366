package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/photo/sitter"
	"github.com/openbmis/openbmis/internal/problem"
)

func noContext() context.Context { return context.Background() }

// scene is a picture in which every corner has a colour of its own: red, green, blue, grey, with the clock from the upper left.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{220, 30, 30, 255}
			switch {
			case x >= w/2 && y < h/2:
				c = color.RGBA{30, 200, 30, 255}
			case x >= w/2:
				c = color.RGBA{30, 30, 220, 255}
			case y >= h/2:
				c = color.RGBA{120, 120, 120, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, img, &jpeg.Options{Quality: 90}))
	return out.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

// segment puts a segment behind the begin of a JPEG.
func segment(file []byte, marker byte, body string) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xFF, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	out = append(out, body...)
	return append(out, file[2:]...)
}

// exif is an Exif with an orientation and the place where a picture was taken.
func exif(orientation byte) string {
	return "Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00\x12\x01\x03\x00\x01\x00\x00\x00" + string(orientation) + "\x00\x00\x00" +
		"\x25\x88\x04\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00GPS 48.8583N 2.2944E"
}

func portrait(t testing.TB, seed int) []byte {
	t.Helper()
	s := sitter.Usual(uint64(seed))
	s.Width, s.Height = 420, 540
	file, err := s.JPEG()
	require.NoError(t, err)
	return file
}

// hugePNG says that it has 50,000 x 50,000 pixels and holds a few bytes.
func hugePNG(w, h uint32) []byte {
	out := []byte("\x89PNG\r\n\x1A\n")
	chunk := func(kind string, body []byte) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
		out = append(out, kind...)
		out = append(out, body...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(append([]byte(kind), body...)))
	}
	header := binary.BigEndian.AppendUint32(nil, w)
	header = binary.BigEndian.AppendUint32(header, h)
	chunk("IHDR", append(header, 8, 2, 0, 0, 0))
	chunk("IDAT", deflated(make([]byte, 100_000)))
	chunk("IEND", nil)
	return out
}

func TestImagesAreWrittenAnew(t *testing.T) {
	const secret = "<script>alert('stranger')</script>"
	plain := jpegOf(t, scene(600, 800))
	jar := "PK\x03\x04evil.class" + "PK\x05\x06" + string(make([]byte, 18))
	for name, file := range map[string][]byte{
		"HTML in a comment": segment(plain, 0xFE, secret),
		"HTML behind it":    append(bytes.Clone(plain), secret...),
		"JAR behind it":     append(bytes.Clone(plain), jar...),
		"place and camera":  segment(plain, 0xE1, exif(1)),
		"PNG":               append(pngOf(t, scene(600, 800)), secret...),
	} {
		t.Run(name, func(t *testing.T) {
			k, err := NewTaker(uuid.New, 1).Take(noContext(), evisa.FilePortrait, file)
			require.NoError(t, err)
			for _, gone := range []string{"script", "stranger", "PK\x03\x04", "Exif", "GPS", "2.2944"} {
				require.NotContains(t, string(k.Data), gone)
			}
			require.Equal(t, "image/jpeg", k.Type)
			require.Equal(t, len(k.Data), k.Size)
			digest := sha256.Sum256(k.Data)
			require.Equal(t, digest[:], k.Digest)
			require.NotEqual(t, uuid.Nil, k.ID)
			again, format, err := image.Decode(bytes.NewReader(k.Data))
			require.NoError(t, err)
			require.Equal(t, "jpeg", format)
			require.Equal(t, image.Pt(k.Width, k.Height), again.Bounds().Size())
		})
	}
}

// However the camera was held, what is kept stands upright: the red corner is where the Exif says that it was.
func TestTheOrientationIsApplied(t *testing.T) {
	corner := map[byte]image.Point{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
	for o, want := range corner {
		k, err := taken(segment(jpegOf(t, scene(600, 800)), 0xE1, exif(o)))
		require.NoError(t, err)
		img, err := jpeg.Decode(bytes.NewReader(k.Data))
		require.NoError(t, err)
		if o >= 5 {
			require.Equal(t, image.Pt(800, 600), img.Bounds().Size(), o)
		}
		at := image.Pt(20+want.X*(k.Width-40), 20+want.Y*(k.Height-40))
		r, g, b, _ := img.At(at.X, at.Y).RGBA()
		require.Greater(t, r>>8, uint32(180), "orientation %d", o)
		require.Less(t, g>>8, uint32(80), "orientation %d", o)
		require.Less(t, b>>8, uint32(80), "orientation %d", o)
	}
}

// Bytes that fill the space before a marker, and an Exif that is cut or points nowhere, change nothing.
func TestOddExif(t *testing.T) {
	plain := jpegOf(t, scene(300, 400))
	turned := segment(plain, 0xE1, exif(6))
	filled := append(append(bytes.Clone(turned[:2]), 0xFF, 0xFF), turned[2:]...)
	for name, c := range map[string]struct {
		file []byte
		want int
	}{
		"filled":         {filled, 400},
		"cut":            {segment(plain, 0xE1, exif(6)[:20]), 300},
		"only a name":    {segment(plain, 0xE1, "Exif\x00\x00"), 300},
		"points nowhere": {segment(plain, 0xE1, "Exif\x00\x00MM\x00*\xFF\xFF\xFF\xF0\x00\x00\x00"), 300},
		"no such way":    {segment(plain, 0xE1, exif(9)), 300},
	} {
		k, err := taken(c.file)
		require.NoError(t, err, name)
		require.Equal(t, c.want, k.Width, name)
	}
}

func TestLargePicturesAreMadeSmaller(t *testing.T) {
	k, err := NewTaker(uuid.New, 1).Take(noContext(), evisa.FilePortrait, jpegOf(t, scene(3000, 4000)))
	require.NoError(t, err)
	require.Equal(t, []int{1200, 1600}, []int{k.Width, k.Height})
}

// A picture that lets its background through stands on white.
func TestWhatIsTransparentBecomesWhite(t *testing.T) {
	k, err := taken(pngOf(t, image.NewNRGBA(image.Rect(0, 0, 300, 300))))
	require.NoError(t, err)
	img, err := jpeg.Decode(bytes.NewReader(k.Data))
	require.NoError(t, err)
	r, _, _, _ := img.At(5, 5).RGBA()
	require.Equal(t, uint32(0xFFFF), r)
}

func TestFilesThatAreRefused(t *testing.T) {
	whole := jpegOf(t, scene(600, 800))
	var animation bytes.Buffer
	require.NoError(t, gif.Encode(&animation, scene(300, 300), nil))
	for name, c := range map[string]struct {
		kind string
		data []byte
		code string
	}{
		"nothing":              {"ticket", nil, "upload_empty"},
		"of no kind":           {"selfie", whole, "upload_kind"},
		"too many bytes":       {"ticket", make([]byte, 10<<20+1), "upload_large"},
		"GIF, and a JAR":       {"ticket", append(animation.Bytes(), "PK\x05\x06"...), "upload_type"},
		"program":              {"ticket", []byte("MZ\x90\x00"), "upload_type"},
		"ZIP":                  {"ticket", []byte("PK\x03\x04"), "upload_type"},
		"page of a browser":    {"ticket", []byte("<!doctype html><script>alert(1)</script>"), "upload_type"},
		"SVG":                  {"portrait", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "upload_type_image"},
		"TIFF":                 {"ticket", []byte("II*\x00\x08\x00\x00\x00"), "upload_type"},
		"50,000 x 50,000":      {"ticket", hugePNG(50_000, 50_000), "upload_pixels"},
		"60,000,000 in a line": {"ticket", hugePNG(60_000_000, 1), "upload_pixels"},
		"pixels are missing":   {"ticket", hugePNG(1000, 1000), "upload_broken"},
		"truncated":            {"ticket", whole[:len(whole)/2], "upload_broken"},
		"only a header":        {"ticket", whole[:20], "upload_broken"},
		"too small":            {"portrait", jpegOf(t, scene(200, 260)), "upload_small"},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := NewTaker(uuid.New, 1).Take(noContext(), c.kind, c.data)
			require.ErrorIs(t, err, problem.New(problem.Invalid, c.code))
			require.Equal(t, problem.Invalid, problem.KindOf(err))
			require.Empty(t, k.Data)
		})
	}
}

// Whoever does not get his turn in time is told so, and nothing is looked at.
func TestTurns(t *testing.T) {
	taker := NewTaker(uuid.New, 1)
	taker.turns <- struct{}{}
	ctx, cancel := context.WithCancel(noContext())
	cancel()
	_, err := taker.Take(ctx, "ticket", jpegOf(t, scene(300, 300)))
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzTake(f *testing.F) {
	f.Add(jpegOf(f, scene(300, 300)))
	f.Add(segment(jpegOf(f, scene(240, 240)), 0xE1, exif(6)))
	f.Add(pngOf(f, scene(240, 240)))
	f.Add(hugePNG(50_000, 50_000))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := taken(data)
		if err != nil {
			require.Equal(t, problem.Invalid, problem.KindOf(err))
			return
		}
		if k.Type == "image/jpeg" {
			_, err := jpeg.Decode(bytes.NewReader(k.Data))
			require.NoError(t, err)
		}
	})
}

func BenchmarkTakePortrait(b *testing.B) {
	file := jpegOf(b, scene(3000, 4000))
	taker := NewTaker(uuid.New, 1)
	for b.Loop() {
		_, err := taker.Take(noContext(), evisa.FilePortrait, file)
		require.NoError(b, err)
	}
}

func BenchmarkTakePDF(b *testing.B) {
	file := manyStreams(deflated(bytes.Repeat([]byte("BT (some text of a page) Tj ET\n"), 20_000)), 40)
	for b.Loop() {
		_, err := taken(file)
		require.NoError(b, err)
	}
}
