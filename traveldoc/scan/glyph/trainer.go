package glyph

import (
	"math"
	"math/rand/v2"

	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// Trainer changes the weights of a network step by step (Adam). It is not for two at once.
type Trainer struct {
	net          *Net
	gradient     []float32
	mean, square []float32
	steps        int
	state        State
	back         back
}

// back are the gradients by the layers' outputs.
type back struct {
	out  [Classes]float32
	in4  [hidden]float32
	in3  [flat]float32
	out2 [height2 * width2 * channels2]float32
	in2  [(height2 + 2) * (width2 + 2) * channels1]float32
	out1 [height1 * width1 * channels1]float32
}

// NewTrainer begins with small random weights.
func NewTrainer(r *rand.Rand) *Trainer {
	t := &Trainer{
		net: &Net{w: make([]float32, weights)}, gradient: make([]float32, weights),
		mean: make([]float32, weights), square: make([]float32, weights),
	}
	for _, layer := range [...]struct{ from, to, inputs int }{
		{atKernel1, atBias1, kernel}, {atKernel2, atBias2, kernel * channels1}, {atMatrix3, atBias3, flat}, {atMatrix4, atBias4, hidden},
	} {
		spread := math.Sqrt(2 / float64(layer.inputs))
		for i := layer.from; i < layer.to; i++ {
			t.net.w[i] = float32(r.NormFloat64() * spread)
		}
	}
	return t
}

// Net is the network as trained so far.
func (t *Trainer) Net() *Net { return t.net }

// Add takes one example into the next step and returns how wrong the network was: the negative logarithm of its class's probability.
func (t *Trainer) Add(cell *[strip.Size]float32, class int) float64 {
	s, b, w, g := &t.state, &t.back, t.net.w, t.gradient
	scores := t.net.Scores(s, cell)
	loss := -float64(scores[class])
	for i, v := range scores {
		b.out[i] = float32(math.Exp(float64(v)))
	}
	b.out[class]--
	fullBack(b.in4[:], g[atMatrix4:atBias4], g[atBias4:weights], s.in4[:], w[atMatrix4:atBias4], b.out[:])
	for i, v := range s.in4 {
		if v == 0 {
			b.in4[i] = 0
		}
	}
	fullBack(b.in3[:], g[atMatrix3:atBias3], g[atBias3:atMatrix4], s.in3[:], w[atMatrix3:atBias3], b.in4[:])
	unpool(b.out2[:], b.in3[:], s.in3[:], s.from3[:], size{width2, height2, channels2, 0})
	clear(b.in2[:])
	convolveBack(b.in2[:], g[atKernel2:atBias2], g[atBias2:atMatrix3], s.in2[:], w[atKernel2:atBias2], b.out2[:],
		size{width2, height2, channels1, channels2})
	unpool(b.out1[:], b.in2[:], s.in2[:], s.from2[:], size{width1, height1, channels1, 1})
	convolveBack(nil, g[atKernel1:atBias1], g[atBias1:atKernel2], s.in1[:], nil, b.out1[:], size{width1, height1, 1, channels1})
	return loss
}

// fullBack takes the gradient back through a matrix.
func fullBack(in, matrixGradient, biasGradient, input, matrix, out []float32) {
	add(biasGradient, 1, out)
	for i, v := range input {
		if v == 0 {
			in[i] = 0
			continue
		}
		row := matrix[i*len(out):][:len(out)]
		sum := float32(0)
		for j, o := range out {
			sum += o * row[j]
		}
		in[i] = sum
		add(matrixGradient[i*len(out):][:len(out)], v, out)
	}
}

// unpool hands the gradient to the one of the four that was the maximum, unless it was cut off.
func unpool(in, out, pooled []float32, from []uint8, s size) {
	clear(in)
	w, h, border := s.width/2, s.height/2, s.out
	for y := range h {
		for x := range w {
			at := ((y+border)*(w+2*border) + x + border) * s.in
			for c := range s.in {
				if pooled[at+c] == 0 {
					continue
				}
				k := int(from[(y*w+x)*s.in+c])
				in[((2*y+k/2)*s.width+2*x+k%2)*s.in+c] = out[at+c]
			}
		}
	}
}

// convolveBack takes the gradient back through 3x3 kernels; in may be nil when nobody asks further. Where the input is 0 nothing goes
// back: it is paper, border, or was cut off by the maximum before.
func convolveBack(in, kernelGradient, biasGradient, input, kernels, out []float32, s size) {
	var which [channels2]int
	for y := range s.height {
		for x := range s.width {
			gradient, n := out[(y*s.width+x)*s.out:][:s.out], 0
			for o, v := range gradient {
				if v != 0 {
					which[n] = o
					n++
					biasGradient[o] += v
				}
			}
			if n == 0 {
				continue
			}
			for row := range 3 {
				at := ((y+row)*(s.width+2) + x) * s.in
				for c, u := range input[at : at+3*s.in] {
					if u == 0 {
						continue
					}
					k := (row*3*s.in + c) * s.out
					sum := float32(0)
					for _, o := range which[:n] {
						kernelGradient[k+o] += gradient[o] * u
						if in != nil {
							sum += gradient[o] * kernels[k+o]
						}
					}
					if in != nil {
						in[at+c] += sum
					}
				}
			}
		}
	}
}

// Step changes the weights by what was added since the last step.
func (t *Trainer) Step(examples int, rate float64) {
	const keepMean, keepSquare, tiny, decay = 0.9, 0.999, 1e-8, 1e-4
	t.steps++
	byMean, bySquare := 1-math.Pow(keepMean, float64(t.steps)), 1-math.Pow(keepSquare, float64(t.steps))
	for i, sum := range t.gradient {
		g := sum / float32(examples)
		t.mean[i] = keepMean*t.mean[i] + (1-keepMean)*g
		t.square[i] = keepSquare*t.square[i] + (1-keepSquare)*g*g
		change := float64(t.mean[i]) / byMean / (math.Sqrt(float64(t.square[i])/bySquare) + tiny)
		t.net.w[i] -= float32(rate * (change + decay*float64(t.net.w[i])))
	}
	clear(t.gradient)
}
