package mrz

import "strings"

// kind is what may stand in a cell.
type kind uint8

const (
	anyKind kind = iota
	digitKind
	letterKind
)

// kindOf is what a cell of the document may hold, fillers aside.
func (d *Document) kindOf(line, position uint8) kind {
	for i := range d.nchecks {
		if d.checks[i].At.holds(line, position) {
			return digitKind
		}
	}
	if d.fields[DocumentCode].At.holds(line, position) {
		if d.Format == FrenchLicence && position == d.fields[DocumentCode].At.To {
			return digitKind
		}
		return letterKind
	}
	for _, id := range [...]FieldID{BirthDate, ExpiryDate, IssueDate} {
		if d.fields[id].At.holds(line, position) {
			return digitKind
		}
	}
	for _, id := range [...]FieldID{Name, GivenNames, IssuingState, Nationality, Language} {
		if d.fields[id].At.holds(line, position) {
			return letterKind
		}
	}
	if d.Format == SwissLicence && d.fields[DocumentNumber].At.holds(line, position) {
		return digitKind
	}
	return anyKind
}

// The pairs of digit and letter that readers of OCR-B exchange most.
const (
	twinDigits  = "015826"
	twinLetters = "OISBZG"
)

// twin is the character of the other kind that c is mistaken for, of the wanted kind.
func twin(c byte, wanted kind) (byte, bool) {
	from, to := twinDigits, twinLetters
	if wanted == digitKind {
		from, to = to, from
	}
	if i := strings.IndexByte(from, c); i >= 0 && wanted != anyKind {
		return to[i], true
	}
	return 0, false
}

// likeness is a rank of look-alikes, nearest first.
type likeness uint8

const (
	likeScanner likeness = iota // what the scanner itself read second best
	likeTwin                    // the pairs above
	likeFar                     // shapes that a worn or badly printed line makes alike
)

// lookAlikes are the characters that c may have been printed as.
func lookAlikes(c byte, rank likeness) string {
	if rank == likeTwin {
		if i := strings.IndexByte(twinDigits, c); i >= 0 {
			return twinLetters[i : i+1]
		}
		if i := strings.IndexByte(twinLetters, c); i >= 0 {
			return twinDigits[i : i+1]
		}
		return ""
	}
	for group := range strings.SplitSeq("0:DQ 1:L7T 2:7 3:8B9 4:A 5:6 6:58 7:1TZ2 8:369 9:38 A:4 B:3R C:G< D:0O E:F F:EP G:C "+
		"H:NM I:LT1 J:1 K:X< L:I1< M:NH N:MH O:DQ P:FR Q:O0 R:PB S:8 T:7I U:V V:UY W:V X:K< Y:V Z:7 <:KCLX", " ") {
		if group[0] == c {
			return group[2:]
		}
	}
	return ""
}

// kindEdit is the exchange that a cell's kind demands, when there is one.
func (d *Document) kindEdit(line, position uint8) (Edit, bool) {
	c := d.lines[line-1][position-1]
	wanted := d.kindOf(line, position)
	wrong := wanted == digitKind && !isDigitOrFiller(c) || wanted == letterKind && !isLetterOrFiller(c)
	if !wrong {
		return Edit{}, false
	}
	to, ok := twin(c, wanted)
	return Edit{line, position, string(c), string(to)}, ok
}

// classEdits are the exchanges that the kinds of the cells demand, together for each field, and fillers that were read as letters
// behind a name.
func (m *mender) classEdits() [][]Edit {
	var groups [fieldCount][]Edit
	for i, line := range m.d.Lines() {
		for at := range min(len(line), m.d.layout.widths[i]) {
			if e, ok := m.d.kindEdit(uint8(i+1), uint8(at+1)); ok {
				id := m.d.fieldAt(e.Line, e.Position)
				groups[id] = append(groups[id], e)
			}
		}
	}
	groups[Name] = append(groups[Name], m.nameFillers()...)
	var out [][]Edit
	for _, group := range groups {
		if len(group) > 0 {
			out = append(out, group)
		}
	}
	return out
}

// nameFillers: behind the second double filler of a name there is nothing; letters there that look like fillers are some.
func (m *mender) nameFillers() []Edit {
	f := m.d.fields[Name]
	_, secondary, split := strings.Cut(f.Raw, "<<")
	end := strings.Index(strings.TrimLeft(secondary, "<"), "<<")
	if !split || end < 0 {
		return nil
	}
	from := len(f.Raw) - len(strings.TrimLeft(secondary, "<")) + end
	if strings.Trim(f.Raw[from:], "<KCLX") != "" {
		return nil
	}
	var edits []Edit
	for at := from; at < len(f.Raw); at++ {
		if f.Raw[at] != filler {
			position := f.At.From + uint8(at) //nolint:gosec // within the field
			edits = append(edits, Edit{f.At.Line, position, f.Raw[at : at+1], "<"})
		}
	}
	return edits
}
