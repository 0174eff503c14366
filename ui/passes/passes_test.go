package passes_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/passdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/passes"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

func open(t testing.TB) *webtest.Site {
	t.Helper()
	return webtest.New(t, migrations.Station, func(s *webtest.Site) {
		post := border.Post{Station: webtest.Post, Zone: time.UTC}
		store := passdb.New(passdb.Config{DB: s.DB, Post: post, Status: func() border.Status { return border.Confirmed }, NewID: uuid.New, Nudge: func() {}})
		passes.New(passes.Options{Passes: store, State: "UTO", Post: post, Random: rand.Reader, NewID: uuid.New}).Register(s.Server)
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/passes") })
	})
}

// The second line issues a pass by keyboard, finds it by its number and by the holder's name, and revokes it.
func TestAPassIsIssuedFoundAndRevoked(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			s.SignIn(p, s.Person(t, auth.RoleSecondLine, "selam", language))
			p.Wait("location.pathname === '/passes' && document.readyState === 'complete'")
			p.CheckAccessible()
			p.Press("F8")
			p.Wait("location.pathname === '/passes/new' && document.readyState === 'complete'")
			fill := func(values map[string]string) {
				for _, name := range []string{"surname", "given_names", "birth_date", "nationality", "sex", "zone", "valid_until", "authority", "guardian_surname"} {
					if values[name] != "" {
						p.TabTo("[name=" + name + "]")
						p.Press("Control+a")
						p.Type(values[name])
					}
				}
			}
			fill(map[string]string{"surname": "Otieno", "given_names": "Grace", "birth_date": "2018-05-06", "nationality": "ken", "sex": "F",
				"zone": "River valley", "valid_until": "2028-12-31", "authority": "District office"})
			p.AllowConsole("status of 422")
			p.Press("F8")
			p.WaitFor(".fault") // a child needs an adult
			p.Screenshot("pass-form-" + language)
			p.CheckAccessible()
			fill(map[string]string{"guardian_surname": "Otieno"})
			for _, list := range []string{"#guardian_relation", "#guardian_consent"} {
				p.TabTo(list)
				p.Press("ArrowDown")
			}
			p.Press("F8")
			p.WaitFor("#pass-number")
			p.Screenshot("pass-card-" + language)
			p.CheckAccessible()
			number := p.Text("#pass-number")
			_, valid := pass.ParseNumber(number)
			require.True(t, valid, number)

			p.Press("Escape")
			p.Wait("location.pathname === '/passes' && document.readyState === 'complete'")
			for _, query := range []string{number, "grace OTIENO"} {
				p.TabTo("#query")
				p.Press("Control+a")
				p.Type(query)
				browsertest.Eval[bool](p, "window.before = true")
				p.Press("Enter")
				p.Wait("!window.before && document.readyState === 'complete'")
				p.WaitText("#passes", number)
			}
			p.Screenshot("pass-found-" + language)
			p.CheckAccessible()
			p.TabTo("#passes a")
			p.Press("Enter")
			p.WaitFor("#reason")
			p.TabTo("#reason")
			p.Press("ArrowDown", "Tab", "Enter")
			p.WaitGone("#reason")
			p.WaitFor(".status.hit")
			p.CheckAccessible()
			require.NotContains(t, s.Logs.String(), "OTIENO")
			require.NotContains(t, s.Logs.String(), number)
		})
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "selam"))
	nobody := uuid.NewString()
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/passes/"+nobody).Status)
	require.Equal(t, http.StatusNotFound, s.Get(t, client, "/passes/x").Status)
	require.Equal(t, http.StatusNotFound, s.Post(t, client, "/passes/"+nobody+"/revocation", url.Values{"reason": {"lost"}}).Status)
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, "/passes", nil).Status)
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, "/passes", url.Values{"surname": {"A"}, "birth_date": {"31.12.1999"}}).Status)
	require.Equal(t, http.StatusOK, s.Post(t, client, "/passes/search", url.Values{"query": {"' or 1=1 --"}}).Status)
}

func TestWhoMayWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.golden")
}
