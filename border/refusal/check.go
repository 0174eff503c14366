package refusal

import (
	"slices"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// MaxRemarks is the longest text of the comments, in bytes: the form has one box for it.
const MaxRemarks = 1000

// What became of the traveller's signature. A refusal to sign and an inability are noted under the comments by the form itself
// (annex V part A, point 1(a)).
const (
	Signed        = "signed"
	RefusedToSign = "refused_to_sign"
	UnableToSign  = "unable"
)

// Signatures are the states of a signature, in the order shown.
func Signatures() []string { return []string{Signed, RefusedToSign, UnableToSign} }

// What is known of the fingerprints of a refused person.
const (
	BiometricsNotAllowed = "not_allowed" // no reason given allows them
	BiometricsRequired   = "required"    // a reason asks for them; to be taken
	BiometricsTaken      = "taken"
	BiometricsImpossible = "impossible"
)

// Check says what is wrong with the form's particulars whatever the table of reasons; Catalogue.Check holds them against a table too.
func Check(r border.Refusal) error {
	switch {
	case len(r.Reasons) == 0:
		return problem.New(problem.Invalid, "refusal.reasons_missing").At("reasons")
	case len(r.Reasons) > MaxEntries:
		return problem.New(problem.Invalid, "refusal.reason_unknown").At("reasons")
	case !slices.Contains(Languages(), r.Language):
		return problem.New(problem.Invalid, "refusal.language").At("language")
	case !slices.Contains(Signatures(), r.Signature):
		return problem.New(problem.Invalid, "refusal.signature").At("signature")
	case len(r.Remarks) > MaxRemarks:
		return problem.New(problem.Invalid, "refusal.remarks_long").At("remarks").With("max", MaxRemarks)
	}
	for n, code := range r.Reasons {
		if !codeShape.MatchString(code) {
			return problem.New(problem.Invalid, "refusal.reason_unknown").At("reasons")
		}
		if slices.Contains(r.Reasons[:n], code) {
			return problem.New(problem.Invalid, "refusal.reason_twice").At("reasons").With("code", code)
		}
	}
	return nil
}

// Check says what is wrong with the form's particulars for a refusal on the day (the calendar date at the post): codes must be valid
// then.
func (c Catalogue) Check(r border.Refusal, day traveldoc.Date) error {
	if err := Check(r); err != nil {
		return err
	}
	for _, code := range r.Reasons {
		if _, ok := c.Reason(code, day); !ok {
			return problem.New(problem.Invalid, "refusal.reason_unknown").At("reasons")
		}
	}
	return nil
}

// Biometrics says whether fingerprints are to be taken with these reasons: BiometricsRequired or BiometricsNotAllowed.
func (c Catalogue) Biometrics(codes []string, day traveldoc.Date) string {
	for _, code := range codes {
		if r, ok := c.Reason(code, day); ok && r.Biometrics {
			return BiometricsRequired
		}
	}
	return BiometricsNotAllowed
}

// Taken is what the form says of the fingerprints, given what its reasons ask for and what came of taking them (state, one of BiometricsTaken,
// BiometricsImpossible or ""). Prints that are there are never said not to be; that none could be taken is said where a reason asks for them.
func Taken(asked, state string) string {
	if state == BiometricsTaken || state == BiometricsImpossible && asked == BiometricsRequired {
		return state
	}
	return asked
}

// Complete fills in what follows from the rest: the fingerprints. Reasons are put in the order of the table.
func (c Catalogue) Complete(r border.Refusal, day traveldoc.Date) border.Refusal {
	order := func(code string) int {
		return slices.IndexFunc(c.Reasons, func(known Reason) bool { return known.Code == code })
	}
	r.Reasons = slices.Clone(r.Reasons)
	slices.SortStableFunc(r.Reasons, func(a, b string) int { return order(a) - order(b) })
	if r.Biometrics == "" {
		r.Biometrics = c.Biometrics(r.Reasons, day)
	}
	return r
}
