package pay

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
)

// State is where an order stands.
type State string

// The states.
const (
	Created   State = "created"    // owed; the provider may not know of it yet
	Pending   State = "pending"    // the provider has a page for it
	Paid      State = "paid"       // a payment of this order counts
	Failed    State = "failed"     // the provider says that it was not paid: another order may follow
	Expired   State = "expired"    // the provider's page is closed and nothing was paid: another order may follow
	RefundDue State = "refund_due" // what came in goes back: it was not what was owed, or the centre wants it
	Refunded  State = "refunded"   // it went back
)

// States are all states.
func States() []State {
	return []State{Created, Pending, Paid, Failed, Expired, RefundDue, Refunded}
}

// Open reports whether somebody may still pay.
func (s State) Open() bool { return s == Created || s == Pending }

// New is a fee that is to be paid for a group of applications.
type New struct {
	Group       uuid.UUID // of the applications; paid at most once
	Application uuid.UUID // of the lead
	Amount      evisa.Money
	Language    string // of the provider's page
}

// Order is a fee that is owed.
type Order struct {
	ID          uuid.UUID // the idempotency key at the provider
	Group       uuid.UUID
	Application uuid.UUID
	Amount      evisa.Money
	Language    string
	State       State
	Provider    string
	Ref         string // the provider's, once it is pending
	Page        string // where the browser is sent, once it is pending
	CreatedAt   time.Time
	ExpiresAt   time.Time // of the provider's page
}

// Receipt is one payment that came in.
type Receipt struct {
	Payment  uuid.UUID
	Order    uuid.UUID
	Provider string
	Ref      string // the provider's, of the payment
	Amount   evisa.Money
	At       time.Time
	// Counts: the group is paid by it. One that does not count goes back by itself.
	Counts  bool
	Refunds []Refund // oldest first; none: none is due
}

// RefundState is where a refund stands.
type RefundState string

// The states of refunds.
const (
	RefundOwed    RefundState = "due"     // to be asked of the provider
	RefundAsked   RefundState = "asked"   // the provider works on it
	RefundDone    RefundState = "done"    // it went back
	RefundRefused RefundState = "refused" // the provider will not: somebody must see to it by hand
)

// Reasons of refunds; "centre" is one that the consular desk asked for.
const (
	ReasonTwice    = "paid_twice"
	ReasonAmount   = "wrong_amount"
	ReasonCurrency = "wrong_currency"
	ReasonCentre   = "centre"
)

// Refund is money that goes back.
type Refund struct {
	ID     uuid.UUID // the idempotency key at the provider
	Amount evisa.Money
	Reason string
	State  RefundState
	Ref    string // the provider's
	At     time.Time
}

// Account is everything of a group's fee: what the status page shows.
type Account struct {
	Orders   []Order   // newest first
	Receipts []Receipt // oldest first
}

// Order is the newest order that is open or paid, else the newest; false when none was made.
func (a Account) Order() (Order, bool) {
	for _, o := range a.Orders {
		if o.State.Open() || o.State == Paid {
			return o, true
		}
	}
	if len(a.Orders) == 0 {
		return Order{}, false
	}
	return a.Orders[0], true
}

// Paid reports whether a payment counts, and which.
func (a Account) Paid() (Receipt, bool) {
	for _, r := range a.Receipts {
		if r.Counts {
			return r, true
		}
	}
	return Receipt{}, false
}
