package visas_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// sit signs somebody in on a browser of his own.
func (c *centre) sit(t *testing.T, who webtest.Person, language string) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, language)
	p.Size(1366, 768)
	c.SignIn(p, who)
	p.Wait("location.pathname === '/visas'")
	return p
}

// look holds a page to what every page must be; a work screen fits without scrolling.
func look(t *testing.T, p *browsertest.Page, name string, work bool) {
	t.Helper()
	p.WaitFor("main h1")
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckNoSidewaysScroll()
	if work {
		p.CheckOneScreen()
	}
	require.NotContains(t, p.Text("body"), "⟦", "a text is missing on %s", name)
	title := browsertest.Eval[string](p, "document.title")
	require.NotContains(t, title, "TESTER")
	require.NotContains(t, browsertest.Eval[string](p, "location.href"), "TESTER")
}

// arrive waits until something is there, and the page takes keys.
func arrive(p *browsertest.Page, selector string) {
	p.WaitFor(selector)
	p.Wait("document.readyState === 'complete'")
}

// From the queue to the visa by keyboard: claim, judge a hit, ask for more, propose; a second officer decides.
func TestFromTheQueueToTheVisaByKeyboard(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			c := open(t)
			a := c.person(1, "S")
			c.lists.set(a.Identity.Surname, "national/2026-117@2")
			a = c.applied(1, "S", func(a *evisa.Application) { a.Humanitarian, a.Grounds = true, "My sister is ill." })
			ada, ben := c.Person(t, auth.RoleVisaOfficer, "ada", language), c.Person(t, auth.RoleVisaOfficer, "ben", language)
			p := c.sit(t, ada, language)
			p.WaitText("#visas-rows", a.Reference.String())
			look(t, p, "visas-queue-"+language, false)

			p.Press("F1")
			p.Wait("location.pathname.length > 20 && document.readyState === 'complete'")
			p.Wait("[...document.querySelectorAll('.two-pictures img')].filter(i => i.complete && i.naturalWidth > 0).length === 2")
			look(t, p, "visas-case-"+language, true)

			p.Press("F3")
			p.WaitFocus(".judging input[value=same]")
			p.Press("ArrowDown")
			p.Press("Tab")
			p.Type("another birth place")
			p.Press("Enter")
			arrive(p, ".hit-card.settled")
			look(t, p, "visas-judged-"+language, true)

			p.Press("F4")
			arrive(p, "#in-template")
			p.Press("Alt+l")
			p.Wait("document.querySelector('#in-text')?.value.includes('" + a.Reference.String() + "')")
			look(t, p, "visas-ask-"+language, true)
			p.Press("Escape")
			p.WaitGone("#in-template")
			p.Wait("document.readyState === 'complete'")
			p.Press("F6")
			arrive(p, "#field-when")
			look(t, p, "visas-invite-"+language, true)
			p.Press("Escape")
			p.WaitGone("#field-when")
			p.Wait("document.readyState === 'complete'")
			p.Press("F8")
			arrive(p, "#in-letter")
			p.TabTo("input[name=grounds][value=means]")
			p.Press(" ")
			p.Press("Alt+l")
			p.Wait("document.querySelector('#in-letter').value.length > 40")
			look(t, p, "visas-refuse-"+language, true)
			p.Press("Escape")
			p.WaitGone("#in-letter")
			p.Wait("document.readyState === 'complete'")

			p.Press("F2")
			arrive(p, "#field-until")
			look(t, p, "visas-approve-"+language, true)
			p.TabTo("#in-reason")
			p.Type("host is known")
			p.Press("Control+Enter")
			arrive(p, ".proposal")
			require.Equal(t, evisa.Proposed, c.state(a.ID))
			look(t, p, "visas-proposed-"+language, true)

			second := c.sit(t, ben, language)
			second.Press("F6") // to confirm
			second.WaitText("#visas-rows", a.Reference.String())
			second.Goto(c.URL + "/visas/" + a.ID.String())
			arrive(second, ".proposal")
			look(t, second, "visas-second-"+language, true)
			second.Press("F2")
			arrive(second, ".proposal form")
			look(t, second, "visas-confirm-"+language, true)
			require.Equal(t, evisa.Proposed, c.state(a.ID), "one key alone decides nothing")
			second.Press("Control+Enter")
			arrive(second, ".said .done")
			require.Equal(t, evisa.Approved, c.state(a.ID))
			look(t, second, "visas-approved-"+language, true)
			second.Press("Alt+p")
			second.Wait("location.pathname.startsWith('/visa-register/') && document.readyState === 'complete'")
			look(t, second, "visas-visa-"+language, false)
		})
	}
}

// What comes elsewhere is on a page that stands open at once: nothing but the nudge told it.
func TestTheQueueIsToldAtOnce(t *testing.T) {
	c := open(t)
	p := c.sit(t, c.Person(t, auth.RoleVisaOfficer, "ada"), "en")
	p.WaitFor("#visas-rows .empty")
	look(t, p, "visas-queue-empty", false)
	a := c.applied(1, "T")
	p.Wait("document.querySelector('#visas').hasAttribute('data-htmx-powered') || true")
	for range 50 { // the stream may not stand yet; a nudge into nothing tells nobody
		c.hub.Nudge()
		if browsertest.Eval[bool](p, "document.querySelector('#visas-rows').textContent.includes('"+a.Reference.String()+"')") {
			break
		}
	}
	p.WaitText("#visas-rows", a.Reference.String())
	p.WaitText("[data-count=open]", "1")
}

// The other pages, left to right and right to left.
func TestTheOtherPagesInABrowser(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			c := open(t)
			cyd := c.Person(t, auth.RoleVisaSupervisor, "cyd", language)
			client := c.SignedIn(t, cyd)
			a, v := c.issued(client, 1)
			c.applied(2, "T")
			refused := c.applied(3, "A")
			c.must(client, refused.ID, "claim")
			c.must(client, refused.ID, "refuse", "grounds", "purpose", "grounds", "means", "reason", "none")
			c.crossed("airport-1", v, c.Clock.Now(), 0)
			c.crossed("land-2", v, c.Clock.Now().Add(3*time.Hour), 0)
			var id string
			require.NoError(t, c.DB.Pool.QueryRow(t.Context(), "SELECT crossing_id::text FROM visa_case").Scan(&id))
			p := c.sit(t, cyd, language)
			for name, path := range map[string]string{
				"register": "/visa-register", "visa": "/visa-register/" + a.ID.String(), "revoke": "/visa-register/" + a.ID.String() + "?n=1&panel=revoke",
				"extend": "/visa-register/" + a.ID.String() + "?n=1&panel=extend", "reissue": "/visa-register/" + a.ID.String() + "?n=1&panel=reissue",
				"cases": "/visa-cases", "case-of-use": "/visa-cases/" + id, "statistics": "/visa-statistics", "templates": "/visa-templates", "quarantine": "/visa-quarantine",
				"template": "/visa-templates/refuse", "parcels": "/visa-parcels", "refused": "/visas/" + refused.ID.String(), "refund": "/visas/" + a.ID.String() + "?panel=money",
				"note": "/visas/" + a.ID.String() + "?panel=note",
			} {
				p.Goto(c.URL + path)
				look(t, p, "visas-"+name+"-"+language, len(path) > 7 && path[:7] == "/visas/")
			}
			p.Goto(c.URL + "/visa-register")
			p.WaitFocus("#field-number")
			arrive(p, "#field-number")
			p.Type(a.Document.Number)
			p.Press("F2")
			p.WaitText("table", v.Number.String())
			look(t, p, "visas-found-"+language, false)
			p.Goto(c.URL + "/visa-templates/refuse")
			arrive(p, "#in-kind")
			p.Press("F4")
			p.WaitFor("#preview")
			look(t, p, "visas-preview-"+language, false)
			p.Goto(c.URL + "/visa-statistics")
			name, content := p.Download(func() { p.Press("F9") })
			require.Contains(t, name, ".csv")
			require.NotEmpty(t, content)
			require.Equal(t, http.StatusOK, c.Get(t, client, "/visa-statistics").Status)
		})
	}
}
