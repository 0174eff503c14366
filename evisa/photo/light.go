package photo

import (
	"image"
	"math"
	"slices"

	"golang.org/x/image/draw"
)

// faceSide is the side that a face is brought to before its focus is measured: a picture of many pixels is no sharper for them.
const faceSide = 160

// measureFace measures light, colour and focus of what lies between brows and mouth.
func measureFace(found map[Code]float64, work *image.RGBA, h head) {
	var brightness []int
	clipped, chroma := 0, 0
	rx, ry := 1.05*h.apart, 1.35*h.apart
	area := image.Rect(int(h.x-rx), int(h.eyes-0.5*h.apart), int(h.x+rx), int(h.eyes+ry)).Intersect(work.Bounds())
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if dx, dy := (float64(x)-h.x)/rx, (float64(y)-h.eyes)/ry; dx*dx+dy*dy > 1 {
				continue
			}
			p := work.Pix[work.PixOffset(x, y):][:4]
			v := luma(p)
			brightness = append(brightness, v)
			if v >= 250 || v <= 6 {
				clipped++
			}
			chroma += int(max(p[0], p[1], p[2])) - int(min(p[0], p[1], p[2]))
		}
	}
	if len(brightness) < 400 {
		return // too small to say anything
	}
	slices.Sort(brightness)
	sum := 0
	for _, v := range brightness {
		sum += v
	}
	n := len(brightness)
	found[Exposure] = float64(sum) / float64(n)
	found[Clipped] = 100 * float64(clipped) / float64(n)
	found[Contrast] = float64(brightness[n-1-n/100] - brightness[n/100])
	found[Colour] = float64(chroma) / float64(n)
	if h.face.side >= 0.75*faceSide {
		found[Focus] = sharpness(work, h)
	}
}

// sharpness is the variance of the Laplacian of the face in one size.
func sharpness(work *image.RGBA, h head) float64 {
	side := min(faceSide, int(h.face.side))
	from := image.Rect(int(h.x-h.face.side/2), int(h.face.y-h.face.side/2), int(h.x+h.face.side/2), int(h.face.y+h.face.side/2))
	grey := image.NewGray(image.Rect(0, 0, side, side))
	draw.BiLinear.Scale(grey, grey.Bounds(), work, from.Intersect(work.Bounds()), draw.Src, nil)
	sum, squares, n := 0.0, 0.0, 0.0
	for y := 1; y < side-1; y++ {
		for x := 1; x < side-1; x++ {
			at := y*grey.Stride + x
			v := 4*float64(grey.Pix[at]) - float64(grey.Pix[at-1]) - float64(grey.Pix[at+1]) - float64(grey.Pix[at-grey.Stride]) - float64(grey.Pix[at+grey.Stride])
			sum, squares, n = sum+v, squares+v*v, n+1
		}
	}
	return squares/n - sum/n*(sum/n)
}

// differs is how far, in its worst channel, a pixel behind the head may be from the middle colour before it counts: shades of light do not.
const differs = 32

// measureBackground measures what lies beside and above the head, down to the mouth: below are the shoulders.
func measureBackground(found map[Code]float64, work *image.RGBA, h head) {
	size := work.Bounds().Size()
	step := max(1, min(size.X, size.Y)/200)
	var behind [3][]int
	for y := 0; y < min(size.Y, int(h.eyes+0.8*h.apart)); y += step {
		for x := 0; x < size.X; x += step {
			if dx, dy := (float64(x)-h.x)/(1.75*h.apart), (float64(y)-h.eyes)/(2.35*h.apart); dx*dx+dy*dy < 1 {
				continue
			}
			p := work.Pix[work.PixOffset(x, y):]
			for c := range behind {
				behind[c] = append(behind[c], int(p[c]))
			}
		}
	}
	n := len(behind[0])
	if n*step*step*25 < size.X*size.Y {
		return // the head fills the picture
	}
	var middle [3]int
	for c := range behind {
		sorted := slices.Clone(behind[c])
		slices.Sort(sorted)
		middle[c] = sorted[n/2]
	}
	odd := 0
	for i := range n {
		if max(off(behind[0][i], middle[0]), off(behind[1][i], middle[1]), off(behind[2][i], middle[2])) > differs {
			odd++
		}
	}
	found[Background] = 100 * float64(odd) / float64(n)
	found[Bright] = math.Round(0.299*float64(middle[0]) + 0.587*float64(middle[1]) + 0.114*float64(middle[2]))
}

func off(a, b int) int { return max(a-b, b-a) }
