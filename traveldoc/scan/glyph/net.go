package glyph

import (
	"math"

	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// Alphabet are the characters in the order of their classes.
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// The classes: the characters, and None for what is no upright character in the middle of a cell.
const (
	None    = len(Alphabet)
	Classes = None + 1
)

// Class is the class of a character; None when it is not in the alphabet.
func Class(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c == '<':
		return None - 1
	}
	return None
}

// The shape: two layers of 3x3 kernels, each followed by the maximum of 2x2, then two full layers. Pictures keep a border of zeros.
const (
	kernel    = 9
	channels1 = 8
	channels2 = 16
	width1    = strip.Width  // of the first layer
	height1   = strip.Height //
	width2    = width1 / 2
	height2   = height1 / 2
	width3    = width2 / 2
	height3   = height2 / 2
	flat      = width3 * height3 * channels2
	hidden    = 64
)

// The places of the weights in one row: kernels and matrices are kept by input, so that the outputs of one input lie side by side.
const (
	atKernel1 = 0
	atBias1   = atKernel1 + kernel*channels1
	atKernel2 = atBias1 + channels1
	atBias2   = atKernel2 + kernel*channels1*channels2
	atMatrix3 = atBias2 + channels2
	atBias3   = atMatrix3 + flat*hidden
	atMatrix4 = atBias3 + hidden
	atBias4   = atMatrix4 + hidden*Classes
	weights   = atBias4 + Classes
)

// Net is a trained network. It is never changed after it was made, and may be used by many at once.
type Net struct{ w []float32 }

// State is what one use of a network writes to. It is not for two at once; the zero value is ready.
type State struct {
	in1   [(height1 + 2) * (width1 + 2)]float32
	out1  [height1 * width1 * channels1]float32
	in2   [(height2 + 2) * (width2 + 2) * channels1]float32
	from2 [height2 * width2 * channels1]uint8 // which of the four was the maximum
	out2  [height2 * width2 * channels2]float32
	in3   [flat]float32
	from3 [flat]uint8
	in4   [hidden]float32
	out   [Classes]float32
}

// Scores gives the logarithm of each class's probability for a cell.
func (n *Net) Scores(s *State, cell *[strip.Size]float32) *[Classes]float32 {
	for y := range height1 {
		copy(s.in1[(y+1)*(width1+2)+1:][:width1], cell[y*width1:])
	}
	convolve(s.out1[:], s.in1[:], n.w[atKernel1:atBias1], n.w[atBias1:atKernel2], size{width1, height1, 1, channels1})
	pool(s.in2[:], s.from2[:], s.out1[:], size{width1, height1, channels1, 1})
	convolve(s.out2[:], s.in2[:], n.w[atKernel2:atBias2], n.w[atBias2:atMatrix3], size{width2, height2, channels1, channels2})
	pool(s.in3[:], s.from3[:], s.out2[:], size{width2, height2, channels2, 0})
	full(s.in4[:], s.in3[:], n.w[atMatrix3:atBias3], n.w[atBias3:atMatrix4])
	for i, v := range s.in4 {
		s.in4[i] = max(0, v)
	}
	full(s.out[:], s.in4[:], n.w[atMatrix4:atBias4], n.w[atBias4:weights])
	logSoftmax(s.out[:])
	return &s.out
}

// size is the shape of a layer's picture. For pool, out is the border to leave around what it writes.
type size struct{ width, height, in, out int }

// convolve applies 3x3 kernels to a picture with a border of one, eight outputs at a time so that their sums stay in registers.
func convolve(out, in, kernels, bias []float32, s size) {
	for from := 0; from < s.out; from += 8 {
		start := (*[8]float32)(bias[from:])
		for y := range s.height {
			for x := range s.width {
				sums := *start
				for row := range 3 {
					at := ((y+row)*(s.width+2) + x) * s.in
					accumulate(&sums, in[at:at+3*s.in], kernels[row*3*s.in*s.out+from:], s.out)
				}
				copy(out[(y*s.width+x)*s.out+from:][:8], sums[:])
			}
		}
	}
}

// accumulate adds to eight sums each input times its weights, which lie step apart.
func accumulate(sums *[8]float32, in, weights []float32, step int) {
	a, b, c, d, e, f, g, h := sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7]
	for i, v := range in {
		if v == 0 {
			continue
		}
		w := (*[8]float32)(weights[i*step:])
		a += v * w[0]
		b += v * w[1]
		c += v * w[2]
		d += v * w[3]
		e += v * w[4]
		f += v * w[5]
		g += v * w[6]
		h += v * w[7]
	}
	*sums = [8]float32{a, b, c, d, e, f, g, h}
}

// add adds v times the row to the sums.
func add(sums []float32, v float32, row []float32) {
	row = row[:len(sums)]
	i := 0
	for ; i+8 <= len(sums); i += 8 {
		a, b := (*[8]float32)(sums[i:]), (*[8]float32)(row[i:])
		a[0] += v * b[0]
		a[1] += v * b[1]
		a[2] += v * b[2]
		a[3] += v * b[3]
		a[4] += v * b[4]
		a[5] += v * b[5]
		a[6] += v * b[6]
		a[7] += v * b[7]
	}
	for ; i < len(sums); i++ {
		sums[i] += v * row[i]
	}
}

// pool takes the maximum of each 2x2 and cuts it off below zero; from keeps which of the four it was.
func pool(out []float32, from []uint8, in []float32, s size) {
	w, h, border := s.width/2, s.height/2, s.out
	for y := range h {
		for x := range w {
			to := out[((y+border)*(w+2*border)+x+border)*s.in:][:s.in]
			which := from[(y*w+x)*s.in:][:s.in]
			at := (2*y*s.width + 2*x) * s.in
			for c := range s.in {
				best, k := in[at+c], uint8(0)
				for i, next := range [3]int{s.in, s.width * s.in, (s.width + 1) * s.in} {
					if v := in[at+next+c]; v > best {
						best, k = v, uint8(i+1)
					}
				}
				to[c], which[c] = max(0, best), k
			}
		}
	}
}

// full multiplies by a matrix.
func full(out, in, matrix, bias []float32) {
	copy(out, bias)
	for i, v := range in {
		if v != 0 {
			add(out, v, matrix[i*len(out):])
		}
	}
}

func logSoftmax(v []float32) {
	highest := v[0]
	for _, x := range v {
		highest = max(highest, x)
	}
	sum := 0.0
	for _, x := range v {
		sum += math.Exp(float64(x - highest))
	}
	norm := highest + float32(math.Log(sum))
	for i := range v {
		v[i] -= norm
	}
}
