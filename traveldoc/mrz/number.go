package mrz

import (
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// continuation is the part of a long document number that stands in the optional field: the rest of the number, its check digit,
// and the first filler that ends it (ICAO Doc 9303-5, section 4.2.2, and 9303-6).
type continuation struct {
	rest  string
	digit string
	cells int // how much of the optional field it takes, the ending filler included
}

// continued finds the continuation: the number fills its nine cells, the digit's cell holds a filler, and the optional field starts
// with at least one character and a digit.
func (d *Document) continued() (continuation, bool) {
	number := d.fields[DocumentNumber].Raw
	whole := d.layout.longNumber && len(number) == d.fields[DocumentNumber].At.Len() && !strings.ContainsRune(number, filler)
	if !whole || d.cells(d.layout.digits[0].at) != "<" {
		return continuation{}, false
	}
	optional := d.fields[OptionalData].Raw
	end := strings.IndexByte(optional, filler)
	cells := end + 1
	if end < 0 {
		end, cells = len(optional), len(optional)
	}
	if end < 2 || optional[end-1] < '0' || optional[end-1] > '9' {
		return continuation{}, false
	}
	return continuation{rest: optional[:end-1], digit: optional[end-1 : end], cells: cells}, true
}

// readNumber reads the document number and settles its check digit, which is always the format's first.
func (d *Document) readNumber() {
	f := &d.fields[DocumentNumber]
	check := &d.checks[0]
	more, long := d.continued()
	if long {
		d.readLongNumber(more, check)
	} else {
		f.Value = without(f.Raw)
		if d.layout.digits[0].at.Line != 0 {
			d.settle(0)
		}
	}
	d.DocumentNumber = f.Value
	if f.Value == "" {
		d.reportField(CodeNumberMissing, DocumentNumber, Acknowledge)
	}
}

func (d *Document) readLongNumber(more continuation, check *CheckDigitResult) {
	f := &d.fields[DocumentNumber]
	f.Value = f.Raw + more.rest
	at := d.fields[OptionalData].At
	at.To = at.From + uint8(len(more.rest)) //nolint:gosec // within the field
	check.Field, check.At = DocumentNumber, Range{at.Line, at.To, at.To}
	check.settle(more.digit, digitOver(f.Raw, more.rest))
	d.long = LongPlain
	if !check.OK {
		belgian := *check
		belgian.settle(more.digit, digitOver(f.Raw, "<", more.rest))
		if belgian.OK {
			*check, d.long = belgian, LongFiller
		}
	}
	code := CodeNumberLong
	if d.long == LongFiller {
		code = CodeNumberLongFiller
	}
	d.report(Finding{Code: code, Field: DocumentNumber, At: at, Severity: Note})
	d.fields[OptionalData].Value = spaced(d.fields[OptionalData].Raw[more.cells:])
}

func digitOver(parts ...string) byte {
	var s sum
	for _, p := range parts {
		s.add(p, len(p))
	}
	return s.digit()
}

// readOptional is an optional field's value, without what belongs to a long number.
func (d *Document) readOptional(id FieldID) string {
	f := &d.fields[id]
	if id != OptionalData || d.long == NotLong {
		f.Value = spaced(f.Raw)
	}
	return f.Value
}

// without is the text without any filler.
func without(s string) string {
	s = strings.Trim(s, "<")
	if strings.IndexByte(s, filler) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "<", "")
}

// spaced is the text without outer fillers; each run of inner fillers is one space.
func spaced(s string) string {
	s = strings.Trim(s, "<")
	if strings.IndexByte(s, filler) < 0 {
		return s
	}
	var cells [44]byte // no field is longer; on the stack
	out := cells[:0]
	for i := range len(s) {
		if s[i] != filler {
			out = append(out, s[i])
		} else if s[i-1] != filler { // Trim took a leading filler away
			out = append(out, ' ')
		}
	}
	return string(out)
}

// NumberForms are the three forms of a document number.
type NumberForms struct {
	Printed string `json:"printed"` // as printed, with inner fillers; the rest of a long number follows its first nine characters
	Plain   string `json:"plain"`   // without fillers
	Folded  string `json:"folded"`  // for look-ups: traveldoc.FoldNumber
}

// Number is the document number in its three forms.
func (d *Document) Number() NumberForms {
	printed := strings.Trim(d.fields[DocumentNumber].Raw, "<")
	if d.long != NotLong {
		printed = d.DocumentNumber
	}
	return NumberForms{Printed: printed, Plain: d.DocumentNumber, Folded: traveldoc.FoldNumber(d.DocumentNumber)}
}
