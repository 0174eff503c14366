package fingerprint

import (
	"encoding/binary"
	"math"
)

// The bank of filters: directions of the ridges and classes of the period, one pixel each.
const (
	directions = 64
	classes    = int(longest-shortest) + 1
	patch      = 4 // side of the squares that share a filter, in pixels
)

// The filters' shape. Along the ridges a Gaussian of about half a ridge period: long enough to bridge pores and dry skin, short enough to
// leave the ends of ridges where they are. Across them a Gabor function of nearly one period's width, which sharpens one ridge and the
// valleys beside it and does not invent others further away.
const (
	alongSigma  = 4.5  // pixels
	alongReach  = 10.0 // pixels
	acrossSigma = 0.42 // periods
	acrossReach = 1.2  // periods
)

// gain is the sum of a filter's weights, without their signs: with values up to 120 no sum reaches 2^15 (see filter).
const gain = 240

// tap is one weight of a filter and its offset in bytes of a packed plane.
type tap struct {
	offset int
	weight uint64 // of a negative number too: the lanes are summed modulo 2^64
}

// bank makes filters when they are first wanted.
type bank struct {
	stride int
	along  [directions][]tap
	across [directions * classes][]tap
}

// line lays a function along a line of angle a into the plane: a step a pixel of the longer axis, interpolated on the other one.
func line(stride int, a, reach float64, weight func(t float64) float64) []tap {
	dy, dx := math.Sincos(a)
	major, minor, step, side := dx, dy, 1, stride
	if math.Abs(dy) > math.Abs(dx) {
		major, minor, step, side = dy, dx, stride, 1
	}
	n, sum := int(reach*math.Abs(major)), 0.0
	for k := -n; k <= n; k++ {
		sum += math.Abs(weight(float64(k) / major))
	}
	out := make([]tap, 0, 4*n+2)
	for k := -n; k <= n; k++ {
		t := float64(k) / major
		w, beside := weight(t)*gain/sum, math.Floor(minor*t)
		share := minor*t - beside
		for i, w := range [2]float64{w * (1 - share), w * share} {
			if v := int64(math.Round(w)); v != 0 {
				out = append(out, tap{2 * (k*step + (int(beside)+i)*side), uint64(v)}) //nolint:gosec // modulo 2^64 is meant
			}
		}
	}
	return out
}

// smoothing is the filter along ridges of a direction.
func (b *bank) smoothing(d int) []tap {
	if b.along[d] == nil {
		b.along[d] = line(b.stride, math.Pi*float64(d)/directions, alongReach, func(t float64) float64 {
			return math.Exp(-t * t / (2 * alongSigma * alongSigma))
		})
	}
	return b.along[d]
}

// ripple is the filter across ridges of a direction and a period.
func (b *bank) ripple(d, class int) []tap {
	i := d*classes + class
	if b.across[i] == nil {
		period := shortest + float64(class)
		level := math.Exp(-2 * math.Pi * math.Pi * acrossSigma * acrossSigma) // taken away, so that an even grey gives nothing
		b.across[i] = line(b.stride, math.Pi*float64(d)/directions+math.Pi/2, period*acrossReach, func(t float64) float64 {
			u := t / period
			return math.Exp(-u*u/(2*acrossSigma*acrossSigma)) * (math.Cos(2*math.Pi*u) - level)
		})
	}
	return b.across[i]
}

// Planes are packed for filtering: two bytes a pixel, the value plus bias. So one 64-bit word holds four pixels beside each other, and one
// multiplication weighs all four; the sums stay apart as long as each is below 2^15, whatever its sign.
const (
	bias = 128
	ones = 0x0001_0001_0001_0001
	half = 0x8000 * ones
)

// filter weighs the surroundings of a patch of 4 by 4 pixels: a word a row, each lane the sum plus 2^15.
func filter(src []byte, at, stride int, taps []tap) [patch]uint64 {
	var a, b, c, d, total uint64
	for _, t := range taps {
		i := at + t.offset
		s := src[i : i+3*stride+8]
		a += t.weight * binary.LittleEndian.Uint64(s)
		b += t.weight * binary.LittleEndian.Uint64(s[stride:])
		c += t.weight * binary.LittleEndian.Uint64(s[2*stride:])
		d += t.weight * binary.LittleEndian.Uint64(s[3*stride:])
		total += t.weight
	}
	shift := half - bias*ones*total
	return [patch]uint64{a + shift, b + shift, c + shift, d + shift}
}

// enhancer filters one picture, more than once.
type enhancer struct {
	bank
	places      []place
	src, smooth []byte
	out         plane
}

// place is a patch: its pixel and its index in the plane.
type place struct{ x, y, at int }

// newEnhancer prepares for filtering p where m is, and a cell around it.
func newEnhancer(p plane, m mask) *enhancer {
	e := &enhancer{bank: bank{stride: p.stride}, out: newPlane(p.width, p.height)}
	packed := make([]byte, 4*len(p.pix))
	e.src, e.smooth = packed[:2*len(p.pix)], packed[2*len(p.pix):]
	for i, v := range p.pix {
		e.src[2*i], e.smooth[2*i] = byte(v+bias), bias //nolint:gosec // normalised values are within 120 of zero
	}
	wide := m.grown()
	e.places = make([]place, 0, wide.count()*cell*cell/patch/patch)
	for y := 0; y < p.height; y += patch {
		for x := 0; x < p.width; x += patch {
			if wide.inside(x, y) {
				e.places = append(e.places, place{x, y, p.at(x, y)})
			}
		}
	}
	return e
}

// enhance smooths along the ridges and sharpens across them. The plane is the enhancer's own: the next call writes over it.
func (e *enhancer) enhance(o field, period cells) plane {
	turns := make([]int, len(e.places))
	for i, p := range e.places {
		turns[i] = int(o.angle(float32(p.x)+1.5, float32(p.y)+1.5)*directions/math.Pi+0.5) % directions
		for y, sum := range filter(e.src, 2*p.at, 2*e.stride, e.smoothing(turns[i])) {
			binary.LittleEndian.PutUint64(e.smooth[2*(p.at+y*e.stride):], (sum+0x80*ones)>>8&(0xFF*ones))
		}
	}
	for i, p := range e.places {
		class := int(period.sample(float32(p.x)+1.5, float32(p.y)+1.5) - shortest + 0.5)
		for y, sum := range filter(e.smooth, 2*p.at, 2*e.stride, e.ripple(turns[i], class)) {
			row := e.out.pix[p.at+y*e.stride:][:patch:patch]
			sum ^= half
			row[0], row[1], row[2], row[3] = int16(sum), int16(sum>>16), int16(sum>>32), int16(sum>>48) //nolint:gosec // the lanes
		}
	}
	return e.out
}

// grown adds one cell around the print.
func (m mask) grown() mask {
	out := mask{m.cols, m.rows, make([]bool, len(m.v))}
	for i, v := range m.v {
		if !v {
			continue
		}
		x, y := i%m.cols, i/m.cols
		for ny := max(y-1, 0); ny <= min(y+1, m.rows-1); ny++ {
			for nx := max(x-1, 0); nx <= min(x+1, m.cols-1); nx++ {
				out.v[ny*m.cols+nx] = true
			}
		}
	}
	return out
}
