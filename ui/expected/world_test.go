package expected_test

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/expecteddb"
	"github.com/openbmis/openbmis/internal/postgres/groupdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/counter"
	expectedui "github.com/openbmis/openbmis/ui/expected"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// station is a crossing point with its counter and its pages of expected flights.
type station struct {
	*webtest.Site
	hub     *central.Hub
	version int64
}

// open opens a station that nothing tells before a minute but a nudge: what a page shows at once it was told at once.
func open(t testing.TB) *station {
	t.Helper()
	s := &station{hub: central.NewHub()}
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) {
		post := border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}
		checks := []border.Check{documentcheck.Check{}, expected.NewCheck(expected.CheckConfig{
			Register: expecteddb.NewRegister(site.DB), Matcher: expected.Matcher{Policy: expected.DefaultPolicy()}, MaxAge: 24 * time.Hour,
		})}
		plan := make([]border.Planned, len(checks))
		for n, c := range checks {
			plan[n] = border.Planned{Check: c, Deadline: 10 * time.Second}
		}
		store := stationdb.New(site.DB, uuid.New, func() {}).Expecting(expecteddb.Arrivals{Changed: s.hub.Nudge})
		desk := border.NewDesk(border.DeskConfig{Post: post, Store: store, Plan: plan, State: "UTO", Undo: time.Minute, Now: site.Clock.Now, NewID: uuid.New})
		lanes := []counterview.Lane{{Name: "1", Direction: border.Entry}}
		travelling := group.New(group.Config{Desk: desk, Store: groupdb.New(site.DB, func() {}), Now: site.Clock.Now, NewID: uuid.New})
		counter.New(desk, lanes, site.Door).With(counter.Parts{Groups: travelling}).Register(site.Server)
		expectedui.Register(site.Server, expectedui.Options{
			Board: expecteddb.NewBoard(site.DB, time.UTC, site.Clock.Now), Watcher: s.hub, Zone: time.UTC, Every: time.Minute, MaxAge: 24 * time.Hour,
		})
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/expected") })
	}, func(o *web.Options) { o.Nav = []view.NavItem{expectedui.Nav()} })
	t.Cleanup(s.hub.Close)
	return s
}

// tell applies rows as the centre would send them, confirmed now.
func (s *station) tell(t testing.TB, rows ...any) {
	t.Helper()
	var changes []replication.Change
	for _, row := range rows {
		data, err := json.Marshal(row)
		require.NoError(t, err)
		c := replication.Change{Op: replication.OpPut, Data: data}
		switch r := row.(type) {
		case expected.Flight:
			c.Key = expected.FlightKey(r.ID)
		case expected.Person:
			c.Key = expected.PersonKey(r.Flight, r.ID)
		case string:
			c.Key = r
		}
		changes = append(changes, c)
	}
	s.version++
	require.NoError(t, s.DB.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO ref_cursor (dataset, version, digest, digest_state, confirmed_at) VALUES ('expected', $1, '', '', $2)
			ON CONFLICT (dataset) DO UPDATE SET version = excluded.version, confirmed_at = excluded.confirmed_at`, s.version, s.Clock.Now())
		require.NoError(t, err)
		return expecteddb.Sink{Zone: time.UTC}.Apply(t.Context(), tx, changes)
	}))
	s.hub.Nudge()
}

func date(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// flight is a flight that was due before the clock.
func (s *station) flight(number string, before time.Duration) expected.Flight {
	due := s.Clock.Now().Add(-before)
	return expected.Flight{
		ID: uuid.NewSHA1(uuid.Nil, []byte(number)), Carrier: "XX", Number: number, Origin: "DXB", Destination: "XAA", ArrivesAt: due,
		Direction: border.Entry, Status: apipnr.FlightClosed, API: 180, LastAt: due.Add(-time.Hour), Until: due.Add(24 * time.Hour),
	}
}

func person(t testing.TB, f expected.Flight, surname, given, number, seat string) expected.Person {
	return expected.Person{
		ID: uuid.NewSHA1(f.ID, []byte(number)), Flight: f.ID, Kind: apipnr.Passenger, Status: apipnr.StatusOnBoard, Listed: true, Seat: seat,
		Identity:  traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: date(t, "1984-02-03"), Sex: "F", Nationality: "FRA"},
		Documents: []traveldoc.Document{{Code: "P", Number: number, IssuingState: "FRA", ExpiryDate: date(t, "2031-05-06")}},
	}
}

// zone is the machine readable zone of a made-up passport.
func zone(t testing.TB, surname, given, number string) string {
	t.Helper()
	lines, err := mrz.Encode(mrz.TD3, traveldoc.Document{Code: "P", Number: number, IssuingState: "FRA", ExpiryDate: date(t, "2031-05-06")},
		traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: date(t, "1984-02-03"), Sex: "F", Nationality: "FRA"}, mrz.Extra{})
	require.NoError(t, err)
	return lines
}

// sit signs an officer in who works in the language, at 1366x768.
func (s *station) sit(t *testing.T, language string) *browsertest.Page {
	t.Helper()
	who := webtest.Person{Password: "granite lantern orchid seventeen", PIN: "271828"}
	user, _, err := s.Door.CreateUser(t.Context(), audit.Actor{ID: "test", Role: "administrator", Post: webtest.Post}, auth.NewUser{
		Login: "amira", DisplayName: "Amira Testperson", Role: auth.RoleOfficer, Password: who.Password, PIN: who.PIN, Language: language,
	})
	require.NoError(t, err)
	who.User = user
	p := browsertest.Open(t, language)
	p.Size(1366, 768)
	s.SignIn(p, who)
	p.Wait("location.pathname === '/expected' && document.readyState === 'complete'")
	return p
}

// lane takes the officer to the counter, with the flight noted that the travellers come from.
func (s *station) lane(p *browsertest.Page, noted string) {
	p.Goto(s.URL + "/counter/lane")
	p.WaitFocus("button[name=lane]")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
	p.TabTo("#transport")
	p.Type(noted)
}

func (s *station) count(t testing.TB, from string) (n int) {
	t.Helper()
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "SELECT count(*) FROM "+from).Scan(&n))
	return n
}
