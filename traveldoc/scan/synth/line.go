package synth

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"github.com/openbmis/openbmis/traveldoc/scan/strip"
	"github.com/openbmis/openbmis/traveldoc/specimen/ocrb"
)

// foot is how far below the middle of a character its strokes end, in pitches.
const foot = 0.53

// Line is a line of known text in a picture, for training.
type Line struct {
	Picture *strip.Plane
	At      strip.Line
	Text    string
}

// RandomLine draws a line with what may stand around it, worn at random. Its text is no zone: each character comes about as often.
func RandomLine(r *rand.Rand, face Face) (*Line, error) {
	const cells = 40
	pitch := 11 * math.Exp(r.Float64()*math.Log(3.2))
	left, top := (2+r.Float64())*pitch, (1.6+r.Float64()*0.6)*pitch
	img := paper(r, int(left+(cells+3)*pitch), int(2*top))
	shade := color.Gray{Y: uint8(r.IntN(90))} //nolint:gosec // below 90
	text := randomText(r, cells)
	spacing := (1.6 + r.Float64()) * pitch
	for i := -1; i <= 1; i++ {
		t := text
		if i != 0 {
			if r.IntN(4) == 0 {
				continue
			}
			t = randomText(r, cells)
		}
		if err := face.DrawLine(img, left, top+foot*pitch+float64(i)*spacing, pitch, t, shade); err != nil {
			return nil, err
		}
	}
	if r.IntN(3) == 0 {
		fade(r, img)
	}
	worn, err := randomWear(r, pitch).Apply(r, img)
	if err != nil {
		return nil, err
	}
	if r.IntN(7) == 0 {
		threshold(worn, uint8(110+r.IntN(80))) //nolint:gosec // below 190
	}
	return &Line{
		Picture: strip.FromImage(worn), Text: text,
		At: strip.Line{X: left + pitch/2, Y: top, UX: pitch, Tall: 1},
	}, nil
}

// Shaken is the line's place as a reader may find it: a little beside the true one.
func (l *Line) Shaken(r *rand.Rand) strip.Line {
	at := l.At
	pitch := at.UX
	at.X += (r.Float64() - 0.5) * 0.2 * pitch
	at.Y += (r.Float64() - 0.5) * 0.2 * pitch
	at.UX *= 1 + (r.Float64()-0.5)*0.004
	slant := (r.Float64() - 0.5) * 0.004
	at.UY = slant * pitch
	at.Y -= slant * pitch * float64(len(l.Text)) / 2
	at.Tall = 1 + (r.Float64()-0.5)*0.24
	return at
}

func randomText(r *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = ocrb.Alphabet[r.IntN(len(ocrb.Alphabet))]
		if r.IntN(8) == 0 {
			text[i] = '<'
		}
	}
	return string(text)
}

// paper is a sheet with shade and, often, a pattern of fine lines.
func paper(r *rand.Rand, w, h int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	base, slope := 255-r.Float64()*50, (r.Float64()-0.5)*40/float64(w)
	for y := range h {
		for x := range w {
			img.Pix[y*img.Stride+x] = uint8(max(150, min(255, base+slope*float64(x))))
		}
	}
	if r.IntN(2) == 0 {
		guilloche(r, img, 6+r.Float64()*20, 10+r.Float64()*50)
	}
	return img
}

// guilloche draws waves across a sheet, about step pixels apart and darker by dark.
func guilloche(r *rand.Rand, img *image.Gray, step, dark float64) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	length, swing, slope := 40+r.Float64()*160, 4+r.Float64()*12, (r.Float64()-0.5)*0.6
	phase := r.Float64() * 2 * math.Pi
	for x := range w {
		wave := swing*math.Sin(float64(x)/length*2*math.Pi+phase) + slope*float64(x)
		for line := step - math.Mod(wave+1000*step, step); line < float64(h); line += step {
			for y := max(0, int(line)); y < min(h, int(line)+3); y++ {
				if d := float64(y) - line; d > 0 && d < 1.6 {
					i := y*img.Stride + x
					img.Pix[i] = uint8(max(0, float64(img.Pix[i])-dark*(1-math.Abs(d-0.8)/0.8)))
				}
			}
		}
	}
}

// fade lets the ink miss in places, as on worn paper.
func fade(r *rand.Rand, img *image.Gray) {
	for range img.Rect.Dx() * img.Rect.Dy() / 120 {
		x, y := r.IntN(img.Rect.Dx()), r.IntN(img.Rect.Dy())
		v := uint8(200 + r.IntN(55)) //nolint:gosec // below 255
		if i := y*img.Stride + x; img.Pix[i] < v {
			img.Pix[i] = v
			if x+1 < img.Rect.Dx() {
				img.Pix[i+1] = max(img.Pix[i+1], v-40)
			}
		}
	}
}

func threshold(img *image.Gray, at uint8) {
	for i, v := range img.Pix {
		img.Pix[i] = 0
		if v >= at {
			img.Pix[i] = 255
		}
	}
}

func randomWear(r *rand.Rand, pitch float64) Wear {
	w := Wear{
		Blur: r.Float64() * r.Float64() * 0.11 * pitch, Contrast: 0.35 + 0.65*r.Float64(), Noise: r.Float64() * r.Float64() * 20,
		Quality: 30 + r.IntN(66), Gain: (r.Float64() - 0.5) * 90,
	}
	if r.IntN(3) == 0 {
		w.Quality = 0
	}
	if r.IntN(3) == 0 {
		w.Gain = 0
	}
	return w
}
