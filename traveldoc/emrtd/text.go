package emrtd

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// Name is a name in its two parts; either may be empty.
type Name struct {
	Primary   string `json:"primary,omitempty"`
	Secondary string `json:"secondary,omitempty"`
}

// raw is an element's text: UTF-8, and where it is not, ISO 8859-1 with a finding. Control characters become spaces.
func (o *opened) raw(e tlv.Element) string {
	text := string(e.Value)
	if !utf8.Valid(e.Value) {
		o.add(NotUTF8, "tag %v", e.Tag)
		runes := make([]rune, len(e.Value))
		for i, b := range e.Value {
			runes[i] = rune(b)
		}
		text = string(runes)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
}

// text is a text that has no fillers by the standard; those that stand there nevertheless are taken for spaces.
func (o *opened) text(e tlv.Element) string {
	text := o.raw(e)
	if strings.Contains(text, "<") {
		o.add(Filler, "tag %v", e.Tag)
	}
	return spaced(text)
}

// parts is a text in which fillers part the lines (Doc 9303-10, DG11: place of birth, address).
func (o *opened) parts(e tlv.Element) []string { return split(o.raw(e), "<") }

// split is the parts of a text that are not empty.
func split(text, separator string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, separator) {
		if part = spaced(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// name splits a name at the first double filler. Single fillers are spaces.
func (o *opened) name(e tlv.Element) Name {
	primary, secondary, _ := strings.Cut(o.raw(e), "<<")
	return Name{spaced(primary), spaced(secondary)}
}

// spaced turns fillers into spaces and runs of spaces into one.
func spaced(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "<", " ")), " ")
}

// date reads a date of eight digits or four packed bytes (Doc 9303-10 allows both over its editions). Zeros and fillers in place of the
// day, the month or all of it mean that it is not known.
func (o *opened) date(e tlv.Element) traveldoc.Date {
	text := ""
	switch len(e.Value) {
	case 4:
		text = packed(e.Value)
	case 8:
		text = strings.ReplaceAll(string(e.Value), "<", "0")
	}
	if len(text) != 8 || !digits([]byte(text)) {
		o.add(DateUnreadable, "tag %v: %d bytes: expected YYYYMMDD or four packed bytes", e.Tag, len(e.Value))
		return traveldoc.Date{}
	}
	date, err := traveldoc.NewDate(number(text[:4]), number(text[4:6]), number(text[6:]))
	if err != nil {
		o.add(DateUnreadable, "tag %v: no day of the calendar", e.Tag)
	}
	return date
}

// packed is binary coded decimal as digits. A half byte above 9 gives a character that is no digit.
func packed(data []byte) string {
	text := make([]byte, 0, 2*len(data))
	for _, b := range data {
		text = append(text, '0'+b>>4, '0'+b&0x0F)
	}
	return string(text)
}

// number is the value of at most four digits.
func number(text string) int {
	n := 0
	for _, c := range text {
		n = n*10 + int(c-'0')
	}
	return n
}
