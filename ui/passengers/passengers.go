// Package passengers is the centre's screens of passenger data: the flights that are expected, who is on them by what carriers told, what
// screening found, what is known of one person and from which place of which message, and the messages themselves, with those that could
// not be used. It must never show a person without an audited read that says why, and never change what a carrier sent.
package passengers

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/passengersview"
	"github.com/openbmis/openbmis/ui/web"
)

// Purpose is what persons are read for on these screens.
const Purpose = "passenger_screening"

// Store is what carriers told; passengerdb.Store fills it.
type Store interface {
	FlightsBetween(ctx context.Context, from, to time.Time) ([]passengerdb.DayFlight, error)
	View(ctx context.Context, flight uuid.UUID, entry audit.Entry) (apipnr.ExpectedFlight, []apipnr.Expected, error)
	Person(ctx context.Context, id uuid.UUID, entry audit.Entry) (passengerdb.Detail, error)
	ChangesOfFlight(ctx context.Context, flight uuid.UUID, entry audit.Entry) ([]passengerdb.ChangeRow, error)
	Search(ctx context.Context, q passengerdb.Query, entry audit.Entry) ([]apipnr.Expected, error)
	Messages(ctx context.Context, f passengerdb.MessageFilter) (paging.Listed[passengerdb.RawRow], error)
	Raw(ctx context.Context, id uuid.UUID) (passengerdb.RawRow, error)
	RawOf(ctx context.Context, message uuid.UUID) (uuid.UUID, error)
	Attempts(ctx context.Context, raw uuid.UUID, p paging.Page, entry audit.Entry) (paging.Listed[passengerdb.AttemptRow], error)
	Segment(ctx context.Context, raw uuid.UUID, offset int, entry audit.Entry) (passengerdb.Excerpt, error)
	Replay(ctx context.Context, raw uuid.UUID, entry audit.Entry) error
	Progress(ctx context.Context) (passengerdb.Progress, error)
}

// Board is what screening found; boarddb.Store fills it.
type Board interface {
	Counts(ctx context.Context, flights []uuid.UUID) (map[uuid.UUID]boarddb.Counts, error)
	Screenings(ctx context.Context, persons []uuid.UUID) (map[uuid.UUID]apipnr.Screening, error)
	Ruling(ctx context.Context, person uuid.UUID) (board.Ruling, error)
	AtDesk(ctx context.Context, persons []uuid.UUID) (map[uuid.UUID][]boarddb.DeskHit, error)
	Decide(ctx context.Context, person uuid.UUID, version int, d apipnr.ScreeningDecision, entry audit.Entry) error
}

// Options are what the screens are made of; all are needed.
type Options struct {
	Store Store
	Board Board
	// Hub tells the board of flights that something came.
	Hub *central.Hub
}

type screens struct{ Options }

// Register registers the routes.
func Register(s *web.Server, o Options) {
	x := &screens{o}
	s.Handle(http.MethodGet, "/passengers", auth.PassengersView, x.flights)
	s.Handle(http.MethodGet, "/passengers/rows", auth.PassengersView, x.flightRows, web.Background())
	s.Handle(http.MethodGet, "/passengers/stream", auth.PassengersView, x.stream, web.Background())
	s.Handle(http.MethodGet, "/passengers/search", auth.PassengersView, x.search)
	s.Handle(http.MethodPost, "/passengers/search", auth.PassengersView, x.find)
	s.Handle(http.MethodGet, "/passengers/flights/:id", auth.PassengersView, x.flight)
	s.Handle(http.MethodGet, "/passengers/flights/:id/changes", auth.PassengersView, x.changes)
	s.Handle(http.MethodGet, "/passengers/persons/:id", auth.PassengersView, func(c *web.Context) error { return x.person(c, http.StatusOK, passengersview.DecisionForm{}) })
	s.Handle(http.MethodPost, "/passengers/persons/:id/decision", auth.PassengersDecide, x.decide)
	s.Handle(http.MethodGet, "/passengers/messages", auth.MessagesWork, x.messages)
	s.Handle(http.MethodGet, "/passengers/messages/:id", auth.MessagesWork, x.message)
	s.Handle(http.MethodGet, "/passengers/messages/of/:id", auth.MessagesWork, x.messageOf)
	s.Handle(http.MethodGet, "/passengers/messages/:id/segment", auth.MessagesWork, x.segment)
	s.Handle(http.MethodPost, "/passengers/messages/:id/replay", auth.MessagesWork, x.replay)
}

// Nav are the places in the navigation.
func Nav() []view.NavItem {
	return []view.NavItem{
		{Href: "/passengers", Label: text.PassengersTitle, Need: auth.PassengersView},
		{Href: "/passengers/messages", Label: text.PassengersMessages, Need: auth.MessagesWork, Seldom: true},
		{Href: "/passengers/search", Label: text.PassengersSearch, Need: auth.PassengersView, Seldom: true},
	}
}

// entry is the audit entry of a look.
func entry(c *web.Context, verb audit.Verb, kind, id string) audit.Entry {
	e := c.Actor().Entry(c.Now(), verb, kind, id)
	e.Purpose = Purpose
	return e
}

func param(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, problem.New(problem.NotFound, "passenger_unknown")
	}
	return id, nil
}
