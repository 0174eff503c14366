package fingerprint

import (
	"math"
	"math/rand/v2"
)

// print is a made-up finger: minutiae and ridges without a picture, for the tests of what comes after extraction.
type madeFinger struct {
	minutiae []Minutia
	twist    [4]float64
}

const madeWidth, madeHeight = 320, 400

// madeOf makes a finger: minutiae that keep a distance, directed along a field of ridges that is the finger's own.
func madeOf(r *rand.Rand, minutiae int) madeFinger {
	f := madeFinger{twist: [4]float64{r.Float64() * 2 * math.Pi, 60 + 60*r.Float64(), r.Float64() * 2 * math.Pi, r.NormFloat64()}}
	for tries := 0; len(f.minutiae) < minutiae && tries < 100*minutiae; tries++ {
		x, y := 12+r.Float64()*(madeWidth-24), 12+r.Float64()*(madeHeight-24)
		if f.free(x, y) {
			turn := f.ridge(x, y) + math.Pi*float64(r.IntN(2)) + 0.15*r.NormFloat64()
			f.minutiae = append(f.minutiae, Minutia{uint16(x), uint16(y), steps(turn), Kind(1 + r.IntN(2)), uint8(40 + r.IntN(60))})
		}
	}
	return f
}

func (f *madeFinger) free(x, y float64) bool {
	for _, m := range f.minutiae {
		if math.Hypot(float64(m.X)-x, float64(m.Y)-y) < 11 {
			return false
		}
	}
	return true
}

// ridge is the ridges' direction at a place, counter-clockwise.
func (f *madeFinger) ridge(x, y float64) float64 {
	return 0.8*math.Sin(x/f.twist[1]+f.twist[0]) + 0.8*math.Sin(y/f.twist[1]+f.twist[2]) + f.twist[3]
}

func steps(radians float64) uint8 { return uint8(int(math.Round(radians*128/math.Pi)) & 255) }

// taking is how an impression differs from the finger.
type taking struct {
	degrees, dx, dy    float64
	left, right        float64 // what of the finger's width is on the reader
	jitter, turn       float64 // of places in pixels, of directions in radians
	missing, unrelated float64 // shares of minutiae lost and made up
	noField            bool
}

// whole is an impression that shows everything as it is.
func whole() taking { return taking{right: 1} }

// impression takes the finger: turned counter-clockwise about the middle, then shifted.
func (f *madeFinger) impression(r *rand.Rand, t taking) Template {
	sin, cos := math.Sincos(t.degrees * math.Pi / 180)
	const margin = 100
	out := Template{Width: madeWidth + 2*margin, Height: madeHeight + 2*margin, Quality: 70}
	place := func(x, y float64) (float64, float64) {
		x, y = x-madeWidth/2, y-madeHeight/2
		return cos*x + sin*y + madeWidth/2 + t.dx + margin, cos*y - sin*x + madeHeight/2 + t.dy + margin
	}
	for _, m := range f.minutiae {
		at := float64(m.X) / madeWidth
		if at < t.left || at > t.right || r.Float64() < t.missing {
			continue
		}
		x, y := place(float64(m.X)+t.jitter*r.NormFloat64(), float64(m.Y)+t.jitter*r.NormFloat64())
		turn := float64(m.Angle)*math.Pi/128 + t.degrees*math.Pi/180 + t.turn*r.NormFloat64()
		out.Minutiae = append(out.Minutiae, Minutia{clamp16(x), clamp16(y), steps(turn), m.Kind, m.Quality})
	}
	for range int(t.unrelated * float64(len(out.Minutiae))) {
		x, y := place(r.Float64()*madeWidth, r.Float64()*madeHeight)
		out.Minutiae = append(out.Minutiae, Minutia{clamp16(x), clamp16(y), uint8(r.UintN(256)), Ending, 50})
	}
	r.Shuffle(len(out.Minutiae), func(i, j int) { out.Minutiae[i], out.Minutiae[j] = out.Minutiae[j], out.Minutiae[i] })
	if !t.noField {
		out.Field = f.field(t, sin, cos, margin, &out)
	}
	return out
}

func (f *madeFinger) field(t taking, sin, cos, margin float64, out *Template) *Field {
	field := &Field{Columns: (out.Width + BlockSize - 1) / BlockSize, Rows: (out.Height + BlockSize - 1) / BlockSize}
	field.Orientation = make([]uint8, field.Columns*field.Rows)
	for i := range field.Orientation {
		x := (float64(i%field.Columns)+0.5)*BlockSize - margin - t.dx - madeWidth/2
		y := (float64(i/field.Columns)+0.5)*BlockSize - margin - t.dy - madeHeight/2
		x, y = cos*x-sin*y+madeWidth/2, sin*x+cos*y+madeHeight/2
		if x < t.left*madeWidth || x > t.right*madeWidth || y < 0 || y > madeHeight {
			continue
		}
		half := math.Mod(f.ridge(x, y)+t.degrees*math.Pi/180+8*math.Pi, math.Pi) / math.Pi // of a half turn
		field.Orientation[i] = uint8(1 + min(254, int(half*255)))
	}
	return field
}

func clamp16(v float64) uint16 { return uint16(max(0, min(v, 4000))) }
