package synth

import (
	"image"
)

// Photo shows a page as a camera sees it from aside and from above: its far side is smaller by twice the tilt, 0.05 being a good deal.
func Photo(img *image.Gray, tilt float64) *image.Gray {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	out := image.NewGray(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			u, v := (float64(x)/w-0.5)*1.15, (float64(y)/h-0.5)*1.15
			depth := 1 + tilt*2*u + tilt*v
			out.Pix[y*out.Stride+x] = sample(img, (u/depth+0.5)*w, (v/depth+0.5)*h)
		}
	}
	return out
}
