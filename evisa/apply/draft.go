package apply

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
)

// Answers are the values of the pages that were answered: by page, by field, tidied. Dates are ISO 8601, yes is "yes".
type Answers map[Page]map[string]string

// Draft is an application that was begun, of one person or of a group.
type Draft struct {
	ID        uuid.UUID
	Version   int // counts its changes
	Language  string
	Group     Answers // of GroupPages
	Members   []Member
	Current   uuid.UUID // the member that is asked now
	StartedAt time.Time
	ExpiresAt time.Time // then it is shredded
	// Sent is set from the sending on; then nothing of the answers is left here.
	Sent *Sent
}

// Member is one person of a draft; the first is the lead.
type Member struct {
	ID      uuid.UUID     `json:"id"`
	Answers Answers       `json:"answers"`
	Files   []evisa.File  `json:"files,omitempty"`
	Read    *ReadPage     `json:"read,omitempty"`
	Filled  map[Page]bool `json:"filled,omitempty"` // pages that a photo filled in and nobody has confirmed yet
}

// ReadPage is what was read from the photo of a data page.
type ReadPage struct {
	MRZ string `json:"mrz"`
}

// Sent is what an application became.
type Sent struct {
	Group        uuid.UUID         `json:"group"`
	Applications []SentApplication `json:"applications"`
	Fee          evisa.Money       `json:"fee"` // of all
	// State is evisa.Waiting until the fee came in, evisa.Received from then on.
	State evisa.State `json:"state"`
	At    time.Time   `json:"at"`
}

// SentApplication is one application of a group that was sent.
type SentApplication struct {
	ID        uuid.UUID       `json:"id"`
	Reference evisa.Reference `json:"reference"`
	Lead      bool            `json:"lead"`
	Type      string          `json:"type"`
	Fee       evisa.Money     `json:"fee"`
}

// Lead is the member that speaks for the others.
func (d Draft) Lead() Member { return d.Members[0] }

// Member is the member of an id; false when there is none.
func (d Draft) Member(id uuid.UUID) (Member, bool) {
	for _, m := range d.Members {
		if m.ID == id {
			return m, true
		}
	}
	return Member{}, false
}

// TaskState is how far a page is.
type TaskState string

// The states.
const (
	Todo  TaskState = "todo"
	Done  TaskState = "done"
	Check TaskState = "check" // filled in from a photo, or no longer right since another answer changed: to be looked at
)

// Task is a page that applies to a draft.
type Task struct {
	Page     Page
	Member   uuid.UUID // uuid.Nil for a page of the group
	State    TaskState
	Optional bool
}
