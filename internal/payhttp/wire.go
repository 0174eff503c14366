package payhttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
)

// Paths of a provider, below its base URL.
const (
	OrdersPath  = "/v1/orders" // POST OrderRequest; GET OrdersPath/REF
	RefundsPath = "/v1/refunds"
)

// MaxMessage bounds every body, in bytes.
const MaxMessage = 64 << 10

// OrderRequest asks for an order. The same key with the same content gives the same order.
type OrderRequest struct {
	Key      uuid.UUID   `json:"key"`
	Amount   evisa.Money `json:"amount"`
	Language string      `json:"language"`
	Return   string      `json:"return"`
	Notify   string      `json:"notify"`
	Until    time.Time   `json:"until"`
}

// OrderAnswer is an order that was made.
type OrderAnswer struct {
	Ref   string    `json:"ref"`
	URL   string    `json:"url"`
	Until time.Time `json:"until"`
}

// Standing is where an order stands: the answer of a query and the body of a call-back.
type Standing struct {
	Ref      string            `json:"ref"`
	Key      uuid.UUID         `json:"key"`
	State    pay.ProviderState `json:"state"`
	Payments []Payment         `json:"payments"`
}

// Payment is one payment of an order.
type Payment struct {
	Ref    string      `json:"ref"`
	Amount evisa.Money `json:"amount"`
	At     time.Time   `json:"at"`
}

// RefundRequest asks for a refund. The same key gives the same refund.
type RefundRequest struct {
	Key     uuid.UUID   `json:"key"`
	Order   string      `json:"order"`
	Payment string      `json:"payment"`
	Amount  evisa.Money `json:"amount"`
}

// RefundAnswer is a refund: done, or on its way.
type RefundAnswer struct {
	Ref  string `json:"ref"`
	Done bool   `json:"done"`
}

// ErrorAnswer comes with a status of 400 and above. Code is one of the Code constants.
type ErrorAnswer struct {
	Code  string `json:"code"`
	Error string `json:"error"`
}

// Codes of errors.
const (
	CodeSignature = "signature"
	CodeInvalid   = "invalid"
	CodeUnknown   = "unknown"
	CodeConflict  = "conflict" // the key was used for something else
	CodeRefused   = "refused"  // a refund that will not be made
)

// mostPayments and longestRef bound what is believed.
const (
	mostPayments = 100
	longestRef   = 100
)

// errStanding says that a standing is not one of the protocol.
var errStanding = errors.New("standing: expected a reference, a key, a state of the protocol, and payments with amounts and times")

// open checks a standing and makes it the domain's.
func (s Standing) open() (pay.Standing, error) {
	if !ref(s.Ref) || s.Key == uuid.Nil || len(s.Payments) > mostPayments {
		return pay.Standing{}, errStanding
	}
	switch s.State {
	case pay.AtOpen, pay.AtPaid, pay.AtRefused, pay.AtExpired:
	default:
		return pay.Standing{}, errStanding
	}
	out := pay.Standing{Ref: s.Ref, Key: s.Key, State: s.State}
	for n, p := range s.Payments {
		if !ref(p.Ref) || p.At.IsZero() || p.Amount.Check() != nil {
			return pay.Standing{}, fmt.Errorf("%w: payments[%d]", errStanding, n)
		}
		out.Payments = append(out.Payments, pay.Payment(p))
	}
	return out, nil
}

// ref reports whether a text can be a reference: printable ASCII, so that nothing odd reaches a page or a log.
func ref(text string) bool {
	for _, c := range []byte(text) {
		if c <= ' ' || c >= 0x7F {
			return false
		}
	}
	return text != "" && len(text) <= longestRef
}

// decode reads a body of the protocol: no other fields, nothing behind it.
func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return errors.New("body: expected JSON of the protocol")
	}
	return nil
}
