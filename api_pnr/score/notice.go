package score

import (
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Kind is what a notice is about.
type Kind string

// The kinds.
const (
	PushMissing    Kind = "push_missing"    // a push that was due did not come
	PushIncomplete Kind = "push_incomplete" // it came in part
	InQuarantine   Kind = "quarantine"      // what came, or records of it, could not be used
)

// Place is where in a message something could not be used. It repeats nothing that was sent.
type Place struct {
	Code    string `json:"code"`    // of a diagnostic, or a reason
	Segment int    `json:"segment"` // number in the message, UNH is 1; 0: of the whole
	Offset  int    `json:"offset"`  // byte in what was received
	Record  int    `json:"record"`  // traveller or reservation, from 1; 0: the message
}

// Notice is what a carrier is told of by itself. It names nobody.
type Notice struct {
	ID      string    `json:"id"` // the same for the same matter
	Kind    Kind      `json:"kind"`
	Carrier string    `json:"carrier"`
	At      time.Time `json:"at"` // when it was found
	Policy  string    `json:"policy,omitempty"`
	// Of a push.
	Flight *apipnr.FlightKey `json:"flight,omitempty"`
	Push   string            `json:"push,omitempty"`
	Due    *time.Time        `json:"due,omitempty"`
	// Of what came: its receipt's id, and where it could not be used.
	Message string  `json:"message,omitempty"`
	Places  []Place `json:"places,omitempty"`
	More    int     `json:"more,omitempty"` // places beyond those that are named
}

// Owed are the pushes of a card that a carrier is told of: missing or incomplete, with their grace over at the instant. Of a flight whose
// departure is not known there are none.
func Owed(p Policy, f Flight, c Card, now time.Time) []Item {
	if f.DepartsAt.IsZero() || f.Cancelled {
		return nil
	}
	var list []Item
	for n, item := range c.Items {
		if (item.State == Missing || item.State == Incomplete) && now.After(item.Due.Add(p.Pushes[n].Grace)) {
			list = append(list, item)
		}
	}
	return list
}

// Next is the earliest instant after which a card may change by itself, because the grace of a push ends; zero when there is none.
func Next(p Policy, f Flight, now time.Time) (next time.Time) {
	if f.Cancelled {
		return next
	}
	for _, push := range p.Pushes {
		at := due(push, f)
		if at.IsZero() {
			continue
		}
		if limit := at.Add(push.Grace); !now.After(limit) && (next.IsZero() || limit.Before(next)) {
			next = limit
		}
	}
	return next
}
