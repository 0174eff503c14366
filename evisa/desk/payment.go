package desk

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/problem"
)

// CheckPayment asks the payment provider itself about what the portal says was paid: whoever takes the portal over can say what he likes.
const CheckPayment = "application.payment"

// Codes of evidence of the payment's check.
const (
	CodePaymentUnknown  = "visa_payment_unknown"  // the provider knows no such order, or no such payment of it
	CodePaymentAmount   = "visa_payment_amount"   // the provider took less than the applications that rest on it cost, or another currency
	CodePaymentShared   = "visa_payment_shared"   // another group of applications rests on the same payment
	CodePaymentProvider = "visa_payment_provider" // another provider than the one that can be asked
	CodePaymentNobody   = "visa_payment_nobody"   // there is no provider that can be asked
)

// ErrUnconfirmed says that an approval waits for the payment provider's answer.
var ErrUnconfirmed = problem.New(problem.Conflict, "visapayment.unconfirmed")

// PaymentProvider is who takes the money, as far as it is asked; a pay.Provider is one.
type PaymentProvider interface {
	Name() string
	// Ask gives where an order stands; pay.ErrUnknown when there is none. Any other error is no answer.
	Ask(ctx context.Context, ref string) (pay.Standing, error)
}

// Claim is what an application says of its payment.
type Claim struct {
	Application, Group uuid.UUID
	Paid               evisa.Paid
}

// Claimed is what is known of a claim beside the provider.
type Claimed struct {
	Order     uuid.UUID // of the portal; nil when it has none with this payment
	Ref       string    // the provider's, of the order
	Sum       int64     // that the group's applications that rest on this payment cost together, minor units
	Elsewhere bool      // applications of another group rest on it too
	Confirmed bool      // the provider confirmed this very claim before
}

// Proofs keep what the provider said; paydb.Proofs are some.
type Proofs interface {
	// Claim keeps that the provider is asked. An approval waits from now on for its answer, unless the same claim was confirmed before.
	Claim(ctx context.Context, c Claim) (Claimed, error)
	// Answered keeps the provider's answer.
	Answered(ctx context.Context, application uuid.UUID, confirmed bool) error
}

// PaymentCheck asks a provider about the payment that an application rests on, after the application was taken: no answer is not checked, asked
// again by itself, and nothing is approved meanwhile. What the provider does not know is a hit that an officer judges. A nil provider is one that
// the centre was not told of: then what was paid stays unchecked, and whoever approves all the same says why.
func PaymentCheck(provider PaymentProvider, proofs Proofs) border.Check {
	return paymentCheck{provider: provider, proofs: proofs}
}

type paymentCheck struct {
	provider PaymentProvider
	proofs   Proofs
	c        *Case
}

var _ OfCase = paymentCheck{}

// Name is the check's name.
func (paymentCheck) Name() string { return CheckPayment }

// OfCase is the check for one case.
func (p paymentCheck) OfCase(c *Case) border.Check {
	p.c = c
	return p
}

// Check answers for one case; without one it has no answer. Where nothing is said to be paid there is nothing to ask: the fee's check judges it.
func (p paymentCheck) Check(ctx context.Context, _ border.Subject) (border.Finding, error) {
	f := border.Finding{Check: CheckPayment, Source: border.Source{Name: CheckPayment}}
	if p.provider != nil {
		f.Source.Version = p.provider.Name()
	}
	if p.c == nil || p.c.Application == nil {
		return border.Unanswered(CheckPayment, f.Source, border.ReasonDataInsufficient), nil
	}
	if len(p.c.Payments) == 0 {
		return concluded(f), nil
	}
	if p.provider == nil {
		f = border.Unanswered(CheckPayment, f.Source, border.ReasonUnreachable)
		f.Evidence = []border.Evidence{{Code: CodePaymentNobody, Field: "fee", Severity: border.Note}}
		return f, nil
	}
	claim := Claim{Application: p.c.ID, Group: p.c.Application.Group, Paid: p.c.Payments[0]}
	known, err := p.proofs.Claim(ctx, claim)
	if err != nil {
		return f, err
	}
	wrong, err := p.wrong(ctx, claim, known)
	if err != nil && !known.Confirmed {
		reason := border.ReasonUnreachable
		if ctx.Err() != nil {
			reason = border.ReasonTimeout
		}
		return border.Unanswered(CheckPayment, f.Source, reason), nil // one of the three outcomes
	}
	if known.Elsewhere {
		wrong = append(wrong, [3]string{CodePaymentShared, claim.Paid.Ref, ""})
	}
	for _, w := range wrong {
		f.Evidence = append(f.Evidence, border.Evidence{
			Code: w[0], Field: "fee", Found: w[1], Expected: w[2], Severity: border.SecondLine, Ref: w[0] + " " + w[1] + " " + w[2],
		})
	}
	if err == nil {
		err = p.proofs.Answered(ctx, claim.Application, len(wrong) == 0)
	} else {
		err = nil // what was confirmed before stands
	}
	return concluded(f), err
}

// wrong is what the provider's answer does not bear out: code, found, expected.
func (p paymentCheck) wrong(ctx context.Context, claim Claim, known Claimed) ([][3]string, error) {
	unknown := [][3]string{{CodePaymentUnknown, claim.Paid.Ref, ""}}
	if claim.Paid.Provider != p.provider.Name() {
		return [][3]string{{CodePaymentProvider, claim.Paid.Provider, p.provider.Name()}}, nil
	}
	if known.Ref == "" {
		return unknown, nil
	}
	standing, err := p.provider.Ask(ctx, known.Ref)
	if errors.Is(err, pay.ErrUnknown) {
		return unknown, nil
	}
	if err != nil {
		return nil, err
	}
	if standing.Key != known.Order || standing.Ref != known.Ref {
		return unknown, nil
	}
	for _, payment := range standing.Payments {
		if payment.Ref != claim.Paid.Ref {
			continue
		}
		if payment.Amount.Currency != claim.Paid.Amount.Currency || payment.Amount.Minor < known.Sum {
			owed := evisa.Money{Minor: known.Sum, Currency: claim.Paid.Amount.Currency}
			return [][3]string{{CodePaymentAmount, payment.Amount.String(), owed.String()}}, nil
		}
		return nil, nil
	}
	return unknown, nil
}

// unconfirmed reports whether the provider has not answered yet for the payment that the application rests on.
func (c *Case) unconfirmed() bool {
	k, asked := c.check(CheckPayment)
	nobody := slices.ContainsFunc(k.Finding.Evidence, func(e border.Evidence) bool { return e.Code == CodePaymentNobody })
	return asked && !nobody && c.State != evisa.Waiting && (k.Pending || k.Finding.Outcome == border.NotChecked)
}
