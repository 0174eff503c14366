package crosscheck

import (
	"context"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// DocumentRules holds a document against what its state issues: codes, numbers, validity.
type DocumentRules struct{ Rules Rules }

var _ border.Check = DocumentRules{}

// Name is "document.rules".
func (DocumentRules) Name() string { return RulesCheck }

// Check answers "no hit" also where there is no rule for such a document: its steps say so.
func (c DocumentRules) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	j := newJudge(RulesCheck, c.Rules, s)
	j.add("rules.document_code", j.documentCode())
	j.add("rules.number_pattern", j.numberPattern())
	j.add("rules.remaining_validity", j.remainingValidity())
	j.add("rules.maximum_validity", j.maximumValidity())
	j.add("rules.issue_date", j.issueDate())
	for n := range j.steps {
		if j.steps[n].Verdict == traveldoc.Pass || j.steps[n].Verdict == traveldoc.NotDone {
			j.steps[n].Values = nil // they stand in the zone, which is kept with the crossing
		}
	}
	f := j.finding(RulesCheck)
	if f.Outcome == border.NotChecked && f.Reason == border.ReasonDataInsufficient {
		return border.NotApplicable(RulesCheck, "no_rule"), nil
	}
	return f, nil
}

func (j *judge) documentCode() result {
	rule, ok := find(j.rules.codes, j.Document, j.Today)
	found := value("mrz", "document_code", j.Document.Code)
	if !ok {
		return notDone(ReasonNoRule, found)
	}
	if !slices.Contains(rule.codes, j.Document.Code) {
		return fail(ReasonCode, found, value("rule", "document_code", strings.Join(rule.codes, " ")))
	}
	return pass(found)
}

func (j *judge) numberPattern() result {
	rule, ok := find(j.rules.numbers, j.Document, j.Today)
	found := value("mrz", "document_number", j.Document.Number)
	switch {
	case !ok:
		return notDone(ReasonNoRule, found)
	case !rule.pattern.MatchString(j.Document.Number):
		return fail(ReasonPattern, found, value("rule", "document_number", strings.TrimSuffix(strings.TrimPrefix(rule.pattern.String(), "^(?:"), ")$")))
	}
	return pass(found)
}

// remainingValidity is asked at entry: who leaves needs no more than a valid document.
func (j *judge) remainingValidity() result {
	rule, ok := find(j.rules.remaining, j.Document, j.Today)
	expiry := j.Document.ExpiryDate
	found := value("mrz", "expiry_date", expiry.String())
	switch {
	case !ok || j.Direction != border.Entry:
		return notDone(ReasonNoRule, found)
	case expiry.IsZero():
		return unsure(ReasonNotRead, found)
	}
	wanted := traveldoc.DateOf(j.Today.First().AddDate(0, rule.months, 0))
	if expiry.Before(wanted) {
		return fail(ReasonTooShort, found, value("rule", "expiry_date", wanted.String()))
	}
	issued, known := j.issued()
	if rule.issued > 0 && known {
		oldest := traveldoc.DateOf(j.Today.First().AddDate(0, -rule.issued, 0))
		if issued.Before(oldest) {
			return fail(ReasonTooLong, value("viz", "issue_date", issued.String()), value("rule", "issue_date", oldest.String()))
		}
	}
	return pass(found, value("rule", "expiry_date", wanted.String()))
}

// issued is the day of issue as the page or the chip gives it.
func (j *judge) issued() (traveldoc.Date, bool) {
	for _, source := range reader.Sources() {
		if v, ok := j.read(source, "issue_date"); ok && v.Validity != reader.Error {
			d, err := traveldoc.ParseDate(v.Text)
			return d, err == nil && !d.IsZero()
		}
	}
	return traveldoc.Date{}, false
}

// maximumValidity: a document that is valid longer from today, or from its issue, than its state issues it for, was not issued so.
func (j *judge) maximumValidity() result {
	rule, ok := find(j.rules.validity, j.Document, j.Today)
	expiry := j.Document.ExpiryDate
	found := value("mrz", "expiry_date", expiry.String())
	switch {
	case !ok:
		return notDone(ReasonNoRule, found)
	case expiry.IsZero():
		return unsure(ReasonNotRead, found)
	}
	from, months := j.Today, rule.months
	if issued, known := j.issued(); known {
		from = issued
		if _, most, known := border.AgeOn(j.Identity.BirthDate, issued); known && most < rule.minorAge {
			months = rule.minorMonths
		}
	}
	latest := traveldoc.DateOf(from.Last().AddDate(0, months, 0))
	if latest.Before(expiry) {
		return fail(ReasonTooLong, found, value("rule", "expiry_date", latest.String()))
	}
	return pass(found, value("rule", "expiry_date", latest.String()))
}

// issueDate: issued after birth, before today, and before it expires.
func (j *judge) issueDate() result {
	issued, known := j.issued()
	if !known {
		return notDone(ReasonNotRead)
	}
	found := value("viz", "issue_date", issued.String())
	switch {
	case j.Today.Before(issued):
		return fail(ReasonImpossible, found, value("rule", "issue_date", j.Today.String()))
	case issued.Before(j.Identity.BirthDate):
		return fail(ReasonImpossible, found, value("mrz", "birth_date", j.Identity.BirthDate.String()))
	case j.Document.ExpiryDate.Before(issued):
		return fail(ReasonImpossible, found, value("mrz", "expiry_date", j.Document.ExpiryDate.String()))
	}
	return pass(found)
}
