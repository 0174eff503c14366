package fingerprint

import "math"

// field is the direction of the ridges a cell: a vector of the doubled angle, as long as the direction is certain (0 to 1).
// The angle is that of the image, y down: x to the right is 0, and it grows clockwise on the screen.
type field struct{ cos, sin cells }

func (f field) coherence(i int) float32 {
	return float32(math.Hypot(float64(f.cos.v[i]), float64(f.sin.v[i])))
}

// angle is the ridges' direction at a pixel, 0 to pi, y down.
func (f field) angle(x, y float32) float64 {
	a := math.Atan2(float64(f.sin.sample(x, y)), float64(f.cos.sample(x, y))) / 2
	if a < 0 {
		a += math.Pi
	}
	return a
}

// tensor sums the structure tensor of the gradient a cell.
type tensor struct{ cos, sin, energy cells }

func gradients(p plane, cols, rows int) tensor {
	t := tensor{newCells(cols, rows), newCells(cols, rows), newCells(cols, rows)}
	for y := 1; y < p.height-1; y++ {
		at, row := p.at(0, y), y/cell*cols
		up, mid, down := p.pix[at-p.stride:][:p.width], p.pix[at:][:p.width], p.pix[at+p.stride:][:p.width]
		for x0 := 0; x0 < p.width; x0 += cell {
			var xx, yy, xy int
			for x := max(x0, 1); x < min(x0+cell, p.width-1); x++ {
				a, b := int(up[x-1])-int(down[x+1]), int(up[x+1])-int(down[x-1])
				gx := -a + b + 2*(int(mid[x+1])-int(mid[x-1]))
				gy := -a - b + 2*(int(down[x])-int(up[x]))
				xx, yy, xy = xx+gx*gx, yy+gy*gy, xy+gx*gy
			}
			i := row + x0/cell
			t.cos.v[i] += float32(yy - xx)
			t.sin.v[i] -= float32(2 * xy)
			t.energy.v[i] += float32(xx + yy)
		}
	}
	return t
}

// scales are how many binomials the tensor is smoothed by before its vectors are taken: each adds to those before.
type scales [3]int

// rough are the scales for a picture as it came, a Gaussian of 1, 1.7 and 3 cells; fine are those for an enhanced one, where noise no
// longer speaks and the directions around a core must not be smeared: 0, 1 and 2.2 cells.
func rough() scales { return scales{1, 2, 6} }
func fine() scales  { return scales{0, 1, 4} }

// orient estimates the directions coarse to fine: the tensor is smoothed at three scales, and the vectors of all of them are added. Where the near neighbourhood has a clear direction it decides, where it has none the wider one does.
func orient(t tensor, passes scales) field {
	f := field{newCells(t.cos.cols, t.cos.rows), newCells(t.cos.cols, t.cos.rows)}
	for _, n := range passes {
		for range n {
			t = tensor{t.cos.binomial(), t.sin.binomial(), t.energy.binomial()}
		}
		for i, e := range t.energy.v {
			f.cos.v[i] += t.cos.v[i] / (e + 1) / float32(len(passes))
			f.sin.v[i] += t.sin.v[i] / (e + 1) / float32(len(passes))
		}
	}
	return f
}
