package scan

import (
	"math"

	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
)

// track is a line that was found, with what was read of it so far: several groupings of lines ask for the same cells.
type track struct {
	row
	turned *track // the same line read from its other end
	strip  *strip.Strip
	cells  map[int]*scores
	seems  float64 // what a glance gave
	seen   bool
}

// reach is how many characters before and after those found can be read.
const reach = 10

func newTrack(r row) *track {
	t := &track{row: r, cells: map[int]*scores{}}
	t.turned = &track{
		row: row{at: r.at.Reversed(r.last + 1), last: r.last, score: r.score}, cells: map[int]*scores{}, turned: t,
	}
	return t
}

// cell is what character k of a line looks like.
func (p *picturePage) cell(t *track, k int) *scores {
	if s, ok := t.cells[k]; ok {
		return s
	}
	s := &scores{}
	t.cells[k] = s
	if k < -reach || k > t.last+reach {
		for class := range glyph.None {
			s[class] = lowest
		}
		return s
	}
	if t.strip == nil {
		t.strip = p.cut(t.at, -reach, t.last+1+2*reach)
	}
	var cell [strip.Size]float32
	t.strip.Cell(k, &cell)
	p.classify(&cell, s)
	return s
}

// glance is how much a few characters of a line, spread over it, look like characters: the mean of their evidence.
func (p *picturePage) glance(t *track) float64 {
	const glances = 8
	if t.seen {
		return t.seems
	}
	n := t.last + 1
	for i := range glances {
		t.seems += p.cell(t, (2*i+1)*n/(2*glances)).evidence() / glances
	}
	t.seen = true
	return t.seems
}

// below is how many pitches line b lies below line a, at a's middle.
func below(a, b *track) float64 {
	k := float64(a.last) / 2
	x, y := a.at.Middle(k)
	ux, uy := a.at.Direction(k)
	bx, by := b.at.Middle(column(b.at, x, y))
	return ((bx-x)*-uy + (by-y)*ux) / (ux*ux + uy*uy)
}

// column is the number of the character of a line that stands nearest to a point.
func column(l strip.Line, x, y float64) float64 {
	k := 0.0
	for range 4 {
		mx, my := l.Middle(k)
		ux, uy := l.Direction(k)
		k += ((x-mx)*ux + (y-my)*uy) / (ux*ux + uy*uy)
	}
	return k
}

// parallel says whether two lines can be of one zone.
func parallel(a, b *track) bool {
	p, q := a.at.Pitch(a.last+1), b.at.Pitch(b.last+1)
	ax, ay := a.at.Direction(float64(a.last) / 2)
	bx, by := b.at.Direction(float64(b.last) / 2)
	return math.Abs(p/q-1) < 0.09 && math.Abs(ax*by-ay*bx) < 0.07*p*q && ax*bx+ay*by > 0 && math.Abs(below(a, b)) < 8
}
