package apipnr

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// Screening is what is known of an expected person before he arrives, as a crossing point may be told it: the gravest answer of the
// checks, why, and what an analyst decided. It names no alert, holds nothing of a discreet one, and no words of a list.
type Screening struct {
	Person  uuid.UUID `json:"person"`
	Version int       `json:"version"` // of the person that the checks looked at (Expected.Version)
	// Outcome is Hit when a check has one, else NotChecked when one has no answer, else NoHit. Severity is the gravest of the hits.
	Outcome  border.Outcome  `json:"outcome"`
	Severity border.Severity `json:"severity,omitempty"`
	// Reasons are what made the outcome, the gravest first; none of NoHit.
	Reasons  []ScreeningReason  `json:"reasons,omitempty"`
	Decision *ScreeningDecision `json:"decision,omitempty"` // the analyst's; nil while there is none
	// Board is the last answer that was given to the carrier: "board", "do_not_board", "contact", "not_checked"; "" when none was asked for.
	Board string    `json:"board,omitempty"`
	At    time.Time `json:"at"` // when the checks answered
	// AsOf is the age of the oldest list that was looked in; zero when no list was.
	AsOf time.Time `json:"as_of,omitzero"`
}

// ScreeningReason is one answer of a check: Code is a key of the text catalogue, below "evidence." of a hit, below "reason." of a check
// without an answer.
type ScreeningReason struct {
	Check    string          `json:"check"` // border.Check name
	Code     string          `json:"code"`
	Outcome  border.Outcome  `json:"outcome"`
	Severity border.Severity `json:"severity,omitempty"`
	// Restricted reasons are shown only to those with the permission hit.reason.view; others see that there is one.
	Restricted bool `json:"restricted,omitempty"`
}

// ScreeningDecision is what an analyst decided about an expected person.
type ScreeningDecision struct {
	Verdict DecisionVerdict `json:"verdict"`
	Reason  string          `json:"reason"` // in his words
	By      string          `json:"by"`     // log-in name
	At      time.Time       `json:"at"`
}

// DecisionVerdict is what is to be done with an expected person.
type DecisionVerdict string

// The verdicts of an analyst. The empty one takes a decision back.
const (
	DecideBoard   DecisionVerdict = "board"
	DecideNoBoard DecisionVerdict = "no_board"
	DecideRefer   DecisionVerdict = "refer" // he may board, and is looked at on arrival
)

// Valid reports whether v is one of the verdicts.
func (v DecisionVerdict) Valid() bool {
	return v == DecideBoard || v == DecideNoBoard || v == DecideRefer
}

// Screenings tells what is known of expected persons; those that were not looked at yet are left out. Whenever a screening changes, the
// transaction that keeps it leaves a note of WorkPublish.
type Screenings interface {
	Screenings(ctx context.Context, persons []uuid.UUID) (map[uuid.UUID]Screening, error)
}
