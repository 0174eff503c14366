package counter_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/border/minor"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/border/previous"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/border/staycheck"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/internal/postgres/groupdb"
	"github.com/openbmis/openbmis/internal/postgres/passdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// list is an alert check whose answer the test chooses.
type list struct {
	mu     sync.Mutex
	answer func(context.Context, border.Subject) (border.Finding, error)
}

func (l *list) Name() string { return "alerts.national" }

func (l *list) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	l.mu.Lock()
	answer := l.answer
	l.mu.Unlock()
	return answer(ctx, s)
}

func (l *list) answers(f func(context.Context, border.Subject) (border.Finding, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer = f
}

func noHit(context.Context, border.Subject) (border.Finding, error) {
	return border.Finding{
		Source: border.Source{Name: "alerts.national", Version: "12", AsOf: time.Date(2026, 11, 21, 7, 58, 0, 0, time.UTC)}, Outcome: border.NoHit,
	}, nil
}

func listed(_ context.Context, s border.Subject) (border.Finding, error) {
	f, _ := noHit(context.Background(), s)
	f.Outcome = border.Hit
	f.Evidence = []border.Evidence{
		{Code: "alert_name", Field: "name", Found: s.Identity.Surname, Expected: s.Identity.Surname, Severity: border.SecondLine, Ref: "a1"},
		{Code: "alert_reason", Expected: "the secret reason", Severity: border.SecondLine, Ref: "a1", Restricted: true},
		{Code: "alert_action", Expected: "inform the supervisor", Severity: border.SecondLine, Ref: "a1"},
	}
	return f, nil
}

type station struct {
	*webtest.Site
	list   *list
	passes *passdb.Store
	centre *atomic.Bool // within reach
	back   *outcomes
	who    *webtest.Person // of whom atLane signed in
	// visas makes the check of visas; nil: nobody is asked for one.
	visas func(site *webtest.Site) *visacheck.Check
}

// outcomes are what the second line tells the lane.
type outcomes struct {
	mu      sync.Mutex
	results []secondline.Result
}

func (o *outcomes) Outcomes(context.Context, string, time.Time, *audit.Entry) ([]secondline.Result, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.results, nil
}

// days explain a stay over the station's own records.
type days struct{ histories filedb.Histories }

func (d days) Explain(ctx context.Context, s border.Subject) (stay.Explanation, stay.Answer, error) {
	history, err := d.histories.History(ctx, s.Identity, s.Document)
	ask := stay.Ask{On: s.Today, Nationality: s.Identity.Nationality, Basis: s.Basis, Category: s.Category}
	timeline := stay.Build(history)
	return timeline.Explain(stay.Regimes{}, ask), timeline.Answer(stay.Regimes{}, ask), err
}

func open(t testing.TB, change ...func(*station)) *station {
	t.Helper()
	made := &station{list: &list{answer: noHit}, centre: &atomic.Bool{}, back: &outcomes{}, who: &webtest.Person{}}
	for _, c := range change {
		c(made)
	}
	made.centre.Store(true)
	made.Site = webtest.New(t, migrations.Station, func(s *webtest.Site) { made.build(s) })
	return made
}

// build is a counter with its real checks over a real database; only the alert list answers what the test says.
func (s *station) build(site *webtest.Site) {
	post := border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}
	s.passes = passdb.New(passdb.Config{
		DB: site.DB, Post: post, Status: func() border.Status { return border.Confirmed }, NewID: uuid.New, Nudge: func() {},
	})
	histories := filedb.NewHistories(site.DB)
	var numbers atomic.Int64 // of visas on arrival
	stays := staycheck.Config{Histories: histories, State: "UTO", Now: site.Clock.Now, Alone: true}
	var visas []border.Check
	if s.visas != nil {
		check := s.visas(site)
		stays.Visas, visas = check, []border.Check{check}
	}
	checks := append([]border.Check{documentcheck.Check{}, s.list}, visas...)
	checks = append(checks, []border.Check{
		staycheck.New(stays),
		previous.New(stationdb.NewHistory(site.DB), webtest.Post, site.Clock.Now),
		minor.New(groupdb.NewMinors(site.DB), 18, webtest.Post, site.Clock.Now),
		listcheck.NewVehicles(listcheck.Config{Lists: (*listcheck.Memory)(nil)}),
		pass.NewCheck(s.passes, webtest.Post, site.Clock.Now),
	}...)
	plan := make([]border.Planned, len(checks))
	for n, check := range checks {
		plan[n] = border.Planned{Check: check, Deadline: 10 * time.Second}
	}
	desk := border.NewDesk(border.DeskConfig{
		Post: post, Store: stationdb.New(site.DB, uuid.New, func() {}).Expecting(visaregdb.Uses{}), Plan: plan, State: "UTO", Centre: s.centre.Load,
		Undo: time.Minute, Now: site.Clock.Now, NewID: uuid.New,
		VisaNumber: func(context.Context) (string, error) { return fmt.Sprintf("A%d", numbers.Add(1)), nil },
	})
	lanes := []counterview.Lane{{Name: "1", Direction: border.Entry}, {Name: "2", Direction: border.Exit}}
	travelling := group.New(group.Config{Desk: desk, Store: groupdb.New(site.DB, func() {}), Now: site.Clock.Now, NewID: uuid.New})
	counter.New(desk, lanes, site.Door).With(counter.Parts{
		Groups: travelling, Passes: s.passes, Days: days{histories}, Outcomes: s.back, Receipts: true,
	}).Register(site.Server)
	site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/counter") })
}

// zone is the machine readable zone of a made-up passport.
func zone(t testing.TB, surname, given, number string) string {
	t.Helper()
	date := func(s string) traveldoc.Date {
		d, err := traveldoc.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	lines, err := mrz.Encode(mrz.TD3, traveldoc.Document{Code: "P", Number: number, IssuingState: "FRA", ExpiryDate: date("2031-05-06")},
		traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: date("1984-02-03"), Sex: "F", Nationality: "FRA"}, mrz.Extra{})
	require.NoError(t, err)
	return lines
}

// speaker is an officer who works in the language.
func (s *station) speaker(t *testing.T, language string) webtest.Person {
	t.Helper()
	who := webtest.Person{Password: "granite lantern orchid seventeen", PIN: "271828"}
	user, _, err := s.Door.CreateUser(t.Context(), audit.Actor{ID: "test", Role: "administrator", Post: webtest.Post}, auth.NewUser{
		Login: "amira", DisplayName: "Amira Testperson", Role: auth.RoleOfficer, Password: who.Password, PIN: who.PIN, Language: language,
	})
	require.NoError(t, err)
	who.User = user
	return who
}

func (s *station) atLane(t *testing.T, language, lane string) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, language)
	p.Size(1366, 768)
	*s.who = s.speaker(t, language)
	s.SignIn(p, *s.who)
	p.WaitFocus("button[name=lane]")
	p.Screenshot("lane-" + language)
	p.CheckAccessible()
	if lane == "2" {
		p.Press("Tab")
	}
	p.Press("Enter")
	p.Wait("location.pathname === '/counter'")
	p.WaitFor("#desk")
	require.Equal(t, map[bool]string{true: "rtl", false: "ltr"}[language == "ar"], browsertest.Eval[string](p, "document.documentElement.dir"))
	p.Wait("document.readyState === 'complete' && !!globalThis.wedge")
	return p
}

func TestACleanTravellerTakesOneKeyAfterTheScan(t *testing.T) {
	for _, language := range []string{"en", "ar", "fr", "es"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, language, "1")
			p.Screenshot("counter-ready-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()

			p.Scan(zone(t, "MARTIN", "SOPHIE LOUISE", "12AB34567"), "\r")
			p.WaitText("#traveller-name", "MARTIN, SOPHIE LOUISE")
			p.WaitFor("#band.no-hit")
			p.Screenshot("counter-clear-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()

			p.Press("F2")
			p.WaitGone("#traveller-name")
			p.WaitText("#band", "MARTIN")
			p.Screenshot("counter-admitted-" + language)
			p.CheckAccessible()
			require.Equal(t, 1, s.count(t, "crossing"))
			require.Equal(t, 7, s.count(t, "finding"), "those that do not apply say so")
		})
	}
}

func (s *station) count(t testing.TB, table string) int {
	t.Helper()
	var n int
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from "+table).Scan(&n))
	return n
}

func TestAHitIsReferredByKeyboardAndItsReasonIsNotShown(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.list.answers(listed)
			p := s.atLane(t, language, "1")
			p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
			p.WaitFor("#band.hit")
			p.Screenshot("counter-hit-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			require.NotContains(t, p.Text("#desk"), "secret reason")
			require.Contains(t, p.Text("#desk"), "inform the supervisor")

			require.True(t, browsertest.Eval[bool](p, "document.getElementById('admit-closed').disabled"), "one person does not admit over it")
			require.Contains(t, p.Text("#band-help"), "F4")
			p.Press("F3") // nor with fewer days
			p.WaitFor("form.question.days")
			require.False(t, browsertest.Eval[bool](p, "!!document.querySelector('form.question.days button.admit')"))
			p.Press("Escape")
			p.WaitGone("form.question.days")
			p.Press("F4")
			p.WaitFor("form.question.refer")
			p.Wait("document.activeElement.id === 'reason'")
			p.Screenshot("counter-refer-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			firstReason(p, "F4")
			p.WaitGone("#traveller-name")
			require.Equal(t, 0, s.count(t, "crossing"))
			require.Equal(t, 1, s.count(t, "decision"))
		})
	}
}

func TestASupervisorSeesTheReason(t *testing.T) {
	s := open(t)
	s.list.answers(listed)
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	answer := s.Post(t, client, "/counter/scans", form(zone(t, "MARTIN", "SOPHIE", "12AB34567")), "HX-Request", "true", "HX-Request-Type", "partial")
	require.Contains(t, answer.Body, "the secret reason")
}

// Whoever sends what the screen does not offer is answered in words, and nothing is recorded; neither rank nor reason changes that.
func TestAHitOfTheSecondLineIsNotAdmittedWithWhateverReason(t *testing.T) {
	s := open(t)
	s.list.answers(listed)
	client := s.SignedIn(t, s.Person(t, auth.RoleSupervisor, "sara"))
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	s.Post(t, client, "/counter/scans", form(zone(t, "MARTIN", "SOPHIE", "12AB34567")))
	require.NotContains(t, s.Get(t, client, "/counter?panel=admit").Body, `value="admit"`)
	var id string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from scan").Scan(&id))
	for _, reason := range append(border.AdmitReasons(), "") {
		answer := s.Post(t, client, "/counter/inspections/"+id+"/decision", url.Values{"verdict": {"admit"}, "reason": {reason}})
		require.Equal(t, http.StatusForbidden, answer.Status, reason)
		require.Contains(t, answer.Body, "decided in the second line")
	}
	require.Zero(t, s.count(t, "decision"))
}

// A scan may be put aside because somebody else took the traveller over; the words are those of the screen's language.
func TestPuttingAsideOffersThatSomebodyElseTookOver(t *testing.T) {
	for language, words := range map[string]string{
		"en": "Taken over by another service", "fr": "Pris en charge par un autre service", "es": "Atendido por otro servicio", "ar": "تولّته جهة أخرى",
	} {
		s := open(t)
		client := s.SignedIn(t, s.speaker(t, language))
		s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
		s.Post(t, client, "/counter/scans", form(zone(t, "MARTIN", "SOPHIE", "12AB34567")))
		require.Contains(t, s.Get(t, client, "/counter?panel=dismiss").Body, `<option value="handed_over">`+words+`</option>`)
		var id string
		require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from scan").Scan(&id))
		s.Post(t, client, "/counter/inspections/"+id+"/dismissal", url.Values{"reason": {"handed_over"}})
		require.Equal(t, 1, s.count(t, "scan where closed_at is not null"))
	}
}

func form(zone string) url.Values {
	return url.Values{"mrz": {zone}, "mode": {"air"}, "transport": {"XX 1"}}
}

func TestFindingsStreamAndAdmittingWaits(t *testing.T) {
	s := open(t)
	release := make(chan struct{})
	s.list.answers(func(ctx context.Context, subject border.Subject) (border.Finding, error) {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return noHit(ctx, subject)
	})
	p := s.atLane(t, "en", "1")
	p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
	p.WaitFor("#band.waiting #desk, #desk .keybar button.admit[disabled]")
	p.Screenshot("counter-checking")
	p.CheckAccessible()
	require.Contains(t, p.Text("#desk"), "Checking")

	s.Clock.Pass(time.Second)
	p.Scan(zone(t, "DURAND", "PAUL", "98XY76543"), "\r") // the next may be scanned at once
	p.WaitText(".side", "DURAND")
	close(release)
	p.WaitFor("#band.no-hit")
	require.Equal(t, "MARTIN, SOPHIE", p.Text("#traveller-name"))
	p.Press("F2")
	p.WaitText("#traveller-name", "DURAND, PAUL")
	p.WaitFor("#band.no-hit")
	p.Press("F2")
	p.WaitGone("#traveller-name")
	require.Equal(t, 2, s.count(t, "crossing"))
}

func TestNotCheckedIsAmberAndNeedsAReason(t *testing.T) {
	s := open(t)
	s.list.answers(func(context.Context, border.Subject) (border.Finding, error) {
		return border.Unanswered("alerts.national", border.Source{Name: "alerts.national"}, border.ReasonListMissing), nil
	})
	p := s.atLane(t, "en", "1")
	p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "")
	p.WaitFor("#band.not-checked")
	p.Screenshot("counter-not-checked")
	p.CheckAccessible()
	p.Press("F2")
	p.WaitFor("form.question.admit")
	p.Wait("document.activeElement.id === 'reason'")
	firstReason(p, "Tab")
	p.Type("looked at the printed list")
	p.Press("Enter")
	p.WaitGone("#traveller-name")
	var outcome, note string
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `select f.outcome, d.note from finding f join decision d using (crossing_id) where check_name = 'alerts.national'`).Scan(&outcome, &note))
	require.Equal(t, "not_checked", outcome)
	require.Equal(t, "looked at the printed list", note)
}

// firstReason chooses the first reason of the open question by keyboard, and then presses the key. It is no faster than a person:
// Enter and Tab that come a quarter of a second after a scan are the reader's.
func firstReason(p *browsertest.Page, key string) {
	p.WaitFocus("#reason")
	p.Wait(fmt.Sprintf("performance.now() > %f", browsertest.Eval[float64](p, "performance.now()")+300))
	p.Press("ArrowDown")
	p.Wait("document.getElementById('reason').value !== ''")
	p.Press(key)
}

func TestUndoWithinTheWindow(t *testing.T) {
	s := open(t)
	p := s.atLane(t, "en", "1")
	p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
	p.WaitFor("#band.no-hit")
	p.Press("F2")
	p.WaitGone("#traveller-name")
	p.Press("F10")
	p.WaitFor("form.question.undo")
	p.Screenshot("counter-undo")
	p.CheckAccessible()
	firstReason(p, "Enter")
	p.WaitText("#traveller-name", "MARTIN, SOPHIE")
	require.Equal(t, 1, s.count(t, "crossing"), "nothing is deleted")
	require.Equal(t, 1, s.count(t, "correction"))

	p.Press("F9") // and this time the scan is put aside
	p.WaitFor("form.question.dismiss")
	firstReason(p, "Enter")
	p.WaitGone("#traveller-name")
	s.Clock.Pass(2 * time.Minute)
	p.Goto(s.URL + "/counter")
	p.WaitFor("#desk")
	require.NotContains(t, p.Text("#desk"), "F10")
}

func TestADamagedZoneIsShownAndAnUnreadableOneStays(t *testing.T) {
	s := open(t)
	p := s.atLane(t, "en", "1")
	good := zone(t, "MARTIN", "SOPHIE", "12AB34567")
	p.Scan(strings.Replace(good, "12AB34567", "12AB34568", 1), "\r")
	p.WaitFor("#band.hit")
	require.Contains(t, p.Text(".checks"), "Wrong check digit")
	p.Screenshot("counter-damaged")

	p.Goto(s.URL + "/counter")
	p.WaitFor("#mrz")
	p.AllowConsole("status of 422")
	browsertest.Eval[bool](p, `(() => { const f = document.getElementById('scan'); f.elements.mrz.value = 'no zone at all'; f.requestSubmit(); return true; })()`)
	p.WaitFor("#band .wrong")
	require.Equal(t, "no zone at all", p.Value("#mrz"), "what was refused stays to be put right")
	p.Screenshot("counter-unreadable")
}

func TestADocumentTypedByHand(t *testing.T) {
	s := open(t)
	p := s.atLane(t, "en", "2")
	p.Press("F6")
	p.Wait("location.pathname === '/counter/typed'")
	p.Screenshot("typed")
	p.CheckAccessible()
	for _, value := range []string{"P", "KEN", "A123", "OTIENO", "GRACE", "KEN", "1990-13"} {
		p.Type(value)
		p.Press("Tab")
	}
	p.AllowConsole("status of 422")
	p.Press("Enter")
	p.WaitFor(".fault")
	p.Screenshot("typed-wrong")
	p.CheckAccessible()
	require.Equal(t, "OTIENO", p.Value("[name=surname]"), "what was typed stays")
}

func TestWhoMayWhat(t *testing.T) {
	webtest.Matrix(t, open(t).Server, "testdata/matrix.golden")
}

func TestNamesOfTravellersReachNoLog(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	s.Post(t, client, "/counter/scans", form(zone(t, "UNIQUENAME", "SOPHIE", "77ZZ77777")))
	s.Post(t, client, "/counter/scans", form("P<FRAUNIQUENAME"))
	s.Get(t, client, "/counter?panel=UNIQUENAME")
	require.NotEmpty(t, s.Logs.String())
	require.NotContains(t, s.Logs.String(), "UNIQUENAME")
	require.NotContains(t, s.Logs.String(), "77ZZ77777")
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	s := open(t)
	client := s.SignedIn(t, s.Person(t, auth.RoleOfficer, "amira"))
	require.Equal(t, http.StatusUnprocessableEntity, s.Post(t, client, "/counter/lane", url.Values{"lane": {"9"}}).Status)
	require.Equal(t, http.StatusSeeOther, s.Get(t, client, "/counter").Status, "no lane yet")
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	nobody := uuid.NewString()
	tests := map[string]struct {
		path   string
		form   url.Values
		status int
	}{
		"no zone":                {"/counter/scans", form(""), 422},
		"no mode":                {"/counter/scans", url.Values{"mrz": {zone(t, "A", "B", "1")}}, 422},
		"too long":               {"/counter/scans", form(strings.Repeat("<", 5000)), 422},
		"decide on nobody":       {"/counter/inspections/" + nobody + "/decision", url.Values{"verdict": {"admit"}}, 404},
		"decide on no id":        {"/counter/inspections/1'--/decision", url.Values{"verdict": {"admit"}}, 404},
		"dismiss nobody":         {"/counter/inspections/" + nobody + "/dismissal", url.Values{"reason": {"misread"}}, 409},
		"undo nothing":           {"/counter/crossings/" + nobody + "/undo", url.Values{"reason": {"wrong_key"}}, 404},
		"undo without a reason":  {"/counter/crossings/" + nobody + "/undo", nil, 422},
		"typed without anything": {"/counter/typed", url.Values{"mode": {"air"}}, 422},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			answer := s.Post(t, client, test.path, test.form)
			require.Equal(t, test.status, answer.Status, answer.Body)
			require.NotContains(t, answer.Body, "goroutine")
		})
	}
}
