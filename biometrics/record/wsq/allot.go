package wsq

import (
	"math"
	"slices"
)

// The constants of the standard's bit allocation.
const (
	flat        = 1.01  // a subband of less variance is not sent
	dark        = 20000 // the lowest four together below this: variances are of whole subbands
	loading     = 2.5   // gamma
	deadZone    = 1.2   // zero bin width to bin width
	coarse      = 5.0   // a bin this many times as wide as the deviation leaves nothing to send
	lowestBands = 4     // subbands that have the weight 1
	halfBands   = 51    // from here on subbands cover a sixteenth of the image
	narrowest   = 1e-2  // bins, so that a coefficient stays within sixteen bits
	widest      = 50000 // so that the zero bin stays within a table's field
)

// allotment is the quantiser of an image, as it will be written.
type allotment struct{ bin, zero [subbands]decimal }

// weight is what the standard multiplies a subband's bins by, the eye's lesser interest in the high frequencies.
func weight(band int) float64 {
	switch band {
	case 52, 56:
		return 1.32
	case 53, 55, 58, 59:
		return 1.08
	case 54, 57:
		return 1.42
	default:
		return 1
	}
}

// share is how much of the image's samples a subband is.
func share(band int) float64 {
	switch {
	case band < lowestBands:
		return 1.0 / 1024
	case band < halfBands:
		return 1.0 / 256
	default:
		return 1.0 / 16
	}
}

// variances are those of the subbands' middles; of whole subbands when there is little in the image.
func (p *plane) variances(t *tree) [sentBands]float64 {
	var v [sentBands]float64
	sum := 0.0
	for i := range v {
		v[i] = p.variance(middle(t.bands[i]))
		if i < lowestBands {
			sum += v[i]
		}
	}
	if sum < dark {
		for i := range v {
			v[i] = p.variance(t.bands[i])
		}
	}
	return v
}

// middle is the part of a subband that the standard looks at: there a finger is.
func middle(r rect) rect {
	return rect{x: r.x + r.w/8, y: r.y + 9*r.h/32, w: 3 * r.w / 4, h: 7 * r.h / 16}
}

func (p *plane) variance(r rect) float64 {
	n := float64(r.w * r.h)
	if n < 2 {
		return 0
	}
	sum, squares := 0.0, 0.0
	for y := range r.h {
		for _, v := range p.row(r, y) {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
	}
	return max(0, (squares-sum*sum/n)/(n-1))
}

// allot shares out the bits: bins are the narrower the larger a subband's variance, all times one factor that makes the rate. Subbands whose
// bins are too wide to send anything are left out of the sum, and the bits shared again; they keep a bin, for what sticks out of them.
func allot(variance [sentBands]float64, rate float64) allotment {
	var bin [sentBands]float64
	var sent []int
	for i, v := range variance {
		switch {
		case v < flat:
			continue
		case i < lowestBands:
			bin[i] = 1
		default:
			bin[i] = 10 / (weight(i) * math.Log(v))
		}
		sent = append(sent, i)
	}
	q, before := 1.0, 0
	for before != len(sent) && len(sent) > 0 {
		before, q = len(sent), factor(variance, bin, sent, rate)
		sent = slices.DeleteFunc(sent, func(i int) bool { return bin[i]/q >= coarse*math.Sqrt(variance[i]) })
	}
	var a allotment
	for i, v := range bin {
		if v > 0 {
			width := min(max(v/q, narrowest), widest)
			a.bin[i], a.zero[i] = toDecimal(width), toDecimal(deadZone*width)
		}
	}
	return a
}

// factor is the q by which all bins are divided so that the subbands sent come to the rate.
func factor(variance, bin [sentBands]float64, sent []int, rate float64) float64 {
	total, logs := 0.0, 0.0
	for _, i := range sent {
		m := share(i)
		total += m
		logs += m * math.Log(math.Sqrt(variance[i])/bin[i])
	}
	return math.Exp2(rate/total-1) / loading / math.Exp(logs/total)
}

// table is the quantisation table's body.
func (a *allotment) table() []byte {
	out := decimal{2, 44}.append(nil)
	for i := range subbands {
		out = a.zero[i].append(a.bin[i].append(out))
	}
	return out
}

// blocks quantises the subbands and gives the symbols of the three blocks of the standard.
func (p *plane) blocks(t *tree, a *allotment) [3][]byte {
	var blocks [3][]byte
	for b, bounds := range [3][2]int{{0, firstBlock}, {firstBlock, secondBlock}, {secondBlock, sentBands}} {
		var s symbols
		for i := bounds[0]; i < bounds[1]; i++ {
			if a.bin[i].mantissa == 0 {
				continue
			}
			by, half := float32(1/a.bin[i].value()), float32(a.zero[i].value()/2)
			for y := range t.bands[i].h {
				s.quantise(p.row(t.bands[i], y), by, half)
			}
		}
		s.endRun()
		blocks[b] = s.out
	}
	return blocks
}
