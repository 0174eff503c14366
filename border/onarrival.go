package border

import (
	"context"
	"regexp"
	"strings"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// ArrivalTerms say that a traveller has no visa and may be granted one here, and on what terms (Regulation (EC) No 810/2009, articles 16 and
// 35, knows such visas). A check finds them.
type ArrivalTerms struct {
	Rule    string `json:"rule"`              // id of the rule of entry
	Version string `json:"version,omitempty"` // of the rules that it stands in
	Days    int    `json:"days,omitzero"`     // of stay; 0: what the rules of stay leave
	// FeeMinor is the fee in the minor units of Currency (ISO 4217); 0: there is none.
	FeeMinor int64  `json:"fee_minor,omitzero"`
	Currency string `json:"currency,omitempty"`
}

// ArrivalVisa is a visa that was granted on arrival, as part of admitting its holder: it lives and falls with that decision. The officer says
// Receipt or Waiver; the rest is of the finding and of the decision, and is taken from no screen.
type ArrivalVisa struct {
	// Number is unique among those of one post, with a check digit behind it when it is printed; empty where none are drawn.
	Number string `json:"number,omitempty"`
	ArrivalTerms
	// Granted is the days of stay that were granted, Until the last of them; zero where nothing bounds the stay.
	Granted int            `json:"granted,omitzero"`
	Until   traveldoc.Date `json:"until,omitzero"`
	// Receipt is the number of the receipt for the fee; Waiver is why none was taken (ArrivalWaivers). One of them, where there is a fee.
	Receipt string `json:"receipt,omitempty"`
	Waiver  string `json:"waiver,omitempty"`
}

// ArrivalWaivers are the codes for which the fee of a visa on arrival is waived, in the order shown (after Regulation (EC) No 810/2009,
// article 16(4) to (6)).
func ArrivalWaivers() []string {
	return []string{"child", "student", "official_passport", "family_member", "agreement", "humanitarian", "public_interest"}
}

// ErrArrivalFee says that admitting grants a visa on arrival, and that nothing is said of its fee.
var ErrArrivalFee = problem.New(problem.Invalid, "decision.arrival_fee").At("receipt")

// maxReceipt is the longest number of a receipt.
const maxReceipt = 40

// receiptNumbers are numbers of receipts: what tills print.
var receiptNumbers = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ./-]*$`)

// OnArrival are the terms of the visa that has to be granted for the traveller to be admitted; nil when none has.
func OnArrival(direction Direction, findings []Finding) *ArrivalTerms {
	if direction != Entry {
		return nil
	}
	for _, f := range findings {
		if f.Outcome == Hit && f.OnArrival != nil {
			return f.OnArrival
		}
	}
	return nil
}

// CheckOnArrival says what is wrong with what an officer says of a visa on arrival, given what was found; nil when nothing is.
func CheckOnArrival(said *ArrivalVisa, terms *ArrivalTerms) error {
	given := ArrivalVisa{}
	if said != nil {
		given = *said
	}
	receipt := strings.TrimSpace(given.Receipt)
	switch {
	case terms == nil || terms.FeeMinor == 0:
		if receipt != "" || given.Waiver != "" {
			return problem.New(problem.Invalid, "decision.arrival_none").At("receipt")
		}
	case receipt == "" && given.Waiver == "":
		return ErrArrivalFee
	case receipt != "" && given.Waiver != "":
		return problem.New(problem.Invalid, "decision.arrival_both").At("waiver")
	case receipt != "" && (len(receipt) > maxReceipt || !receiptNumbers.MatchString(receipt)):
		return problem.New(problem.Invalid, "decision.arrival_receipt").At("receipt").With("max", maxReceipt)
	case given.Waiver != "" && !contains(ArrivalWaivers(), given.Waiver):
		return problem.New(problem.Invalid, "decision.arrival_waiver").At("waiver")
	}
	return nil
}

// GrantOnArrival completes the visa that an admission grants, of which the decision holds what the officer said (CheckOnArrival), and makes it
// the basis of the stay; any other decision grants none. A number is drawn for it where number is not nil.
func (e *CrossingEvent) GrantOnArrival(ctx context.Context, number func(ctx context.Context) (string, error)) error {
	said, terms := e.Decision.OnArrival, OnArrival(e.Direction, e.Findings)
	e.Decision.OnArrival = nil
	if e.Decision.Verdict != Admit || terms == nil {
		return nil
	}
	v := ArrivalVisa{ArrivalTerms: *terms}
	if said != nil {
		v.Receipt, v.Waiver = strings.TrimSpace(said.Receipt), said.Waiver
	}
	if e.Grant != nil && !e.Grant.Until.IsZero() {
		v.Granted, v.Until = e.Grant.MaxDays, e.Grant.Until
	}
	if number != nil {
		var err error
		if v.Number, err = number(ctx); err != nil {
			return err
		}
	}
	e.Decision.OnArrival = &v
	if e.Basis == ShortStay {
		e.Basis = ShortStayVisa
	}
	return nil
}
