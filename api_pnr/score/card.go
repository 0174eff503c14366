package score

import (
	"maps"
	"slices"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
)

// Received is a message about the flight, as much of it as counts.
type Received struct {
	Source     law.Source
	At         time.Time
	Function   apipnr.Function
	Persons    int
	Declared   *int // of the message, in its own unit: persons of a list, reservations of a push
	Records    int  // what Declared counts
	Incomplete bool // parts are missing, or it was cut off
	Quarantine int  // records that could not be used
	Warnings   int
}

// Flight is what is known of the flight.
type Flight struct {
	Key       apipnr.FlightKey
	DepartsAt time.Time // zero: not known
	ClosedAt  time.Time // zero: not closed
	Cancelled bool
	Persons   int            // of the newest list
	Filled    map[string]int // persons with a usable value, by field
}

// State is how a push stands.
type State string

// The states.
const (
	OnTime     State = "on_time"
	Late       State = "late"
	Missing    State = "missing"
	Incomplete State = "incomplete" // came in time, and not whole
	NotDue     State = "not_due"
	NotKnown   State = "not_known" // when it is due cannot be said
)

// Item is a push and how it stands.
type Item struct {
	Push  string
	State State
	Due   time.Time // zero when not known
	At    time.Time // when it came; zero when it did not
}

// Quality is how well a field is filled.
type Quality struct {
	Field  string
	Filled int
	Of     int
	Enough bool
}

// Card is a flight's score.
type Card struct {
	Key     apipnr.FlightKey
	Policy  string // version
	Items   []Item
	Quality []Quality
	// Mismatch is what was declared and what came in the newest message that declares anything; nil when they agree.
	Mismatch   *Mismatch
	Quarantine int
	Warnings   int
	// Points are 0 to 100: shares of pushes in time, of fields filled enough, and of counts that agree. Nil when nothing can be said yet.
	Points *int
}

// Mismatch is a count that does not agree.
type Mismatch struct{ Declared, Received int }

// Rate makes the card of a flight at an instant. received is in any order.
func Rate(p Policy, f Flight, received []Received, now time.Time) Card {
	received = slices.SortedFunc(slices.Values(received), func(a, b Received) int { return a.At.Compare(b.At) })
	c := Card{Key: f.Key, Policy: p.Version}
	nearest := assign(p, f, received)
	for n, push := range p.Pushes {
		c.Items = append(c.Items, rate(push, f, nearest[n], now))
	}
	for _, field := range slices.Sorted(maps.Keys(p.Fields)) {
		if f.Persons == 0 {
			break
		}
		q := Quality{Field: field, Filled: f.Filled[field], Of: f.Persons}
		q.Enough = float64(q.Filled) >= p.Fields[field]*float64(q.Of)
		c.Quality = append(c.Quality, q)
	}
	for _, r := range received {
		c.Quarantine += r.Quarantine
		c.Warnings += r.Warnings
		if r.Declared == nil || !whole(r.Function) {
			continue
		}
		c.Mismatch = nil
		if apart := float64(*r.Declared - r.Records); max(apart, -apart) > p.Tolerance*float64(*r.Declared) {
			c.Mismatch = &Mismatch{Declared: *r.Declared, Received: r.Records}
		}
	}
	c.Points = c.points()
	return c
}

// whole reports whether a message of the function tells of the whole flight, so that its counts mean something.
func whole(f apipnr.Function) bool {
	return f == apipnr.List || f == apipnr.CrewList || f == apipnr.FullPush || f == apipnr.CloseOnBoard
}

// rate says how a push stands by the messages that are nearest to it.
func rate(push Push, f Flight, nearest []Received, now time.Time) Item {
	item := Item{Push: push.Name, State: NotKnown, Due: due(push, f)}
	if f.Cancelled || item.Due.IsZero() {
		return item
	}
	limit := item.Due.Add(push.Grace)
	item.State = NotDue
	if now.After(limit) {
		item.State = Missing
	}
	for _, r := range nearest {
		switch {
		case r.Incomplete: // a whole one may follow
			item.State, item.At = Incomplete, r.At
			continue
		case !r.At.After(limit):
			item.State = OnTime
		case item.State != Incomplete: // that what came in time was not whole says more
			item.State = Late
		}
		item.At = r.At
		return item
	}
	return item
}

// assign gives each message to the push of its source whose time is the nearest: one message is one push.
func assign(p Policy, f Flight, received []Received) [][]Received {
	lists := make([][]Received, len(p.Pushes))
	for _, r := range received {
		best, nearest := -1, time.Duration(0)
		for n, push := range p.Pushes {
			at := due(push, f)
			if push.Source != r.Source || at.IsZero() || !push.AtClose && closing(r.Function) {
				continue
			}
			if apart := at.Sub(r.At).Abs(); best < 0 || apart < nearest {
				best, nearest = n, apart
			}
		}
		if best >= 0 {
			lists[best] = append(lists[best], r)
		}
	}
	return lists
}

// closing reports whether a function can only be the push that is owed with the closing.
func closing(f apipnr.Function) bool {
	return f == apipnr.CloseOnBoard || f == apipnr.CloseNotBoard || f == apipnr.Close
}

func due(push Push, f Flight) time.Time {
	switch {
	case f.DepartsAt.IsZero():
		if push.AtClose {
			return f.ClosedAt
		}
		return time.Time{}
	case push.AtClose && !f.ClosedAt.IsZero() && f.ClosedAt.Before(f.DepartsAt):
		return f.ClosedAt
	}
	return f.DepartsAt.Add(-push.Before)
}

func (c Card) points() *int {
	var good, all float64
	for _, item := range c.Items {
		switch item.State {
		case OnTime:
			good++
			all++
		case Late, Incomplete:
			good += 0.5
			all++
		case Missing:
			all++
		case NotDue, NotKnown:
		}
	}
	for _, q := range c.Quality {
		if q.Enough {
			good += 0.25
		}
		all += 0.25
	}
	if c.Mismatch != nil {
		all++
	}
	if all == 0 {
		return nil
	}
	points := int(good/all*100 + 0.5)
	return &points
}
