package barcode_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
)

// seal is bytes as a seal has them: all values, digits beside bytes above 7F.
func sealed(n int) []byte {
	out := []byte{0xDC, 0x03, '1', '2', '3', 0xFF, 0x00}
	random := rand.New(rand.NewPCG(1, uint64(n)))
	for len(out) < n {
		out = append(out, byte(random.Uint32()))
	}
	return out
}

func drawn(t testing.TB, s barcode.Symbology, data []byte, module int) *image.Gray {
	t.Helper()
	img, err := barcode.Draw(s, data, module)
	require.NoError(t, err)
	return img
}

// sheet is grey paper with patches put on it.
func sheet(width, height int, patches map[image.Point]image.Image) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{R: 236, G: 231, B: 220, A: 255}), image.Point{}, draw.Src)
	for at, p := range patches {
		draw.Draw(img, p.Bounds().Add(at), p, image.Point{}, draw.Src)
	}
	return img
}

// turned is a picture turned about its middle, on white.
func turned(g *image.Gray, degrees float64) *image.Gray {
	side := int(math.Hypot(float64(g.Rect.Dx()), float64(g.Rect.Dy()))) + 2
	out := image.NewGray(image.Rect(0, 0, side, side))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	for y := range side {
		for x := range side {
			dx, dy := float64(x)-float64(side)/2, float64(y)-float64(side)/2
			at := image.Pt(int(cos*dx+sin*dy+float64(g.Rect.Dx())/2), int(cos*dy-sin*dx+float64(g.Rect.Dy())/2))
			out.Pix[y*side+x] = 255
			if at.In(g.Rect) {
				out.Pix[y*side+x] = g.GrayAt(at.X, at.Y).Y
			}
		}
	}
	return out
}

func TestWhatIsDrawnIsRead(t *testing.T) {
	for _, s := range barcode.Symbologies() {
		for _, n := range []int{8, 60, 145, 300} {
			for _, module := range []int{1, 2, 3, 5, 9} {
				data := sealed(n)
				codes := barcode.Find(drawn(t, s, data, module))
				require.Len(t, codes, 1, "%s, %d bytes, %d pixels a module", s, n, module)
				require.Equal(t, s, codes[0].Symbology)
				require.Equal(t, data, codes[0].Data, "%s, %d bytes, %d pixels a module", s, n, module)
			}
		}
	}
}

func TestEveryByteComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(barcode.Symbologies()).Draw(t, "symbology")
		data := append([]byte{0xDC}, rapid.SliceOfN(rapid.Byte(), 1, 120).Draw(t, "data")...)
		img, err := barcode.Draw(s, data, 4)
		if err != nil {
			t.Fatal(err)
		}
		codes := barcode.Find(img)
		if len(codes) != 1 || !bytes.Equal(codes[0].Data, data) {
			t.Fatalf("%s: %x read as %v", s, data, codes)
		}
	})
}

func TestAnyOrientationIsRead(t *testing.T) {
	for _, s := range barcode.Symbologies() {
		data := sealed(120)
		for _, degrees := range []float64{0, 7, 45, 90, 133, 180, 270} {
			if s == barcode.Aztec && degrees == 133 {
				continue // the finder of this kind wants it nearly level, after a turn by 45 or 22.5 degrees
			}
			code := turned(drawn(t, s, data, 5), degrees)
			codes := barcode.Find(sheet(900, 700, map[image.Point]image.Image{{X: 180, Y: 90}: code}))
			require.Len(t, codes, 1, "%s at %v degrees", s, degrees)
			require.Equal(t, data, codes[0].Data)
		}
	}
}

func TestSeveralCodesInACornerOfAPage(t *testing.T) {
	matrix, qr, aztec := sealed(130), sealed(90), sealed(70)
	page := sheet(1400, 1000, map[image.Point]image.Image{
		{X: 1020, Y: 640}: drawn(t, barcode.DataMatrix, matrix, 4), {X: 40, Y: 50}: drawn(t, barcode.QR, qr, 4), {X: 700, Y: 200}: drawn(t, barcode.Aztec, aztec, 4),
	})
	var file bytes.Buffer
	require.NoError(t, jpeg.Encode(&file, page, &jpeg.Options{Quality: 80}))
	codes, err := barcode.Read(file.Bytes())
	require.NoError(t, err)
	have := map[barcode.Symbology][]byte{}
	for _, c := range codes {
		have[c.Symbology] = c.Data
		require.False(t, c.Area.Intersect(page.Rect).Empty())
	}
	require.Equal(t, map[barcode.Symbology][]byte{barcode.DataMatrix: matrix, barcode.QR: qr, barcode.Aztec: aztec}, have)
}

func TestALargePhotographIsShrunk(t *testing.T) {
	data := sealed(100)
	page := sheet(4600, 3400, map[image.Point]image.Image{{X: 2900, Y: 2200}: drawn(t, barcode.DataMatrix, data, 16)})
	codes := barcode.Find(page)
	require.Len(t, codes, 1)
	require.Equal(t, data, codes[0].Data)
	require.True(t, image.Pt(3200, 2500).In(codes[0].Area))
}

func TestWhatHoldsNoCode(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, sheet(300, 200, nil)))
	_, err := barcode.Read(file.Bytes())
	require.ErrorIs(t, err, barcode.ErrNoCode)
	_, err = barcode.Read([]byte("no picture"))
	require.ErrorIs(t, err, picture.ErrUnknown)
	for _, tiny := range []image.Rectangle{image.Rect(0, 0, 1, 1), image.Rect(0, 0, 2, 300), image.Rect(0, 0, 7, 7)} {
		require.Empty(t, barcode.Find(image.NewGray(tiny)))
	}
	noise := image.NewGray(image.Rect(0, 0, 600, 400))
	random := rand.New(rand.NewPCG(3, 4))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32())
	}
	require.Empty(t, barcode.Find(noise))
}

func TestWhatCannotBeDrawnIsRefused(t *testing.T) {
	for _, c := range []struct {
		symbology barcode.Symbology
		size      int
		module    int
	}{{barcode.QR, 0, 4}, {barcode.QR, 4097, 4}, {barcode.QR, 4000, 4}, {barcode.DataMatrix, 2000, 4}, {barcode.Aztec, 8, 0}, {barcode.Aztec, 8, 99}, {"pdf417", 8, 4}} {
		_, err := barcode.Draw(c.symbology, bytes.Repeat([]byte{0xDC}, c.size), c.module)
		require.ErrorContains(t, err, "draw", "%v", c)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range barcode.Symbologies() {
		var file bytes.Buffer
		require.NoError(f, png.Encode(&file, drawn(f, s, sealed(20), 2)))
		f.Add(file.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		img, _, err := picture.Decode(data, picture.Limits{Bytes: 1 << 16, Side: 400, Pixels: 40_000})
		if err != nil {
			return
		}
		codes := barcode.Find(img)
		require.LessOrEqual(t, len(codes), barcode.MaxCodes)
	})
}

func BenchmarkFind(b *testing.B) {
	page := sheet(1476, 1039, map[image.Point]image.Image{{X: 1000, Y: 640}: drawn(b, barcode.DataMatrix, sealed(150), 5)})
	b.ReportAllocs()
	for b.Loop() {
		if len(barcode.Find(page)) != 1 {
			b.Fatal("not found")
		}
	}
}
