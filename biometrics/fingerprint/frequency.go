package fingerprint

import "math"

// Ridge periods of people, children to large adults, in pixels at 500 ppi.
const (
	shortest, longest = 5.0, 15.0
	periods           = 21 // how many between them are tried, half a pixel apart
	usualPeriod       = 9  // of an adult's finger, where nothing else is known
)

// Pictures have more power at long periods whatever they show: stains, dry spots, creases. Power is divided by the period to this
// exponent before periods are compared, so that they do not pass for wide ridges.
const whitening = 1.5

// printShare is how much the whole print's spectrum counts beside a block's own: the period changes little over a finger.
const printShare = 0.125

// spectrum is a power for each period.
type spectrum [periods]float32

// frequency estimates the ridge period a cell: the signature across the ridges in a window around each block, its power at each period,
// smoothed over the neighbours, and the strongest.
func frequency(p plane, o field, m mask) cells {
	cols, rows := (m.cols+1)/2, (m.rows+1)/2
	power, n := make([]spectrum, cols*rows), 0
	var total spectrum
	waves := tabulate()
	for i := range power {
		x, y := i%cols*2, i/cols*2
		if !m.v[y*m.cols+x] {
			continue
		}
		power[i] = waves.spectrum(signature(p, o, x*cell+cell/2, y*cell+cell/2))
		n++
		for k, s := range power[i] {
			total[k] += s
		}
	}
	var white spectrum
	for k := range white {
		white[k] = float32(math.Pow(shortest+float64(k)*(longest-shortest)/(periods-1), -whitening))
		total[k] *= printShare / float32(max(n, 1))
	}
	power = blur(power, cols, rows)
	out := newCells(m.cols, m.rows)
	for i := range out.v {
		out.v[i] = power[i/m.cols/2*cols+i%m.cols/2].strongest(&total, &white)
	}
	return out.binomial()
}

// blur adds the neighbours of each block, with weights 1 2 1 in both directions.
func blur(power []spectrum, cols, rows int) []spectrum {
	across, out := make([]spectrum, len(power)), make([]spectrum, len(power))
	mix := func(to, a, b, c *spectrum) {
		for k := range to {
			to[k] = (a[k] + 2*b[k] + c[k]) / 4
		}
	}
	for i := range power {
		x, y := i%cols, i/cols*cols
		mix(&across[i], &power[y+max(x-1, 0)], &power[i], &power[y+min(x+1, cols-1)])
	}
	for i := range power {
		x, y := i%cols, i/cols
		mix(&out[i], &across[max(y-1, 0)*cols+x], &across[i], &across[min(y+1, rows-1)*cols+x])
	}
	return out
}

func (s *spectrum) strongest(total, white *spectrum) float32 {
	best, at := float32(0), -1
	for k := range s {
		if v := (s[k] + total[k]) * white[k]; v > best {
			best, at = v, k
		}
	}
	if at < 0 {
		return usualPeriod
	}
	return shortest + float32(at)*(longest-shortest)/(periods-1)
}

// The window of a signature, in pixels: long enough for three wide ridges, as wide as it stays straight.
const (
	signatureLength = 41
	signatureWidth  = 9 // lines that are averaged, two pixels apart
)

// signature is the mean along the ridges as a function of the distance across them.
func signature(p plane, o field, cx, cy int) (out [signatureLength]float32) {
	sin, cos := math.Sincos(o.angle(float32(cx), float32(cy)))
	const one = 1 << 16 // fixed point
	ux, uy := int(cos*one), int(sin*one)
	for k := range out {
		t, s := k-signatureLength/2, signatureWidth/2*2
		x, y := cx*one+one/2-t*uy-s*ux, cy*one+one/2+t*ux-s*uy
		sum, n := 0, 0
		for range signatureWidth {
			if px, py := x>>16, y>>16; uint(px) < uint(p.width) && uint(py) < uint(p.height) {
				sum, n = sum+int(p.pix[(py+margin)*p.stride+px+margin]), n+1
			}
			x, y = x+2*ux, y+2*uy
		}
		if n > 0 {
			out[k] = float32(sum) / float32(n)
		}
	}
	return out
}

// waveTable has windowed cosines and sines of every period.
type waveTable struct {
	cos, sin [periods][signatureLength]float32
}

func tabulate() *waveTable {
	w := &waveTable{}
	for k := range periods {
		period := shortest + float64(k)*(longest-shortest)/(periods-1)
		for i := range signatureLength {
			t := float64(i - signatureLength/2)
			hann := 0.5 + 0.5*math.Cos(2*math.Pi*t/(signatureLength+1))
			sin, cos := math.Sincos(2 * math.Pi * t / period)
			w.cos[k][i], w.sin[k][i] = float32(hann*cos), float32(hann*sin)
		}
	}
	return w
}

func (w *waveTable) spectrum(s [signatureLength]float32) (out spectrum) {
	for k := range out {
		var c, d float32
		for i, v := range s {
			c += v * w.cos[k][i]
			d += v * w.sin[k][i]
		}
		out[k] = c*c + d*d
	}
	return out
}
