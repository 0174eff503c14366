package mrz

import (
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// Extra is what a zone holds beside the document and its bearer. The zero value is the usual.
type Extra struct {
	// OptionalData fills the optional fields: A to Z, 0 to 9, and blanks or '<' for fillers. The second is of TD1 alone.
	OptionalData [2]string
	// LongNumber says how a number of more than nine characters is closed; NotLong means the way of Doc 9303, LongPlain.
	LongNumber LongNumber
	// ZeroDigit prints 0, not a filler, as the check digit of a passport's unused optional field.
	ZeroDigit bool
}

// Extra is what Encode needs, beside the document and the bearer, to write the zone again.
func (d *Document) Extra() Extra {
	x := Extra{LongNumber: d.long}
	copy(x.OptionalData[:], d.OptionalData())
	if d.Format == TD3 && d.nchecks > 3 {
		x.ZeroDigit = d.checks[3].Printed == "0"
	}
	return x
}

// Encode writes the zone of a document, its lines joined by \n: the inverse of Parse. Names are written in capitals, blanks and
// hyphens as fillers, apostrophes left out (ICAO Doc 9303-3, section 4.6); a name that is too long is cut so that a letter stands in
// the last cell. The MRZ of doc is not looked at, nor are values that the format has no place for, such as the expiry of a French
// identity card. An error names the field, what was expected, and no value.
func Encode(format Format, doc traveldoc.Document, bearer traveldoc.Identity, extra Extra) (string, error) {
	l := layoutOf(format)
	if l.lines == 0 {
		return "", fmt.Errorf("encode MRZ: format %d: expected one of %v", format, Formats())
	}
	e := encoder{layout: l}
	e.fill()
	e.putCode(doc.Code)
	e.put(IssuingState, doc.IssuingState, isLetterOrFiller)
	if l.fields[Nationality].Line != 0 {
		e.put(Nationality, bearer.Nationality, isLetterOrFiller)
	}
	e.putNames(bearer.Surname, bearer.GivenNames)
	e.putDate(BirthDate, bearer.BirthDate)
	e.putDate(ExpiryDate, doc.ExpiryDate)
	e.putSex(bearer.Sex)
	e.putNumber(doc.Number, extra)
	e.put(OptionalData2, extra.OptionalData[1], isCell)
	e.putDigits(extra.ZeroDigit)
	if e.err != nil {
		return "", fmt.Errorf("encode %s: %w", format, e.err)
	}
	return e.text(), nil
}

// encoder holds the cells; the first error stays.
type encoder struct {
	layout layout
	cells  [maxFormatLines][44]byte
	long   bool // the number goes on in the optional field: its digit's cell keeps the filler
	err    error
}

func (e *encoder) fill() {
	for i := range e.cells {
		for j := range e.cells[i] {
			e.cells[i][j] = filler
		}
	}
}

func (e *encoder) text() string {
	var out strings.Builder
	for i := range e.layout.lines {
		if i > 0 {
			out.WriteByte('\n')
		}
		out.Write(e.cells[i][:e.layout.widths[i]])
	}
	return out.String()
}

func (e *encoder) at(r Range) []byte {
	if r.Line == 0 {
		return nil
	}
	return e.cells[r.Line-1][r.From-1 : r.To]
}

func (e *encoder) fail(id FieldID, format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf("%s: "+format, append([]any{id}, args...)...)
	}
}

// put writes a field from its first cell on; blanks become fillers.
func (e *encoder) put(id FieldID, text string, allowed func(byte) bool) {
	e.putAt(id, e.at(e.layout.fields[id]), text, allowed)
}

func (e *encoder) putAt(id FieldID, cells []byte, text string, allowed func(byte) bool) {
	text = strings.ReplaceAll(text, " ", "<")
	if len(text) > len(cells) {
		e.fail(id, "%d characters, expected at most %d", len(text), len(cells))
		return
	}
	for i := range len(text) {
		if !allowed(text[i]) {
			e.fail(id, "character %d of the text cannot stand in this field", i+1)
			return
		}
	}
	copy(cells, text)
}

func isCell(c byte) bool { return value(c) >= 0 }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// putCode: the second character of a French licence is a digit.
func (e *encoder) putCode(code string) {
	if e.layout.format == FrenchLicence {
		e.put(DocumentCode, code, isCell)
		return
	}
	e.put(DocumentCode, code, isLetterOrFiller)
}

func (e *encoder) putSex(sex string) {
	if e.layout.fields[Sex].Line == 0 {
		return
	}
	switch sex {
	case "M", "F":
		e.put(Sex, sex, isCell)
	case "", "X", "<":
	default:
		e.fail(Sex, "expected M, F, X or nothing")
	}
}

func (e *encoder) putDate(id FieldID, d traveldoc.Date) {
	cells := e.at(e.layout.fields[id])
	if cells == nil {
		return
	}
	for i, part := range [...]struct {
		known traveldoc.Precision
		n     int
	}{{traveldoc.PrecisionYear, d.Year() % 100}, {traveldoc.PrecisionMonth, d.Month()}, {traveldoc.PrecisionDay, d.Day()}} {
		if d.Precision() >= part.known {
			cells[2*i], cells[2*i+1] = byte('0'+part.n/10), byte('0'+part.n%10) //nolint:gosec // two digits
		}
	}
}

// putNumber writes the number, and what does not fit into the optional field together with its digit.
func (e *encoder) putNumber(number string, extra Extra) {
	number = strings.ReplaceAll(strings.ReplaceAll(number, " ", "<"), "-", "<")
	room := e.layout.fields[DocumentNumber].Len()
	if len(number) <= room {
		e.put(DocumentNumber, number, e.numberCell())
		e.checkIssue()
		e.put(OptionalData, extra.OptionalData[0], isCell)
		return
	}
	if !e.layout.longNumber {
		e.fail(DocumentNumber, "%d characters, expected at most %d", len(number), room)
		return
	}
	e.putLongNumber(number[:room], number[room:], extra)
}

// numberCell is what a cell of the number may hold.
func (e *encoder) numberCell() func(byte) bool {
	if e.layout.format == SwissLicence {
		return isDigit
	}
	return isCell
}

// checkIssue: a number that starts with the month of issue must have one.
func (e *encoder) checkIssue() {
	cells := e.at(e.layout.fields[IssueDate])
	if cells == nil || e.err != nil {
		return
	}
	if month := twoDigits(string(cells), 2); twoDigits(string(cells), 0) < 0 || month < 1 || month > 12 {
		e.fail(IssueDate, "expected the number to start with year and month, YYMM")
	}
}

func (e *encoder) putLongNumber(head, rest string, extra Extra) {
	digit := digitOver(head, rest)
	if extra.LongNumber == LongFiller {
		digit = digitOver(head, "<", rest)
	}
	if digit == 0 || strings.IndexByte(head+rest, filler) >= 0 {
		e.fail(DocumentNumber, "expected capitals and digits alone when there are more than %d", len(head))
		return
	}
	e.long = true
	e.put(DocumentNumber, head, isCell)
	optional := rest + digitText(digit)
	if extra.OptionalData[0] != "" {
		optional += "<" + extra.OptionalData[0]
	}
	e.put(OptionalData, optional, isCell)
}

// putDigits computes the check digits in the format's order; the composite comes last and runs over the others.
func (e *encoder) putDigits(zero bool) {
	for i := range e.layout.digits {
		rule := &e.layout.digits[i]
		if rule.at.Line == 0 || (rule.field == DocumentNumber && e.long) {
			continue
		}
		var s sum
		empty := true
		for _, r := range rule.over {
			cells := string(e.at(r))
			empty = empty && strings.Trim(cells, "<") == ""
			s.add(cells, len(cells))
		}
		if digit := s.digit(); digit != 0 && (rule.field != OptionalData || !empty || zero) {
			e.at(rule.at)[0] = digit
		}
	}
}
