package desk

import (
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/translit"
)

// Names compares the names of a document with those that somebody typed as the State compares names elsewhere. It is asked where the
// spellings of ICAO Doc 9303 alone do not make them equal.
type Names interface {
	// Alike reports whether they are one name, written otherwise. A name too many, a name too few and a slip are differences.
	Alike(document, typed traveldoc.Identity) bool
}

// ZoneOf is the zone of the photographed data page; nil when none was photographed, or it cannot be read. training accepts the codes of
// specimens.
func ZoneOf(a *evisa.Application, today traveldoc.Date, training bool) *mrz.Document {
	if a.Document.MRZ == "" {
		return nil
	}
	var options []mrz.Option
	if training {
		options = append(options, mrz.Training)
	}
	read, err := mrz.Parse(a.Document.MRZ, today, options...)
	if err != nil {
		return nil
	}
	return read
}

// zone compares what was confirmed with the zone that was photographed.
func zone(s border.Subject, a *evisa.Application, names Names) (list []border.Evidence) {
	switch {
	case a.Document.MRZ == "":
		return []border.Evidence{{Code: CodeTyped, Severity: border.Note}}
	case s.MRZ == nil:
		return []border.Evidence{{Code: CodeZoneUnreadable, Severity: border.Acknowledge}}
	}
	read, document := s.MRZ.Identity(), s.MRZ.TravelDocument()
	for _, pair := range []struct{ field, found, expected string }{
		{"document_number", traveldoc.FoldNumber(a.Document.Number), traveldoc.FoldNumber(document.Number)},
		{"issuing_state", traveldoc.FoldState(a.Document.IssuingState), traveldoc.FoldState(document.IssuingState)},
		{"expiry_date", a.Document.ExpiryDate.String(), document.ExpiryDate.String()},
		{"birth_date", a.Identity.BirthDate.String(), read.BirthDate.String()},
		{"nationality", traveldoc.FoldState(a.Identity.Nationality), traveldoc.FoldState(read.Nationality)},
	} {
		if pair.found != pair.expected {
			list = append(list, border.Evidence{Code: CodeZoneDiffers, Field: pair.field, Found: pair.found, Expected: pair.expected, Severity: border.Acknowledge})
		}
	}
	return append(list, named(names, read, a.Identity)...)
}

// named holds the name that was typed against the zone's: spelled as Doc 9303 spells it, cut where the zone has no room, in another order,
// or alike as the State compares names, it is the same. Any other is for an officer to look at, and refuses nobody.
func named(names Names, read, typed traveldoc.Identity) []border.Evidence {
	m := translit.Match(typed.Surname, typed.GivenNames, read.Surname, read.GivenNames, read.NameTruncated)
	e := border.Evidence{Code: CodeNameDiffers, Found: nameIn(typed), Expected: nameIn(read), Severity: border.Acknowledge}
	switch m.Outcome {
	case translit.Equal, translit.Transliterated, translit.Truncated:
		return nil
	case translit.NotCompared:
		e.Code, e.Severity = CodeNameUncompared, border.Note
	case translit.Different:
	}
	if names != nil && names.Alike(read, typed) {
		return nil
	}
	return []border.Evidence{e}
}

// nameIn is a name in one line.
func nameIn(i traveldoc.Identity) string {
	if i.GivenNames == "" {
		return i.Surname
	}
	return i.Surname + ", " + i.GivenNames
}
