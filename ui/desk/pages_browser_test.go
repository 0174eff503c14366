package desk_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
)

// Every page is clean for a screen reader, fits its width and keeps the content security policy, in each language.
func TestThePagesInABrowser(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			s := open(t, language)
			r := s.Post(t, s.SignedIn(t, s.owner), "/discreet/"+s.discreet.String()+"/report", url.Values{
				"place": {"xaa-apt, lane 1"}, "time": {"2026-11-21 05:00"}, "reason": {"Discreet check"}, "route": {"XX123 from abroad"}, "objects": {"two suitcases"},
			})
			require.Equal(t, http.StatusSeeOther, r.Status)
			p := browsertest.Open(t, language)
			s.SignIn(p, s.owner)
			p.Size(1366, 768)
			for n, path := range append(s.pages(), "/desk/hits/"+s.outside(t).String()) {
				p.Goto(s.URL + path)
				p.WaitFor("main h1")
				p.CheckAccessible()
				p.CheckNoSidewaysScroll()
				p.Screenshot("desk-" + language + "-" + strconv.Itoa(n))
			}
		})
	}
}

// The owner answers without a mouse.
func TestAnAnswerByKeyboard(t *testing.T) {
	s := open(t)
	p := browsertest.Open(t, "en")
	s.SignIn(p, s.owner)
	p.Goto(s.URL + "/desk/hits/" + s.asked.ID.String())
	p.WaitFor("main h1")
	p.Press("Alt+c")
	p.TabTo("#in-instructions")
	p.Type("Hold him")
	p.Press("Control+Enter")
	p.WaitText(".message.success", "on its way")
	p.Wait("document.readyState === 'complete'")
	p.TabTo("main a[href='/desk']")
	p.Press("Enter")
	p.WaitFor("#desk")
	require.Equal(t, "/desk", p.Path())
}
