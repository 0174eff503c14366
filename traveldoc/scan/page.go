package scan

import (
	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// picturePage is the page while it is read: the grey picture, smaller ones of it as they are needed, and the classifier at work.
type picturePage struct {
	full    *strip.Plane
	smaller map[int]*strip.Plane
	net     *glyph.Net
	state   glyph.State
}

// reduced is the picture n times smaller.
func (p *picturePage) reduced(n int) *strip.Plane {
	if n <= 1 {
		return p.full
	}
	if p.smaller[n] == nil {
		p.smaller[n] = p.full.Reduce(n)
	}
	return p.smaller[n]
}

// scores are the logarithms of the classes' probabilities of one cell.
type scores [glyph.Classes]float32

// lowest bounds how sure the classifier may be that something is not so.
const lowest = -9

// best is the most probable character, whatever the chance that it is none.
func (s *scores) best() int {
	k := 0
	for i := 1; i < glyph.None; i++ {
		if s[i] > s[k] {
			k = i
		}
	}
	return k
}

// evidence is how much more a cell looks like a character than like none.
func (s *scores) evidence() float64 {
	return float64(max(s[s.best()], lowest) - max(s[glyph.None], lowest))
}

// cut takes the characters first to first+n-1 of a line out of the smallest picture that is fine enough.
func (p *picturePage) cut(at strip.Line, first, n int) *strip.Strip {
	factor := max(1, int(at.Pitch(n)/strip.Step))
	return strip.Cut(p.reduced(factor), at.Scaled(float64(factor)), first, n)
}

// read classifies the characters first to first+n-1 of a line.
func (p *picturePage) read(at strip.Line, first, n int) (*strip.Strip, []scores) {
	s := p.cut(at, first, n)
	all := make([]scores, n)
	var cell [strip.Size]float32
	for i := range all {
		s.Cell(first+i, &cell)
		p.classify(&cell, &all[i])
	}
	return s, all
}

// classify is the network on a cell as it was trained: paper is nothing.
func (p *picturePage) classify(cell *[strip.Size]float32, to *scores) {
	for i, v := range cell {
		if v < 0.03 {
			cell[i] = 0
		}
	}
	*to = *p.net.Scores(&p.state, cell)
}
