package mrz

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// filler is the character of empty cells.
const filler = '<'

// MaxInput is the longest text that Parse looks at, in bytes.
const MaxInput = 4096

// The errors of Parse. A document comes with each of them: it holds the input and a finding.
var (
	ErrUnrecognisable = errors.New("no machine readable zone found")
	ErrTooLong        = fmt.Errorf("text too long for a machine readable zone: expected at most %d bytes", MaxInput)
)

// Option changes how Parse judges a zone.
type Option uint8

// The options.
const (
	// Training accepts the codes of specimens and exercises, such as UTO, without a finding.
	Training Option = 1 << iota
	// WithoutExtensions derives an expiry from what a card was issued for, without the years that its state added later: other
	// states are free not to recognise them.
	WithoutExtensions
)

// Parse reads the machine readable zone in text: lines of any ending, or the keystrokes of a reader without line ends. The date of
// inspection decides the century: a birth lies not after it, an expiry within fifty years of it. The document is never nil; an
// error says that no zone was recognised. What is wrong with a recognised zone is in the findings and verdicts, not in the error.
func Parse(text string, inspection traveldoc.Date, options ...Option) (*Document, error) {
	d := &Document{Input: text, inspected: inspection}
	for _, o := range options {
		d.options |= o
	}
	if len(text) > MaxInput {
		d.report(Finding{Code: CodeTooLong, Severity: Acknowledge})
		return d, ErrTooLong
	}
	var src source
	src.read(text)
	found, ok := recognise(&src)
	if !ok {
		d.report(Finding{Code: CodeUnrecognisable, Severity: Acknowledge})
		return d, ErrUnrecognisable
	}
	d.Format, d.layout, d.lines, d.asRead = found.layout.format, found.layout, found.lines, found.lines
	d.reportLines(&src, &found)
	d.aboutText = len(d.Findings)
	d.read()
	return d, nil
}

// read reads the fields from the lines.
func (d *Document) read() {
	d.readFields()
	d.interpret(d.inspected)
	d.judge()
	d.judgeCodes()
}

func (d *Document) readFields() {
	for id := range d.fields {
		at := d.layout.fields[id]
		d.fields[id].At, d.fields[id].Raw = at, d.cells(at)
	}
}

// reportLines says what had to be done to the text to see the format's lines in it.
func (d *Document) reportLines(src *source, found *candidate) {
	if src.unusual != 0 {
		d.reportCharacters(src)
	}
	if found.exact {
		return
	}
	for _, n := range [...]struct {
		is   bool
		code Code
	}{{found.swapped, CodeLineOrder}, {found.joined, CodeLineJoined}} {
		if n.is {
			d.report(Finding{Code: n.code, Severity: Note})
		}
	}
	if left := src.total() - found.used; left > 0 {
		d.report(Finding{Code: CodeLineIgnored, Printed: strconv.Itoa(left), Severity: Note})
	}
	d.reportLengths(found)
}

func (d *Document) reportLengths(found *candidate) {
	assumed := false
	for i, line := range d.Lines() {
		at := Range{Line: uint8(i + 1)}
		switch {
		case found.missing[i]:
			d.report(Finding{Code: CodeLineMissing, At: at, Severity: Acknowledge})
			assumed = true
		case len(line) != d.layout.widths[i]:
			d.report(Finding{
				Code: CodeLineLength, At: at, Severity: Acknowledge,
				Printed: strconv.Itoa(len(line)), Computed: strconv.Itoa(d.layout.widths[i]),
			})
			assumed = true
		}
	}
	if assumed {
		d.report(Finding{Code: CodeFormatAssumed, Printed: d.Format.String(), Severity: Note})
	}
}

func (d *Document) reportCharacters(src *source) {
	for _, n := range [...]struct {
		is   change
		code Code
	}{
		{changedCase, CodeCharacterCase},
		{changedSpace, CodeCharacterSpace},
		{changedSubstitute, CodeCharacterSubstituted},
	} {
		if src.unusual&n.is != 0 {
			d.report(Finding{Code: n.code, Severity: Note})
		}
	}
	if src.unusual&keptInvalid == 0 {
		return
	}
	for i, line := range d.Lines() {
		d.reportInvalid(uint8(i+1), line[:min(len(line), d.layout.widths[i])])
	}
}

// reportInvalid names the characters of a line that have no value, by the run from the first to the last.
func (d *Document) reportInvalid(number uint8, line string) {
	wrong := func(r rune) bool { return !isCellRune(r) }
	first := strings.IndexFunc(line, wrong)
	if first < 0 {
		return
	}
	last := strings.LastIndexFunc(line, wrong)
	d.report(Finding{
		Code: CodeCharacterInvalid, At: Range{number, uint8(first + 1), uint8(last + 1)}, //nolint:gosec // within the width
		Printed: line[first : first+1], Severity: Acknowledge,
	})
}

// interpret turns the fields into values.
func (d *Document) interpret(inspection traveldoc.Date) {
	d.Code = d.simple(DocumentCode)
	d.IssuingState = d.simple(IssuingState)
	d.Nationality = d.simple(Nationality)
	d.readNumber()
	d.optional[0] = d.readOptional(OptionalData)
	d.optional[1] = d.readOptional(OptionalData2)
	d.readName()
	d.BirthDate = d.readDate(BirthDate, inspection)
	d.ExpiryDate = d.readDate(ExpiryDate, inspection)
	d.IssueDate = d.readDate(IssueDate, inspection)
	d.readSex()
	if d.Format > MRVB {
		d.interpretNational()
	}
	if d.Format == TD1 && d.long == NotLong {
		d.notePersonalNumber()
	}
}

// simple is the value of a field that has no inner structure.
func (d *Document) simple(id FieldID) string {
	f := &d.fields[id]
	f.Value = strings.Trim(f.Raw, "<")
	return f.Value
}

func (d *Document) readSex() {
	f := &d.fields[Sex]
	if f.At.Line == 0 {
		return
	}
	switch f.Raw {
	case "M", "F":
		f.Value = f.Raw
	case "<":
		f.Value = "X"
	case "X":
		f.Value = "X"
		d.reportField(CodeSexPrinted, Sex, Note)
	default:
		f.Verdict = Failed
		d.report(Finding{Code: CodeSexInvalid, Field: Sex, At: f.At, Printed: f.Raw, Severity: Acknowledge})
	}
	d.Sex = f.Value
}
