package signin_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// site has one page of its own behind sign-in.
func site(t *testing.T) *webtest.Site {
	t.Helper()
	return siteWith(t)
}

func siteWith(t *testing.T, options ...webtest.Option) *webtest.Site {
	t.Helper()
	return webtest.New(t, migrations.Station, func(s *webtest.Site) {
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error {
			return c.Render(http.StatusOK, view.Fault(text.FrameStation, "behind the door", c.RequestID()))
		})
		s.Handle(http.MethodGet, "/work", auth.SessionOwn, func(c *web.Context) error {
			return c.Render(http.StatusOK, workPage())
		})
		s.Handle(http.MethodPost, "/work", auth.SessionOwn, func(c *web.Context) error {
			return c.Render(http.StatusOK, view.Message(view.ToneSuccess, "received "+c.FormValue("note")))
		})
		s.Handle(http.MethodGet, "/work/events", auth.SessionOwn, events, web.Background())
	}, options...)
}

func TestSignInByKeyboardInEveryLanguage(t *testing.T) {
	s := site(t)
	for _, language := range text.Languages() {
		t.Run(string(language), func(t *testing.T) {
			who := s.Person(t, auth.RoleOfficer, "amira-"+string(language), string(language))
			p := browsertest.Open(t, string(language))
			p.Goto(s.URL + "/work")
			require.Equal(t, "/signin?next=%2Fwork", p.Path())
			require.Equal(t, language.Dir(), browsertest.Eval[string](p, "document.documentElement.dir"))
			p.Screenshot("signin-" + string(language))
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Walk()

			p.Goto(s.URL + "/signin?next=/work")
			p.WaitFocus("[name=login]")
			p.Type(who.Login)
			p.Press("Tab")
			p.Type("not the password")
			p.AllowConsole("status of 403")
			p.Press("Enter")
			p.WaitFor(".message.error")
			p.Screenshot("signin-refused-" + string(language))
			p.CheckAccessible()
			p.WaitFocus("[name=password]")
			p.Type(who.Password) // the focus is on the password, the name still stands
			p.Press("Enter")
			p.Wait("location.pathname === '/work'")
			p.WaitFor("#note")
			p.Screenshot("signedin-" + string(language))
			p.CheckAccessible()
		})
	}
}
