package barcode_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
)

// scan is how a page comes from a scanner.
type scan struct {
	module  float64 // pixels
	degrees float64 // at most, either way
	blur    float64 // pixels
	noise   float64 // standard deviation, of 255
	quality int     // of the JPEG
}

// scanned is a code on a page with guilloche, scanned.
func scanned(t testing.TB, code *image.Gray, how scan, random *rand.Rand) []byte {
	t.Helper()
	const wide, high, drawn = 560, 460, 10
	page := image.NewGray(image.Rect(0, 0, wide, high))
	sin, cos := math.Sincos((2*random.Float64() - 1) * how.degrees * math.Pi / 180)
	middleX, middleY := wide/2+20*random.Float64(), high/2+20*random.Float64()
	scale, half := drawn/how.module, float64(code.Rect.Dx())/2
	shade := func(x, y float64) float64 {
		u, v := (cos*(x-middleX)+sin*(y-middleY))*scale+half, (cos*(y-middleY)-sin*(x-middleX))*scale+half
		if u >= 0 && v >= 0 && code.GrayAt(int(u), int(v)).Y == 0 && image.Pt(int(u), int(v)).In(code.Rect) {
			return 45
		}
		return 215 + 14*math.Sin(x/7+3*math.Sin(y/40)) + 8*math.Sin(y/5+2*math.Sin(x/30))
	}
	for y := range high {
		for x := range wide {
			var sum float64
			for i := range 9 {
				sum += shade(float64(x)+float64(i%3-1)*how.blur, float64(y)+float64(i/3-1)*how.blur)
			}
			page.SetGray(x, y, color.Gray{Y: uint8(max(0, min(255, sum/9+random.NormFloat64()*how.noise)))})
		}
	}
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, page, &jpeg.Options{Quality: how.quality}))
	return out.Bytes()
}

// Codes of documents come from scanners: small modules, not level, with noise, on a patterned ground. Of Data Matrix and QR all have to be
// read; Aztec codes want larger modules, and one in three may fail.
func TestScansOfPages(t *testing.T) {
	for s, how := range map[barcode.Symbology]scan{
		barcode.DataMatrix: {module: 3, degrees: 5, blur: .9, noise: 10, quality: 60},
		barcode.QR:         {module: 3, degrees: 5, blur: .9, noise: 10, quality: 60},
		barcode.Aztec:      {module: 5, degrees: 1, blur: .6, noise: 4, quality: 85},
	} {
		read := 0
		const pages = 6
		for n := range pages {
			data := sealed(120 + n)
			codes, err := barcode.Read(scanned(t, drawn(t, s, data, 10), how, rand.New(rand.NewPCG(uint64(n), 7))))
			if err == nil && len(codes) == 1 {
				require.Equal(t, data, codes[0].Data, "what is read is right")
				read++
			}
		}
		if s == barcode.Aztec {
			require.GreaterOrEqual(t, read, pages*2/3, s)
		} else {
			require.Equal(t, pages, read, s)
		}
	}
}
