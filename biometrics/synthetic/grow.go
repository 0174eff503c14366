package synthetic

import (
	"math"
	"math/rand/v2"
)

// The skin is grown at half of 500 ppi, where ridges are 4 to 5 pixels apart: enough to carry them, at a quarter of the work.
const (
	padWidth, padHeight   = 400, 520 // of the pad, pixels at 500 ppi
	scale                 = 2        // pixels at 500 ppi a pixel of skin
	skinWidth, skinHeight = padWidth / scale, padHeight / scale

	reach    = 6 // of a filter, pixels of skin
	side     = 2*reach + 1
	taps     = side * side
	turns    = 48 // orientations of the filters
	spacings = 9  // distances between ridges of the filters, minSpacing to maxSpacing pixels of skin
	steep    = 3  // makes a filter's answer to full ridges about 1
	passes   = 14 // from noise to ridges; more passes: longer ridges, fewer minutiae

	minSpacing, maxSpacing = 3.2, 6.6
)

// skin is the height of the ridges, about -1 (valley) to 1 (ridge), row by row from the top left.
type skin struct{ height []float32 }

// grow lets ridges grow out of noise along a field.
func grow(random *rand.Rand, f *field) skin {
	bank, choice := filters(), choose(f)
	now, next := make([]float32, skinWidth*skinHeight), make([]float32, skinWidth*skinHeight)
	sow(random, now)
	for range passes {
		pass(bank, choice, now, next)
		now, next = next, now
		level(now)
	}
	// Once more without the limits, so that the heights are smooth between the pixels.
	pass(bank, choice, now, next)
	for i := range next {
		next[i] *= steep
	}
	return skin{next}
}

// sow puts specks of noise at random places. Minutiae come about where the ridges that grow from two of them meet, so that they stand in
// groups and some fingers have more than others, as those of people; noise everywhere would spread them evenly.
func sow(random *rand.Rand, height []float32) {
	for range 60 + random.IntN(140) {
		x, y := reach+random.IntN(skinWidth-2*reach), reach+random.IntN(skinHeight-2*reach)
		for j := -1; j <= 1; j++ {
			for i := -1; i <= 1; i++ {
				height[(y+j)*skinWidth+x+i] = 2*random.Float32() - 1
			}
		}
	}
}

// filters are the oriented filters (even Gabor), each without response to a plain grey, spacing by spacing and turn by turn.
func filters() []float32 {
	bank := make([]float32, spacings*turns*taps)
	for s := range spacings {
		period := minSpacing + (maxSpacing-minSpacing)*float64(s)/(spacings-1)
		for t := range turns {
			gabor(bank[(s*turns+t)*taps:][:taps], math.Pi*float64(t)/turns, period)
		}
	}
	return bank
}

func gabor(kernel []float32, along, period float64) {
	sin, cos := math.Sincos(along)
	sigma := period * 0.52
	var sum, weights float64
	envelope := make([]float64, taps)
	values := make([]float64, taps)
	for i := range values {
		x, y := float64(i%side-reach), float64(reach-i/side) // y upwards
		across := -x*sin + y*cos
		envelope[i] = math.Exp(-(x*x + y*y) / (2 * sigma * sigma))
		values[i] = envelope[i] * math.Cos(2*math.Pi*across/period)
		sum += values[i]
		weights += envelope[i]
	}
	var power float64
	for i := range values {
		values[i] -= envelope[i] * sum / weights
		power += math.Abs(values[i])
	}
	for i := range values {
		kernel[i] = float32(values[i] / power)
	}
}

// choose says for each pixel of skin which filter is its own.
func choose(f *field) []uint16 {
	choice := make([]uint16, skinWidth*skinHeight)
	for j := range skinHeight {
		for i := range skinWidth {
			x, y := float64(i*scale)-padWidth/2, padHeight/2-float64(j*scale)
			turn := int(math.Round(f.angle(x, y)*turns/math.Pi)) % turns
			if turn < 0 {
				turn += turns
			}
			spacing := (f.spacing(x, y)/scale - minSpacing) / (maxSpacing - minSpacing) * (spacings - 1)
			choice[j*skinWidth+i] = uint16(min(max(int(math.Round(spacing)), 0), spacings-1)*turns + turn) //nolint:gosec // below spacings*turns
		}
	}
	return choice
}

// pass filters each pixel by its own filter. The corners outside the pad's ellipse are never touched by a reader and stay empty.
func pass(bank []float32, choice []uint16, from, to []float32) {
	for j := reach; j < skinHeight-reach; j++ {
		left, right := padSpan(j)
		for i := left; i < right; i++ {
			kernel := bank[int(choice[j*skinWidth+i])*taps:][:taps]
			to[j*skinWidth+i] = filter(kernel, from[(j-reach)*skinWidth+i-reach:])
		}
	}
}

// filter is the inner product of a filter and the skin from its top left.
func filter(kernel, from []float32) float32 {
	var a, b float32
	for r := range side {
		k := kernel[r*side:][:side]
		p := from[r*skinWidth:][:side]
		a += k[0]*p[0] + k[2]*p[2] + k[4]*p[4] + k[6]*p[6] + k[8]*p[8] + k[10]*p[10] + k[12]*p[12]
		b += k[1]*p[1] + k[3]*p[3] + k[5]*p[5] + k[7]*p[7] + k[9]*p[9] + k[11]*p[11]
	}
	return a + b
}

// padSpan is from where to where the pad reaches in a row of skin.
func padSpan(j int) (left, right int) {
	v := (float64(j) - skinHeight/2) / (skinHeight / 2)
	half := int(math.Sqrt(max(1-v*v, 0)) * skinWidth / 2)
	return max(skinWidth/2-half, reach), min(skinWidth/2+half, skinWidth-reach)
}

// level takes the ridges back to about -1 to 1 everywhere, so that weak ones grow up to strong ones.
func level(height []float32) {
	for i, h := range height {
		h *= 5
		if h > 1 {
			h = 1
		} else if h < -1 {
			h = -1
		}
		height[i] = h * (1.5 - 0.5*h*h)
	}
}

// at is the height at a place of the skin, by cubic interpolation; 0 outside.
func (s skin) at(x, y float64) float64 {
	u, v := (x+padWidth/2)/scale, (padHeight/2-y)/scale
	i, j := int(math.Floor(u)), int(math.Floor(v))
	if i < 1 || j < 1 || i >= skinWidth-2 || j >= skinHeight-2 {
		return 0
	}
	wx, wy := cubic(float32(u-float64(i))), cubic(float32(v-float64(j)))
	var sum float32
	for r := range 4 {
		p := s.height[(j-1+r)*skinWidth+i-1:][:4]
		sum += wy[r] * (wx[0]*p[0] + wx[1]*p[1] + wx[2]*p[2] + wx[3]*p[3])
	}
	return float64(sum)
}

// cubic are the weights of four neighbours (Catmull-Rom).
func cubic(t float32) [4]float32 {
	t2, t3 := t*t, t*t*t
	return [4]float32{-0.5*t3 + t2 - 0.5*t, 1.5*t3 - 2.5*t2 + 1, -1.5*t3 + 2*t2 + 0.5*t, 0.5*t3 - 0.5*t2}
}
