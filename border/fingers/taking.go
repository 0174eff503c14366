package fingers

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// Taking is what was taken of a traveller at an inspection, finger by finger. Another taking of the same inspection takes its place; both
// are kept.
type Taking struct {
	ID      uuid.UUID `json:"id"`
	Scan    uuid.UUID `json:"scan"`
	Station string    `json:"station"`
	Lane    string    `json:"lane,omitempty"`
	Officer string    `json:"officer"`
	At      time.Time `json:"at"`
	// Policy is the version of the policy that asked for these fingers.
	Policy    string `json:"policy"`
	Reader    string `json:"reader,omitempty"` // make, model, serial
	Simulated bool   `json:"simulated,omitempty"`
	Slots     []Slot `json:"slots"`
}

// Taken are the slots that hold a print.
func (t Taking) Taken() []Slot {
	var taken []Slot
	for _, s := range t.Slots {
		if s.Missing == "" {
			taken = append(taken, s)
		}
	}
	return taken
}

// Outcomes of a taking with a decision: some of its prints became references, all are evidence alone, or they did not match the file.
const (
	OutcomeEnrolled  = "enrolled"
	OutcomePresented = "presented"
	OutcomeDisputed  = "disputed"
)

// States of a print with a decision.
const (
	StateReference = "reference"
	StatePresented = "presented"
	StateDisputed  = "disputed"
)

// Print is one print in clear: in memory only, for as long as it is compared or drawn.
type Print struct {
	ID       uuid.UUID
	Link     uuid.UUID // the person's random reference in the biometric store
	Position biometrics.Position
	Template fingerprint.Template
	// Image is nil unless it was asked for.
	Image   *biometrics.Image
	TakenAt time.Time
	// Accepted as in Slot; Station is where it was taken.
	Accepted string
	Station  string
}

// Person is what is on file of the bearer of a document.
type Person struct {
	File uuid.UUID // zero: this station has no file of the bearer
	Link uuid.UUID // zero: the file has no prints
	// References are the prints that a traveller is verified against, at most a few impressions a finger.
	References []Print
	// Unreadable is how many references are on file and do not open: their key or their bytes are lost. They are not nothing.
	Unreadable int
	// Open are the slots of the last taking that were temporarily impossible: to be completed now.
	Open []Slot
	// Absent are the fingers of which the last word is a permanent code, each with who gave it: they are not asked for again.
	Absent []Slot
	// Elsewhere says that prints are known to be at other stations, and none here.
	Elsewhere bool
}

// Named is a sealed print or template as an event names it; its bytes travel apart, encrypted.
type Named struct {
	ID       uuid.UUID           `json:"id"`
	Link     uuid.UUID           `json:"link"` // also the name of the person's data key
	Position biometrics.Position `json:"position"`
	Kind     string              `json:"kind"` // "template" or "image"
	Version  int                 `json:"version"`
	Size     int                 `json:"size"`   // bytes in clear
	Digest   []byte              `json:"digest"` // SHA-256 of the sealed bytes
	// State is what the print is with the decision: StateReference, StatePresented or StateDisputed.
	State string `json:"state,omitempty"`
}
