// Package carrierportal serves a carrier's own people: where each of its messages stands and what is wrong with it, sending a corrected
// one, how complete and timely the data of each flight is, and what the carrier was told of by itself. For the State it serves the board
// of all carriers, which names nobody.
//
// It must never take the carrier from anything but the account's agency, never show one carrier anything of another, and know nothing of
// screening, hits or decisions.
package carrierportal

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/scoredb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// Purpose is what a carrier's people read its messages for.
const Purpose = "carrier_own"

// Messages are what carriers sent; passengerdb.Store fills it.
type Messages interface {
	Messages(ctx context.Context, f passengerdb.MessageFilter) (paging.Listed[passengerdb.RawRow], error)
	Raw(ctx context.Context, id uuid.UUID) (passengerdb.RawRow, error)
	LastAttempts(ctx context.Context, raw uuid.UUID, entry audit.Entry) ([]passengerdb.AttemptRow, error)
	Segments(ctx context.Context, raw uuid.UUID, offsets []int, entry audit.Entry) ([]passengerdb.Excerpt, error)
}

// Scores are the cards and notices; scoredb.Store fills it.
type Scores interface {
	Flights(ctx context.Context, carrier string, from, to time.Time, p scoredb.Page) ([]scoredb.Row, error)
	Flight(ctx context.Context, carrier string, flight uuid.UUID) (scoredb.Row, error)
	Totals(ctx context.Context, carrier string, from, to time.Time) (scoredb.Totals, error)
	Board(ctx context.Context, from, to time.Time) ([]scoredb.Standing, error)
	Notices(ctx context.Context, carrier string, p paging.Page) (paging.Listed[scoredb.NoticeRow], error)
	NoticesOf(ctx context.Context, carrier string, raw uuid.UUID, p paging.Page) (paging.Listed[scoredb.NoticeRow], error)
	NoticesOfFlight(ctx context.Context, carrier string, flight uuid.UUID, p paging.Page) (paging.Listed[scoredb.NoticeRow], error)
	Sending(ctx context.Context, entry audit.Entry) error
}

// Options are what the pages are made of; all are needed.
type Options struct {
	Messages Messages
	Scores   Scores
	Policy   score.Policy
	// Take brings what a carrier sends to the door that everything else goes through. A problem's words are for the person.
	Take func(ctx context.Context, carrier, name string, body []byte) (apipnr.Receipt, error)
}

type screens struct{ Options }

// asked is the page of a list that the address asks for, by what it calls the list.
func asked(c *web.Context, list string) paging.Page {
	return paging.Page{After: c.QueryParam(list), Limit: onPage}
}

// Register registers the routes.
func Register(s *web.Server, o Options) {
	x := &screens{o}
	s.Handle(http.MethodGet, "/carrier/flights", auth.CarrierOwn, x.home)
	s.Handle(http.MethodGet, "/carrier/flights/:id", auth.CarrierOwn, x.flight)
	s.Handle(http.MethodGet, "/carrier/messages", auth.CarrierOwn, x.messages)
	s.Handle(http.MethodGet, "/carrier/messages/:id", auth.CarrierOwn, x.message)
	s.Handle(http.MethodPost, "/carrier/send", auth.CarrierOwn, x.send, web.MaxBody(maxUpload+64<<10))
	s.Handle(http.MethodGet, "/score", auth.CarriersScore, x.board)
	s.Handle(http.MethodGet, "/score/:carrier", auth.CarriersScore, x.standing)
	s.Handle(http.MethodGet, "/score/:carrier/:id", auth.CarriersScore, x.standingFlight)
}

// Nav are the places in the navigation.
func Nav() []view.NavItem {
	return []view.NavItem{
		{Href: "/carrier/flights", Label: text.CarrierportalTitle, Need: auth.CarrierOwn},
		{Href: "/carrier/messages", Label: text.CarrierportalMessages, Need: auth.CarrierOwn},
		{Href: "/score", Label: text.CarrierportalBoard, Need: auth.CarriersScore, Seldom: true},
	}
}

// carrier is whom the person works for: the account's agency and nothing else. Who has none, or one that is no carrier's, sees nothing.
func carrier(c *web.Context) (string, error) {
	agency := c.User().Agency
	if gate.CheckCarrier(agency) != nil {
		return "", problem.New(problem.Forbidden, "carrierportal.nobody")
	}
	return agency, nil
}

// entry is the audit entry of a look into a message.
func entry(c *web.Context, verb audit.Verb, id string) audit.Entry {
	e := c.Actor().Entry(c.Now(), verb, "passenger_message", id)
	e.Purpose = Purpose
	return e
}

func param(c *web.Context, code string) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, problem.New(problem.NotFound, code)
	}
	return id, nil
}
