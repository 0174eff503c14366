package arrival

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// ErrNone answers for a reading that is not kept, or not for this lane.
var ErrNone = problem.New(problem.NotFound, "reader.reading_none")

// State is where a reading stands.
type State string

// The states.
const (
	Arrived  State = "arrived"   // being taken in; one that stays so was interrupted, and waits like one that is kept
	Opened   State = "opened"    // it opened an inspection, or was added to one
	Kept     State = "kept"      // it waits for somebody: Why says why
	Taken    State = "taken"     // somebody took it
	PutAside State = "put_aside" // somebody put it aside: Why says why
)

// Waits reports whether the reading waits for somebody.
func (s State) Waits() bool { return s == Arrived || s == Kept }

// Why a reading is kept: keys of the text catalogue below "arrival.".
const (
	Nobody       = "nobody"       // nobody sits in the lane
	NoZone       = "no_zone"      // no machine readable zone was found in the images
	NoImage      = "no_image"     // there is neither a zone nor an image to read one from
	Unreadable   = "unreadable"   // what stands in the zone is none
	Refused      = "refused"      // the desk does not take it as it is
	Interruption = "interruption" // the station was stopped in between
	// Expired is why one that nobody took was put aside by the station itself: its content is gone, that it came stays.
	Expired = "expired"
)

// Arrival is one reading and what became of it. Content is there only where it was asked for, and only while it waits.
type Arrival struct {
	ID         uuid.UUID
	Device     uuid.UUID // Nil for an image handed in at the counter
	DeviceName string
	Reading    string // the agent's own name for the reading
	Lane       string
	At         time.Time
	State      State
	Why        string
	Inspection uuid.UUID
	Officer    string // log-in name of whom it was opened for, or who settled it
	SettledAt  time.Time
	Content    *reader.Reading
}
