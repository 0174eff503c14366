package shift

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// Step is what an event of a shift does.
type Step string

// The steps.
const (
	Begun    Step = "begun"  // by a supervisor, who is then responsible
	Joined   Step = "joined" // the team
	Left     Step = "left"
	Opened   Step = "lane_opened"
	Closed   Step = "lane_closed"
	Relaxed  Step = "relaxed" // the level of control changed
	Noted    Step = "noted"   // an occurrence, a complaint, a person apprehended, another measure
	Issued   Step = "stamp_issued"
	Returned Step = "stamp_returned"
	Lost     Step = "stamp_lost"
	Written  Step = "written"     // a section of the register was completed by hand
	Offered  Step = "offered"     // the supervisor closed the shift and offers it for hand-over
	Signed   Step = "signed"      // a second supervisor took it over
	Read     Step = "read"        // somebody read the hand-over
	LinkLost Step = "link_lost"   // the centre went out of reach
	LinkBack Step = "link_back"   // and came back
	System        = "the station" // who writes what nobody did by hand
)

// Steps are all steps.
func Steps() []Step {
	return []Step{
		Begun, Joined, Left, Opened, Closed, Relaxed, Noted, Issued, Returned, Lost, Written, Offered, Signed, Read, LinkLost, LinkBack,
	}
}

// Event is one step: the body of a border.ShiftEvent record, whose Subject is the shift. What happens while no shift is open has
// none, and stands in the register of the next.
type Event struct {
	Step  Step      `json:"step"`
	By    string    `json:"by"` // log-in name, or System
	At    time.Time `json:"at"`
	Shift uuid.UUID `json:"shift,omitzero"`
	// Person is whom the step is about, by log-in name: who joined, whose lane it is, who holds the stamp.
	Person string `json:"person,omitempty"`
	// Team are the log-in names with which a shift begins, the responsible officer apart.
	Team []string `json:"team,omitempty"`
	// From is the instant from which the register of a shift that begins tells: where the last one ended.
	From      time.Time        `json:"from,omitzero"`
	Lane      string           `json:"lane,omitempty"`
	Direction border.Direction `json:"direction,omitempty"`
	// Kind is coded: the kind of what was noted (Kinds), why a lane closed (Causes), the level of control (Levels).
	Kind    string  `json:"kind,omitempty"`
	Section Section `json:"section,omitempty"`
	// Text is in the author's words: of a note, of a section, the reason of a relaxation, the hand-over note.
	Text string `json:"text,omitempty"`
	// Code is the security code of a stamp.
	Code string `json:"code,omitempty"`
	// Digest is the SHA-256 of the register that is offered and signed, in hexadecimal; Counts are its numbers, for the centre.
	Digest string         `json:"digest,omitempty"`
	Counts map[string]int `json:"counts,omitempty"`
}
