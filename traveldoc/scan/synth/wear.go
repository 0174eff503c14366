package synth

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Wear is what happens to a picture between the print and the file.
type Wear struct {
	Skew     float64 // degrees against the clock
	Blur     float64 // sigma in pixels
	Contrast float64 // of the ink, 1 = full
	Noise    float64 // sigma in grey steps
	Quality  int     // of JPEG; 0 = not compressed
	Gain     float64 // above 0 the strokes grow, below they shrink, in grey steps after the blur
}

// Apply wears a picture.
func (w Wear) Apply(r *rand.Rand, img *image.Gray) (*image.Gray, error) {
	img = blur(turn(img, w.Skew), w.Blur)
	contrast := w.Contrast
	if contrast == 0 {
		contrast = 1
	}
	for i, v := range img.Pix {
		x := float64(v)
		if w.Gain != 0 {
			x = min(255, max(0, (x-128-w.Gain)*1.5+128))
		}
		x = 250 - (250-x)*contrast
		if w.Noise > 0 {
			x += r.NormFloat64() * w.Noise
		}
		img.Pix[i] = uint8(min(255, max(0, x)))
	}
	if w.Quality == 0 {
		return img, nil
	}
	return throughJPEG(img, w.Quality)
}

func throughJPEG(img *image.Gray, quality int) (*image.Gray, error) {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("wear a picture: %w", err)
	}
	back, err := jpeg.Decode(&file)
	if err != nil {
		return nil, fmt.Errorf("wear a picture: %w", err)
	}
	grey, ok := back.(*image.Gray)
	if !ok {
		return nil, fmt.Errorf("wear a picture: JPEG of grey came back as %T", back)
	}
	return grey, nil
}

// turn turns a picture about its middle; what comes in at the corners is the shade of the edge.
func turn(img *image.Gray, degrees float64) *image.Gray {
	out := image.NewGray(img.Rect)
	if degrees == 0 {
		copy(out.Pix, img.Pix)
		return out
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	mx, my := float64(img.Rect.Dx())/2, float64(img.Rect.Dy())/2
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			dx, dy := float64(x)+0.5-mx, float64(y)+0.5-my
			out.Pix[y*out.Stride+x] = sample(img, mx+dx*cos-dy*sin-0.5, my+dx*sin+dy*cos-0.5)
		}
	}
	return out
}

// sample is the picture between its pixels.
func sample(img *image.Gray, x, y float64) uint8 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	x, y = min(max(x, 0), float64(w-1)), min(max(y, 0), float64(h-1))
	ix, iy := min(int(x), w-2), min(int(y), h-2)
	fx, fy := x-float64(ix), y-float64(iy)
	i := iy*img.Stride + ix
	top := float64(img.Pix[i])*(1-fx) + float64(img.Pix[i+1])*fx
	bottom := float64(img.Pix[i+img.Stride])*(1-fx) + float64(img.Pix[i+img.Stride+1])*fx
	return uint8(top*(1-fy) + bottom*fy + 0.5)
}

// blur is a Gaussian blur.
func blur(img *image.Gray, sigma float64) *image.Gray {
	if sigma < 0.15 {
		return img
	}
	n := int(math.Ceil(3 * sigma))
	kernel, sum := make([]float32, 2*n+1), float32(0)
	for i := range kernel {
		d := float64(i - n)
		kernel[i] = float32(math.Exp(-d * d / (2 * sigma * sigma)))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	between, out := make([]float32, w*h), image.NewGray(img.Rect)
	for y := range h {
		for x := range w {
			v := float32(0)
			for i, k := range kernel {
				v += k * float32(img.Pix[y*img.Stride+min(max(x+i-n, 0), w-1)])
			}
			between[y*w+x] = v
		}
	}
	for y := range h {
		row := make([]float32, w)
		for i, k := range kernel {
			from := between[min(max(y+i-n, 0), h-1)*w:][:w]
			for x, v := range from {
				row[x] += k * v
			}
		}
		for x, v := range row {
			out.Pix[y*out.Stride+x] = uint8(v + 0.5)
		}
	}
	return out
}
