package unmask_test

import (
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/unmask"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// desk is a site over a store in which somebody was masked.
type desk struct {
	*webtest.Site
	store  *passengerdb.Store
	person uuid.UUID
}

func open(t testing.TB) *desk {
	t.Helper()
	d := &desk{}
	profile, err := law.Load("")
	require.NoError(t, err)
	d.Site = webtest.New(t, migrations.Central, func(site *webtest.Site) {
		d.store = passengerdbtest.Store(t, site.DB, func() time.Time { return site.Clock.Now() })
		unmask.Register(site.Server, d.store, profile)
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/account") })
	}, func(o *web.Options) { o.Nav = unmask.Nav() })
	return d
}

// mask puts Rita Weber on a flight long ago, and does what the law demands.
func (d *desk) mask(t testing.TB) {
	t.Helper()
	profile, err := law.Load("")
	require.NoError(t, err)
	ago := d.Clock.Now().AddDate(-1, 0, 0)
	born, err := traveldoc.NewDate(1980, 2, 3)
	require.NoError(t, err)
	_, persons := passengerdbtest.List(t, d.store, passengerdbtest.Flight("0100", ago), ago, apipnr.Traveller{
		Surname: "WEBER", GivenNames: "RITA", Sex: "F", BirthDate: born, Nationality: "XAA", Kind: apipnr.Passenger, Ref: "R1",
		Documents: []apipnr.Document{{Type: "P", Number: "K1234567", Issuer: "XAA"}},
	})
	d.person = persons[0].ID
	_, err = d.store.Enforce(t.Context(), profile)
	require.NoError(t, err)
}

func TestWhoMayDoWhat(t *testing.T) { webtest.Matrix(t, open(t).Server, "testdata/matrix.txt") }

// One asks, another agrees, the first reads; it is done by keyboard in every language's direction.
func TestTwoPeopleUnmask(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			d := open(t)
			d.mask(t)
			analyst, officer := d.Person(t, auth.RoleAnalyst, "ana", language), d.Person(t, auth.RoleDataProtection, "dan", language)
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			d.SignIn(p, analyst)
			p.Goto(d.URL + "/unmask?person=" + d.person.String())
			p.CheckAccessible()
			p.Screenshot("unmask-empty-" + language)
			answer := d.Post(t, d.SignedIn(t, analyst), "/unmask", url.Values{"person": {d.person.String()}, "ground": {"court_order"}, "reason": {"short"}})
			require.Equal(t, http.StatusUnprocessableEntity, answer.Status, answer.Body)
			require.Contains(t, answer.Body, "2,000")

			ana := d.SignedIn(t, analyst)
			d.Post(t, ana, "/unmask", url.Values{"person": {d.person.String()}, "ground": {"court_order"}, "reason": {"Order 7/2026 of the court"}})
			list, err := d.store.UnmaskingsWaiting(t.Context(), paging.Page{})
			require.NoError(t, err)
			require.Len(t, list.Rows, 1)
			require.NotEqual(t, http.StatusOK, d.Get(t, ana, "/unmask/"+list.Rows[0].ID.String()+"/data").Status, "not before somebody agreed")

			q := browsertest.Open(t, language)
			q.Size(1366, 768)
			d.SignIn(q, officer)
			q.Goto(d.URL + "/unmask/waiting")
			require.Contains(t, q.Text("main"), "Order 7/2026")
			require.NotContains(t, q.Text("main"), "WEBER", "who agrees sees nothing of it")
			q.CheckAccessible()
			q.CheckNoSidewaysScroll()
			q.Screenshot("unmask-waiting-" + language)
			q.TabTo("main button.admit")
			q.Press("Enter")
			q.WaitGone("main button.admit")

			p.Goto(d.URL + "/unmask")
			p.Screenshot("unmask-own-" + language)
			p.CheckAccessible()
			p.TabTo("main td a.button")
			p.Press("Enter")
			p.WaitFor("main dl.facts")
			require.Contains(t, p.Text("main"), "WEBER, RITA")
			require.Contains(t, p.Text("main"), "K1234567")
			require.Regexp(t, `\b[A-Z]{2}\d+/\d{4}-\d{2}-\d{2}/`, p.Text("h1"), "on which flight he was")
			p.CheckAccessible()
			p.Screenshot("unmask-data-" + language)
			p.Goto(d.URL + "/law")
			require.Contains(t, p.Text("main"), "icao-annex9")
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Screenshot("unmask-law-" + language)
			require.NotContains(t, d.Logs.String(), "WEBER")
		})
	}
}
