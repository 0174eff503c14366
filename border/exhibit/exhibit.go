// Package exhibit is what was kept of a travel document with a decision, as people look at it: what there is, where it is, whether the
// centre has it, and what came of verifying it again. It holds no bytes of anybody's document but those that were asked for.
package exhibit

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// State is where an exhibit stands on its way to the centre.
type State string

// The states.
const (
	Apart     State = "apart"     // of a scan without a decision: under a key of its own, sent to nobody
	Waiting   State = "waiting"   // the centre has not confirmed it
	Sent      State = "sent"      // the centre has it
	Parked    State = "parked"    // the centre would not take it; it is offered again later
	Destroyed State = "destroyed" // its key was destroyed: nobody reads it
)

// Kept is one exhibit as it is kept.
type Kept struct {
	border.Exhibit
	TakenAt time.Time
	Device  reader.Device
	// Replaced says that a later reading of the same document took its place before the decision.
	Replaced bool
	State    State
	Here     bool      // the bytes are still at this station
	SentAt   time.Time // zero: not yet
	Reason   string    // why it is parked: a code
	Ground   string    // why its key was destroyed: a code
	EndedAt  time.Time // when the bytes left the station
}

// Evidence is what was kept with a decision.
type Evidence struct {
	Event    border.CrossingEvent
	Kept     []Kept
	Verified []Verification // newest first
}

// Verification is what came of verifying stored evidence again. It stands beside the verdict of the day, never over it.
type Verification struct {
	ID       uuid.UUID
	Crossing uuid.UUID
	At       time.Time
	By       string // log-in name or program
	Trust    string // version of the trust material
	Steps    []Step
}

// Step is one step of a verification.
type Step struct {
	Name    string            `json:"name"`
	Verdict traveldoc.Verdict `json:"verdict"`
	Reason  string            `json:"reason,omitempty"`
}

// Counts is how much evidence a station keeps and how far its sending is. It tells of nobody.
type Counts struct {
	Kept      int64 // bytes are here
	KeptBytes int64
	Waiting   int64 // parked ones included
	Bytes     int64 // of those
	OldestAt  time.Time
	Parked    int64
	Held      string // why nothing is sent at all: "no_key"; empty otherwise
	Sent      int64
	Apart     int64 // scans whose reading belongs to no decision
	Destroyed int64 // keys
}

// Stuck is an exhibit that the centre would not take.
type Stuck struct {
	Crossing uuid.UUID
	Kind     border.ExhibitKind
	Name     string
	Reason   string
	Attempts int
	NextAt   time.Time
}
