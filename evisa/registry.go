package evisa

import (
	"context"
	"errors"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Registry is a register of visas: the State's own (the dataset at a station, the database at the centre), or an outside platform's behind an
// adapter. An error means that it gave no answer: never that there is no visa.
type Registry interface {
	// Find are the visas of a traveller, by document and by person, in force or not, with how old the register is.
	Find(ctx context.Context, q Query) (Found, error)
}

// Query asks a registry.
type Query struct {
	Identity traveldoc.Identity
	Document traveldoc.Document
	// Number is set when the traveller shows a visa, or the carrier declares one.
	Number Number
}

// Found is a registry's answer.
type Found struct {
	Rows   []Row
	Source border.Source
	// Unreadable counts rows that this release could not read: then nobody can be told to have none.
	Unreadable int
	// Held is false when the register never came here.
	Held bool
	// Outage is the reason for which a further register gave no answer that is asked beside this one: what it has is missing here. Outages that
	// nobody has to mind are in Noted.
	Outage, Noted string
}

// CheckName is the name of the check of visas at the counter and before boarding.
const CheckName = "visa"

// Fault is why a registry gave no answer, in the words of a finding's reason (border.ReasonTimeout, ...).
type Fault struct {
	Reason string
	Err    error
}

// Error says the reason and what went wrong; it holds nothing of a traveller.
func (f *Fault) Error() string { return f.Reason + ": " + f.Err.Error() }

// Unwrap is what went wrong.
func (f *Fault) Unwrap() error { return f.Err }

// ReasonOf is the reason of an error; border.ReasonFailed when it names none.
func ReasonOf(err error) string {
	var f *Fault
	switch {
	case errors.As(err, &f):
		return f.Reason
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return border.ReasonTimeout
	}
	return border.ReasonFailed
}
