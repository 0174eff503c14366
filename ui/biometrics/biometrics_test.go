package biometrics_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/biometrics"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/biometricsview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// standing is a store and an engine that stand as the test says.
type standing struct {
	*webtest.Site
	mu     sync.Mutex
	state  fingers.State
	engine biometricsview.Engine
}

func (s *standing) set(state fingers.State, engine biometricsview.Engine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state, s.engine = state, engine
}

func open(t testing.TB) *standing {
	t.Helper()
	s := &standing{}
	s.Site = webtest.New(t, migrations.Station, func(site *webtest.Site) {
		biometrics.Register(site.Server, biometrics.Options{
			State: func(context.Context) (fingers.State, error) {
				s.mu.Lock()
				defer s.mu.Unlock()
				return s.state, nil
			},
			Engine: func(context.Context) biometricsview.Engine {
				s.mu.Lock()
				defer s.mu.Unlock()
				return s.engine
			},
		})
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/biometrics") })
	}, func(o *web.Options) { o.Nav = []view.NavItem{biometrics.Nav()} })
	return s
}

// gallery is the station's own engine, loaded with some persons.
func gallery(held int) biometricsview.Engine {
	return biometricsview.Engine{
		Name: "openbmis-gallery", Version: "openbmis-fingerprint-1", Held: held, Loading: identify.Progress{Ready: true, Persons: held},
	}
}

// look is what every state of the page has to pass.
func look(t *testing.T, p *browsertest.Page, name string) {
	t.Helper()
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckOneScreen()
	p.CheckNoSidewaysScroll()
}

// Nobody enrolled, a store at work, an outside ABIS away: each is told in words, and looked at again by keyboard alone.
func TestTheStateOfThePrints(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.set(fingers.State{}, gallery(0))
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleSupervisor, "sara", language))
			p.WaitFor("main table")
			require.Zero(t, browsertest.Eval[int](p, "document.querySelectorAll('main .message').length"), "nothing is wrong")
			none := map[string]string{"en": "Nobody is enrolled yet", "ar": "لم يُسجَّل أحد"}[language]
			require.Contains(t, p.Text("main"), none)
			look(t, p, "biometrics-empty-"+language)

			due := fingers.State{
				Persons: 1204, Prints: 4816, Due: 3, Oldest: s.Clock.Now().Add(-2 * time.Hour), Reasons: map[string]int{"search_failed": 2, "timeout": 1},
				Tasks: 2, Waiting: 17, Parked: 1,
			}
			s.set(due, gallery(1204))
			again(p)
			require.NotContains(t, p.Text("main"), none)
			require.Contains(t, p.Text("main"), "2026", "since when a search is due")
			look(t, p, "biometrics-due-"+language)

			away := biometricsview.Engine{Name: "ABIS of the state", Outside: true, Away: true, Held: -1, Loading: identify.Progress{Ready: true}}
			s.set(due, away)
			again(p)
			p.WaitFor("main .message.error")
			require.Contains(t, p.Text("main .message.error"), away.Name)
			require.Equal(t, 8, browsertest.Eval[int](p, "document.querySelectorAll('main tbody tr').length"), "what it holds it does not tell")
			look(t, p, "biometrics-away-"+language)

			loading := gallery(300)
			loading.Loading = identify.Progress{Loaded: 300, Persons: 1204}
			s.set(due, loading)
			again(p)
			p.WaitFor("main .message.warning")
			look(t, p, "biometrics-loading-"+language)
		})
	}
}

// again pushes the page's one button, by keyboard.
func again(p *browsertest.Page) {
	p.Wait("(window.before = true)")
	p.TabTo("main a.button[href='/biometrics']")
	p.Press("Enter")
	p.Wait("!window.before && document.readyState === 'complete' && !!document.querySelector('main table')")
}

// Whoever may not see the state does not; the page itself names and leads to nobody.
func TestWhoSeesTheState(t *testing.T) {
	s := open(t)
	s.set(fingers.State{Persons: 1, Prints: 4}, gallery(1))
	officer := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	require.Equal(t, http.StatusForbidden, s.Get(t, officer, "/biometrics").Status)
	chief := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	shown := s.Get(t, chief, "/biometrics")
	require.Equal(t, http.StatusOK, shown.Status)
	_, main, _ := strings.Cut(shown.Body, "<main")
	main, _, _ = strings.Cut(main, "</main>")
	require.Equal(t, 1, strings.Count(main, "href="), "its own button alone")
}

// Who is over his time, who is kept and why, and who was erased stand on the page, each with its number; what keeps somebody is marked.
func TestTheKeepingIsShown(t *testing.T) {
	s := open(t)
	chief := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	items := func() []string {
		_, list, _ := strings.Cut(s.Get(t, chief, "/biometrics").Body, `<ul id="retention">`)
		list, _, _ = strings.Cut(list, "</ul>")
		return strings.Split(list, "<li>")[1:]
	}
	s.set(fingers.State{Persons: 1, Retention: fingers.Retention{Expired: 7, OpenTasks: 31, OpenHits: 12, Erased: 404}}, gallery(1))
	kept := items()
	require.Len(t, kept, 4)
	for n, want := range []string{"7", "31", "12", "404"} {
		require.Contains(t, kept[n], ": "+want)
		require.Equal(t, n == 1 || n == 2, strings.Contains(kept[n], `class="status`), "what keeps somebody is to be looked at: %s", kept[n])
	}
	s.set(fingers.State{Persons: 1}, gallery(1))
	for _, one := range items() {
		require.Contains(t, one, ": 0")
		require.NotContains(t, one, `class="status`)
	}
}
