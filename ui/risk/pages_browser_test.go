package risk_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// Every page is clean for a screen reader, fits its width and keeps the content security policy, in each language.
func TestThePagesInABrowser(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			s := open(t, language)
			for i := range 6 {
				s.list("001"+strconv.Itoa(i), -3-2*i, person("PAST", "UTO", "P"+strconv.Itoa(i)), person("BYGONE", "XXB", "B"+strconv.Itoa(i)), person("FORMER", "XXC", "F"+strconv.Itoa(i)))
			}
			s.list("0002", 1, person("SPECIMEN", "UTO", "L898902C3"))
			v := s.rule(`passenger.nationality in ["UTO", "XAA"] && (document.number.startsWith("L8") || document.number.startsWith("P") || passenger.surname == document.number) && !passenger.minor_alone`)
			s.active(v)
			mia := auth.Session{User: s.mia.User}.Actor("central")
			require.NoError(t, s.store.WriteList(t.Context(), mia, "watched", "Watched agencies", []string{"12345678"}))
			draft := s.rule(`booking.days_ahead < 2`)
			run := s.tried(v)
			hit := s.first()
			p := browsertest.Open(t, language)
			s.SignIn(p, s.mia)
			p.Size(1366, 768)
			for n, path := range []string{
				"/risk", "/risk/new", "/risk/rules/" + v.Rule.String() + "/edit", "/risk/rules/" + v.Rule.String(), "/risk/rules/" + draft.Rule.String(),
				"/risk/dry-runs/" + run.ID.String(), "/risk/dry-runs/" + run.ID.String() + "/travellers", "/risk-hits", "/risk-hits/" + hit.ID.String(), "/risk/lists",
			} {
				p.Goto(s.URL + path)
				p.WaitFor("main h1")
				p.CheckAccessible()
				p.CheckNoSidewaysScroll()
				p.Screenshot("risk-" + language + "-" + strconv.Itoa(n))
			}
		})
	}
}

func (s *site) first() risk.Hit {
	e := auth.Session{User: s.mia.User}.Actor("central").Entry(s.Clock.Now(), audit.Consultation, "risk_hit", "queue")
	e.Purpose = risk.PurposeOfHits
	q, err := s.store.Queue(s.t.Context(), risk.HitQuery{State: risk.HitNew}, e)
	require.NoError(s.t, err)
	require.NotEmpty(s.t, q.Hits)
	return q.Hits[0]
}

// choose picks an option of a select that has the focus by its value, as keys do, and waits for the builder's answer.
func choose(p *browsertest.Page, selector, words, value string) {
	p.TabTo(selector)
	p.Type(words)
	p.Wait("document.querySelector('" + selector + "').value === '" + value + "'")
}

// A rule is built by keyboard, tried, proposed; a second person activates it; the hit appears.
func TestFromAThoughtToAHitByKeyboard(t *testing.T) {
	s := open(t)
	s.list("0010", -3, person("PAST", "UTO", "P1"), person("BYGONE", "XXB", "B1"))
	s.list("0002", 1, person("SPECIMEN", "UTO", "L898902C3"), person("OTHER", "XXB", "X1"))
	s.work()
	p := browsertest.Open(t, "en")
	s.SignIn(p, s.mia)
	p.Size(1366, 768)
	p.Goto(s.URL + "/risk")
	p.WaitFor("main h1")
	p.Press("F2")
	p.Wait("document.readyState === 'complete' && location.pathname === '/risk/new'")
	p.TabTo("#in-name")
	p.Type("Utopian women")
	choose(p, "#in-purpose", "serious", "serious_crime")
	p.TabTo("#in-basis")
	p.Type("Act 1, section 2")
	choose(p, "#in-category", "traff", "trafficking")
	choose(p, "#in-severity", "high", "high")

	choose(p, "#f-0", "nationality", "passenger.nationality")
	p.WaitFor("#o-0")
	choose(p, "#o-0", "is one", "in")
	p.Wait("document.querySelector('#v-0')?.placeholder !== ''")
	p.TabTo("#v-0")
	p.Type("uto, xaa")
	p.Press("Tab")
	p.WaitText("#sentence", "whose nationality is one of UTO or XAA")
	p.Press("F2")
	p.WaitFocus("#f-1")
	p.Type("sex")
	p.WaitFor("#o-1")
	p.WaitFor("select#v-1")
	choose(p, "#v-1", "fem", "F")
	p.WaitText("#sentence", "A traveller whose nationality is one of UTO or XAA and whose sex is female")
	require.Equal(t, "passenger.nationality in [\"UTO\", \"XAA\"]\n&& passenger.sex == \"F\"", p.Value("#in-cel"))
	p.Screenshot("risk-built")
	p.Press("Control+Enter")
	p.WaitText(".message.success", "Now try it")
	p.Wait("document.readyState === 'complete'")
	rule, _, _ := strings.Cut(p.Path(), "?")

	p.Press("F4")
	p.WaitFor("#run.ended")
	p.WaitText("#run", "done")
	p.WaitText(".figures", "1")
	p.Screenshot("risk-tried")
	p.Press("Escape")
	p.Wait("document.readyState === 'complete' && location.pathname === '" + rule + "'")
	p.TabTo("#in-remark")
	p.Type("One hit in a month")
	p.Press("F9")
	p.WaitText(".message.success", "second person")

	second := browsertest.Open(t, "en")
	s.SignIn(second, s.bo)
	second.Goto(s.URL + rule)
	second.WaitFor("main h1")
	second.Press("F2")
	second.WaitText(".message.success", "In force")
	second.Goto(s.URL + "/risk-hits")
	second.WaitText("#hits", "XX0002 DXB-LHR")
	second.Wait("document.readyState === 'complete'")
	second.Press("F1")
	second.WaitText("main", "SPECIMEN, ANNA")
	second.Wait("document.readyState === 'complete'")
	second.Press("F2")
	second.WaitFor("#in-note")
	second.TabTo("#in-note")
	second.Type("Seen the booking, confirmed")
	second.Press("F8")
	second.WaitText("main", "confirmed")
	require.NotContains(t, s.Logs.String(), "SPECIMEN")
}
