package photo

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// head is where a head is taken to be, in pixels of the working picture.
type head struct {
	face        square
	left, right [2]float64 // the pupils, as seen
	seen        bool       // both were found, where they can be
	x, eyes     float64    // middle and height of the line through the eyes
	apart       float64    // from eye to eye
}

// Proportions of heads. From eye to eye 0.39 of the detector's square; crown and chin 1.85 times that above and below the eyes, hair included: the
// middle of what is measured of people, who differ by a tenth.
const (
	apartOfSquare = 0.39
	eyesOfSquare  = -0.075
	half          = 1.85
)

// head looks for the eyes of a face.
func (j *Judge) head(work *image.RGBA, f square) head {
	h := head{face: f, x: f.x, eyes: f.y + eyesOfSquare*f.side, apart: apartOfSquare * f.side}
	const side = 200.0 // of the face in the picture that eyes are looked for in
	from := image.Rect(int(f.x-f.side), int(f.y-f.side), int(f.x+f.side), int(f.y+f.side))
	grey := image.NewGray(image.Rect(0, 0, 2*side, 2*side))
	draw.Draw(grey, grey.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(grey, grey.Bounds(), work, from, draw.Over, nil)
	scale := f.side / side
	eye := func(sign float64) (at [2]float64, found bool) {
		x, y, found := j.eyes.pupil(grey, side+sign*0.18*side, side+eyesOfSquare*side, 0.25*side)
		return [2]float64{float64(from.Min.X) + x*scale, float64(from.Min.Y) + y*scale}, found
	}
	var left, right bool
	h.left, left = eye(-1)
	h.right, right = eye(1)
	dx, dy := h.right[0]-h.left[0], h.right[1]-h.left[1]
	apart := math.Hypot(dx, dy)
	middle := (h.left[1] + h.right[1]) / 2
	if h.seen = left && right && dx > 0 && apart > 0.26*f.side && apart < 0.55*f.side && math.Abs(middle-h.eyes) < 0.15*f.side; h.seen {
		h.x, h.eyes, h.apart = (h.left[0]+h.right[0])/2, middle, apart
	}
	return h
}

func (h head) crown() float64 { return h.eyes - half*h.apart }
func (h head) chin() float64  { return h.eyes + half*h.apart }

// measure holds size and place of the head against the picture.
func (h head) measure(found map[Code]float64, work *image.RGBA, scale float64) {
	w, height := float64(work.Bounds().Dx()), float64(work.Bounds().Dy())
	found[HeadSize] = 100 * (h.chin() - h.crown()) / height
	found[Resolution] = h.apart * scale
	found[Position] = 100 * math.Abs(h.x-w/2) / w
	found[EyeHeight] = 100 * (1 - h.eyes/height)
	if h.seen {
		found[EyesLevel] = math.Abs(math.Atan2(h.right[1]-h.left[1], h.right[0]-h.left[0])) * 180 / math.Pi
	}
}

// box is the head in pixels of the picture itself.
func (h head) box(scale float64) Box {
	wide := 1.35 * h.apart // half a head's width, ears included
	return Box{
		X: int((h.x - wide) * scale), Y: int(h.crown() * scale), Width: int(2 * wide * scale), Height: int((h.chin() - h.crown()) * scale),
	}
}

// crop is the part of 35 x 45 in which the head has three quarters of the height, as far as the picture reaches.
func (h head) crop(size image.Point, scale float64) Box {
	const ratio, part, above = 35.0 / 45, 0.75, 0.08
	w, height := float64(size.X), float64(size.Y)
	tall := min((h.chin()-h.crown())/part, height, w/ratio)
	wide := tall * ratio
	x := min(max(h.x-wide/2, 0), w-wide)
	y := min(max(h.crown()-above*tall, 0), height-tall)
	return Box{X: int(x * scale), Y: int(y * scale), Width: int(wide * scale), Height: int(tall * scale)}
}
