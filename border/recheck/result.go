package recheck

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// Outcome is what checking a decision again came to.
type Outcome string

// The outcomes. Confirmed, Changed and Annulled are final: each decision gets exactly one of them.
const (
	Confirmed    Outcome = "confirmed"    // every check answers, and none says otherwise than then
	Changed      Outcome = "changed"      // a check says otherwise than when it was decided
	Annulled     Outcome = "annulled"     // the decision was annulled before it was checked again
	NotChecked   Outcome = "not_checked"  // a check still has no answer; it is tried again
	Acknowledged Outcome = "acknowledged" // a supervisor has read what changed
)

// Final reports whether nothing is checked again after it.
func (o Outcome) Final() bool { return o == Confirmed || o == Changed || o == Annulled }

// Change is one check that says otherwise, or that answers now, or still does not.
type Change struct {
	Check  string         `json:"check"`
	Before border.Outcome `json:"before"`
	After  border.Outcome `json:"after"`
	Reason string         `json:"reason,omitempty"` // why it is still not checked
	// Evidence is what is new: for a retro-hit what was found, otherwise what no longer stands.
	Evidence []border.Evidence `json:"evidence,omitempty"`
	Source   border.Source     `json:"source"`
}

// Result is the body of a DecisionRechecked record. Record.Subject is the crossing, Record.File the traveller's file.
type Result struct {
	Crossing uuid.UUID `json:"crossing"`
	Outcome  Outcome   `json:"outcome"`
	Attempt  int       `json:"attempt,omitempty"`
	// Changes are the checks that say otherwise; Answered those that had no answer then and have one now; Waiting those that still
	// have none.
	Changes  []Change  `json:"changes,omitempty"`
	Answered []Change  `json:"answered,omitempty"`
	Waiting  []Change  `json:"waiting,omitempty"`
	At       time.Time `json:"at"`
	// Partial says that outside services alone were asked: the centre was away, and the other checks are still to be made again.
	Partial bool `json:"partial,omitempty"`
	// Note is the supervisor's, of an acknowledgement.
	Note string `json:"note,omitempty"`
}
