package counter_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// link is a line to the centre in good order.
type link struct{}

func (link) Online() bool                           { return true }
func (link) Backlog(context.Context) (int64, error) { return 3, nil }

// withLists is a counter that asks real lists, and whose header shows them.
func withLists(t *testing.T, policy alerts.Policy) (*station, *listcheck.Memory) {
	t.Helper()
	s := &station{list: &list{answer: noHit}, centre: new(atomic.Bool), back: &outcomes{}, who: new(webtest.Person)}
	s.centre.Store(true)
	bar := &counter.StatusBar{Link: link{}}
	held := wanted(t, policy)
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) {
		s.build(site)
		held.Confirmed(site.Clock.Now().Add(-2 * time.Minute))
		check := listcheck.New(listcheck.Config{Lists: held, Details: held, Places: []string{webtest.Post, "UTO"}, Log: slog.New(slog.DiscardHandler)})
		s.list.answers(check.Check)
		bar.Lists = held
		site.Handle(http.MethodGet, "/status", auth.SessionOwn, func(c *web.Context) error { return bar.Show(c) }, web.Background())
		site.Handle(http.MethodGet, "/status/lists", auth.SessionOwn, func(c *web.Context) error { return bar.ShowLists(c) }, web.Background())
	}, func(o *web.Options) {
		o.Status = func(c *web.Context) (templ.Component, error) { return bar.Badge(c) }
	})
	return s, held
}

// wanted are three lists with one person on two of them.
func wanted(t *testing.T, policy alerts.Policy) *listcheck.Memory {
	t.Helper()
	born, err := traveldoc.ParseDate("1984-03-02")
	require.NoError(t, err)
	a := alerts.Flat{
		ID: "7", Surname: "Martin", GivenNames: "Sophie Louise", BirthDate: born, Nationality: "FRA", Sex: "F", Reason: "the secret reason", Action: "detain",
	}.Alert("national")
	a.Category, a.Safety, a.Version = alerts.CategoryArrest, []string{"armed", "escaped"}, 3
	b := alerts.Flat{ID: "CDi.001", Surname: "Martyn", GivenNames: "Sofie", Reason: "travel ban", Action: "refuse"}.Alert("un")
	held, err := listcheck.InMemory(41, time.Time{}, []alerts.ListInfo{
		{ID: "national", Title: "National alert list", Version: 12, Policy: policy},
		{ID: "ofac", Title: "OFAC Specially Designated Nationals", Version: 3},
		{ID: "un", Title: "United Nations consolidated list", Version: 7},
	}, a, b)
	require.NoError(t, err)
	return held
}

func TestAMatchAtTheCounter(t *testing.T) {
	for _, language := range []string{"en", "fr", "es", "ar"} {
		t.Run(language, func(t *testing.T) {
			s, _ := withLists(t, alerts.Policy{})
			p := s.atLane(t, language, "1")
			p.Scan(zone(t, "MARTIN", "SOPHIE LOUISE", "12AB34567"), "\r")
			p.WaitFor("#band.hit")
			p.Screenshot("counter-match-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			require.True(t, browsertest.Eval[bool](p, "document.querySelectorAll('.match .safety').length === 2"), "everybody who meets her must know")
			require.True(t, browsertest.Eval[bool](p, "!document.querySelector('table.compared')"), "what was compared is for those who may see it")
			require.NotContains(t, p.Text("#desk"), "secret reason")
			require.NotContains(t, p.Text("#desk"), "Sofie", "nor whose alert it is")
		})
	}
}

func TestWhoMaySeesWhatWasCompared(t *testing.T) {
	s, _ := withLists(t, alerts.Policy{})
	p := browsertest.Open(t, "en")
	p.Size(1366, 768)
	s.SignIn(p, s.Person(t, auth.RoleSupervisor, "sara"))
	p.WaitFocus("button[name=lane]")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter'")
	p.Wait("document.readyState === 'complete' && !!globalThis.wedge")
	p.Scan(zone(t, "MARTIN", "SOPHIE LOUISE", "12AB34567"), "\r")
	p.WaitFor("table.compared")
	p.Screenshot("counter-compared-en")
	p.CheckAccessible()
	p.CheckOneScreen()
	desk := p.Text("#desk")
	for _, words := range []string{"the secret reason", "Detain and call the police", "Wanted for arrest", "day and month swapped", "armed", "escaped"} {
		require.Contains(t, desk, words)
	}
	require.True(t, browsertest.Eval[bool](p, `[...document.querySelectorAll('table.compared tbody tr')].every(r => r.querySelector('.sign').textContent.trim() !== '' && r.querySelector('.out-of-sight').textContent.trim() !== '')`),
		"by a sign and a word, not by colour alone")
}

func TestThePolicyMayShowTheReasonAtTheFirstLine(t *testing.T) {
	s, _ := withLists(t, alerts.Policy{ReasonAtFirstLine: true})
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "omar"))
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	answer := s.Post(t, client, "/counter/scans", form(zone(t, "MARTIN", "SOPHIE LOUISE", "12AB34567")), "HX-Request", "true", "HX-Request-Type", "partial")
	require.Contains(t, answer.Body, "the secret reason")
	require.NotContains(t, answer.Body, "travel ban", "another list has another policy")
}

func TestTheHeaderShowsTheListsAndTheirAge(t *testing.T) {
	for _, language := range []string{"en", "fr", "es", "ar"} {
		t.Run(language, func(t *testing.T) {
			s, held := withLists(t, alerts.Policy{})
			p := s.atLane(t, language, "1")
			p.WaitFor("#lists-status.no-hit")
			p.CheckOneScreen()
			p.TabTo("#lists-status")
			p.Press("Enter")
			p.Wait("document.querySelector('#lists-held:popover-open #list-ofac') !== null")
			p.Wait("!document.querySelector('.htmx-request')")
			p.Screenshot("counter-lists-" + language)
			p.CheckAccessible()
			require.Contains(t, p.Text("#list-un"), "7")
			p.Press("Escape")
			p.Wait("document.querySelector('#lists-held:popover-open') === null")

			held.Confirmed(s.Clock.Now().Add(-7 * time.Hour))
			p.WaitFor("#lists-status.not-checked")
			held.Confirmed(s.Clock.Now().Add(-25 * time.Hour))
			p.WaitFor("#lists-status.hit")
			p.Screenshot("counter-lists-old-" + language)
			p.CheckOneScreen()
		})
	}
}
