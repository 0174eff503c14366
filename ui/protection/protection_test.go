package protection_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/documentcheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/protectiondb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/ui/counter"
	"github.com/openbmis/openbmis/ui/protection"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

type station struct {
	*webtest.Site
	desk  *border.Desk
	cases *protectiondb.Store
}

func open(t testing.TB) *station {
	t.Helper()
	made := &station{}
	made.Site = webtest.New(t, migrations.Station, func(s *webtest.Site) {
		post := border.Post{Station: webtest.Post, Zone: time.UTC, Mode: border.Air}
		made.desk = border.NewDesk(border.DeskConfig{
			Post: post, Store: stationdb.New(s.DB, uuid.New, func() {}),
			Plan: []border.Planned{{Check: documentcheck.Check{}, Deadline: 10 * time.Second}},
			Undo: time.Minute, Now: s.Clock.Now, NewID: uuid.New,
		})
		made.cases = protectiondb.New(protectiondb.Config{
			DB: s.DB, Post: post, Status: made.desk.Status, AcknowledgeWithin: 2 * time.Minute, Now: s.Clock.Now, NewID: uuid.New, Nudge: func() {},
		})
		counter.New(made.desk, []counterview.Lane{{Name: "1", Direction: border.Entry}}, s.Door).Register(s.Server)
		protection.New(made.cases, made.desk, nil).Register(s.Server)
		s.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error {
			if c.May(auth.ProtectionWork) {
				return c.SeeOther("/protection")
			}
			return c.SeeOther("/counter")
		})
	}, func(o *web.Options) {
		o.Nav = []view.NavItem{
			{Href: "/counter", Label: text.CounterTitle, Need: auth.CrossingRecord},
			{Href: "/protection", Label: text.ProtectionTitle, Need: auth.ProtectionWork},
		}
	})
	return made
}

// zone is the machine readable zone of a made-up passport.
func zone(t testing.TB, surname, given, number string) string {
	t.Helper()
	date := func(s string) traveldoc.Date {
		d, err := traveldoc.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	lines, err := mrz.Encode(mrz.TD3, traveldoc.Document{Code: "P", Number: number, IssuingState: "UTO", ExpiryDate: date("2031-05-06")},
		traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: date("1984-02-03"), Sex: "F", Nationality: "UTO"}, mrz.Extra{})
	require.NoError(t, err)
	return lines
}

func (s *station) count(t testing.TB, what string) int {
	t.Helper()
	var n int
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select count(*) from "+what).Scan(&n))
	return n
}

// atCounter signs an officer in at lane 1 and scans a traveller.
func (s *station) atCounter(t *testing.T, language string) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t, language)
	s.SignIn(p, s.Person(t, auth.RoleOfficer, "amira", language))
	p.WaitFocus("button[name=lane]")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
	p.Scan(zone(t, "HAILE", "SELAM", "L898902C3"), "\r")
	p.WaitText("#traveller-name", "HAILE, SELAM")
	p.WaitFor("#band.no-hit")
	p.Wait("(globalThis.sinceScan ??= performance.now(), performance.now() - globalThis.sinceScan > 400)") // a person is slower than a scanner
	return p
}

func TestASignalTakesThreeKeysAndTheOfficerLearnsNoMore(t *testing.T) {
	for _, language := range []string{"en", "fr", "es", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atCounter(t, language)
			p.Screenshot("signal-before-" + language)
			p.CheckOneScreen()
			p.Press("F7") // one
			p.WaitFor("dialog.signal-dialog[open]")
			p.WaitFocus("dialog input[name=kind]")
			p.Screenshot("signal-asked-" + language)
			p.CheckAccessible()
			p.CheckOneScreen()
			p.Press("F3") // two: a child without its parents
			p.Wait("document.querySelector('dialog input[name=kind]:checked')?.value === 'separated_child'")
			p.Press("Enter") // three
			p.WaitGone("#traveller-name")
			p.WaitGone("dialog.signal-dialog")
			p.WaitFor("#notices .message.success")
			p.Screenshot("signal-sent-" + language)
			p.CheckAccessible()
			require.NotContains(t, p.Text("body"), "HAILE")
			require.Equal(t, 1, s.count(t, "protection_case where kind = 'separated_child' and state = 'opened'"))
			require.Equal(t, 1, s.count(t, "protection_stop where lifted_at is null"))
			require.Equal(t, 1, s.count(t, "scan where status = 'dismissed' and dismiss_reason = 'handed_over'"))
			p.Press("Escape")
			p.WaitGone("#notices .message")
			p.Goto(s.URL + "/counter")
			p.WaitFor("#desk")
			require.NotContains(t, p.Text("body"), "HAILE")
		})
	}
}

func TestASignalWithSignsAndEscape(t *testing.T) {
	s := open(t)
	p := s.atCounter(t, "en")
	p.Press("F7")
	p.WaitFor("dialog.signal-dialog[open]")
	p.Press("Escape")
	p.WaitGone("dialog.signal-dialog[open]")
	require.Equal(t, "HAILE, SELAM", p.Text("#traveller-name"), "nothing happened")
	require.Zero(t, s.count(t, "protection_case"))

	p.Press("F7")
	p.WaitFor("dialog.signal-dialog[open]")
	p.WaitFocus("dialog input[name=kind]")
	p.Press("Enter") // without a kind nothing is sent
	p.Wait("document.querySelector('dialog input[name=kind]:invalid')")
	p.Press("F2")
	p.Wait("document.querySelector('dialog input[name=kind]:checked')?.value === 'trafficking'")
	p.Press("Tab") // the radios are one stop
	p.WaitFocus("dialog summary")
	p.Press("Enter", "Tab", "Space")
	p.Wait("document.querySelector('dialog input[value=age]').checked")
	p.Screenshot("signal-signs")
	p.CheckAccessible()
	p.Press("Enter")
	p.WaitGone("#traveller-name")
	require.Equal(t, 1, s.count(t, `record where kind = 'protection.event' and body -> 'signs' = '["age"]'`))
}

// scanned is an open scan in lane 1.
func (s *station) scanned(t testing.TB, actor audit.Actor, number string) uuid.UUID {
	t.Helper()
	i, err := s.desk.Open(t.Context(), actor, border.ScanInput{MRZ: zone(t, "HAILE", "SELAM", number), Direction: border.Entry, Mode: border.Air})
	require.NoError(t, err)
	<-i.Done()
	return i.Scan.ID
}

func (s *station) officerAt(t testing.TB, name string, role auth.Role) (*http.Client, audit.Actor) {
	t.Helper()
	who := s.Person(t, role, name)
	client := s.SignedIn(t, who)
	s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
	return client, audit.Actor{ID: who.ID.String(), Name: who.Login, Role: string(role), Post: webtest.Post, Lane: "1"}
}

func TestTheServiceWorksItsCaseByKeyboard(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			client, actor := s.officerAt(t, "amira", auth.RoleOfficer)
			id := s.scanned(t, actor, "L898902C3")
			answer := s.Post(t, client, "/protection/signals", url.Values{"inspection": {id.String()}, "kind": {"asylum"}, "signs": {"refugee", "violence"}, "note": {"asks for asylum"}})
			require.Equal(t, http.StatusSeeOther, answer.Status, answer.Body)

			p := browsertest.Open(t, language)
			s.SignIn(p, s.Person(t, auth.RoleProtection, "noor", language))
			p.Wait("location.pathname === '/protection' && document.readyState === 'complete'")
			p.WaitFocus("#queue th a")
			p.Screenshot("service-queue-" + language)
			p.CheckAccessible()
			require.Zero(t, browsertest.Eval[int](p, "document.querySelectorAll('#queue .late').length"))

			s.Clock.Pass(3 * time.Minute) // nobody confirmed it: the open page tells by itself
			p.WaitFor("#queue .late")
			p.Screenshot("service-late-" + language)
			p.CheckAccessible()

			p.Goto(s.URL + "/protection")
			p.WaitFocus("#queue th a")
			p.Press("Enter")
			p.WaitFor(".steps button")
			p.Wait("document.readyState === 'complete'")
			p.Screenshot("service-case-" + language)
			p.CheckAccessible()
			require.NotEmpty(t, p.Walk())
			p.CheckNoSidewaysScroll()
			press := func(key string, steps int) { // the page that follows shows so many steps
				p.Press(key)
				p.Wait(fmt.Sprintf("document.readyState === 'complete' && document.querySelectorAll('.course li').length === %d", steps))
			}
			press("F2", 2) // confirm receipt
			press("F3", 3) // spoke with her
			press("F4", 4) // took her over
			p.Press("F9")
			p.WaitFor("#outcome-closed")
			p.CheckAccessible()
			p.Press("Tab", "ArrowDown", "Tab")
			p.Type("taken to the office")
			p.Press("Tab", "Enter")
			p.Wait("document.readyState === 'complete' && document.querySelectorAll('.course li').length === 5")
			p.Screenshot("service-closed-" + language)
			p.CheckAccessible()
			require.Equal(t, 1, s.count(t, "protection_case where state = 'closed'"))
			require.Equal(t, 1, s.count(t, "protection_stop where lifted_at is null"), "closing lifts nothing")
			require.Equal(t, 5, s.count(t, "record where kind = 'protection.event'"))
		})
	}
}

func TestLiftingNeedsAnOutcomeAndAReason(t *testing.T) {
	s := open(t)
	client, actor := s.officerAt(t, "amira", auth.RoleOfficer)
	id := s.scanned(t, actor, "L898902C3")
	s.Post(t, client, "/protection/signals", url.Values{"inspection": {id.String()}, "kind": {"asylum"}})
	service := s.SignedIn(t, s.Person(t, auth.RoleProtection, "noor"))
	var caseID uuid.UUID
	require.NoError(t, s.DB.Pool.QueryRow(t.Context(), "select id from protection_case").Scan(&caseID))
	step := func(form url.Values) webtest.Response {
		return s.Post(t, service, "/protection/"+caseID.String()+"/steps", form)
	}
	require.Equal(t, http.StatusConflict, step(url.Values{"act": {"lifted"}, "outcome": {"decided"}, "note": {"x"}}).Status, "unconfirmed")
	require.Equal(t, http.StatusSeeOther, step(url.Values{"act": {"acknowledged"}}).Status)
	wrong := step(url.Values{"act": {"lifted"}, "outcome": {"decided"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Status)
	require.Contains(t, wrong.Body, "Write down why.")
	require.Equal(t, http.StatusUnprocessableEntity, step(url.Values{"act": {"lifted"}, "note": {"why"}}).Status)
	kept := step(url.Values{"act": {"closed"}, "outcome": {"nothing"}, "note": {"typed text"}})
	require.Contains(t, kept.Body, "typed text", "what was typed is not lost")
	require.Equal(t, 1, s.count(t, "protection_stop where lifted_at is null"))
	require.Equal(t, http.StatusSeeOther, step(url.Values{"act": {"lifted"}, "outcome": {"decided"}, "note": {"final decision"}}).Status)
	require.Zero(t, s.count(t, "protection_stop where lifted_at is null"))

	for _, path := range []string{"/protection/" + uuid.NewString(), "/protection/x", "/protection?filter=all", "/protection?after=x,y"} {
		require.Equal(t, http.StatusNotFound, s.Get(t, service, path).Status, path)
	}
	require.Equal(t, http.StatusNotFound, s.Post(t, service, "/protection/"+uuid.NewString()+"/steps", url.Values{"act": {"noted"}, "note": {"x"}}).Status)
}

func TestWrongSignalsAreToldAndNothingIsLost(t *testing.T) {
	s := open(t)
	client, actor := s.officerAt(t, "amira", auth.RoleOfficer)
	id := s.scanned(t, actor, "L898902C3").String()
	for name, form := range map[string]url.Values{
		"no kind":      {"inspection": {id}, "note": {"kept words"}},
		"unknown kind": {"inspection": {id}, "kind": {"x"}, "note": {"kept words"}},
		"unknown sign": {"inspection": {id}, "kind": {"asylum"}, "signs": {"x"}, "note": {"kept words"}},
	} {
		answer := s.Post(t, client, "/protection/signals", form)
		require.Equal(t, http.StatusUnprocessableEntity, answer.Status, name)
		require.Contains(t, answer.Body, "kept words", name)
		part := s.Post(t, client, "/protection/signals", form, "HX-Request", "true", "HX-Request-Type", "partial")
		require.Contains(t, part.Body, "<dialog", name)
	}
	for _, inspection := range []string{"", "x", uuid.NewString()} {
		require.Equal(t, http.StatusNotFound, s.Post(t, client, "/protection/signals", url.Values{"inspection": {inspection}, "kind": {"asylum"}}).Status)
	}
	require.Zero(t, s.count(t, "protection_case"))
	page := s.Get(t, client, "/protection/signals?inspection="+id)
	require.Equal(t, http.StatusOK, page.Status)
	require.NotContains(t, page.Body, "HAILE", "nothing of the traveller is read for the question")

	// a second time, and about somebody who has left the lane already
	form := url.Values{"inspection": {id}, "kind": {"asylum"}}
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/protection/signals", form).Status)
	require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/protection/signals", form).Status)
	require.Equal(t, 1, s.count(t, "protection_case"))
	require.Equal(t, 1, s.count(t, "record where kind = 'protection.event'"), "pressed twice is said once")
}

// Nobody but the service sees any difference between a station at which somebody was signalled and one at which the same traveller was
// handed over for another reason: every page that they may open is the same, byte for byte.
func TestNobodyElseSeesADifference(t *testing.T) {
	pages := func(signalled bool) map[string]string {
		s := open(t)
		_, actor := s.officerAt(t, "amira", auth.RoleOfficer)
		id := s.scanned(t, actor, "L898902C3")
		if signalled {
			form := func(kind string) {
				client := s.SignedIn(t, s.Person(t, auth.RoleSecondLine, "sig"+strings.ReplaceAll(kind, "_", "")))
				s.Post(t, client, "/counter/lane", url.Values{"lane": {"1"}})
				require.Equal(t, http.StatusSeeOther, s.Post(t, client, "/protection/signals", url.Values{"inspection": {id.String()}, "kind": {kind}}).Status)
			}
			form("asylum")
			form("separated_child")
			require.Equal(t, 2, s.count(t, "protection_case"))
		} else {
			require.NoError(t, s.desk.HandOver(t.Context(), actor, id))
		}
		seen := map[string]string{}
		for n, role := range auth.Roles() {
			if role == auth.RoleProtection {
				continue
			}
			client, _ := s.officerAt(t, fmt.Sprintf("person%d", n), role)
			for _, path := range []string{"/", "/counter", "/counter?panel=refer", "/counter/lane", "/account", "/protection", "/protection/queue", "/protection/signals?inspection=" + uuid.Nil.String()} {
				answer := s.Get(t, client, path)
				seen[fmt.Sprintf("%s %s", role, path)] = fmt.Sprintf("%d %s", answer.Status, neutral(answer))
			}
		}
		return seen
	}
	with, without := pages(true), pages(false)
	require.Len(t, with, (len(auth.Roles())-1)*8)
	for page := range with {
		require.Equal(t, without[page], with[page], page)
	}
}

// neutral takes away what differs from request to request whatever happened: nonces and the numbers of requests.
func neutral(r webtest.Response) string {
	body := r.Body
	policy := r.Header.Get("Content-Security-Policy")
	if _, rest, found := strings.Cut(policy, "'nonce-"); found {
		nonce, _, _ := strings.Cut(rest, "'")
		body = strings.ReplaceAll(body, nonce, "NONCE")
	}
	return strings.ReplaceAll(body, r.Header.Get("X-Request-Id"), "REQUEST") + r.Header.Get("Location")
}

// The lane says nothing about a signal that could not be followed by closing the scan: it stands, and may be sent again.
func TestASignalStandsWhenTheScanCannotBeClosed(t *testing.T) {
	s := open(t)
	broken := webtest.New(t, migrations.Station, func(site *webtest.Site) {
		cases := protectiondb.New(protectiondb.Config{
			DB: s.DB, Post: border.Post{Station: webtest.Post, Zone: time.UTC}, Status: s.desk.Status, AcknowledgeWithin: time.Hour,
			Now: site.Clock.Now, NewID: uuid.New, Nudge: func() {},
		})
		protection.New(cases, stuck{}, nil).Register(site.Server)
	})
	who := broken.Person(t, auth.RoleSecondLine, "sara")
	_, actor := s.officerAt(t, "amira", auth.RoleOfficer)
	id := s.scanned(t, actor, "L898902C3")
	answer := broken.Post(t, broken.SignedIn(t, who), "/protection/signals", url.Values{"inspection": {id.String()}, "kind": {"asylum"}})
	require.Equal(t, http.StatusInternalServerError, answer.Status)
	require.Equal(t, 1, s.count(t, "protection_stop where lifted_at is null"))
	require.NotContains(t, broken.Logs.String(), "HAILE")
}

type stuck struct{}

func (stuck) HandOver(context.Context, audit.Actor, uuid.UUID) error {
	return fmt.Errorf("lost the connection")
}
