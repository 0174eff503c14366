package fingerprint

import (
	"math"
	"slices"
)

// cell is the side of the squares that the fields are estimated in, in pixels at 500 ppi: about one ridge period, half a block of Field.
const cell = 8

// cells is a grid of values over the picture.
type cells struct {
	cols, rows int
	v          []float32
}

func newCells(cols, rows int) cells { return cells{cols, rows, make([]float32, cols*rows)} }

// binomial weighs the neighbours 1 4 6 4 1 in both directions, the border repeated: a Gaussian of one cell.
func (c cells) binomial() cells {
	mid, out := newCells(c.cols, c.rows), newCells(c.cols, c.rows)
	for y := range c.rows {
		row := c.v[y*c.cols : (y+1)*c.cols]
		for x := range row {
			l, ll, r, rr := max(x-1, 0), max(x-2, 0), min(x+1, c.cols-1), min(x+2, c.cols-1)
			mid.v[y*c.cols+x] = (row[ll] + row[rr] + 4*(row[l]+row[r]) + 6*row[x]) / 16
		}
	}
	for y := range c.rows {
		u, uu, d, dd := max(y-1, 0)*c.cols, max(y-2, 0)*c.cols, min(y+1, c.rows-1)*c.cols, min(y+2, c.rows-1)*c.cols
		for x := range c.cols {
			out.v[y*c.cols+x] = (mid.v[uu+x] + mid.v[dd+x] + 4*(mid.v[u+x]+mid.v[d+x]) + 6*mid.v[y*c.cols+x]) / 16
		}
	}
	return out
}

// sample interpolates at pixel (x, y).
func (c cells) sample(x, y float32) float32 {
	fx, fy := x/cell-0.5, y/cell-0.5
	fx, fy = min(max(fx, 0), float32(c.cols-1)), min(max(fy, 0), float32(c.rows-1))
	x0, y0 := int(fx), int(fy)
	x1, y1 := min(x0+1, c.cols-1), min(y0+1, c.rows-1)
	fx, fy = fx-float32(x0), fy-float32(y0)
	top := c.v[y0*c.cols+x0]*(1-fx) + c.v[y0*c.cols+x1]*fx
	bottom := c.v[y1*c.cols+x0]*(1-fx) + c.v[y1*c.cols+x1]*fx
	return top*(1-fy) + bottom*fy
}

// unit is a contrast of one standard deviation after normalising.
const unit = 40

// normalise takes away the local mean and brings the local contrast to unit; ridges become positive. It gives the local standard deviation
// too, in grey levels. What is of one grey level (outside the sensor, burnt-out background) does not count and becomes zero: else the step
// at its border would hide the ridges beside it, and look like one.
func normalise(img grey) (plane, cells) {
	void := findVoid(img)
	cols, rows := void.cols, void.rows
	mean, square, share := newCells(cols, rows), newCells(cols, rows), newCells(cols, rows)
	for i := range mean.v {
		sum, squares, n := moments(img, i%cols*cell, i/cols*cell, void.level[i])
		mean.v[i], square.v[i], share.v[i] = float32(sum), float32(squares), float32(n)+1e-3
	}
	mean, square, share = mean.binomial(), square.binomial(), share.binomial()
	deviation := newCells(cols, rows)
	for i := range mean.v {
		m := mean.v[i] / share.v[i]
		mean.v[i] = m
		deviation.v[i] = float32(math.Sqrt(float64(max(square.v[i]/share.v[i]-m*m, 0))))
	}
	out := stretch(img, mean, deviation, void)
	for i, v := range void.whole {
		if v {
			deviation.v[i] = 0
		}
	}
	return out, deviation
}

// moments are the sums of the grey levels of a cell and of their squares, without those of the level that does not count.
func moments(img grey, x0, y0, without int) (sum, square, n int) {
	for y := y0; y < min(y0+cell, img.height); y++ {
		for _, v := range img.pix[y*img.width+x0 : y*img.width+min(x0+cell, img.width)] {
			if g := int(v); g < without-flat || g > without+flat {
				sum, square, n = sum+g, square+g*g, n+1
			}
		}
	}
	return sum, square, n
}

// faint is the contrast in grey levels that is added to the local one, so that the noise of an empty surface is not blown up.
const faint = 2

func stretch(img grey, mean, deviation cells, void void) plane {
	out := newPlane(img.width, img.height)
	gain := newCells(mean.cols, mean.rows)
	for i, d := range deviation.v {
		gain.v[i] = unit / (d + faint)
	}
	for y0 := 0; y0 < img.height; y0 += 4 {
		for x0 := 0; x0 < img.width; x0 += 4 {
			without := void.level[y0/cell*mean.cols+x0/cell]
			m, g := mean.sample(float32(x0)+1.5, float32(y0)+1.5), gain.sample(float32(x0)+1.5, float32(y0)+1.5)
			for y := y0; y < min(y0+4, img.height); y++ {
				at := out.at(0, y)
				for x := x0; x < min(x0+4, img.width); x++ {
					level := int(img.pix[y*img.width+x])
					if level >= without-flat && level <= without+flat {
						continue
					}
					out.pix[at+x] = int16(min(max((m-float32(level))*g, -3*unit), 3*unit))
				}
			}
		}
	}
	return out
}

// mask says which cells are print.
type mask struct {
	cols, rows int
	v          []bool
}

func (m mask) count() int {
	n := 0
	for _, v := range m.v {
		if v {
			n++
		}
	}
	return n
}

// inside reports whether the pixel is in a cell of print.
func (m mask) inside(x, y int) bool { return m.v[y/cell*m.cols+x/cell] }

// Bounds of what is print.
const (
	mayBe       = 0.18 // of contrast times direction (both 0 to 1): generous, as the filters look again
	strongShare = 0.28 // of the strength that the print's ridges usually have: latent prints and the finger's faint rim are weaker
	clearLeast  = 0.4  // share of the picture that is ridges: in white noise it is a third
	most        = 0.6  // of the cells around, weighted: more than a half, so that the print has no thin outgrowths
)

// segment finds the cells that may be print, generously: those with contrast, compared to the strongest of the image, and with one
// direction.
func segment(deviation cells, o field) mask {
	contrast := slices.DeleteFunc(slices.Clone(deviation.v), func(d float32) bool { return d < faint })
	if len(contrast) == 0 {
		return mask{deviation.cols, deviation.rows, make([]bool, len(deviation.v))}
	}
	strong := quantile(contrast, 0.9)
	raw := newCells(deviation.cols, deviation.rows)
	for i, d := range deviation.v {
		if d >= faint {
			raw.v[i] = min(d/(strong+1)*2, 1) * min(o.coherence(i)*2, 1)
		}
	}
	return raw.binomial().above(mayBe).largest().filled()
}

func quantile(v []float32, share float64) float32 {
	sorted := slices.Clone(v)
	slices.Sort(sorted)
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// above are the cells with more than a value.
func (c cells) above(limit float32) mask {
	m := mask{c.cols, c.rows, make([]bool, len(c.v))}
	for i, v := range c.v {
		m.v[i] = v > limit
	}
	return m
}

// clarity compares the enhanced picture with the one it was made of: how much of what is there is ridges (0 to 1), and how strong the
// ridges are in grey levels.
func clarity(normal, enhanced plane, deviation cells) (clearness, strength cells) {
	cross, left, right := newCells(deviation.cols, deviation.rows), newCells(deviation.cols, deviation.rows), newCells(deviation.cols, deviation.rows)
	for y := range normal.height {
		at, row := normal.at(0, y), y/cell*cross.cols
		a, b := normal.pix[at:][:normal.width], enhanced.pix[at:][:normal.width]
		for x0 := 0; x0 < normal.width; x0 += cell {
			var ab, aa, bb int
			for x := x0; x < min(x0+cell, normal.width); x++ {
				u, v := int(a[x]), int(b[x])
				ab, aa, bb = ab+u*v, aa+u*u, bb+v*v
			}
			i := row + x0/cell
			cross.v[i] += float32(ab)
			left.v[i] += float32(aa)
			right.v[i] += float32(bb)
		}
	}
	cross, left, right = cross.binomial(), left.binomial(), right.binomial()
	strength = right
	for i, c := range cross.v {
		cross.v[i] = max(c, 0) / float32(math.Sqrt(float64(left.v[i]*right.v[i])+1))
		strength.v[i] = float32(math.Sqrt(float64(right.v[i]))) * (deviation.v[i] + faint)
	}
	return cross, strength
}

// confirm keeps of the cells that may be print those whose ridges are strong, compared to the print's usual ones, and clear.
func (m mask) confirm(clearness, strength cells) mask {
	var inside []float32
	for i, v := range m.v {
		if v {
			inside = append(inside, strength.v[i])
		}
	}
	if len(inside) == 0 {
		return m
	}
	usual := quantile(inside, 0.7)
	raw := newCells(m.cols, m.rows)
	for i, v := range m.v {
		if v && strength.v[i] > strongShare*usual && clearness.v[i] > clearLeast {
			raw.v[i] = 1
		}
	}
	return raw.binomial().above(most).largest().filled()
}

// largest keeps the connected regions that have at least a fifth of the cells of the largest one.
func (m mask) largest() mask {
	label, sizes := m.regions(true)
	most := 0
	for _, n := range sizes {
		most = max(most, n)
	}
	out := mask{m.cols, m.rows, make([]bool, len(m.v))}
	for i, l := range label {
		out.v[i] = l > 0 && sizes[l]*5 >= most
	}
	return out
}

// filled closes holes: regions outside the print that do not reach the border of the picture.
func (m mask) filled() mask {
	out := mask{m.cols, m.rows, m.reaching(false)}
	for i := range out.v {
		out.v[i] = !out.v[i]
	}
	return out
}

// reaching are the cells that are want and in a region of such cells that reaches the border of the picture.
func (m mask) reaching(want bool) []bool {
	label, sizes := m.regions(want)
	open := make([]bool, len(sizes))
	for i, l := range label {
		x, y := i%m.cols, i/m.cols
		if x == 0 || y == 0 || x == m.cols-1 || y == m.rows-1 {
			open[l] = true
		}
	}
	out := make([]bool, len(m.v))
	for i, l := range label {
		out[i] = l > 0 && open[l]
	}
	return out
}

// regions numbers the connected regions of cells that are want, from 1; sizes has their sizes.
func (m mask) regions(want bool) (label []int, sizes []int) {
	label, sizes = make([]int, len(m.v)), []int{0}
	var stack []int
	for start, v := range m.v {
		if v != want || label[start] != 0 {
			continue
		}
		n := len(sizes)
		sizes = append(sizes, 0)
		stack = append(stack[:0], start)
		label[start] = n
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			sizes[n]++
			x, y := i%m.cols, i/m.cols
			for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
				nx, ny := x+d[0], y+d[1]
				if nx < 0 || ny < 0 || nx >= m.cols || ny >= m.rows {
					continue
				}
				if j := ny*m.cols + nx; m.v[j] == want && label[j] == 0 {
					label[j] = n
					stack = append(stack, j)
				}
			}
		}
	}
	return label, sizes
}
