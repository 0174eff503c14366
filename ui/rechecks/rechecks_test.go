package rechecks_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/recheckdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/rechecks"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// list is a check that says what the test tells it of a document; nothing said is "no hit".
type list map[string]border.Finding

func (list) Name() string { return "alerts.national" }

func (l list) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	f := l[s.Document.Number]
	if _, said := l[s.Document.Number]; !said {
		f.Outcome = border.NoHit
	}
	return f, nil
}

type station struct {
	*webtest.Site
	facts  *stationdb.Store
	list   list
	hub    *central.Hub
	worker *recheck.Worker
}

func open(t testing.TB) station {
	t.Helper()
	s := station{list: list{}, hub: central.NewHub()}
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) {
		store := recheckdb.New(site.DB, func() {})
		rechecks.Register(site.Server, &recheck.Desk{Reader: store, Station: webtest.Post, Zone: time.UTC, Now: site.Clock.Now, NewID: uuid.New}, s.hub)
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/rechecks") })
		s.worker = recheck.NewWorker(recheck.Config{
			Store: store, Ready: func(context.Context) (time.Time, bool, error) { return site.Clock.Now(), true, nil },
			Plan: []border.Planned{{Check: s.list, Deadline: 10 * time.Second}}, Station: webtest.Post, Zone: time.UTC, Told: s.hub.Nudge,
			Now: site.Clock.Now, NewID: uuid.New, Log: slog.New(slog.DiscardHandler),
		})
	}, func(o *web.Options) { o.Nav = []view.NavItem{rechecks.Nav()} })
	s.facts = stationdb.New(s.DB, uuid.New, func() {})
	return s
}

// admit admits the bearer of a document without the centre.
func (s station) admit(t testing.TB, number string) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan(number)
	scan.Station, scan.At, scan.Lane = webtest.Post, s.Clock.Now(), "3"
	require.NoError(t, s.facts.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, s.Clock.Now())
	e.Status = border.Provisional
	e.Findings = []border.Finding{{Check: "alerts.national", Outcome: border.NoHit, At: s.Clock.Now()}}
	e, err := s.facts.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e
}

func listed() border.Finding {
	return border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{
		{Code: "alert_name", Field: "name", Found: "ERIKSSON", Expected: "ERIKSSON", Severity: border.SecondLine, Ref: "a1"},
		{Code: "alert_reason", Expected: "the secret reason", Severity: border.SecondLine, Ref: "a1", Restricted: true},
	}}
}

func (s station) again(t testing.TB) {
	t.Helper()
	s.Clock.Pass(time.Second)
	require.NoError(t, s.worker.Drain(t.Context()))
}

// A supervisor sees a change come by itself, reads why, and acknowledges it by keyboard alone.
func TestAChangeComesAndIsAcknowledgedByKeyboard(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			e := s.admit(t, "P1")
			for n := range 3 {
				s.admit(t, fmt.Sprintf("Q%d", n))
			}
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleSupervisor, "sara", language))
			p.Wait("location.pathname === '/rechecks'")
			p.WaitFor(".empty")
			p.Press("F7")
			p.Wait("location.search.includes('waiting') && document.querySelectorAll('tbody tr').length === 4")
			p.Screenshot("recheck-waiting-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Press("F6")
			p.Wait("location.search.includes('open')")
			p.WaitFor(".empty")

			s.list["P1"] = listed()
			s.again(t)
			p.WaitText("#open-count", "1") // without a key being pressed
			p.WaitText("tbody", "ERIKSSON")
			p.WaitText("#recheck-count", "1")
			require.Contains(t, p.Text("tbody"), "the secret reason", "a supervisor may read it")
			p.Screenshot("recheck-open-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()

			p.TabTo("tbody a")
			p.Press("Enter")
			p.WaitFocus("[name=note]")
			p.WaitText(".already", "3")
			p.Screenshot("recheck-detail-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Type("told the desk of the list")
			p.Press("F9")
			p.Wait("location.pathname === '/rechecks' && document.readyState === 'complete'")
			p.WaitText("#open-count", "0")
			p.Press("F8")
			p.Wait("location.search.includes('done') && document.querySelectorAll('tbody tr').length === 4")
			require.Contains(t, p.Text("tbody"), "told the desk of the list", "the history stays")
			p.Screenshot("recheck-done-" + language)
			p.CheckAccessible()
			var by string
			require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `select officer from record where subject = $1 and body->>'outcome' = 'acknowledged'`, e.CrossingID).Scan(&by))
			require.Equal(t, "sara", by)
		})
	}
}

func TestAnAcknowledgementNeedsAWord(t *testing.T) {
	s := open(t)
	e, same := s.admit(t, "P1"), s.admit(t, "P2")
	s.list["P1"] = listed()
	s.again(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	path := "/rechecks/" + e.CrossingID.String()
	empty := s.Post(t, client, path+"/acknowledgement", url.Values{"note": {" "}})
	require.Equal(t, http.StatusUnprocessableEntity, empty.Status)
	require.Contains(t, empty.Body, "Write what was done about it")
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, path+"/acknowledgement", url.Values{"note": {"done"}}).Status)
	require.Equal(t, http.StatusConflict, s.Post(t, client, path+"/acknowledgement", url.Values{"note": {"again"}}).Status)
	require.Equal(t, http.StatusConflict, s.Post(t, client, "/rechecks/"+same.CrossingID.String()+"/acknowledgement", url.Values{"note": {"x"}}).Status)
	for path, status := range map[string]int{
		"/rechecks/nonsense": http.StatusNotFound, "/rechecks/" + uuid.NewString(): http.StatusNotFound,
		"/rechecks?view=other": http.StatusUnprocessableEntity, "/rechecks?after=x": http.StatusUnprocessableEntity,
		"/rechecks?after=9999999999999999999." + uuid.NewString(): http.StatusUnprocessableEntity, "/rechecks?view=done": http.StatusOK,
	} {
		require.Equal(t, status, s.Get(t, client, path).Status, path)
	}
	require.NotContains(t, s.Logs.String(), "ERIKSSON")
}

// What is not settled is never shown green, and what was found already is told while another check has no answer.
func TestWhatHasNoAnswerStaysAmber(t *testing.T) {
	s := open(t)
	e := s.admit(t, "P1")
	s.list["P1"] = border.Finding{Outcome: border.NotChecked, Reason: border.ReasonUnreachable}
	s.again(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	page := s.Get(t, client, "/rechecks?view=waiting").Body
	require.Contains(t, page, "still not checked – source not reachable")
	require.NotContains(t, page, `class="status no-hit"`)
	require.NotContains(t, s.Get(t, client, "/rechecks/"+e.CrossingID.String()).Body, "acknowledgement")
}

func TestPagesFollowOneAnother(t *testing.T) {
	s := open(t)
	for n := range 30 {
		s.Clock.Pass(time.Minute)
		s.admit(t, fmt.Sprintf("P%d", n))
	}
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	first := s.Get(t, client, "/rechecks?view=waiting").Body
	require.Contains(t, first, "25 decisions")
	require.Contains(t, first, `rel="next"`)
}

func TestRouteMatrix(t *testing.T) {
	webtest.Matrix(t, open(t).Server, filepath.Join("testdata", "matrix.golden"))
}
