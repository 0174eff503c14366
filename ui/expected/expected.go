package expected

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/expectedview"
	"github.com/openbmis/openbmis/ui/web"
)

// Watcher tells that flights or arrivals may have changed; central.Hub is one.
type Watcher interface {
	Watch() (nudges <-chan struct{}, end func())
}

// Options are what the pages are made of.
type Options struct {
	Board   expected.Board
	Watcher Watcher
	// Zone is the crossing point's: its days are the pages' days.
	Zone *time.Location
	// Every is how often the pages look for changes that nobody told of.
	Every time.Duration
	// MaxAge is the age from which the data is shown as too old to be relied on.
	MaxAge time.Duration
}

type handlers struct{ Options }

// Register registers the routes.
func Register(s *web.Server, o Options) {
	h := &handlers{o}
	view := auth.ExpectedView
	s.Handle(http.MethodGet, "/expected", view, h.flights)
	s.Handle(http.MethodGet, "/expected/rows", view, h.flightRows, web.Background())
	s.Handle(http.MethodGet, "/expected/stream", view, h.stream, web.Background())
	s.Handle(http.MethodGet, "/expected/missing", view, h.missing)
	s.Handle(http.MethodGet, "/expected/flights/:id", view, h.flight)
	s.Handle(http.MethodGet, "/expected/flights/:id/rows", view, h.personRows, web.Background())
}

// Nav is the place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/expected", Label: text.ExpectedNav, Need: auth.ExpectedView, Seldom: true}
}

var errQuery = problem.New(problem.NotFound, "expected.query")

// query is the day and direction that the address asks for; today and both where it does not say.
func (h *handlers) query(c *web.Context) (q expected.FlightsQuery, err error) {
	q.Day = traveldoc.DateOf(c.Now().In(h.Zone))
	if day := c.QueryParam("day"); day != "" {
		if q.Day, err = traveldoc.ParseDate(day); err != nil || q.Day.Precision() != traveldoc.PrecisionDay {
			return q, errQuery
		}
	}
	q.Direction = border.Direction(c.QueryParam("direction"))
	if q.Direction != "" && !q.Direction.Valid() {
		return q, errQuery
	}
	return q, nil
}

func (h *handlers) flights(c *web.Context) error {
	s, err := h.screen(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, expectedview.FlightsPage(s))
}

func (h *handlers) flightRows(c *web.Context) error {
	s, err := h.screen(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, expectedview.FlightsRows(s))
}

// frame is what all pages say: how far the data can be relied on. The version is read first: what changes in between is told once more.
func (h *handlers) frame(c *web.Context) (f expectedview.Frame, err error) {
	if f.Version, err = h.Board.Version(c.Ctx()); err != nil {
		return f, err
	}
	f.State, err = h.Board.State(c.Ctx())
	f.Now, f.Today, f.MaxAge = c.Now(), traveldoc.DateOf(c.Now().In(h.Zone)), h.MaxAge
	return f, err
}

func (h *handlers) screen(c *web.Context) (s expectedview.Flights, err error) {
	if s.Query, err = h.query(c); err != nil {
		return s, err
	}
	if s.Frame, err = h.frame(c); err != nil {
		return s, err
	}
	ask := s.Query
	if ask.Day == s.Today {
		ask.Since = s.Now.Add(-expected.Grace)
	}
	s.Lines, err = h.Board.Flights(c.Ctx(), ask)
	return s, err
}

// entry is a look at persons.
func entry(c *web.Context, what, id string) audit.Entry {
	e := c.Actor().Entry(c.Now(), audit.Consultation, what, id)
	e.Purpose = border.PurposeOfControl
	return e
}

// missingRows is how many rows a page of those who did not come has.
const missingRows = 100

func (h *handlers) missing(c *web.Context) (err error) {
	s := expectedview.Missing{After: c.QueryParam("after")}
	if s.Query, err = h.query(c); err != nil {
		return err
	}
	if s.Frame, err = h.frame(c); err != nil {
		return err
	}
	ask := expected.MissingQuery{Day: s.Query.Day, Direction: s.Query.Direction, Before: c.Now().Add(-expected.Grace), After: s.After, Most: missingRows}
	if s.Page, err = h.Board.Missing(c.Ctx(), ask, entry(c, "expected_day", s.Query.Day.String())); err != nil {
		return err
	}
	return c.Render(http.StatusOK, expectedview.MissingPage(s))
}

func (h *handlers) flight(c *web.Context) error {
	s, err := h.persons(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, expectedview.FlightPage(s))
}

func (h *handlers) personRows(c *web.Context) error {
	s, err := h.persons(c)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, expectedview.PersonRows(s))
}

func (h *handlers) persons(c *web.Context) (s expectedview.Flight, err error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return s, expected.ErrNoSuchFlight
	}
	s.Filter = expected.All
	if f := expected.Filter(c.QueryParam("filter")); f != "" {
		if !slices.Contains(expected.Filters(), f) {
			return s, errQuery
		}
		s.Filter = f
	}
	if s.Frame, err = h.frame(c); err != nil {
		return s, err
	}
	s.Line, s.All, err = h.Board.Persons(c.Ctx(), id, entry(c, "expected_flight", id.String()))
	s.ShowReasons = c.May(auth.HitReasonView)
	return s, err
}

// stream nudges a page when what it shows has changed.
func (h *handlers) stream(c *web.Context) error {
	return c.StreamChanges(web.Changes{Event: "expected", Watch: h.Watcher.Watch, Every: h.Every, Mark: h.Board.Version})
}
