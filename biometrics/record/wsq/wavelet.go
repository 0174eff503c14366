package wsq

import "math"

// reach is how far the longest filter reaches to each side: nine taps.
const reach = 4

// kernel is a symmetric filter: its centre, then the taps to both sides.
type kernel [reach + 1]float32

// bank is a pair of filters over a line in which low and high samples alternate: even for what stands at even places of the result, odd
// for the others. Analysis and synthesis are the same work with other taps.
type bank struct{ even, odd kernel }

// wavelet is a pair of analysis filters as the transform table names them.
type wavelet struct{ low, high kernel }

// standard is the 9/7 wavelet of the standard.
func standard() wavelet {
	return wavelet{
		low:  kernel{0.85269867900940344, 0.37740285561265380, -0.11062440441842342, -0.02384946501938000, 0.03782845550699546},
		high: kernel{0.78848561640566439, -0.41809227322221221, -0.04068941760955844, 0.06453888262893845},
	}
}

// analysis filters the image's lines into low (even places) and high (odd places).
func (w wavelet) analysis() bank { return bank{even: w.low, odd: w.high} }

// synthesis undoes analysis: each output filter is the other's, with every second sign turned.
func (w wavelet) synthesis() bank {
	var b bank
	for k := range b.even {
		fromLow, fromHigh := w.high[k], w.low[k]
		if k%2 == 1 {
			fromLow, fromHigh = -fromLow, -fromHigh
			b.even[k], b.odd[k] = fromHigh, fromLow
		} else {
			b.even[k], b.odd[k] = fromLow, fromHigh
		}
	}
	return b
}

// fold reflects a place outside 0..n-1 at the first and the last sample, as often as it needs.
func fold(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i %= period
	if i < 0 {
		i += period
	}
	return min(i, period-i)
}

// place is where the i-th sample of a split line stands by position: low samples in their half, high ones in the other.
func place(i, n int, inverted bool) int {
	low, high := 0, (n+1)/2
	if inverted {
		low, high = n/2, 0
	}
	if i%2 == 0 {
		return low + i/2
	}
	return high + i/2
}

// plane is the coefficients, or the image that they make.
type plane struct {
	width  int
	data   []float32
	spare  []float32 // one node's worth of lines between its two passes
	line   []float32 // one line with its reflected ends
	result []float32
}

func newPlane(width, height int) *plane {
	return &plane{
		width: width, data: make([]float32, width*height), spare: make([]float32, width*height),
		line: make([]float32, width+2*reach+1), result: make([]float32, width+1),
	}
}

// row is the part of a line of the plane that belongs to r.
func (p *plane) row(r rect, y int) []float32 {
	from := (r.y+y)*p.width + r.x
	return p.data[from : from+r.w : from+r.w]
}

// analyse takes every node apart that has a subband which is wanted, the largest first.
func (p *plane) analyse(t *tree, w wavelet, wanted func(band int) bool) {
	b := w.analysis()
	for _, n := range t.nodes {
		if !t.holds(n, wanted) {
			continue
		}
		p.splitRows(n, &b)
		p.splitColumns(n, &b)
	}
}

// synthesise puts every node together that has a subband which is filled, the smallest first.
func (p *plane) synthesise(t *tree, w wavelet, filled func(band int) bool) {
	b := w.synthesis()
	for i := len(t.nodes) - 1; i >= 0; i-- {
		n := t.nodes[i]
		if !t.holds(n, filled) {
			continue
		}
		p.joinColumns(n, &b)
		p.joinRows(n, &b)
	}
}

func (p *plane) splitRows(n node, b *bank) {
	for y := range n.h {
		row, out := p.row(n.rect, y), p.spare[y*n.w:(y+1)*n.w]
		if n.w == 1 {
			out[0] = row[0] * math.Sqrt2
			continue
		}
		copy(p.line[reach:], row)
		b.filter(p.result, p.reflect(n.w), n.w)
		low, high := out[place(0, n.w, n.invertX):], out[place(1, n.w, n.invertX):]
		for i := range n.w / 2 {
			low[i], high[i] = p.result[2*i], p.result[2*i+1]
		}
		if n.w%2 == 1 {
			low[n.w/2] = p.result[n.w-1]
		}
	}
}

func (p *plane) splitColumns(n node, b *bank) {
	for y := range n.h {
		out := p.row(n.rect, place(y, n.h, n.invertY))
		b.columns(out, y, n.h, func(i int) []float32 { return p.spare[i*n.w : (i+1)*n.w] })
		if n.h == 1 {
			scale(out, p.spare[:n.w], math.Sqrt2)
		}
	}
}

func (p *plane) joinColumns(n node, b *bank) {
	for y := range n.h {
		out := p.spare[y*n.w : (y+1)*n.w]
		b.columns(out, y, n.h, func(i int) []float32 { return p.row(n.rect, place(i, n.h, n.invertY)) })
		if n.h == 1 {
			scale(out, p.row(n.rect, 0), 1/math.Sqrt2)
		}
	}
}

func (p *plane) joinRows(n node, b *bank) {
	for y := range n.h {
		row, from := p.row(n.rect, y), p.spare[y*n.w:(y+1)*n.w]
		if n.w == 1 {
			row[0] = from[0] / math.Sqrt2
			continue
		}
		low, high, line := from[place(0, n.w, n.invertX):], from[place(1, n.w, n.invertX):], p.line[reach:]
		for i := range n.w / 2 {
			line[2*i], line[2*i+1] = low[i], high[i]
		}
		if n.w%2 == 1 {
			line[n.w-1] = low[n.w/2]
		}
		b.filter(row, p.reflect(n.w), n.w)
	}
}

// reflect gives the line its ends: the n samples that stand in it, reflected at both sides.
func (p *plane) reflect(n int) []float32 {
	for i := 1; i <= reach; i++ {
		p.line[reach-i] = p.line[reach+fold(-i, n)]
		p.line[reach+n-1+i] = p.line[reach+fold(n-1+i, n)]
	}
	return p.line
}

// filter runs over a line z with reflected ends.
func (b *bank) filter(out, z []float32, n int) {
	e, o := b.even, b.odd
	for i := 0; i+1 < n; i += 2 {
		c := z[i : i+10 : i+10]
		out[i] = e[0]*c[4] + e[1]*(c[3]+c[5]) + e[2]*(c[2]+c[6]) + e[3]*(c[1]+c[7]) + e[4]*(c[0]+c[8])
		out[i+1] = o[0]*c[5] + o[1]*(c[4]+c[6]) + o[2]*(c[3]+c[7]) + o[3]*(c[2]+c[8]) + o[4]*(c[1]+c[9])
	}
	if n%2 == 1 {
		c := z[n-1 : n+8 : n+8]
		out[n-1] = e[0]*c[4] + e[1]*(c[3]+c[5]) + e[2]*(c[2]+c[6]) + e[3]*(c[1]+c[7]) + e[4]*(c[0]+c[8])
	}
}

// columns makes line y of n from the lines around it.
func (b *bank) columns(out []float32, y, n int, line func(i int) []float32) {
	k := &b.even
	if y%2 == 1 {
		k = &b.odd
	}
	var rows [2*reach + 1][]float32
	for i := range rows {
		rows[i] = line(fold(y+i-reach, n))[:len(out)]
	}
	combine(out, &rows, k)
}

// combine is one filter over nine lines at once.
func combine(out []float32, rows *[2*reach + 1][]float32, k *kernel) {
	n := len(out)
	r0, r1, r2, r3, r4 := rows[0][:n], rows[1][:n], rows[2][:n], rows[3][:n], rows[4][:n]
	r5, r6, r7, r8 := rows[5][:n], rows[6][:n], rows[7][:n], rows[8][:n]
	if k[4] == 0 {
		for x := range out {
			out[x] = k[0]*r4[x] + k[1]*(r3[x]+r5[x]) + k[2]*(r2[x]+r6[x]) + k[3]*(r1[x]+r7[x])
		}
		return
	}
	for x := range out {
		out[x] = k[0]*r4[x] + k[1]*(r3[x]+r5[x]) + k[2]*(r2[x]+r6[x]) + k[3]*(r1[x]+r7[x]) + k[4]*(r0[x]+r8[x])
	}
}

// scale writes from, times by, to out.
func scale(out, from []float32, by float32) {
	for i, v := range from {
		out[i] = v * by
	}
}
