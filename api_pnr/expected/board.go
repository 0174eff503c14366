package expected

import (
	"context"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// ErrNoSuchFlight says that a flight is not, or no longer, among the expected ones.
var ErrNoSuchFlight error = problem.New(problem.NotFound, "expected.flight")

// Board is what the pages of a crossing point show of expected flights. What shows persons takes the audit entry of the look, which is kept
// in the same transaction.
type Board interface {
	// Version tells two states of the pages apart.
	Version(ctx context.Context) (string, error)
	State(ctx context.Context) (State, error)
	// Flights are the flights of a day at the crossing point, in the order of their time, and those of which no time is known.
	Flights(ctx context.Context, q FlightsQuery) ([]Line, error)
	// Persons are a flight's persons and those who came undeclared, in the order of their names; ErrNoSuchFlight.
	Persons(ctx context.Context, flight uuid.UUID, entry audit.Entry) (Line, []Passenger, error)
	// Missing are those who were expected and did not come.
	Missing(ctx context.Context, q MissingQuery, entry audit.Entry) (MissingPage, error)
}

// State is how far what a crossing point holds can be relied on.
type State struct {
	Held       bool // the dataset was taken
	Version    int64
	AsOf       time.Time // when the centre last said that this is the newest
	Unreadable int       // rows that this release cannot use
}

// FlightsQuery asks for a day's flights; an empty direction is both. Since, when it is set, asks for those due from then on as well,
// though the day was another: who landed ten minutes before midnight stands before the counter after it.
type FlightsQuery struct {
	Day       traveldoc.Date
	Since     time.Time
	Direction border.Direction
}

// Line is a flight with its numbers.
type Line struct {
	Flight Flight
	Due    time.Time // at the border; zero when not known
	Counts Counts
}

// Counts are the numbers of a flight: each is that of the rows which the filter of its name gives.
type Counts struct {
	Expected   int // on the lists, and neither taken off nor left behind
	Arrived    int // whom a decision was made about here
	Absent     int // expected, and not arrived
	Undeclared int // came on the flight, and are not on its list
	Hits       int // of whom screening or the centre asks something
	Differing  int // whose document differs in something that matters
}

// Passenger is a row of a flight's page.
type Passenger struct {
	Person Person
	// Undeclared: he is on no list; Person holds what his document says.
	Undeclared  bool
	Crossing    *uuid.UUID // the newest decision; nil while he has not come
	Verdict     border.Verdict
	Differences int
	At          time.Time
}

// Arrived reports whether a decision was made about him.
func (p Passenger) Arrived() bool { return p.Crossing != nil }

// Filter chooses the rows of a flight's page.
type Filter string

// The filters.
const (
	All        Filter = "all"
	Absent     Filter = "absent"
	Arrived    Filter = "arrived"
	Undeclared Filter = "undeclared"
	Hits       Filter = "hits"
	Differing  Filter = "differing"
)

// Filters are all filters, in the order shown.
func Filters() []Filter { return []Filter{All, Absent, Arrived, Undeclared, Hits, Differing} }

// Of reports whether a row belongs to the filter.
func (f Filter) Of(p Passenger) bool {
	switch f {
	case Absent:
		return !p.Undeclared && p.Person.Expected() && !p.Arrived()
	case Arrived:
		return p.Arrived() && !p.Undeclared
	case Undeclared:
		return p.Undeclared
	case Hits:
		return p.Person.Flagged()
	case Differing:
		return p.Differences > 0
	case All:
	}
	return true
}

// MissingQuery asks for a page of who did not come: of flights of a day that were due before an instant.
type MissingQuery struct {
	Day       traveldoc.Date
	Direction border.Direction
	Before    time.Time
	After     string // MissingPage.Next of the page before; "" is the first page
	Most      int    // rows of the page
}

// MissingPage is a page, and how many there are on all of them.
type MissingPage struct {
	Rows []Found
	All  int
	Next string // where the next page begins; "" on the last. It names nobody.
}

// Grace is how long after a flight's time somebody who has not come counts as missing: walking, queueing, transit.
const Grace = 2 * time.Hour

// Standing is where a flight stands on the board.
func (l Line) Standing(now time.Time) string {
	switch {
	case l.Flight.Status == apipnr.FlightCancelled:
		return "cancelled"
	case l.Due.IsZero():
		return "unknown"
	case now.Before(l.Due):
		return "expected"
	case now.Before(l.Due.Add(Grace)):
		return "arriving"
	}
	return "past"
}

// Standings are all values of Standing.
func Standings() []string { return []string{"expected", "arriving", "past", "cancelled", "unknown"} }
