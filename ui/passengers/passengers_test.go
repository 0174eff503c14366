package passengers_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/passengers"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// desk is the screens over real stores, with the processor that reads what carriers send.
type desk struct {
	*webtest.Site
	store     *passengerdb.Store
	board     *boarddb.Store
	processor *intake.Processor
	hub       *central.Hub
}

func open(t testing.TB) *desk {
	t.Helper()
	d := &desk{hub: central.NewHub()}
	t.Cleanup(d.hub.Close)
	d.Site = webtest.New(t, migrations.Central, func(site *webtest.Site) {
		now := site.Clock.Now
		d.store = passengerdbtest.Store(t, site.DB, now)
		d.board = boarddb.New(boarddb.Config{DB: site.DB, Now: now, NewID: uuid.New, Key: []byte("0123456789abcdef0123456789abcdef"), Changed: d.store.Nudge})
		d.processor = intake.New(intake.Options{Store: d.store, Now: now, Log: site.Logs.Logger(), PartsTimeout: time.Minute})
		passengers.Register(site.Server, passengers.Options{Store: d.store, Board: d.board, Hub: d.hub})
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/account") })
	}, func(o *web.Options) { o.Nav = passengers.Nav() })
	return d
}

// list is a passenger list of a flight that arrives in some hours; one traveller's birth date cannot be read.
func list(day time.Time) string {
	d := day.Format("060102")
	return "UNA:+.? 'UNB+UNOA:4+XX+UTOPIA+" + d + ":0800+77'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'RFF+TN:T1:::1'" +
		"TDT+20+XX123+++XX'LOC+125+DXB'DTM+189:" + d + "1300:201'LOC+87+LHR'DTM+232:" + d + "1800:201'" +
		"NAD+FL+++WEBER:RITA'ATT+2++F'DTM+329:800203'NAT+2+DEU'RFF+AVF:ABC234'RFF+ABO:R1'DOC+P:110:111+K1234567'DTM+36:300203'LOC+91+DEU'" +
		"NAD+FL+++BLACK:BERT'ATT+2++M'DTM+329:80XX03'NAT+2+QQQ'RFF+ABO:R2'DOC+P:110:111+K7654321'LOC+91+GBR'" +
		"ZZZ+1'CNT+42:2'UNT+26+1'UNZ+1+77'"
}

// send keeps a body as the door does, reads it, and tells those who watch.
func (d *desk) send(t testing.TB, body string) uuid.UUID {
	t.Helper()
	r, err := d.store.Keep(t.Context(), apipnr.Envelope{
		ID: uuid.New(), Carrier: "XX", Gateway: apipnr.GatewayNATS, Subject: "api.v1.XX.batch.paxlst", ReceivedAt: d.Clock.Now(),
		Digest: sha256.Sum256([]byte(body)), Body: []byte(body),
	})
	require.NoError(t, err)
	_, err = d.processor.Drain(t.Context())
	require.NoError(t, err)
	d.hub.Nudge()
	return r.ID
}

// screened keeps a hit of somebody.
func (d *desk) screened(t testing.TB, flight apipnr.ExpectedFlight, p apipnr.Expected) {
	t.Helper()
	now := d.Clock.Now()
	source := border.Source{Name: "alerts.national", Version: "417", AsOf: now}
	finding := border.Finding{Check: "alerts.national", Source: source, Outcome: border.Hit, At: now, Matcher: "m9", Evidence: []border.Evidence{
		{Code: "alert_match", Field: "name", Severity: border.SecondLine, Ref: "national/1@3", Band: "probable", Score: 0.93},
		{Code: "alert_field", Field: "birth_date", Relation: "day_month_swapped", Score: 0.8, Severity: border.Note, Ref: "national/1@3", Restricted: true},
		{Code: "alert_action", Expected: "refer", Severity: border.SecondLine, Ref: "national/1@3", Restricted: true},
	}}
	cause := board.Cause{Check: "alerts.national", Code: "alert_match", Outcome: border.Hit, Ref: "national/1@3", Rule: "wanted", Makes: board.Contact}
	require.NoError(t, d.board.Keep(t.Context(), []screen.Result{{
		Person: p, Flight: flight, Began: now, At: now, Ruling: board.Ruling{Decision: board.Contact, Policy: "test 4", Causes: []board.Cause{cause}, Findings: []border.Finding{finding}},
	}}))
}

func TestWhoMayDoWhat(t *testing.T) { webtest.Matrix(t, open(t).Server, "testdata/matrix.txt") }

// A carrier pushes; the analyst sees the flight without doing anything, opens it, sees who meets what and from which byte each value comes,
// decides, and looks at what was wrong with the message.
func TestFromThePushToTheDecision(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			d := open(t)
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			d.SignIn(p, d.Person(t, auth.RoleAnalyst, "ana", language))
			p.Goto(d.URL + "/passengers")
			p.Screenshot("passengers-empty-" + language)
			p.CheckAccessible()
			raw := d.send(t, list(d.Clock.Now()))
			p.WaitFor("#flight-rows tr[data-flight]")
			flights, err := d.store.FlightsBetween(t.Context(), d.Clock.Now().Add(-24*time.Hour), d.Clock.Now().Add(24*time.Hour))
			require.NoError(t, err)
			require.Len(t, flights, 1)
			persons, err := d.store.OfFlight(t.Context(), flights[0].ID)
			require.NoError(t, err)
			require.Len(t, persons, 2)
			d.screened(t, flights[0].ExpectedFlight, persons[1])
			d.hub.Nudge()
			p.WaitText("#flight-rows tbody", "✕")
			p.Screenshot("passengers-flights-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			p.CheckNoSidewaysScroll()

			p.TabTo("#flight-rows th a")
			p.Press("Enter")
			p.WaitFor("tr[data-person]")
			require.Contains(t, p.Text("main"), "WEBER, RITA")
			p.Screenshot("passengers-flight-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.TabTo("tr[data-person='" + persons[1].ID.String() + "'] a")
			p.Press("Enter")
			p.WaitFor("#screening")
			require.Contains(t, p.Text("main"), "K1234567")
			p.TabTo("#field-reason")
			p.Type("Seen by the agency, file 7")
			p.TabTo("button[value=no_board]")
			p.Press("Enter")
			p.WaitFor("blockquote")
			require.Contains(t, p.Text("blockquote"), "file 7")
			why := p.Text("details[data-check='alerts.national']")
			for _, told := range []string{"national/1", "417", "m9", "test 4", "wanted"} { // list, alert, matcher, policy and rule
				require.Contains(t, why, told)
			}
			require.NotContains(t, why, "day_month", "codes are put into words")
			if language == "en" {
				require.Contains(t, why, "93 %")
				require.Contains(t, why, "probable")
			}
			p.Screenshot("passengers-person-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()

			p.Goto(d.URL + "/passengers/messages?show=all")
			p.Screenshot("passengers-messages-" + language)
			p.CheckAccessible()
			p.Goto(d.URL + "/passengers/messages/" + raw.String())
			require.Contains(t, p.Text("main"), "date_unreadable")
			require.Contains(t, p.Text("main"), "segment_unknown")
			p.Screenshot("passengers-message-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.TabTo("section.panel td a")
			p.Press("Enter")
			p.WaitFor("pre mark")
			p.CheckAccessible()
			p.Screenshot("passengers-segment-" + language)
			require.NotContains(t, d.Logs.String(), "WEBER")
			require.NotContains(t, d.Logs.String(), "K1234567")
		})
	}
}

func TestASearchStandsInNoAddressAndIsAudited(t *testing.T) {
	d := open(t)
	d.send(t, list(d.Clock.Now()))
	ana := d.SignedIn(t, d.Person(t, auth.RoleAnalyst, "ana"))
	found := d.Post(t, ana, "/passengers/search", url.Values{"document": {"k 1234567"}})
	require.Equal(t, http.StatusOK, found.Status)
	require.Contains(t, found.Body, "WEBER")
	require.Contains(t, d.Post(t, ana, "/passengers/search", url.Values{"surname": {"Weber"}, "given_names": {"Rita"}, "birth_date": {"1980-02-03"}}).Body, "WEBER")
	require.NotContains(t, d.Post(t, ana, "/passengers/search", url.Values{"document": {"K0000000"}}).Body, "WEBER")
	require.Equal(t, http.StatusUnprocessableEntity, d.Post(t, ana, "/passengers/search", url.Values{"birth_date": {"yesterday"}}).Status)
	var looks int
	require.NoError(t, d.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE purpose = $1 AND verb = 'consultation' AND query_hmac IS NOT NULL`,
		passengers.Purpose).Scan(&looks))
	require.Equal(t, 3, looks)
}

func TestWhatIsAskedWronglyIsSaid(t *testing.T) {
	d := open(t)
	raw := d.send(t, list(d.Clock.Now()))
	ana := d.SignedIn(t, d.Person(t, auth.RoleAnalyst, "ana"))
	for path, status := range map[string]int{
		"/passengers/flights/x": http.StatusNotFound, "/passengers/flights/" + uuid.NewString(): http.StatusNotFound,
		"/passengers/persons/" + uuid.NewString(): http.StatusNotFound, "/passengers/messages/" + uuid.NewString(): http.StatusNotFound,
		"/passengers/messages?show=nonsense": http.StatusUnprocessableEntity, "/passengers/messages?after=x": http.StatusUnprocessableEntity,
		"/passengers/messages/" + raw.String() + "/segment?offset=x": http.StatusUnprocessableEntity,
		"/passengers/messages?show=trouble":                          http.StatusOK, "/passengers/messages/" + raw.String() + "/segment?offset=999999": http.StatusOK,
	} {
		require.Equal(t, status, d.Get(t, ana, path).Status, path)
	}
	require.Less(t, d.Post(t, ana, fmt.Sprintf("/passengers/messages/%s/replay", raw), nil).Status, 400)
	_, err := d.processor.Drain(t.Context())
	require.NoError(t, err)
	flights, err := d.store.FlightsBetween(t.Context(), d.Clock.Now().Add(-24*time.Hour), d.Clock.Now().Add(24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, 2, flights[0].Persons, "reading again makes nobody twice")
}
