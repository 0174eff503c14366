package simulator

import (
	"errors"
	"time"

	"github.com/openbmis/openbmis/evisa"
)

// Knobs are how badly the provider behaves.
type Knobs struct {
	Twice    bool          // a payment is taken twice
	Delay    time.Duration // before a call-back is sent
	Lose     bool          // call-backs are never sent
	Repeat   bool          // call-backs are sent twice
	Amount   int64         // added to the amount that is taken, in minor units
	Currency string        // that is taken instead of the order's
	Mute     bool          // questions get no answer: the connection is cut after the work was done
	Slow     bool          // refunds are on their way when first asked for, and done when asked again
	Deny     bool          // refunds are refused
}

// ErrKnobs says that knobs are out of their range.
var ErrKnobs = errors.New("delay: expected 0s to 10m; currency: expected three capitals, or none")

// Check says what is wrong.
func (k Knobs) Check() error {
	if k.Delay < 0 || k.Delay > 10*time.Minute {
		return ErrKnobs
	}
	if k.Currency != "" && (evisa.Money{Currency: k.Currency}).Check() != nil {
		return ErrKnobs
	}
	return nil
}

// taken is the amount that is taken for one that is owed.
func (k Knobs) taken(owed evisa.Money) evisa.Money {
	owed.Minor = max(0, owed.Minor+k.Amount)
	if k.Currency != "" {
		owed.Currency = k.Currency
	}
	return owed
}
