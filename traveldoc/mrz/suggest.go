package mrz

import "slices"

// Edit is one cell that is taken to have been misread.
type Edit struct {
	Line     uint8  `json:"line"`     // from 1
	Position uint8  `json:"position"` // from 1
	From     string `json:"from"`     // the character as read
	To       string `json:"to"`
}

// Suggestion is one way to repair a zone: offered to the officer, never applied by itself.
type Suggestion struct {
	Fields []FieldID `json:"fields"` // those that are changed
	Edits  []Edit    `json:"edits"`
	// Satisfied are the check digits over the changed cells that are right afterwards, the composite among them. Empty: the kind of
	// the field alone speaks for the repair.
	Satisfied []FieldID `json:"satisfied"`
	Lines     []string  `json:"lines"` // the zone as it would be
	// Ambiguous: another suggestion satisfies the check digits as well as this one, or a digit over the changed cells stays wrong.
	// Only the document itself can tell.
	Ambiguous bool `json:"ambiguous"`
}

// maxSuggestions is how many ways to mend the protected fields are offered. That there are more shows in Ambiguous.
const maxSuggestions = 8

// Suggestions are the repairs that the kinds of the fields and the check digits speak for. Characters that cannot stand in their
// field are exchanged for those they are mistaken for; then the fewest exchanges of look-alikes are searched that make the digits
// right, look-alikes of the scanner first (RunnerUp), then those of every scanner. They are computed when asked for. A zone whose
// digits are right has none, unless a character is of the wrong kind; a zone that is cut has none beyond the cut.
func (d *Document) Suggestions() []Suggestion {
	if d.Format == Unknown {
		return nil
	}
	m := newMender(d)
	var out []Suggestion
	var certain []Edit // of the wrong kind, in cells under a check digit
	for _, group := range m.classEdits() {
		if m.underDigit(group[0]) {
			certain = append(certain, group...)
		} else if m.plausible(group) {
			out = append(out, m.suggestion(group))
		}
	}
	found := m.protected(certain)
	for _, edits := range found[:min(len(found), maxSuggestions)] {
		s := m.suggestion(edits)
		s.Ambiguous = s.Ambiguous || len(found) > 1
		out = append(out, s)
	}
	return out
}

// suggestion describes what the edits do.
func (m *mender) suggestion(edits []Edit) Suggestion {
	after := m.trial(edits)
	s := Suggestion{Edits: edits, Satisfied: []FieldID{}, Lines: slices.Clone(after.Lines())}
	for _, e := range edits {
		if id := m.d.fieldAt(e.Line, e.Position); !slices.Contains(s.Fields, id) {
			s.Fields = append(s.Fields, id)
		}
	}
	for i := range after.nchecks {
		covers := slices.ContainsFunc(edits, func(e Edit) bool { return after.coversCell(i, e.Line, e.Position) })
		switch check := &after.checks[i]; {
		case covers && check.OK:
			s.Satisfied = append(s.Satisfied, check.Field)
		case covers && check.Printed != "":
			s.Ambiguous = true
		}
	}
	return s
}

// mender searches repairs of one document. Each trial reads the changed lines anew, so that the search knows no more of the formats
// than the reading does.
type mender struct {
	d *Document
}

func newMender(d *Document) *mender { return &mender{d: d} }

// trial reads the lines with the edits, without looking up codes.
func (m *mender) trial(edits []Edit) *Document {
	t := &Document{Format: m.d.Format, layout: m.d.layout, lines: m.d.lines, inspected: m.d.inspected, options: m.d.options}
	t.apply(edits)
	t.readFields()
	t.interpret(t.inspected)
	t.judge()
	return t
}

// apply exchanges characters. The edits lie within the lines.
func (d *Document) apply(edits []Edit) {
	for _, e := range edits {
		line := d.lines[e.Line-1]
		d.lines[e.Line-1] = line[:e.Position-1] + e.To + line[e.Position:]
	}
}

// coversCell reports whether check digit i runs over the cell or stands in it.
func (d *Document) coversCell(i int, line, position uint8) bool {
	if d.checks[i].At.holds(line, position) {
		return true
	}
	rule := &d.layout.digits[i]
	if rule.field == DocumentNumber && d.long != NotLong {
		rest := d.fields[OptionalData].At
		rest.To = d.checks[i].At.To
		return rest.holds(line, position) || d.fields[DocumentNumber].At.holds(line, position)
	}
	return slices.ContainsFunc(rule.over[:], func(r Range) bool { return r.holds(line, position) })
}

func (r Range) holds(line, position uint8) bool {
	return r.Line == line && r.Line != 0 && r.From <= position && position <= r.To
}

// underDigit reports whether any check digit speaks for the cell.
func (m *mender) underDigit(e Edit) bool {
	for i := range m.d.nchecks {
		if m.d.coversCell(i, e.Line, e.Position) {
			return true
		}
	}
	return false
}

// plausible: a repaired state must be one.
func (m *mender) plausible(edits []Edit) bool {
	t := m.trial(edits)
	switch m.d.fieldAt(edits[0].Line, edits[0].Position) { //nolint:exhaustive // the others have no list
	case IssuingState:
		_, known := stateOf(t.IssuingState)
		return known
	case Nationality:
		_, known := stateOf(t.Nationality)
		return known
	}
	return true
}

// fieldAt is the field of a cell, or the field that a check digit's cell speaks for; NoField when the cell has none.
func (d *Document) fieldAt(line, position uint8) FieldID {
	for i := range d.nchecks {
		if d.checks[i].At.holds(line, position) && d.checks[i].Printed != "<" {
			return d.checks[i].Field
		}
	}
	for id := DocumentCode; id < Composite; id++ {
		if id != IssueDate && id != Language && d.fields[id].At.holds(line, position) {
			return id
		}
	}
	return NoField
}
