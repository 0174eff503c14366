package receipt

import (
	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
)

// Issued is the body of a ReceiptIssued record: one printed copy. Record.Subject is the crossing. With the key that signed it the
// centre learns of the station's keys.
type Issued struct {
	Crossing uuid.UUID     `json:"crossing"`
	Number   string        `json:"number"`
	Copy     int           `json:"copy"` // 1 for the first
	Language string        `json:"language"`
	Status   border.Status `json:"status"` // as printed
	Seal     []byte        `json:"seal"`
	Key      PublicKey     `json:"key"`
}

// Receipt is one copy with what stands on it beside the seal.
type Receipt struct {
	Issued
	Event border.CrossingEvent
	// Annulled says that the crossing was annulled after the copy was printed; Cleared that a provisional decision was since checked
	// again and stands.
	Annulled, Cleared bool
}

// Crossing is a crossing as a receipt needs it.
type Crossing struct {
	Event    border.CrossingEvent
	Annulled bool
	// Cleared says that a provisional decision was checked again, with the centre's knowledge.
	Cleared bool
	// Number is the receipt's number and Copies how many were printed; empty and 0 before the first.
	Number string
	Copies int
}

// Status is what is printed: provisional until the decision was checked again.
func (c Crossing) Status() border.Status {
	if c.Event.Status == border.Provisional && !c.Cleared {
		return border.Provisional
	}
	return border.Confirmed
}

// Problems of issuing and showing receipts.
var (
	ErrNoCrossing  = problem.New(problem.NotFound, "receipt.crossing_unknown")
	ErrNotAdmitted = problem.New(problem.Conflict, "receipt.not_admitted")
	ErrAnnulled    = problem.New(problem.Conflict, "receipt.annulled")
	ErrNoCopy      = problem.New(problem.NotFound, "receipt.copy_unknown")
	errLanguage    = problem.New(problem.Invalid, "receipt.language").At("language")
)

// issuable says why no receipt can be printed of a crossing.
func (c Crossing) issuable() error {
	switch {
	case c.Event.Decision.Verdict != border.Admit:
		return ErrNotAdmitted
	case c.Annulled:
		return ErrAnnulled
	}
	return nil
}
