package issue

import (
	"slices"
	"time"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// What may not be done to a visa.
var (
	// ErrNotInForce: it was taken out of force, or replaced.
	ErrNotInForce = problem.New(problem.Conflict, "visaregister.not_in_force")
	// ErrReason: a coded reason is wanted.
	ErrReason = problem.New(problem.Invalid, "visaregister.reason").At("reason")
	// ErrNothing: an extension that extends nothing.
	ErrNothing = problem.New(problem.Invalid, "visaregister.extends_nothing").At("until")
	// ErrSameDocument: a visa is issued anew on another passport alone.
	ErrSameDocument = problem.New(problem.Invalid, "visaregister.same_document").At("number")
)

// MaxWords is the most, in bytes, that an officer writes beside a reason.
const MaxWords = 2000

// CheckReason refuses reasons that are not coded.
func CheckReason(code, words string) error {
	if !slices.Contains(evisa.Reasons(), code) {
		return ErrReason
	}
	if len(words) > MaxWords {
		return problem.New(problem.Invalid, "visaregister.words").At("words").With("most", MaxWords)
	}
	return nil
}

// CheckTerms holds the terms of a grant against what its type allows.
func CheckTerms(t evisa.Type, terms evisa.Terms) error {
	invalid := func(field string) error {
		return problem.New(problem.Invalid, "visaregister.terms").At(field).With("type", t.Code)
	}
	switch {
	case terms.From.IsZero() || terms.From.Precision() != traveldoc.PrecisionDay:
		return invalid("from")
	case terms.Until.Precision() != traveldoc.PrecisionDay || terms.Until.Before(terms.From) || days(terms) > t.ValidDays:
		return invalid("until")
	case terms.Days < 1 || terms.Days > t.StayDays:
		return invalid("days")
	case terms.Entries < 0 || terms.Entries > maxEntries || t.Entries != 0 && (terms.Entries == 0 || terms.Entries > t.Entries):
		return invalid("entries")
	}
	return nil
}

// maxEntries is what a seal has room for: 0 is any number, one byte.
const maxEntries = 99

// days of validity, both ends included.
func days(terms evisa.Terms) int {
	return int(terms.Until.First().Sub(terms.From.First())/(24*time.Hour)) + 1
}

// CheckExtension holds new terms against the old ones: the beginning, the ports, the modes and the conditions stay, nothing gets less,
// something gets more, and all of it stays within the bounds of the type.
func CheckExtension(t evisa.Type, v evisa.Visa, terms evisa.Terms) error {
	if v.Standing != evisa.InForce {
		return ErrNotInForce
	}
	fixed := func(field string) error { return problem.New(problem.Invalid, "visaregister.extends_else").At(field) }
	switch old := v.Terms; {
	case terms.From != old.From:
		return fixed("from")
	case !slices.Equal(terms.Ports, old.Ports):
		return fixed("ports")
	case !slices.Equal(terms.Modes, old.Modes):
		return fixed("modes")
	case !slices.Equal(terms.Conditions, old.Conditions):
		return fixed("conditions")
	case terms.Until.Before(old.Until):
		return fixed("until")
	case terms.Days < old.Days:
		return fixed("days")
	case terms.Entries != 0 && (old.Entries == 0 || terms.Entries < old.Entries):
		return fixed("entries")
	case terms.Until == old.Until && terms.Days == old.Days && terms.Entries == old.Entries:
		return ErrNothing
	}
	return CheckTerms(t, terms)
}

// CheckDocument says what is wrong with a document that a visa is to be issued on.
func CheckDocument(d traveldoc.Document, now time.Time) error {
	invalid := func(field string) error { return problem.New(problem.Invalid, "visaregister.document").At(field) }
	switch {
	case traveldoc.FoldNumber(d.Number) == "" || len(d.Number) > 20:
		return invalid("number")
	case !capitals(d.IssuingState, 1, 3):
		return invalid("issuing_state")
	case !capitals(d.Code, 1, 2):
		return invalid("code")
	case d.ExpiryDate.Precision() != traveldoc.PrecisionDay || d.ExpiryDate.Before(traveldoc.DateOf(now.UTC())):
		return invalid("expiry_date")
	}
	return nil
}

func capitals(text string, least, most int) bool {
	for _, c := range []byte(text) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(text) >= least && len(text) <= most
}

// SameDocument reports whether two descriptions are of one document.
func SameDocument(a, b traveldoc.Document) bool {
	return traveldoc.FoldNumber(a.Number) == traveldoc.FoldNumber(b.Number) &&
		traveldoc.FoldState(a.IssuingState) == traveldoc.FoldState(b.IssuingState)
}
