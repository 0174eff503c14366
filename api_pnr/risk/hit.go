package risk

import (
	"time"

	"github.com/google/uuid"
)

// HitState is where a hit stands. Nothing follows from a hit that no person has confirmed.
type HitState string

// The states.
const (
	HitNew       HitState = "new"
	HitInReview  HitState = "in_review"
	HitConfirmed HitState = "confirmed"
	HitDismissed HitState = "dismissed"
	HitReplaced  HitState = "replaced" // by a newer hit of the same rule on the same person, whose data have changed
)

// Open reports whether a hit waits for a person.
func (s HitState) Open() bool { return s == HitNew || s == HitInReview }

// Dismissals are the reasons, as codes, for which a person says that a hit is none.
func Dismissals() []string {
	return []string{"explained", "data_wrong", "other_person", "rule_too_wide", "too_late", "other"}
}

// Hit is a rule's hit on an expected person.
type Hit struct {
	ID            uuid.UUID
	Rule          uuid.UUID
	Code          string // of the rule
	Name          string // of the version
	Version       int
	Severity      Severity
	Category      Category
	Purpose       Purpose
	RuleState     State // of the version now
	Person        uuid.UUID
	PersonVersion int
	Flight        uuid.UUID
	Departs       time.Time // as near as is known
	Arrives       time.Time
	FlightName    string // carrier, number, from, to
	FoundAt       time.Time
	State         HitState
	Seen          int    // grows with each step, so that two do not decide at once
	Worker        Person // who reviews it
	Decided       Person
	DecidedAt     time.Time
	Reason        string    // code of a dismissal
	LapsedAt      time.Time // since when the person's data no longer match; the hit stays until somebody has looked
}

// Step is what somebody did with a hit.
type Step struct {
	What string // "claim", "release", "confirm", "dismiss", "reopen"
	By   string
	At   time.Time
	Note string
}

// Dossier is a hit with everything that explains it.
type Dossier struct {
	Hit
	Terms  []Term // empty with Masked
	Masked bool   // the law in force took away what identifies the person, and with it the values
	Steps  []Step
	Rule   Version
}

// Queue is the hits that a page shows, and how many there are.
type Queue struct {
	Hits   []Hit
	Counts map[HitState]int
	// Next is the hit that the next page begins behind; uuid.Nil on the last page.
	Next uuid.UUID
	// Surprises are the rules that hit more than was expected of them in the last 24 hours.
	Surprises []Surplus
}

// HitQuery asks for a page of the hits of a state.
type HitQuery struct {
	State HitState
	After uuid.UUID // Queue.Next of the page before; uuid.Nil is the first page
	Most  int       // hits on a page; 100 by default
}

// Surplus is a rule with more hits in 24 hours than expected.
type Surplus struct {
	Rule     uuid.UUID
	Code     string
	Name     string
	Today    int
	Expected int
}

// Review is what a person does with a hit.
type Review struct {
	Step   string // "claim", "release", "confirm", "dismiss", "reopen"
	Seen   int    // of the hit that the person saw
	Reason string // code, of a dismissal
	Note   string
}
