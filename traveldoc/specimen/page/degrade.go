package page

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// Damage is what a scanner or a camera does to a page. The zero value does nothing.
type Damage struct {
	Blur     float64 // standard deviation of a Gaussian, in pixels
	Noise    float64 // standard deviation of the grey values' noise, 0 to 255
	Rotation float64 // degrees, against the clock
	Contrast float64 // 1 or 0 leaves it, 0.5 halves it
	Quality  int     // of the JPEG, 1 to 100; 0: 92
}

// Degrade is the picture as it would come from a device, a JPEG file. The same seed gives the same noise.
func Degrade(img image.Image, d Damage, seed uint64) ([]byte, error) {
	if d.Blur < 0 || d.Blur > 20 || d.Noise < 0 || d.Noise > 128 || d.Contrast < 0 || d.Contrast > 4 || d.Quality < 0 || d.Quality > 100 {
		return nil, fmt.Errorf("page: degrade: blur 0 to 20, noise 0 to 128, contrast 0 to 4, quality 0 to 100 expected, got %+v", d)
	}
	out := rotated(img, d.Rotation)
	if d.Blur > 0 {
		blur(out, d.Blur)
	}
	if d.Contrast != 0 && d.Contrast != 1 || d.Noise > 0 {
		disturb(out, d, numbered(seed, 3))
	}
	quality := d.Quality
	if quality == 0 {
		quality = 92
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, out, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("page: degrade: %w", err)
	}
	return file.Bytes(), nil
}

// rotated is the picture turned about its middle on a grey table, as large as it needs.
func rotated(img image.Image, degrees float64) *image.RGBA {
	b := img.Bounds()
	sin, cos := math.Sincos(-degrees * math.Pi / 180)
	w, h := float64(b.Dx()), float64(b.Dy())
	out := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(math.Abs(w*cos)+math.Abs(h*sin))), int(math.Ceil(math.Abs(w*sin)+math.Abs(h*cos)))))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.RGBA{70, 72, 76, 255}), image.Point{}, draw.Src)
	if degrees == 0 {
		draw.Draw(out, out.Bounds(), img, b.Min, draw.Src)
		return out
	}
	cx, cy := float64(out.Bounds().Dx())/2, float64(out.Bounds().Dy())/2
	mx, my := float64(b.Min.X)+w/2, float64(b.Min.Y)+h/2
	matrix := f64.Aff3{cos, -sin, cx - cos*mx + sin*my, sin, cos, cy - sin*mx - cos*my}
	draw.CatmullRom.Transform(out, matrix, img, b, draw.Over, nil)
	return out
}

// blur spreads every channel along rows, then along columns.
func blur(img *image.RGBA, sigma float64) {
	kernel := gaussian(sigma)
	b := img.Bounds()
	line := make([]float64, max(b.Dx(), b.Dy()))
	for channel := range 3 {
		for y := range b.Dy() {
			spread(img.Pix[y*img.Stride+channel:], 4, b.Dx(), kernel, line)
		}
		for x := range b.Dx() {
			spread(img.Pix[4*x+channel:], img.Stride, b.Dy(), kernel, line)
		}
	}
}

// gaussian is half a bell, its middle first, that sums to one with its mirror image.
func gaussian(sigma float64) []float64 {
	half := make([]float64, int(math.Ceil(3*sigma))+1)
	sum := 0.0
	for n := range half {
		half[n] = math.Exp(-float64(n*n) / (2 * sigma * sigma))
		sum += half[n] * float64(min(n, 1)+1)
	}
	for n := range half {
		half[n] /= sum
	}
	return half
}

// spread blurs n values, step bytes apart; at the ends the last value goes on.
func spread(pix []byte, step, n int, kernel, line []float64) {
	for i := range n {
		line[i] = float64(pix[i*step])
	}
	for i := range n {
		v := kernel[0] * line[i]
		for k := 1; k < len(kernel); k++ {
			v += kernel[k] * (line[max(i-k, 0)] + line[min(i+k, n-1)])
		}
		pix[i*step] = uint8(v + 0.5)
	}
}

// disturb flattens the contrast about the middle grey and adds noise, the same to the three colours.
func disturb(img *image.RGBA, d Damage, random *rand.Rand) {
	contrast := d.Contrast
	if contrast == 0 {
		contrast = 1
	}
	for n := 0; n+3 < len(img.Pix); n += 4 {
		add := random.NormFloat64() * d.Noise
		for c := range 3 {
			v := (float64(img.Pix[n+c])-128)*contrast + 128 + add
			img.Pix[n+c] = uint8(min(max(v, 0), 255))
		}
	}
}
