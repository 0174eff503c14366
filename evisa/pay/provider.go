package pay

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
)

// Provider is who takes the money. Every call may be repeated with the same key and then does nothing more. An error means that there was no
// answer, unless it is ErrRefused: never that nothing was paid.
type Provider interface {
	Name() string
	// Create makes an order and gives the page to pay it on.
	Create(ctx context.Context, w Wanted) (Page, error)
	// Ask gives where an order stands.
	Ask(ctx context.Context, ref string) (Standing, error)
	// Refund sends money back.
	Refund(ctx context.Context, b Back) (Returned, error)
	// Called opens a call-back: the body that came with the signature in its headers. ErrForged when it is not the provider's, or too old.
	Called(header func(name string) string, body []byte) (Standing, error)
}

// Errors of providers.
var (
	ErrForged  = errors.New("call-back that is not the payment provider's")
	ErrRefused = errors.New("the payment provider refuses")
	ErrUnknown = errors.New("the payment provider knows no such order")
)

// Wanted is what a provider is asked to collect. It names nobody.
type Wanted struct {
	Key      uuid.UUID // of idempotency: the order's id
	Amount   evisa.Money
	Language string
	Return   string    // where the browser goes afterwards
	Notify   string    // where the call-back goes
	Until    time.Time // when the page closes
}

// Page is where an order is paid.
type Page struct {
	Ref   string
	URL   string
	Until time.Time
}

// ProviderState is what a provider says of an order.
type ProviderState string

// The provider's states.
const (
	AtOpen    ProviderState = "open"
	AtPaid    ProviderState = "paid"
	AtRefused ProviderState = "refused"
	AtExpired ProviderState = "expired"
)

// Standing is everything that a provider says of an order. Payments are never taken off it.
type Standing struct {
	Ref      string
	Key      uuid.UUID
	State    ProviderState
	Payments []Payment
}

// Payment is one payment, as the provider says.
type Payment struct {
	Ref    string
	Amount evisa.Money
	At     time.Time
}

// Back is a refund that a provider is asked for.
type Back struct {
	Key     uuid.UUID // of idempotency: the refund's id
	Order   string    // the provider's references
	Payment string
	Amount  evisa.Money
}

// Returned is a provider's answer to a refund.
type Returned struct {
	Ref  string
	Done bool // false: it is on its way; asking again tells
}
