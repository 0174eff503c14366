package passport

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/scan"
)

// fieldIDs are the fields that an application has, in the order shown.
func fieldIDs() []mrz.FieldID {
	return []mrz.FieldID{
		mrz.DocumentCode, mrz.IssuingState, mrz.DocumentNumber, mrz.Name, mrz.Nationality, mrz.BirthDate, mrz.Sex, mrz.ExpiryDate,
	}
}

// pageOf makes an answer of a reading.
func pageOf(r scan.Result, today traveldoc.Date) Page {
	d := r.Document
	p := Page{Identity: d.Identity(), Document: d.TravelDocument(), Composite: compositeOf(d), Confidence: r.Confidence}
	suggestions := d.Suggestions()
	for _, id := range fieldIDs() {
		f := d.Field(id)
		p.Fields = append(p.Fields, Field{
			ID: id, Value: f.Value, Check: checkOf(f.Verdict), Doubtful: doubtful(r, f.At) || found(d, id), Suggested: suggested(d, suggestions, id),
		})
	}
	p.Words = wordsOf(d, p, today)
	return p
}

func checkOf(v mrz.Verdict) Check {
	switch v {
	case mrz.OK:
		return Right
	case mrz.Suspect:
		return Suspect
	case mrz.Failed:
		return Wrong
	case mrz.NoCheck:
	}
	return NoDigit
}

// compositeOf is what the digit over several fields says.
func compositeOf(d *mrz.Document) Check {
	for _, c := range d.Checks() {
		if c.Field == mrz.Composite && c.OK {
			return Right
		}
		if c.Field == mrz.Composite {
			return Wrong
		}
	}
	return NoDigit
}

// sure is the confidence of a character below which a field is shown as doubtful.
const sure = 0.9

// doubtful says whether a character of a field was read with little certainty, or otherwise than seen.
func doubtful(r scan.Result, at mrz.Range) bool {
	line, from, to := int(at.Line)-1, int(at.From)-1, int(at.To)
	if line < 0 || line >= len(r.Characters) || from < 0 {
		return false
	}
	for _, c := range r.Characters[line][min(from, len(r.Characters[line])):min(to, len(r.Characters[line]))] {
		if c.Confidence < sure || c.Read != c.Seen {
			return true
		}
	}
	return false
}

// found says whether the zone itself has something against a field.
func found(d *mrz.Document, id mrz.FieldID) bool {
	return slices.ContainsFunc(d.Findings, func(f mrz.Finding) bool {
		return f.Severity != mrz.Note && f.Code != mrz.CodeStateTraining && (f.Field == id || slices.Contains(f.Concerns, id))
	})
}

// suggested is the field after the first suggestion that changes it and stands alone.
func suggested(d *mrz.Document, all []mrz.Suggestion, id mrz.FieldID) string {
	for _, s := range all {
		if s.Ambiguous || !slices.Contains(s.Fields, id) {
			continue
		}
		if with, err := d.Accept(s); err == nil && with.Field(id).Value != d.Field(id).Value {
			return with.Field(id).Value
		}
	}
	return ""
}

func wordsOf(d *mrz.Document, p Page, today traveldoc.Date) (words []Word) {
	if !strings.HasPrefix(d.Code, "P") {
		words = append(words, WrongType)
	}
	if !d.ExpiryDate.IsZero() && d.ExpiryDate.Before(today) {
		words = append(words, Expired)
	}
	if slices.ContainsFunc(d.Findings, func(f mrz.Finding) bool { return f.Code == mrz.CodeStateTraining }) {
		words = append(words, Training)
	}
	unsure := func(f Field) bool { return f.Check == Wrong || f.Check == Suspect || f.Doubtful }
	if p.Composite == Wrong || slices.ContainsFunc(p.Fields, unsure) {
		words = append(words, Unsure)
	}
	return words
}
