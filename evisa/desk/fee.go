package desk

import (
	"context"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
)

// CheckFee holds what the portal says of the fee against the policy: the portal stands on the internet, and is not believed.
const CheckFee = "application.fee"

// Codes of evidence of the fee's check.
const (
	CodeTypeUnknown = "visa_type_unknown" // the policy has no such type
	CodeFeeDiffers  = "visa_fee_differs"  // the application's fee is not the policy's
	CodePaidLess    = "visa_paid_less"    // than the policy's fee, or in another currency
	CodePaidNothing = "visa_paid_nothing" // where the policy wants a fee
	CodePaidAside   = "visa_paid_aside"   // a payment was set aside: it is not the application's fee
)

// OfCase is a check that looks at more of a case than its application: what was paid.
type OfCase interface {
	border.Check
	// OfCase is the check for one case.
	OfCase(c *Case) border.Check
}

// FeeCheck compares the type, the fee and the payments of an application with the policy. What differs is a hit that an officer judges: the
// policy may have changed since the applicant sent it, or somebody may have taken over the portal.
func FeeCheck(p evisa.Policy) border.Check { return feeCheck{policy: p} }

type feeCheck struct {
	policy evisa.Policy
	c      *Case
}

var _ OfCase = feeCheck{}

// Name is the check's name.
func (feeCheck) Name() string { return CheckFee }

// OfCase is the check for one case.
func (f feeCheck) OfCase(c *Case) border.Check {
	f.c = c
	return f
}

// Check answers for one case; without one it has no answer.
func (f feeCheck) Check(context.Context, border.Subject) (border.Finding, error) {
	source := border.Source{Name: CheckFee, Version: f.policy.Version}
	if f.c == nil || f.c.Application == nil {
		return border.Unanswered(CheckFee, source, border.ReasonDataInsufficient), nil
	}
	return concluded(border.Finding{Check: CheckFee, Source: source, Evidence: f.differences()}), nil
}

func (f feeCheck) differences() (list []border.Evidence) {
	add := func(code, found, expected string) {
		list = append(list, border.Evidence{
			Code: code, Field: "fee", Found: found, Expected: expected, Severity: border.SecondLine, Ref: code + " " + found + " " + expected,
		})
	}
	for _, e := range f.c.SetAside {
		if e.Reason == AsidePaid {
			add(CodePaidAside, e.Paid.Amount.String(), f.c.Application.Fee.String())
		}
	}
	t, known := f.policy.Type(f.c.Application.Type)
	if !known {
		add(CodeTypeUnknown, f.c.Application.Type, "")
		return list
	}
	if !sameAmount(f.c.Application.Fee, t.Fee) {
		add(CodeFeeDiffers, f.c.Application.Fee.String(), t.Fee.String())
	}
	if t.Fee.Zero() {
		return list
	}
	if len(f.c.Payments) == 0 {
		add(CodePaidNothing, "", t.Fee.String())
		return list
	}
	if paid := f.c.Payments[0].Amount; paid.Currency != t.Fee.Currency || paid.Minor < t.Fee.Minor {
		add(CodePaidLess, paid.String(), t.Fee.String())
	}
	return list
}

// sameAmount reports whether two amounts are the same; nothing is nothing in every currency.
func sameAmount(a, b evisa.Money) bool {
	return a.Minor == b.Minor && (a.Currency == b.Currency || a.Zero())
}
