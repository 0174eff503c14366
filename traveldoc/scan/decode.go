package scan

import (
	"math"

	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/scan/glyph"
)

// considered is how many characters of a cell are weighed; the others are too improbable.
const considered = 6

// cell is one cell with what the rules say of it.
type cell struct {
	line, at int
	part
	first  bool // of a part that a check digit runs over
	field  int  // weight in the field's check digit
	whole  int  // weight in the composite digit
	scores *scores
}

// residues are the sums so far: of the field and of the composite, each modulo 10.
const residues = 100

// layOut gives every cell its rules, in the order in which the composite digit runs.
func layOut(r rules, read [][]scores) []cell {
	var cells []cell
	weights := [3]int{7, 3, 1}
	whole := 0
	for l, line := range r.lines {
		at := 0
		for _, p := range line {
			for i := range p.cells {
				c := cell{line: l, at: at, part: p, scores: &read[l][at], first: p.starts && i == 0}
				if p.starts {
					c.field = weights[i%3]
				}
				if p.composite {
					c.whole = weights[whole%3]
					whole++
				}
				cells = append(cells, c)
				at++
			}
		}
	}
	return cells
}

// value is a class's value in a check digit.
func value(class int) int {
	if class == glyph.None-1 {
		return 0
	}
	return class
}

// decoded is the most probable reading that keeps all rules.
type decoded struct {
	text  [][]byte // classes, by line
	score float64  // sum of the logarithms of the probabilities
	ok    bool     // false when no reading of the considered characters keeps the rules
}

// step is how a residue was reached: from which one, by which class.
type step struct {
	from  int16
	class int8
}

// decode finds it: step by step from cell to cell, for each pair of residues the best way there.
func decode(r rules, read [][]scores) decoded {
	cells := layOut(r, read)
	var now [residues]float64
	for i := range now {
		now[i] = math.Inf(-1)
	}
	now[0] = 0
	back := make([][residues]step, len(cells))
	for i := range cells {
		var next [residues]float64
		for j := range next {
			next[j] = math.Inf(-1)
		}
		cells[i].advance(&now, &next, &back[i])
		now = next
	}
	return trace(r, cells, back, &now)
}

// advance takes every residue over one cell.
func (c *cell) advance(now, next *[residues]float64, back *[residues]step) {
	for _, class := range c.scores.top(c.allowed) {
		score := float64(max(c.scores[class], lowest))
		for state, reached := range now {
			if math.IsInf(reached, -1) {
				continue
			}
			to, penalty, ok := c.follow(state, class)
			if v := reached + score + penalty; ok && v > next[to] {
				next[to], back[to] = v, step{int16(state), int8(class)} //nolint:gosec // below 100 and 38
			}
		}
	}
}

// unclosed is the price of a filler in the place of a check digit: a number that goes on elsewhere, an empty field.
const unclosed = -2.5

// follow is the residue after a class; false when a check digit would be wrong.
func (c *cell) follow(state, class int) (to int, penalty float64, ok bool) {
	field, whole := state/10, state%10
	switch {
	case c.final:
		return whole, 0, class == whole // both fall together: nothing is checked after it
	case c.digit && class == glyph.None-1:
		penalty = unclosed
		if c.cells == 1 && field == 0 {
			penalty = 0 // an empty field needs no digit
		}
	case c.digit && class != field:
		return 0, 0, false
	}
	if c.first || !c.starts {
		field = 0
	}
	return (field+c.field*value(class))%10*10 + (whole+c.whole*value(class))%10, penalty, true
}

// top are the allowed classes with the highest scores.
func (s *scores) top(allowed charset) []int {
	var best [considered]int
	n := 0
	for class := range glyph.None {
		if allowed&(1<<class) == 0 {
			continue
		}
		at := n
		for at > 0 && s[best[at-1]] < s[class] {
			at--
		}
		if at >= considered {
			continue
		}
		n = min(n+1, considered)
		copy(best[at+1:n], best[at:n-1])
		best[at] = class
	}
	return best[:n]
}

// trace follows the best way back.
func trace(r rules, cells []cell, back [][residues]step, last *[residues]float64) decoded {
	end := 0
	for i, v := range last {
		if v > last[end] {
			end = i
		}
	}
	if math.IsInf(last[end], -1) {
		return decoded{}
	}
	d := decoded{score: last[end], ok: true, text: make([][]byte, len(r.lines))}
	for i := range d.text {
		d.text[i] = make([]byte, r.width())
	}
	for i := len(cells) - 1; i >= 0; i-- {
		s := back[i][end]
		d.text[cells[i].line][cells[i].at] = byte(s.class) //nolint:gosec // a class
		end = int(s.from)
	}
	d.preferStates(cells)
	return d
}

// knownState is how much more probable a code of the list is than one that is not on it, as a logarithm.
const knownState = 3

// preferStates reads a code that is not on the list of states as one that is, where the picture speaks hardly against it. No check
// digit runs over these cells.
func (d *decoded) preferStates(cells []cell) {
	for i := 0; i+2 < len(cells); i++ {
		if !cells[i].state {
			continue
		}
		d.preferState(cells[i : i+3])
		i += 2
	}
}

func (d *decoded) preferState(three []cell) {
	var best [3]int
	high := math.Inf(-1)
	for _, a := range three[0].scores.top(three[0].allowed)[:3] {
		for _, b := range three[1].scores.top(three[1].allowed)[:3] {
			for _, c := range three[2].scores.top(three[2].allowed)[:3] {
				v := float64(three[0].scores[a] + three[1].scores[b] + three[2].scores[c])
				if isState(a, b, c) {
					v += knownState
				}
				if v > high {
					high, best = v, [3]int{a, b, c}
				}
			}
		}
	}
	for i, class := range best {
		d.text[three[i].line][three[i].at] = byte(class) //nolint:gosec // a class
	}
}

func isState(classes ...int) bool {
	code := make([]byte, 0, 3)
	for _, c := range classes {
		if c != glyph.None-1 {
			code = append(code, glyph.Alphabet[c])
		}
	}
	_, ok := mrz.LookupState(string(code))
	return ok
}
