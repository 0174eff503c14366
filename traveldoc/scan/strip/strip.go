package strip

import (
	"math"
	"slices"
)

// The size of a cut character in pixels. A pitch is Step pixels, and so is a capital's height; the cell shows a little of its
// neighbours, as their nearness is part of what it looks like.
const (
	Step   = 16
	Width  = 20
	Height = 24
	Size   = Width * Height
)

// maxCells bounds a strip.
const maxCells = 64

// Strip is a line of characters in their fixed size: rows of Columns values, about 0 for paper and 1 for ink.
type Strip struct {
	First   int // number of the first character in it
	Cells   int
	Columns int
	Ink     []float32
	// Contrast is how much darker than the paper the ink is, 0 to 1.
	Contrast float32
}

// margin are the columns before the first and after the last cell's own, so that their windows stay inside.
const margin = Step

// Cut takes the characters first to first+cells-1 of a line out of a picture.
func Cut(p *Plane, l Line, first, cells int) *Strip {
	cells = min(max(cells, 1), maxCells)
	s := &Strip{First: first, Cells: cells, Columns: cells*Step + 2*margin}
	s.Ink = make([]float32, s.Columns*Height)
	for column := range s.Columns {
		s.column(p, l, column)
	}
	s.normalise()
	return s
}

// column reads one column, each value the mean of four points as the picture may be finer than the strip.
func (s *Strip) column(p *Plane, l Line, column int) {
	k := float64(s.First) + (float64(column-margin)+0.5)/Step - 0.5
	x, y := l.Middle(k)
	ux, uy := l.Direction(k)
	tall := l.Tall
	if tall == 0 {
		tall = 1
	}
	dx, dy := -uy*tall/Step, ux*tall/Step // one row down
	x, y = x-0.5-float64(Height-1)/2*dx, y-0.5-float64(Height-1)/2*dy
	ax, ay := float32((dx+ux/Step)/4), float32((dy+uy/Step)/4)
	bx, by := float32((dx-ux/Step)/4), float32((dy-uy/Step)/4)
	fine := math.Hypot(ux, uy)/Step > 1.2
	for row := range Height {
		cx, cy := float32(x+float64(row)*dx), float32(y+float64(row)*dy)
		v := p.bilinear(cx, cy)
		if fine {
			v = (p.bilinear(cx+ax, cy+ay) + p.bilinear(cx-ax, cy-ay) + p.bilinear(cx+bx, cy+by) + p.bilinear(cx-bx, cy-by)) / 4
		}
		s.Ink[row*s.Columns+column] = v
	}
}

// normalise turns grey into ink: the paper is what most of a character's surroundings are like, the ink what the darkest of the line
// is like against it. So neither shade nor contrast of a scan matters.
func (s *Strip) normalise() {
	blocks := s.Columns / Step
	counts := make([]histogram, blocks)
	for row := range Height {
		for column, v := range s.Ink[row*s.Columns : (row+1)*s.Columns] {
			counts[column/Step].values[uint8(v)]++
		}
	}
	paper, dark := make([]float32, blocks), make([]float32, blocks)
	for b := range blocks {
		var around histogram
		for i := max(0, b-1); i < min(blocks, b+2); i++ {
			around.add(&counts[i])
		}
		paper[b] = max(1, around.quantile(0.75))
		dark[b] = max(0, 1-around.quantile(0.02)/paper[b])
	}
	sorted := slices.Sorted(slices.Values(dark))
	s.Contrast = max(0.02, sorted[len(sorted)*6/10])
	for column := range s.Columns {
		level := between(paper, float32(column)/Step-0.5)
		for i := column; i < len(s.Ink); i += s.Columns {
			s.Ink[i] = min(max((1-s.Ink[i]/level)/s.Contrast, -0.25), 1.25)
		}
	}
}

// histogram counts grey values.
type histogram struct{ values [256]int32 }

func (h *histogram) add(other *histogram) {
	for i, n := range other.values {
		h.values[i] += n
	}
}

// quantile is the value that a share of the counted do not exceed.
func (h *histogram) quantile(share float32) float32 {
	total := int32(0)
	for _, n := range h.values {
		total += n
	}
	left := int32(share * float32(total))
	for v, n := range h.values {
		if left -= n; left < 0 {
			return float32(v) + 0.5
		}
	}
	return 255
}

// between reads a row of values between its places.
func between(values []float32, at float32) float32 {
	at = min(max(at, 0), float32(len(values)-1))
	i := min(int(at), len(values)-2)
	if i < 0 {
		return values[0]
	}
	return values[i] + (at-float32(i))*(values[i+1]-values[i])
}

// Cell copies the character with the number k into cell, row by row; a character outside the strip is paper.
func (s *Strip) Cell(k int, cell *[Size]float32) {
	at := (k-s.First)*Step + margin + Step/2 - Width/2
	if at < 0 || at+Width > s.Columns {
		clear(cell[:])
		return
	}
	for row := range Height {
		copy(cell[row*Width:(row+1)*Width], s.Ink[row*s.Columns+at:])
	}
}
