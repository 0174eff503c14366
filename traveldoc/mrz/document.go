package mrz

import (
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// Document is everything that was read from a machine readable zone. It is complete even when the zone is damaged: what could not
// be read is empty and has a finding.
type Document struct {
	Format Format
	Input  string // untouched

	Code           string // document code without fillers: "P", "PD", "V", "I", "AC"
	IssuingState   string // without fillers: "UTO", "D"
	Surname        string // primary identifier
	GivenNames     string // secondary identifier
	NameTruncated  bool   // the name fills its field and may go on
	DocumentNumber string // without fillers; with its continuation in the optional field
	Nationality    string
	BirthDate      traveldoc.Date
	Sex            string // "M", "F" or "X" (the filler); empty when unreadable
	ExpiryDate     traveldoc.Date
	ExpiryDerived  bool           // the expiry is not printed but follows from the month of issue (French identity card)
	IssueDate      traveldoc.Date // to the month; of a French identity card only

	Findings []Finding

	layout    layout
	asRead    [maxFormatLines]string // before repairs were accepted
	aboutText int                    // how many of the findings are about the text and not about what it says
	repairs   []Edit
	doubts    []RunnerUp
	inspected traveldoc.Date
	options   Option
	lines     [maxFormatLines]string // as read, without what normalising took away; may be longer or shorter than the format's
	optional  [2]string
	long      LongNumber
	fields    [fieldCount]Field
	checks    [maxDigits]CheckDigitResult
	nchecks   int
}

// LongNumber says how a document number of more than nine characters was closed.
type LongNumber uint8

// The ways of TD1 and TD2.
const (
	// NotLong: the number fits its field.
	NotLong LongNumber = iota
	// LongPlain: the digit runs over the number alone (ICAO Doc 9303-5).
	LongPlain
	// LongFiller: the digit runs over the first nine characters, the filler in the digit's cell and the rest (Belgian identity cards).
	LongFiller
)

// Field is one field as read. A field that the format lacks is empty.
func (d *Document) Field(id FieldID) Field {
	if int(id) >= fieldCount {
		return Field{}
	}
	f := d.fields[id]
	switch id { //nolint:exhaustive // the others keep their value
	case Name:
		if !d.has(GivenNames) {
			f.Value = strings.TrimSpace(d.Surname + " " + d.GivenNames)
		}
	case IssueDate:
		f.Value = d.IssueDate.String()
	case BirthDate:
		f.Value = d.BirthDate.String()
	case ExpiryDate:
		f.Value = d.ExpiryDate.String()
	}
	return f
}

// Lines are the lines as read: in the format's order, in capitals and without blanks, but neither cut nor filled up. Repairs that
// were accepted are in them.
func (d *Document) Lines() []string { return d.lines[:d.layout.lines] }

// Checks are the check digits in the format's order.
func (d *Document) Checks() []CheckDigitResult { return d.checks[:d.nchecks] }

// OptionalData are the optional fields without fillers, and without the part that belongs to a long document number.
// There are two for TD1, none for a French licence, else one; either may be empty.
func (d *Document) OptionalData() []string {
	switch d.Format {
	case Unknown:
		return nil
	case TD1:
		return d.optional[:]
	case FrenchLicence:
		return nil
	case TD2, TD3, MRVA, MRVB, FrenchID, SwissLicence:
	}
	return d.optional[:1]
}

// LongNumber says whether the number went on in the optional field, and how.
func (d *Document) LongNumber() LongNumber { return d.long }

// Identity is who the zone says its bearer is.
func (d *Document) Identity() traveldoc.Identity {
	return traveldoc.Identity{
		Surname: d.Surname, GivenNames: d.GivenNames, BirthDate: d.BirthDate, Sex: d.Sex,
		Nationality: d.Nationality, NameTruncated: d.NameTruncated,
	}
}

// TravelDocument is the document itself, with the zone's lines as read: without the repairs that its values have.
func (d *Document) TravelDocument() traveldoc.Document {
	return traveldoc.Document{
		Code: d.Code, Number: d.DocumentNumber, IssuingState: d.IssuingState, ExpiryDate: d.ExpiryDate,
		MRZ: strings.Join(d.asRead[:d.layout.lines], "\n"),
	}
}

// has reports whether the format has the field.
func (d *Document) has(id FieldID) bool { return d.fields[id].At.Line != 0 }

// cells is what a range holds; shorter when the line was cut.
func (d *Document) cells(r Range) string {
	if r.Line == 0 {
		return ""
	}
	line := d.lines[r.Line-1]
	from := min(int(r.From)-1, len(line))
	return line[from:min(int(r.To), len(line))]
}

func (d *Document) report(f Finding) { d.Findings = append(d.Findings, f) }

// reportField is a finding about a whole field.
func (d *Document) reportField(code Code, id FieldID, severity Severity) {
	d.report(Finding{Code: code, Field: id, At: d.fields[id].At, Severity: severity})
}
