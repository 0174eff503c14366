package shifts_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/shiftdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/shifts"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// station is a post with the pages of its shifts, and a door to a lane as the counter has it.
type station struct {
	*webtest.Site
	store     *shiftdb.Store
	handlers  *shifts.Handlers
	crossings *stationdb.Store
}

func open(t testing.TB, tasks ...shifts.Task) *station {
	t.Helper()
	s := &station{}
	header := func(o *web.Options) {
		o.Nav = []view.NavItem{{Href: "/shifts", Label: text.ShiftTitle, Need: auth.ShiftWork}}
		o.Status = func(c *web.Context) (templ.Component, error) { return s.handlers.Badge(c) }
	}
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) {
		s.crossings = stationdb.New(site.DB, uuid.New, func() {})
		s.store = shiftdb.New(shiftdb.Config{
			DB: site.DB, Station: webtest.Post, Zone: time.UTC, Now: site.Clock.Now, NewID: uuid.New, Wake: func() {},
			Lanes: []shiftdb.Lane{{Name: "1", Direction: border.Entry}, {Name: "2", Direction: border.Exit}},
		})
		s.handlers = shifts.New(shifts.Options{Shifts: s.store, Door: site.Door, Post: view.Post{ID: webtest.Post, Name: "Almara airport"}, Tasks: tasks})
		s.handlers.Register(site.Server)
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/shifts") })
		site.Handle(http.MethodGet, "/counter", auth.CrossingRecord, func(c *web.Context) error { return c.SeeOther("/shifts") })
		site.Handle(http.MethodPost, "/counter/lane", auth.CrossingRecord, s.takeLane)
	}, header)
	return s
}

// takeLane is what the counter does when an officer takes a lane.
func (s *station) takeLane(c *web.Context) error {
	session := c.Session()
	if _, err := s.handlers.SetPlace(c.Ctx(), session, c.FormValue("lane"), session.Workstation, session.Language); err != nil {
		return err
	}
	path, err := s.handlers.AfterLane(c.Ctx(), c.User().Login)
	if err != nil || path == "" {
		return c.SeeOther("/counter")
	}
	return c.SeeOther(path)
}

func (s *station) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from "+sql, args...).Scan(&n))
	return n
}

func (s *station) running(t testing.TB) uuid.UUID {
	t.Helper()
	state, err := s.store.State(t.Context())
	require.NoError(t, err)
	return state.Current
}

// decide lets somebody cross, or be referred.
func (s *station) decide(t testing.TB, number string, direction border.Direction, decision border.Decision) uuid.UUID {
	t.Helper()
	birth, err := traveldoc.NewDate(1984, 2, 3)
	require.NoError(t, err)
	now := s.Clock.Now()
	scan := border.Scan{
		ID: uuid.New(), At: now, Station: webtest.Post, Lane: "1", Officer: "amira", Direction: direction, Mode: border.Air,
		Identity: traveldoc.Identity{Surname: "SECRETNAME", GivenNames: "PAT", Nationality: "UTO", Sex: "X", BirthDate: birth},
		Document: traveldoc.Document{Code: "P", Number: number, IssuingState: "UTO"},
	}
	actor := audit.Actor{ID: "amira-id", Name: "amira", Role: "officer", Post: webtest.Post, Lane: "1"}
	entry := actor.Entry(now, audit.Consultation, "inspection", scan.ID.String())
	entry.Purpose = border.PurposeOfControl
	require.NoError(t, s.crossings.OpenScan(t.Context(), scan, entry))
	entry.Verb = audit.Collection
	e, err := s.crossings.Record(t.Context(), scan.ID, border.CrossingEvent{
		CrossingID: uuid.New(), Station: webtest.Post, Lane: "1", Officer: "amira", Direction: direction, Mode: border.Air, CrossedAt: now,
		ScannedAt: now, Zone: "UTC", LocalDate: traveldoc.DateOf(now), Identity: scan.Identity, Document: scan.Document, Decision: decision,
		Findings: []border.Finding{{Check: "document", Outcome: border.NoHit, At: now}},
	}, entry)
	require.NoError(t, err)
	return e.CrossingID
}

// closeCase ends a case of the second line.
func (s *station) closeCase(t testing.TB, id uuid.UUID) {
	t.Helper()
	_, err := s.DB.Pool.Exec(t.Context(), `update referral set outcome = 'admit', closed_at = $2 where id = $1`, id, s.Clock.Now())
	require.NoError(t, err)
}

func (s *station) post(t testing.TB, client *http.Client, path string, pairs ...string) webtest.Response {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return s.Post(t, client, path, form)
}

func counted(n int, err error) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { return n, err }
}
