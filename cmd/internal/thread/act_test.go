package thread_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// A traveller crosses at the airport, and an analyst sees him: live, by search, in his history, in the flows and in a file.
func TestATravellerCrossesAndAnAnalystSeesIt(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	for n, language := range languages() {
		t.Run(language, func(t *testing.T) {
			traveller := world.NewTraveller(40 + n)
			analyst := window(t, w.Central.Part, person(t, w.Central.Part, auth.RoleAnalyst, language), language)
			seesLive(analyst, n)
			officer := atLane(t, w.Station(0), person(t, w.Station(0).Part, auth.RoleOfficer, language), language)
			crosses(officer, traveller)
			analyst.Wait(fmt.Sprintf("document.querySelectorAll('#live-rows tbody tr').length === %d", n+1)) // nobody reloaded
			require.Contains(t, analyst.Text("#live-rows"), traveller.Surname)
			analyst.sound("live")
			finds(analyst, traveller)
			counts(analyst, n+1)
			exports(analyst, n+1)
		})
	}
}

// seesLive opens the live page for a purpose, so that travellers are named.
func seesLive(p page, crossings int) {
	p.t.Helper()
	p.Wait("location.pathname === '/live'")
	p.sound("live-nameless")
	p.TabTo("#field-purpose")
	p.Press("ArrowDown", "Tab", "Enter")
	p.Wait("location.search.includes('purpose=') && document.readyState === 'complete'")
	p.Wait(fmt.Sprintf("document.querySelectorAll('#live-rows tbody tr').length === %d", crossings))
}

// crosses scans the traveller's passport and admits with one key.
func crosses(p page, v world.Traveller) {
	p.t.Helper()
	p.screen("counter-ready")
	p.Scan(v.MRZ(p.t), "\r")
	p.WaitText("#traveller-name", v.Surname)
	p.WaitFor("#band.no-hit")
	p.screen("counter-clear")
	p.Press("F2")
	p.WaitGone("#traveller-name")
	p.screen("counter-admitted")
}

// finds searches by name with a purpose and opens the traveller's history.
func finds(p page, v world.Traveller) {
	p.t.Helper()
	p.visit("/search")
	p.sound("search")
	p.TabTo("#field-name")
	p.Type(strings.ToLower(v.Surname))
	p.TabTo("#field-purpose")
	p.Press("ArrowDown", "ArrowDown", "ArrowDown")
	p.follow("form[action='/search'] button.main")
	p.WaitFocus("#results-title")
	require.Contains(p.t, p.Text("#search tbody tr"), v.Surname, "the best match comes first")
	p.sound("found")
	p.follow("#search tbody a")
	p.WaitFor("ol.timeline li")
	require.Contains(p.t, p.Text("main"), v.Number)
	p.sound("history")
}

// counts reads the flows of today.
func counts(p page, crossings int) {
	p.t.Helper()
	p.visit("/flows")
	p.WaitFor("tr.total")
	require.Equal(p.t, crossings, browsertest.Eval[int](p.Page, "document.querySelectorAll('tr.total td.number')[0].innerText.replace(/[٠-٩]/g, d => d.charCodeAt(0) - 0x660) * 1"))
	p.sound("flows")
}

// exports takes what is on screen away as a file.
func exports(p page, crossings int) {
	p.t.Helper()
	name, content := p.Download(func() { p.follow("form[action='/flows/export'] button[value=csv]") })
	require.Regexp(p.t, `^flows-.*\.csv$`, name)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(content), "\ufeff"))).ReadAll()
	require.NoError(p.t, err)
	require.Len(p.t, rows, 2)
	require.Equal(p.t, []string{"airport-1", fmt.Sprint(crossings), "0"}, rows[1][1:4])
}

// The pages that the act does not pass by, in both directions: typing a document by hand, one's own account, a wrong field, the
// lock.
func TestTheOtherPagesOfACounter(t *testing.T) {
	t.Parallel()
	w := world.New(t, airport())
	for _, language := range languages() {
		t.Run(language, func(t *testing.T) {
			p := atLane(t, w.Station(0), person(t, w.Station(0).Part, auth.RoleOfficer, language), language)
			p.Press("F6")
			p.Wait("location.pathname === '/counter/typed' && document.readyState === 'complete'")
			p.screen("typed")
			for _, value := range []string{"P", "UTO", "QX9999999", "TYPED", "BY HAND", "UTO", "1990-13-01", "X", "2030-01-01"} {
				p.Type(value)
				p.Press("Tab")
			}
			p.AllowConsole("status of 422")
			p.Press("Enter")
			p.WaitFocus("[name=birth_date]")
			p.screen("typed-wrong")
			p.Press("Control+a")
			p.Type("1990-12-01")
			p.follow("main button.main")
			p.WaitText("#traveller-name", "TYPED")
			p.screen("counter-typed")
			p.Press("Control+l")
			p.AllowConsole("status of 423")
			p.WaitFor("dialog.session-gate")
			p.sound("locked")
			p.Type("271828")
			p.Press("Enter")
			p.WaitText("#traveller-name", "TYPED")
			p.Press("F4")
			p.WaitFocus("#reason")
			p.screen("counter-refer")
			p.choosesFirst("Enter")
			p.WaitGone("#traveller-name")
			p.Goto(w.Station(0).URL() + "/account")
			p.WaitFor("main h1")
			p.sound("account")
			p.Goto(w.Station(0).URL() + "/nowhere")
			p.AllowConsole("status of 404")
			p.WaitFor("main h1")
			p.sound("not-found")
		})
	}
}
