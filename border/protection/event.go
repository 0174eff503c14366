package protection

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Act is what one step of a case does.
type Act string

// The acts. All but Signalled are the service's.
const (
	Signalled    Act = "signalled"
	Acknowledged Act = "acknowledged" // the service confirms that it has the case
	Contacted    Act = "contacted"    // the service spoke with the person
	HandedOver   Act = "handed_over"  // the person is with the service
	Closed       Act = "closed"
	Lifted       Act = "lifted" // the person may be refused again, by the second line alone
	Noted        Act = "noted"
)

// ServiceActs are the acts of the service, in the order shown.
func ServiceActs() []Act { return []Act{Acknowledged, Contacted, HandedOver, Noted, Lifted, Closed} }

// Event is one step of a case: the body of a border.ProtectionEvent record, whose Subject is the case. The record names no file, so
// that nothing that reads a file comes upon it.
type Event struct {
	Seq     int       `json:"seq"` // 1, 2, ...: the order within the case
	Act     Act       `json:"act"`
	By      string    `json:"by"` // log-in name
	At      time.Time `json:"at"`
	Signs   []string  `json:"signs,omitempty"`
	Note    string    `json:"note,omitempty"`
	Outcome string    `json:"outcome,omitempty"` // of Closed and Lifted
	// Opening is what the first signal says besides.
	Opening *Opening `json:"opening,omitempty"`
}

// Opening is what a case begins with.
type Opening struct {
	Inspection uuid.UUID          `json:"inspection"`
	Kind       Kind               `json:"kind"`
	Service    string             `json:"service"`
	Lane       string             `json:"lane"`
	DueAt      time.Time          `json:"due_at"` // by when the service should have confirmed it
	Identity   traveldoc.Identity `json:"identity"`
	Document   traveldoc.Document `json:"document"`
}

// Signal is what an officer records: who it is about, and what it is. Signs and note may be empty.
type Signal struct {
	Inspection uuid.UUID
	Kind       Kind
	Signs      []string
	Note       string
	// AnyLane lets the signal be about somebody outside the officer's own lane: the second line's.
	AnyLane bool
}

// Check says what is wrong with the signal.
func (s Signal) Check() error {
	if !s.Kind.Valid() {
		return problem.New(problem.Invalid, "protection.kind").At("kind")
	}
	return checkWords(s.Signs, s.Note)
}

func checkWords(signs []string, note string) error {
	for n, sign := range signs {
		if !slices.Contains(Signs(), sign) || slices.Contains(signs[:n], sign) {
			return problem.New(problem.Invalid, "protection.sign").At("signs")
		}
	}
	if len(note) > MaxNote {
		return problem.New(problem.Invalid, "protection.note_long").At("note").With("max", MaxNote)
	}
	return nil
}

// check says what is missing in the step itself, whatever the case's state.
func (e Event) check() error {
	if err := checkWords(e.Signs, e.Note); err != nil {
		return err
	}
	ends := e.Act == Closed || e.Act == Lifted
	switch {
	case ends && !slices.Contains(Outcomes(), e.Outcome):
		return problem.New(problem.Invalid, "protection.outcome").At("outcome")
	case !ends && e.Outcome != "":
		return problem.New(problem.Invalid, "protection.outcome").At("outcome")
	case (e.Act == Lifted || e.Act == Noted) && strings.TrimSpace(e.Note) == "":
		return problem.New(problem.Invalid, "protection.note_missing").At("note")
	}
	return nil
}
