package crosscheck

import (
	"context"
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Page holds the visual zone against the machine readable zone.
type Page struct {
	Rules     Rules
	Equipment Equipment
}

var _ border.Check = Page{}

// Name is "document.page".
func (Page) Name() string { return PageCheck }

// ZoneOnly is what the checks of a document do not apply to where the lane's reader gives the zone alone.
const ZoneOnly = "zone_only"

// Check does not apply where nobody reads pages and none was read; where pages are read and there is none, it is "not checked".
func (c Page) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	j := newJudge(PageCheck, c.Rules, s)
	if !j.hasValues(reader.VIZ) {
		if c.Equipment < PageReaders {
			return border.NotApplicable(PageCheck, ZoneOnly), nil
		}
		for _, field := range pageFields() {
			j.add("viz."+field, notDone(ReasonNotRead))
		}
		f := j.finding(PageCheck)
		f.Reason = ReasonNoPage
		return f, nil
	}
	for _, field := range pageFields() {
		r := j.pageField(field)
		if r.verdict == traveldoc.NotDone && r.reason == ReasonNotRead && j.items["viz."+field].Amber {
			r.verdict = traveldoc.Inconclusive // the page was read, and not this: no green over it
		}
		j.add("viz."+field, r)
	}
	return j.finding(PageCheck), nil
}

func pageFields() []string {
	return []string{"document_number", "birth_date", "name", "expiry_date", "sex", "nationality", "issuing_state"}
}

func (j *judge) hasValues(source reader.Source) bool {
	if j.Reading == nil {
		return false
	}
	for _, v := range j.Reading.Values {
		if v.Source == source && strings.TrimSpace(v.Text) != "" {
			return true
		}
	}
	return false
}

func (j *judge) pageField(field string) result {
	if field == "name" {
		return j.pageName()
	}
	v, ok := j.read(reader.VIZ, field)
	switch {
	case !ok:
		return notDone(ReasonNotRead)
	case j.MRZ == nil:
		return notDone(ReasonNoZone, value("viz", field, v.Text))
	}
	return doubted(v.Validity, compare(field, "viz", v.Text, "mrz", j.zone(field)))
}

// zone is a field as the machine readable zone has it.
func (j *judge) zone(field string) string {
	switch field {
	case "document_number":
		return j.Document.Number
	case "birth_date":
		return j.Identity.BirthDate.String()
	case "expiry_date":
		return j.Document.ExpiryDate.String()
	case "sex":
		return j.Identity.Sex
	case "nationality":
		return j.Identity.Nationality
	case "issuing_state":
		return j.Document.IssuingState
	}
	return ""
}

// doubted weakens what rests on a value that the device itself doubts: a difference may then be a misreading.
func doubted(validity reader.Result, r result) result {
	if validity == reader.Error && (r.verdict == traveldoc.Fail || r.verdict == traveldoc.Pass) {
		r.verdict, r.reason = traveldoc.Inconclusive, ReasonDeviceDoubts
	}
	return r
}

// compare holds a value of one source against the same field in another.
func compare(field, source, text, otherSource, other string) result {
	a, b := value(source, field, strings.TrimSpace(text)), value(otherSource, field, other)
	switch field {
	case "birth_date", "expiry_date":
		return compareDates(a, b)
	case "sex":
		return compareSex(a, b)
	case "nationality", "issuing_state":
		return compareStates(a, b)
	}
	return compareNumbers(a, b)
}

func compareNumbers(a, b border.StepValue) result {
	switch {
	case b.Text == "":
		return unsure(ReasonNoZone, a)
	case squeezed(a.Text) == squeezed(b.Text):
		return pass(a, b)
	case traveldoc.FoldNumber(a.Text) == traveldoc.FoldNumber(b.Text):
		return unsure(ReasonAlike, a, b)
	}
	return fail(ReasonDiffers, a, b)
}

// squeezed is the letters and digits of a number.
func squeezed(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, text)
}

func compareDates(a, b border.StepValue) result {
	left, err := traveldoc.ParseDate(a.Text)
	right, rightErr := traveldoc.ParseDate(b.Text)
	switch {
	case err != nil || left.IsZero():
		return unsure(ReasonUnreadable, a, b)
	case rightErr != nil || right.IsZero():
		return unsure(ReasonNoZone, a, b)
	case left.Compatible(right):
		return pass(a, b)
	}
	return fail(ReasonDiffers, a, b)
}

func compareSex(a, b border.StepValue) result {
	left := strings.ToUpper(a.Text)
	if left == "<" || left == "U" {
		left = "X"
	}
	switch {
	case left != "M" && left != "F" && left != "X":
		return unsure(ReasonUnreadable, a, b)
	case b.Text == "":
		return unsure(ReasonNoZone, a)
	case left == b.Text:
		return pass(a, b)
	}
	return fail(ReasonDiffers, a, b)
}

// compareStates compares codes; a nationality in words is for the officer to read.
func compareStates(a, b border.StepValue) result {
	left := strings.ToUpper(strings.Trim(a.Text, "< "))
	switch {
	case !stateCode(left):
		return notDone(ReasonUnreadable, a, b)
	case b.Text == "":
		return unsure(ReasonNoZone, a)
	case left == b.Text:
		return pass(a, b)
	}
	return fail(ReasonDiffers, a, b)
}
