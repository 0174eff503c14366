package mrz

import "slices"

// maxCombinations bounds how many repairs of several fields are tried together.
const maxCombinations = 128

// level is a stage of the search: how far the look-alikes go and how many cells of one field are exchanged.
type level struct {
	rank  likeness
	pairs bool
}

// protected are the smallest sets of edits that make the check digits right, each with the certain edits. When none satisfies them
// all, those that mend most fields; when nothing is wrong, the certain edits alone.
func (m *mender) protected(certain []Edit) [][]Edit {
	base := m.trial(certain)
	broken := base.broken()
	if len(broken) == 0 && base.compositeRight() {
		return nonEmpty([][]Edit{certain})
	}
	best, mended := [][]Edit{certain}, 0
	for _, l := range [...]level{{likeScanner, false}, {likeTwin, false}, {likeFar, false}, {likeTwin, true}} {
		repairs, n := m.combine(base, broken, certain, l)
		if len(broken) == 0 {
			repairs = m.singles(base, certain, l.rank, base.cellsOf(base.nchecks-1), (*Document).allRight)
		}
		if right := m.only(repairs, (*Document).allRight); len(right) > 0 {
			return right
		}
		if n > mended {
			best, mended = repairs, n
		}
	}
	return nonEmpty(best)
}

// only keeps the repairs after which the zone is as wanted.
func (m *mender) only(repairs [][]Edit, wanted func(*Document) bool) [][]Edit {
	return slices.DeleteFunc(slices.Clone(repairs), func(edits []Edit) bool { return !wanted(m.trial(edits)) })
}

func nonEmpty(sets [][]Edit) [][]Edit {
	return slices.DeleteFunc(sets, func(edits []Edit) bool { return len(edits) == 0 })
}

// broken are the fields' own check digits that are wrong, or right over what cannot be, by their numbers. A digit that was cut off
// is left out: nothing can satisfy it.
func (d *Document) broken() []int {
	var broken []int
	for i := range d.nchecks {
		c := &d.checks[i]
		if c.Field != Composite && c.Printed != "" && !d.settled(i) {
			broken = append(broken, i)
		}
	}
	return broken
}

// settled: the digit is right and the field can be what it says.
func (d *Document) settled(i int) bool {
	c := &d.checks[i]
	issue := c.Field == DocumentNumber && d.fields[IssueDate].Verdict == Failed
	return c.OK && d.fields[c.Field].Verdict != Failed && !issue
}

// compositeRight: it is right, or there is none to be read.
func (d *Document) compositeRight() bool {
	if d.nchecks == 0 {
		return true
	}
	last := &d.checks[d.nchecks-1]
	return last.Field != Composite || last.Printed == "" || last.OK
}

// allRight: the fields' own digits are, and the composite.
func (d *Document) allRight() bool { return len(d.broken()) == 0 && d.compositeRight() }

// cell is a place in the zone.
type cell struct{ line, position uint8 }

// cellsOf are the cells of check digit i that were read: those under it and its own. Where a filler stands for the number's digit,
// the optional field may hold the rest of a long number that cannot be seen for what was misread in it.
func (d *Document) cellsOf(i int) []cell {
	goesOn := i == 0 && d.layout.longNumber && d.checks[0].Printed == "<"
	return d.cellsWhere(func(line, position uint8) bool {
		return d.coversCell(i, line, position) || goesOn && d.fields[OptionalData].At.holds(line, position)
	})
}

func (d *Document) cellsWhere(in func(line, position uint8) bool) []cell {
	var cells []cell
	for i, line := range d.Lines() {
		for at := range min(len(line), d.layout.widths[i]) {
			if c := (cell{uint8(i + 1), uint8(at + 1)}); in(c.line, c.position) {
				cells = append(cells, c)
			}
		}
	}
	return cells
}

// combine are the repairs of all broken fields together, every choice of one repair for each, and how many fields they mend. A
// field without a repair stays as it is.
func (m *mender) combine(base *Document, broken []int, certain []Edit, l level) ([][]Edit, int) {
	combinations, mended := [][]Edit{certain}, 0
	for _, i := range broken {
		settled := func(t *Document) bool { return t.settled(i) }
		repairs := m.singles(base, certain, l.rank, base.cellsOf(i), settled)
		if len(repairs) == 0 && l.pairs {
			repairs = m.pairs(base, certain, base.cellsOf(i), settled)
		}
		if len(repairs) == 0 {
			continue
		}
		combinations = each(combinations, repairs, len(certain))
		mended++
	}
	return combinations, mended
}

// each puts every repair behind every combination, without the first n edits, which the combinations have.
func each(combinations, repairs [][]Edit, n int) [][]Edit {
	var next [][]Edit
	for _, done := range combinations {
		for _, repair := range repairs {
			if len(next) < maxCombinations {
				next = append(next, append(slices.Clone(done), repair[n:]...))
			}
		}
	}
	return next
}

// singles are the exchanges of one cell, beside the certain ones, after which the zone is as wanted.
func (m *mender) singles(base *Document, certain []Edit, rank likeness, cells []cell, wanted func(*Document) bool) [][]Edit {
	var found [][]Edit
	for _, c := range cells {
		for _, e := range m.exchanges(base, c, rank) {
			if edits := append(slices.Clone(certain), e); wanted(m.trial(edits)) {
				found = append(found, edits)
			}
		}
	}
	return found
}

// pairs are the exchanges of two cells of one field. Only the nearest look-alikes are tried: there are few of them.
func (m *mender) pairs(base *Document, certain []Edit, cells []cell, wanted func(*Document) bool) [][]Edit {
	var found [][]Edit
	for i, first := range cells {
		for _, second := range cells[i+1:] {
			for _, a := range m.exchanges(base, first, likeTwin) {
				for _, b := range m.exchanges(base, second, likeTwin) {
					if edits := append(slices.Clone(certain), a, b); wanted(m.trial(edits)) {
						found = append(found, edits)
					}
				}
			}
		}
	}
	return found
}

// exchanges are what a cell may have been printed as, of the kind that may stand there.
func (m *mender) exchanges(base *Document, c cell, rank likeness) []Edit {
	from := base.lines[c.line-1][c.position-1]
	var edits []Edit
	for _, to := range []byte(m.alike(c, from, rank)) {
		wanted := base.kindOf(c.line, c.position)
		if wanted == digitKind && !isDigitOrFiller(to) || wanted == letterKind && !isLetterOrFiller(to) {
			continue
		}
		edits = append(edits, Edit{c.line, c.position, string(from), string(to)})
	}
	return edits
}

// alike are the look-alikes up to a rank: a far search includes the near ones, but not the scanner's, which were searched first.
func (m *mender) alike(c cell, from byte, rank likeness) string {
	switch rank {
	case likeScanner:
		var second []byte
		for _, r := range m.d.doubts {
			if r.Line == c.line && r.Position == c.position && r.Character != from {
				second = append(second, r.Character)
			}
		}
		return string(second)
	case likeTwin:
		return lookAlikes(from, likeTwin)
	case likeFar:
	}
	return lookAlikes(from, likeTwin) + lookAlikes(from, likeFar)
}
