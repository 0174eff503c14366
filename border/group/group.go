package group

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
)

// Kind is what holds the people together.
type Kind string

// The kinds.
const (
	Family Kind = "family"
	Bus    Kind = "bus"
	Ship   Kind = "ship"
)

// Kinds are all kinds, in the order shown.
func Kinds() []Kind { return []Kind{Family, Bus, Ship} }

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return k == Family || k == Bus || k == Ship }

// Problems of groups.
var (
	ErrNone    = problem.New(problem.NotFound, "group.none")
	ErrClosed  = problem.New(problem.Conflict, "group.closed")
	ErrWaiting = problem.New(problem.Conflict, "group.waiting")
)

// Group is people who travel together and cross in one lane.
type Group struct {
	ID    uuid.UUID `json:"id"`
	Kind  Kind      `json:"kind"`
	Label string    `json:"label"` // plate, vessel or name
	// Size is how many people are said to come when there is no manifest; 0 when nobody said.
	Size      int              `json:"size,omitzero"`
	Lane      string           `json:"lane"`
	Direction border.Direction `json:"direction"`
	OpenedAt  time.Time        `json:"opened_at"`
	OpenedBy  string           `json:"opened_by"` // log-in name
	Manifest  Manifest         `json:"manifest"`
	Closing   *Closing         `json:"closing,omitempty"`
}

// MaxSize is the most people of a group without a manifest.
const MaxSize = 30

const maxLabel = 60

// Expected is how many people are said to come; 0 when nobody said.
func (g Group) Expected() int {
	if len(g.Manifest.People) > 0 {
		return len(g.Manifest.People)
	}
	return g.Size
}

// Check says what is wrong with a group that is to be opened.
func (g Group) Check() error {
	switch {
	case !g.Kind.Valid():
		return problem.New(problem.Invalid, "group.kind").At("kind")
	case len(g.Label) > maxLabel:
		return problem.New(problem.Invalid, "scan.field_too_long").At("label").With("max", maxLabel)
	case strings.TrimSpace(g.Label) == "" && g.Kind != Family:
		return problem.New(problem.Invalid, "scan.field_missing").At("label")
	case g.Size < 0 || g.Size > MaxSize:
		return problem.New(problem.Invalid, "group.size").At("size").With("max", MaxSize)
	case g.Kind != Family && len(g.Manifest.People) == 0:
		return problem.New(problem.Invalid, "group.manifest_empty").At("manifest")
	}
	return nil
}

// Closing is how a group ended.
type Closing struct {
	At time.Time `json:"at"`
	By string    `json:"by"` // log-in name
	// Crossed is how many were admitted; Referred how many went to the second line.
	Crossed  int `json:"crossed"`
	Referred int `json:"referred"`
	// Reasons say, coded, why somebody on the manifest did not cross (by line; 0: people that no line names) and why somebody who is
	// not on it did.
	Reasons   map[int]string `json:"reasons,omitempty"`
	Strangers string         `json:"strangers,omitempty"`
	Cancelled bool           `json:"cancelled,omitempty"`
}

// MissingReasons are the codes of why somebody on the manifest did not cross, in the order shown.
func MissingReasons() []string {
	return []string{"not_on_board", "stayed_on_board", "crosses_elsewhere", "turned_back", "manifest_wrong"}
}

// StrangerReasons are the codes of why somebody crossed who is not on the manifest.
func StrangerReasons() []string {
	return []string{"manifest_incomplete", "joined_on_the_way", "wrong_group"}
}

// EventKind is what happened to a group.
type EventKind string

// The kinds of events.
const (
	Opened    EventKind = "opened"
	Admitted  EventKind = "admitted" // several in one act
	Closed    EventKind = "closed"
	Cancelled EventKind = "cancelled" // decisions undone in one act; they and their corrections stay
)

// Event is the body of a border.GroupEvent record; Record.Subject is the group's id.
type Event struct {
	Kind      EventKind   `json:"kind"`
	Group     *Group      `json:"group,omitempty"`     // as it was opened
	Crossings []uuid.UUID `json:"crossings,omitempty"` // that the act made or undid
	// Left is how many could not be admitted or undone, and stay as they were.
	Left    int      `json:"left,omitzero"`
	Closing *Closing `json:"closing,omitempty"`
}
