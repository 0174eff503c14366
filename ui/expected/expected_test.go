package expected_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestWhoMayDoWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.txt")
}

func TestAddressesThatLeadNowhere(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	for _, path := range []string{
		"/expected?day=x", "/expected?day=2026-11", "/expected?direction=up", "/expected/missing?day=2026-02-31", "/expected/flights/x",
		"/expected/flights/" + uuid.NewString(), "/expected/flights/" + uuid.NewString() + "?filter=x",
	} {
		require.Equal(t, http.StatusNotFound, s.Get(t, client, path).Status, path)
	}
}

// The officer scans the passenger: flight, seat, screening with its age, and what differs; one key referred to nobody, arrived on the page.
func TestTheOfficerSeesFlightAndDifference(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			f := s.flight("0400", 20*time.Minute)
			sophie := person(t, f, "MARTIN", "SOPHIE LOUISE", "12AB34567", "12B")
			sophie.Screening = &apipnr.Screening{Outcome: border.NoHit, At: s.Clock.Now().Add(-3 * time.Hour), Board: "board"}
			paul := person(t, f, "MÜLLER", "PAULA", "12AB34568", "14C")
			paul.Identity.Nationality, paul.Documents[0].Number = "BEL", "99ZZ99999"
			s.tell(t, f, sophie, paul)
			p := s.sit(t, language)
			s.lane(p, "XX 400")

			p.Scan(zone(t, "MARTIN", "SOPHIE LOUISE", "12AB34567"), "\r")
			p.WaitFor("#band.no-hit")
			require.Contains(t, p.Text("#announced"), "XX0400")
			require.Contains(t, p.Text("#announced-seat"), "12B")
			require.Contains(t, p.Text("#announced-screening"), "3", "three hours ago")
			p.WaitFor("#announced-same")
			shown(p, "expected-counter-equal-"+language)
			p.Quiet()
			p.Press("F2")
			p.WaitGone("#traveller-name")

			p.Scan(zone(t, "MUELLER", "PAULA", "12AB34568"), "\r")
			p.WaitFor("#announced-differences")
			p.WaitFor("#band.hit")
			require.Contains(t, p.Text("tr[data-field=document_number]"), "99ZZ99999")
			require.Contains(t, p.Text("tr[data-field=nationality]"), "BEL")
			require.Contains(t, p.Text("tr[data-field=name].note"), "MÜLLER", "a spelling is shown, and is no reason to stop")
			require.Equal(t, 0, browsertest.Eval[int](p, "document.querySelectorAll('tr[data-field=birth_date]').length"))
			shown(p, "expected-counter-differs-"+language)
			require.Equal(t, 1, s.count(t, "expected_arrival"))
		})
	}
}

func shown(p *browsertest.Page, name string) {
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckOneScreen()
	p.CheckNoSidewaysScroll()
}

// On no list although the list is here: a reason is needed. Where no list came that is said, and nothing is held against anybody.
func TestUndeclared(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			f := s.flight("0400", 20*time.Minute)
			s.tell(t, f, person(t, f, "MARTIN", "SOPHIE", "12AB34567", "12B"))
			p := s.sit(t, language)
			s.lane(p, "XX 400")
			p.Scan(zone(t, "NOBODY", "NINA", "77XX77777"), "\r")
			p.WaitFor("#band.hit")
			p.WaitFor("#check-passenger\\.data .evidence .acknowledge")
			shown(p, "expected-undeclared-"+language)
			p.Quiet()
			p.Press("F2")
			p.WaitFor("#reason")
		})
	}
	s := open(t)
	s.tell(t, s.flight("0400", 20*time.Minute))
	p := s.sit(t, "en")
	s.lane(p, "YY 12")
	p.Scan(zone(t, "NOBODY", "NINA", "77XX77777"), "\r")
	p.WaitFor("#band.no-hit")
	require.Contains(t, p.Text("#check-passenger\\.data"), "not held against")
}

// The centre's decision closes the counter's key: the second line decides.
func TestNoBoardIsForTheSecondLine(t *testing.T) {
	s := open(t)
	f := s.flight("0400", 20*time.Minute)
	who := person(t, f, "MARTIN", "SOPHIE", "12AB34567", "12B")
	who.Screening = &apipnr.Screening{
		Outcome: border.Hit, Severity: border.SecondLine, At: s.Clock.Now().Add(-time.Hour), Board: "do_not_board",
		Reasons:  []apipnr.ScreeningReason{{Check: "alerts.national", Code: "alert_name", Outcome: border.Hit, Restricted: true}},
		Decision: &apipnr.ScreeningDecision{Verdict: apipnr.DecideNoBoard, Reason: "see case 12", By: "anna", At: s.Clock.Now()},
	}
	s.tell(t, f, who)
	p := s.sit(t, "en")
	s.lane(p, "XX 400")
	p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
	p.WaitFor("#admit-closed")
	require.Contains(t, p.Text("#announced-screening"), "not to board")
	require.Contains(t, p.Text("#announced-screening"), "see case 12")
	require.NotContains(t, p.Text("#announced-screening"), "Alert lists:", "the reason is for few")
	shown(p, "expected-no-board")
}

// A dataset that never came, or is too old, is amber and never green.
func TestAmberWithoutData(t *testing.T) {
	s := open(t)
	p := s.sit(t, "en")
	p.WaitFor("#expected-state .message.warning")
	p.WaitFor(".empty")
	p.Screenshot("expected-missing-data")
	p.CheckAccessible()
	s.lane(p, "XX 400")
	p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
	p.WaitFor("#band.not-checked")

	f := s.flight("0400", 20*time.Minute)
	s.tell(t, f, person(t, f, "MARTIN", "SOPHIE", "12AB34567", "12B"), "x/y")
	p.Goto("about:blank")
	s.Clock.Pass(25 * time.Hour)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	body := s.Get(t, client, "/expected").Body
	require.Contains(t, body, "persons and flights may be missing")
	require.Contains(t, body, "cannot be read by this release")
}

// The day's flights follow what happens by themselves; every number leads to its rows.
func TestTheDaysFlights(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			landed, coming := s.flight("0400", 3*time.Hour), s.flight("0900", -2*time.Hour)
			coming.API = 0
			hit := person(t, landed, "ADAMS", "ANNE", "11AA11111", "3A")
			hit.Screening = &apipnr.Screening{Outcome: border.Hit, Severity: border.SecondLine, At: s.Clock.Now().Add(-5 * time.Hour)}
			s.tell(t, landed, coming, hit, person(t, landed, "MARTIN", "SOPHIE", "12AB34567", "12B"), person(t, landed, "ZOLA", "ZOE", "12AB34569", "1C"))
			p := s.sit(t, language)
			p.WaitText("#expected-rows", "XX0400")
			row := "#flight-" + landed.ID.String()
			require.Equal(t, "3", p.Text(row+" [data-count=expected]"))
			require.Equal(t, "1", p.Text(row+" [data-count=hits]"))
			p.Screenshot("expected-flights-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()

			late := person(t, landed, "YEATS", "YVES", "12AB34570", "4D")
			s.tell(t, late)
			p.WaitText(row+" [data-count=expected]", "4")

			p.WaitFor("[data-focus]")
			p.TabTo(row + " a")
			p.Press("Enter")
			p.WaitText("#expected-persons", "ZOLA")
			p.Wait("document.readyState === 'complete'")
			p.Screenshot("expected-flight-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.Press("F7")
			p.Wait("location.search === '?filter=hits' && document.readyState === 'complete'")
			p.WaitText("#expected-persons", "ADAMS")
			require.NotContains(t, p.Text("#expected-persons"), "ZOLA")
			require.Equal(t, "1", p.Text("[data-count=filter-hits]"))
			p.Press("Escape")
			p.Wait("location.pathname === '/expected' && document.readyState === 'complete'")

			p.Press("F8")
			p.Wait("location.pathname === '/expected/missing'")
			p.WaitText("table", "MARTIN")
			p.Screenshot("expected-missing-" + language)
			p.CheckAccessible()
			require.Positive(t, s.count(t, "audit WHERE object_kind = 'expected_day' AND purpose = 'border_control'"))
			require.Positive(t, s.count(t, "audit WHERE object_kind = 'expected_flight' AND object_id = '"+landed.ID.String()+"' AND purpose = 'border_control'"))
		})
	}
}

// Whoever did not come is on one of the pages: of many flights at one time, of persons of one name, and when one of them comes meanwhile.
func TestNobodyWhoDidNotComeIsLeftOut(t *testing.T) {
	const many = 250
	s := open(t)
	f := s.flight("0400", 5*time.Hour)
	s.tell(t, f, person(t, f, "AAA", "ONE", "K0000001", "1A"))
	_, err := s.DB.Pool.Exec(t.Context(), `INSERT INTO expected_person (id, flight, awaited, numbers, birth, words, surname, flagged, data)
		SELECT id, flight, awaited, numbers, birth, words, surname, flagged, (data::jsonb || jsonb_build_object('id', id, 'flight', flight))::json FROM (
			SELECT gen_random_uuid() AS id, flight, awaited, numbers, birth, words, CASE WHEN n % 2 = 0 THEN surname ELSE '' END AS surname, flagged, data
			FROM expected_person, generate_series(2, $1) n) p`, many)
	require.NoError(t, err)
	who := s.Person(t, auth.RoleSupervisor, "sara", "en")
	client := s.SignedIn(t, who)
	day := "?day=" + traveldoc.DateOf(s.Clock.Now().Add(-5*time.Hour)).String()
	row := regexp.MustCompile(`id="person-[0-9a-f-]{36}"`)
	seen, last := s.Follow(t, client, "/expected/missing"+day, "after", row)
	require.Len(t, seen, many)
	require.Contains(t, last, "250 persons did not arrive")
	require.NotContains(t, last, "Next page")

	next := html.UnescapeString(regexp.MustCompile(`href="([^"]+)" rel="next">Next`).FindStringSubmatch(s.Get(t, client, "/expected/missing"+day).Body)[1])
	gone := strings.TrimSuffix(strings.TrimPrefix(seen[99], `id="person-`), `"`)
	_, err = s.DB.Pool.Exec(t.Context(), `DELETE FROM expected_person WHERE id = $1`, gone)
	require.NoError(t, err)
	rest, _ := s.Follow(t, client, next, "after", row)
	require.Subset(t, rest, seen[100:], "behind somebody who is gone everybody is shown")
	require.Equal(t, http.StatusUnprocessableEntity, s.Get(t, client, "/expected/missing?after=x").Status)

	p := browsertest.Open(t, "en")
	p.Size(1366, 768)
	s.SignIn(p, who)
	p.Goto(s.URL + next)
	p.WaitText("main", "249 persons did not arrive")
	p.CheckAccessible()
	p.CheckNoSidewaysScroll()
	browsertest.Eval[bool](p, `(document.querySelector(".pager").scrollIntoView(), true)`)
	p.Screenshot("expected-missing-page")
}

// Who landed shortly before midnight stands before the counter after it: the new day's page shows the flight, with its date, until it is
// late for everybody.
func TestTheLastFlightOfYesterday(t *testing.T) {
	s := open(t)
	s.Clock.Pass(16*time.Hour + 5*time.Minute) // five past midnight
	f, long := s.flight("0400", 15*time.Minute), s.flight("0500", 3*time.Hour)
	s.tell(t, f, long, person(t, f, "MARTIN", "SOPHIE", "12AB34567", "12B"))
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	today := s.Get(t, client, "/expected").Body
	require.Contains(t, today, "XX0400")
	require.Contains(t, today, "2026-11-21 23:50")
	require.NotContains(t, today, "XX0500", "who is not here after two hours is missing, not expected")
	require.NotContains(t, s.Get(t, client, "/expected?day=2026-11-23").Body, "XX0400")
	yesterday := s.Get(t, client, "/expected?day=2026-11-21").Body
	require.Contains(t, yesterday, "XX0400")
	require.Contains(t, yesterday, "XX0500")
	require.NotContains(t, yesterday, "2026-11-21 23:50", "of the page's own day the time is enough")
}

// Who is scanned at a counter has arrived on a page that stands open elsewhere, at once.
func TestAnArrivalIsOnTheOpenPageAtOnce(t *testing.T) {
	s := open(t)
	f := s.flight("0400", 3*time.Hour)
	s.tell(t, f, person(t, f, "MARTIN", "SOPHIE", "12AB34567", "12B"), person(t, f, "ZOLA", "ZOE", "12AB34569", "1C"))
	p := s.sit(t, "en")
	p.Goto(s.URL + "/expected/flights/" + f.ID.String() + "?filter=absent")
	p.WaitText("[data-count=filter-absent]", "2")

	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "olga"))
	s.Post(t, client, "/counter/lane", map[string][]string{"lane": {"1"}})
	for _, who := range [][3]string{{"MARTIN", "SOPHIE", "12AB34567"}, {"NOBODY", "NINA", "77XX77777"}} {
		s.Post(t, client, "/counter/scans", map[string][]string{"mrz": {zone(t, who[0], who[1], who[2])}, "mode": {"air"}, "transport": {"XX 400"}})
		var id string
		require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "SELECT id FROM scan WHERE closed_at IS NULL").Scan(&id))
		require.Eventually(t, func() bool {
			answer := s.Post(t, client, "/counter/inspections/"+id+"/decision", map[string][]string{"verdict": {"admit"}, "reason": {border.AdmitReasons()[0]}})
			return answer.Status < 400
		}, time.Minute, 50*time.Millisecond, "the checks answer")
	}
	p.WaitText("[data-count=filter-absent]", "1")
	p.WaitText("[data-count=filter-arrived]", "1")
	p.WaitText("[data-count=filter-undeclared]", "1")
	require.NotContains(t, p.Text("#expected-persons"), "MARTIN")
	p.Press("F6")
	p.Wait("location.search === '?filter=undeclared'")
	p.WaitText("#expected-persons", "NOBODY")
	p.Screenshot("expected-flight-undeclared")
	p.CheckAccessible()
}
