package main

import (
	"math/rand/v2"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
	"github.com/openbmis/openbmis/traveldoc/scan/strip"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
)

// example is a cell, packed into bytes, and its class.
type example struct {
	cell  [strip.Size]uint8
	class uint8
}

func pack(cell *[strip.Size]float32, class int) example {
	e := example{class: uint8(class)} //nolint:gosec // 0 to 37
	for i, v := range cell {
		e.cell[i] = uint8((min(max(v, -0.25), 1.25) + 0.25) * 170)
	}
	return e
}

func (e *example) unpack(cell *[strip.Size]float32) {
	for i, v := range e.cell {
		cell[i] = max(0, float32(v)/170-0.25)
		if cell[i] < 0.03 {
			cell[i] = 0
		}
	}
}

// examples of a drawn line: its characters, and what is none.
func examples(r *rand.Rand, face synth.Face) ([]example, error) {
	line, err := synth.RandomLine(r, face)
	if err != nil {
		return nil, err
	}
	n := len(line.Text)
	at := line.Shaken(r)
	s := strip.Cut(line.Picture, at, -2, n+4)
	var found []example
	take := func(s *strip.Strip, k, class int) {
		var cell [strip.Size]float32
		s.Cell(k, &cell)
		found = append(found, pack(&cell, class))
	}
	for k := range n {
		take(s, k, glyph.Class(line.Text[k]))
	}
	take(s, -2, glyph.None)
	take(s, n, glyph.None)
	half := at
	half.X += at.UX * (0.4 + 0.2*r.Float64())
	between := strip.Cut(line.Picture, half, -1, n)
	low := at
	low.Y += at.UX * (0.45 + 0.4*r.Float64()) * float64(1-2*r.IntN(2))
	beside := strip.Cut(line.Picture, low, 0, n)
	turned := strip.Cut(line.Picture, at.Reversed(n), 0, n)
	for range 2 {
		take(between, r.IntN(n-1), glyph.None)
		take(beside, r.IntN(n), glyph.None)
	}
	for range 4 {
		k := r.IntN(n)
		if !strings.ContainsRune("0689HINOSXZ", rune(line.Text[n-1-k])) {
			take(turned, k, glyph.None)
		}
	}
	return found, nil
}
