package scan

import (
	"math"

	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// ink marks the pixels that are clearly darker than their surroundings (the threshold of Sauvola and Pietikäinen, 2000): so neither
// shade nor a dark frame matters.
type ink struct {
	sensitivity float64
	w, h        int
	dark        []bool
}

// Sauvola's k: how much darker than its surroundings of little contrast a pixel must be to be ink.
const (
	darkInk  = 0.22
	faintInk = 0.1
)

func findInk(p *strip.Plane, sensitivity float64) *ink {
	k := &ink{sensitivity: sensitivity, w: p.W, h: p.H, dark: make([]bool, p.W*p.H)}
	radius := min(max(8, max(p.W, p.H)/72), 40)
	sums, squares := make([]int32, p.W), make([]int32, p.W)
	addRow := func(y int, sign int32) {
		for x, v := range p.Pix[y*p.W : (y+1)*p.W] {
			sums[x] += sign * int32(v)
			squares[x] += sign * int32(v) * int32(v)
		}
	}
	for y := range min(radius, p.H) {
		addRow(y, 1)
	}
	for y := range p.H {
		if y+radius < p.H {
			addRow(y+radius, 1)
		}
		if y-radius-1 >= 0 {
			addRow(y-radius-1, -1)
		}
		rows := min(y+radius, p.H-1) - max(y-radius, 0) + 1
		k.row(p, y, sums, squares, radius, rows)
	}
	return k
}

// row marks one row, given the sums of the columns over the rows around it.
func (k *ink) row(p *strip.Plane, y int, sums, squares []int32, radius, rows int) {
	var sum, square int64
	for x := range min(radius, k.w) {
		sum += int64(sums[x])
		square += int64(squares[x])
	}
	for x := range k.w {
		if x+radius < k.w {
			sum += int64(sums[x+radius])
			square += int64(squares[x+radius])
		}
		if x-radius-1 >= 0 {
			sum -= int64(sums[x-radius-1])
			square -= int64(squares[x-radius-1])
		}
		n := float64((min(x+radius, k.w-1) - max(x-radius, 0) + 1) * rows)
		mean, v := float64(sum)/n, float64(p.Pix[y*k.w+x])
		if v >= mean*0.97 {
			continue
		}
		deviation := math.Sqrt(max(0, float64(square)/n-mean*mean))
		k.dark[y*k.w+x] = v < mean*(1+k.sensitivity*(deviation/128-1))
	}
}
