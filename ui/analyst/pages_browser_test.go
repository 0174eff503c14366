package analyst_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// Every page, left to right and right to left: no accessibility fault, focus visible, no scrolling sideways at 200 %, no
// complaint of the browser.
func TestEveryPageInBothDirections(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 60)
	c.heartbeat(t, "airport-1", 0)
	c.heartbeat(t, "silent-3", 812)
	c.overstay(t)
	c.administer(t)
	for _, station := range []string{"airport-1", "land-2"} {
		_, err := c.completeness.Check(t.Context(), station)
		require.NoError(t, err)
	}
	for _, language := range []string{"en", "ar"} {
		for role, pages := range map[auth.Role][]string{
			auth.RoleAnalyst: {"/live", "/live?purpose=risk_analysis", "/search", "/flows", "/flows?from=2026-11-15&to=2026-11-21&by=country", "/stations",
				"/overstayers", "/overstayers?purpose=stay_check", "/overstayers/left", "/overstayers/left?purpose=stay_check"},
			auth.RoleSupervisor:    {"/conflicts", "/conflicts?purpose=data_quality"},
			auth.RoleAdministrator: {"/dead-letters", "/enrolment", "/users"},
			auth.RoleAuditor:       {"/audit"},
		} {
			t.Run(language+"/"+string(role), func(t *testing.T) {
				p := browsertest.Open(t, language)
				c.SignIn(p, c.Person(t, role, string(role)+language, language))
				for _, page := range pages {
					p.Goto(c.URL + page)
					p.WaitFor("main h1")
					p.Screenshot("analyst-" + language + "-" + string(role) + page)
					p.CheckAccessible()
					p.CheckNoSidewaysScroll()
					require.NotContains(t, p.Text("body"), "⟦", "a text is missing on %s", page)
				}
			})
		}
	}
}

// administer makes a station known, and lets rows vanish at the centre.
func (c *centre) administer(t *testing.T) {
	t.Helper()
	administrator := c.SignedIn(t, c.Person(t, auth.RoleAdministrator, "adam"))
	form := url.Values{"id": {"airport-1"}, "name": {"Lanet airport"}, "transport": {"air"}, "zone": {"Africa/Nairobi"}}
	require.Equal(t, http.StatusOK, c.Post(t, administrator, "/enrolment/stations", form).Status)
	_, err := pgtest.Admin(t, c.DB).Pool.Exec(t.Context(), `DELETE FROM crossing WHERE origin_seq IN (7, 8, 20) AND station = 'airport-1'`)
	require.NoError(t, err)
}

// An analyst finds a traveller and reads his history by keyboard alone.
func TestSearchAndHistoryByKeyboard(t *testing.T) {
	c := newCentre(t)
	c.fill(t, 60)
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			p := browsertest.Open(t, language)
			p.AllowConsole("status of 403")
			c.SignIn(p, c.Person(t, auth.RoleAnalyst, "anna"+language, language))
			p.Goto(c.URL + "/search")
			p.WaitFocus("#field-name")
			p.Type("specimen")
			p.Press("Enter") // the browser itself asks for the purpose first
			require.Equal(t, "field-purpose", browsertest.Eval[string](p, "document.querySelector(':invalid:not(form):not(fieldset)').id"))
			browsertest.Eval[bool](p, "document.querySelector('#field-purpose').focus(), true")
			p.Press("ArrowDown", "ArrowDown", "ArrowDown")
			require.Equal(t, "investigation", p.Value("#field-purpose"))
			p.Press("Tab", "Tab", "Enter")
			p.WaitFocus("#results-title")
			require.Equal(t, 13, browsertest.Eval[int](p, "document.querySelectorAll('#search tbody tr').length"))
			p.Screenshot("analyst-" + language + "-found")
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			browsertest.Eval[bool](p, "document.querySelector('#search tbody tr:nth-child(2) a').focus(), true")
			p.Press("Enter")
			p.WaitFor("ol.timeline li")
			p.Screenshot("analyst-" + language + "-history")
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Walk()
		})
	}
}

// What arrives at the centre appears on the open page by itself.
func TestLiveCrossingsAppearByThemselves(t *testing.T) {
	c := newCentre(t)
	p := browsertest.Open(t, "en")
	c.SignIn(p, c.Person(t, auth.RoleAnalyst, "anna"))
	p.WaitFor(".empty")
	c.fill(t, 3)
	p.WaitFor("#live-rows tbody tr")
	p.Wait("document.querySelectorAll('#live-rows tbody tr').length === 4")
	require.NotContains(t, p.Text("#live-rows"), "TESTERSON", "without a purpose nobody is named")
	c.send(t, "land-2", body(t, "crossing.recorded", c.crossing(33, "entry")))
	p.Wait("document.querySelectorAll('#live-rows tbody tr').length === 5")
}

// The log is verified from the page, and says when it was tampered with.
func TestVerifyTheAuditLog(t *testing.T) {
	c := newCentre(t)
	p := browsertest.Open(t, "en")
	c.SignIn(p, c.Person(t, auth.RoleAuditor, "ada"))
	_, err := c.sequencer.Step(t.Context())
	require.NoError(t, err)
	_, err = c.sequencer.Sign(t.Context())
	require.NoError(t, err)
	p.Goto(c.URL + "/audit")
	p.WaitFor("#verification button")
	browsertest.Eval[bool](p, "document.querySelector('#verification button').focus(), true")
	p.Press("Enter")
	p.WaitFor("#verification .message.success")
	p.Screenshot("analyst-en-verified")
	p.CheckAccessible()
}
