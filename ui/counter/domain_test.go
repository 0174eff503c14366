package counter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// born is the zone of somebody with a birth date.
func born(t testing.TB, surname, given, number, birth string) string {
	t.Helper()
	lines, err := mrz.Encode(mrz.TD3, traveldoc.Document{Code: "P", Number: number, IssuingState: "FRA", ExpiryDate: dateOf(t, "2031-05-06")},
		traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: dateOf(t, birth), Sex: "F", Nationality: "FRA"}, mrz.Extra{})
	require.NoError(t, err)
	return lines
}

func dateOf(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// choose takes the option of a list by keyboard, by its value.
func choose(p *browsertest.Page, selector, value string) {
	p.TabTo(selector)
	for range 30 {
		if p.Value(selector) == value {
			return
		}
		p.Press("ArrowDown")
	}
}

func (s *station) lane(t *testing.T, p *browsertest.Page, lane string) {
	t.Helper()
	p.Goto(s.URL + "/counter/lane")
	p.WaitFocus("button[name=lane]")
	p.TabTo("button[value='" + lane + "']")
	p.Press("Enter")
	p.Wait("location.pathname === '/counter' && document.readyState === 'complete' && !!globalThis.wedge")
}

func (s *station) shown(p *browsertest.Page, name string) {
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckOneScreen()
	p.CheckNoSidewaysScroll()
}

// A traveller enters, the stay is proposed in large letters and explained on one key; ten days later he leaves within it, and when he
// comes back his days are counted.
func TestEntryThenExitWithDaysCounted(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, language, "1")
			traveller := zone(t, "MARTIN", "SOPHIE", "12AB34567")
			p.Scan(traveller, "\r")
			p.WaitFor("#band.no-hit")
			require.Contains(t, p.Text("#grant"), "90")
			s.shown(p, "counter-grant-"+language)
			p.Press("F2") // one key, as ever
			p.WaitGone("#traveller-name")

			p.Goto("about:blank") // he leaves: a counter that stays open goes away by itself when its session is over
			s.Clock.Pass(10 * 24 * time.Hour)
			s.SignIn(p, *s.who)
			s.lane(t, p, "2")
			p.Scan(traveller, "\r")
			p.WaitFor("#band.no-hit")
			p.WaitFor("#grant.no-hit")
			s.shown(p, "counter-exit-"+language)
			p.Press("F3")
			p.WaitFor("#days-title")
			require.Contains(t, p.Text(".days tbody"), "11")
			s.shown(p, "counter-days-"+language)
			p.Press("Escape")
			p.WaitGone("#days-title")
			p.Press("F2")
			p.WaitGone("#traveller-name")

			s.lane(t, p, "1")
			p.Scan(traveller, "\r")
			p.WaitFor("#band.no-hit")
			require.Contains(t, p.Text("#grant"), "80", "entry and exit day both count; today counts already")
			p.Press("F3")
			p.WaitFocus("#days")
			p.Quiet()
			p.Type("7")
			p.TabTo("#days_reason")
			p.Press("ArrowDown", "ArrowDown", "Enter")
			p.WaitGone("#traveller-name")
			var grant border.Grant
			require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `select event -> 'grant' from decision order by decided_at desc limit 1`).Scan(&grant))
			require.Equal(t, []any{7, border.BoundOfficer}, []any{grant.MaxDays, grant.Bound})
		})
	}
}

// Whoever overstayed is told so at exit; the officer says why he lets him go.
func TestAnOverstayIsShownAtExit(t *testing.T) {
	s := open(t)
	p := s.atLane(t, "en", "1")
	traveller := zone(t, "MARTIN", "SOPHIE", "12AB34567")
	p.Scan(traveller, "\r")
	p.WaitFor("#band.no-hit")
	p.Press("F2")
	p.WaitGone("#traveller-name")
	p.Goto("about:blank")
	s.Clock.Pass(100 * 24 * time.Hour)
	s.SignIn(p, *s.who)
	s.lane(t, p, "2")
	p.Scan(traveller, "\r")
	p.WaitFor("#grant.hit")
	require.Contains(t, p.Text("#grant"), "11 days")
	s.shown(p, "counter-overstay")
	p.Press("F3")
	p.WaitFor(".days tr.over")
	s.shown(p, "counter-overstay-days")
}

// Five of a family are scanned, one is on the list: he comes first, the others cross on one key, and the group closes by itself.
func TestAFamilyOfFiveWithOneException(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.list.answers(only("LEON"))
			p := s.atLane(t, language, "1")
			p.Press("F8")
			p.WaitFocus("#size")
			p.Type("5")
			s.shown(p, "family-begin-"+language)
			p.Press("Enter")
			p.WaitFor("#group")
			for n, given := range []string{"ANNE", "LUC", "LEON", "ZOE", "MAX"} {
				p.Scan(born(t, "MARTIN", given, fmt.Sprintf("12AB3456%d", n), "1984-02-03"), "\r")
				p.Wait(fmt.Sprintf("document.querySelectorAll('#group .chips li').length === %d", n+1))
			}
			p.WaitText("#traveller-name", "MARTIN, LEON")
			p.WaitFor("#band.hit")
			s.shown(p, "family-exception-"+language)
			require.Equal(t, 5, browsertest.Eval[int](p, "document.querySelectorAll('#group .chips li').length"))
			p.Press("F4")
			p.WaitFor("form.question.refer")
			firstReason(p, "F4")
			p.WaitFor("#band.no-hit")
			s.shown(p, "family-clean-"+language)
			require.Equal(t, 0, s.count(t, "crossing"))
			p.Press("F2")
			p.WaitGone("#traveller-name")
			p.WaitGone("#group")
			s.shown(p, "family-done-"+language)
			require.Equal(t, []int{4, 5}, []int{s.count(t, "crossing"), s.count(t, "decision")})
			require.Equal(t, 1, s.count(t, "border_group where closed_at is not null"))
			require.Equal(t, 3, s.count(t, "record where kind = 'group.event'"), "opened, admitted, closed")
			p.Scan(zone(t, "DURAND", "PAUL", "98XY76543"), "\r")
			p.WaitText("#traveller-name", "DURAND")
			p.WaitFor("#band.no-hit")
			p.Press("F2")
			p.WaitGone("#traveller-name")
			require.Equal(t, 1, s.count(t, "scan where not circumstances ? 'group'"), "who comes after the family is alone")
		})
	}
}

// A child enters with its mother, chosen of those scanned in the lane; another woman cannot lead it away unseen.
func TestAMinorLeavesWithAnotherAdult(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			p := s.atLane(t, language, "1")
			p.Scan(born(t, "MARTIN", "ANNE", "12AB34567", "1984-02-03"), "\r")
			p.WaitFor("#band.no-hit")
			p.Press("F2")
			p.WaitGone("#traveller-name")
			child := born(t, "MARTIN", "ZOE", "55CC11111", "2017-06-01")
			p.Scan(child, "\r")
			p.WaitFor("#check-minor\\.accompanied .status.hit")
			p.Press("F5")
			p.WaitFor("#particulars")
			p.Quiet()
			p.TabTo("#f-adult")
			p.Press("ArrowDown")
			choose(p, "#f-guardian_relation", "mother")
			choose(p, "#f-guardian_consent", "letter")
			s.shown(p, "minor-particulars-"+language)
			p.Press("F5")
			p.WaitFor("#check-minor\\.accompanied .status.no-hit")
			s.shown(p, "minor-accompanied-"+language)
			p.Press("F2")
			p.WaitGone("#traveller-name")

			s.lane(t, p, "2")
			p.Scan(born(t, "BERNARD", "EVE", "77DD22222", "1990-01-01"), "\r")
			p.WaitText("#traveller-name", "BERNARD")
			s.Clock.Pass(time.Second)
			p.Scan(child, "\r")
			p.WaitText(".side", "ZOE")
			p.Press("F9")
			p.WaitFocus("#reason")
			firstReason(p, "F9")
			p.WaitText("#traveller-name", "MARTIN, ZOE")
			p.WaitFor("#check-minor\\.accompanied .status.hit")
			p.Press("F5")
			p.WaitFor("#particulars")
			p.Quiet()
			choose(p, "#f-guardian_relation", "other")
			choose(p, "#f-guardian_consent", "letter")
			p.TabTo("#f-guardian_surname")
			p.Type("BERNARD")
			p.TabTo("#f-guardian_number")
			p.Type("77DD22222")
			p.Press("F5")
			p.WaitText("#check-minor\\.accompanied .evidence", "BERNARD")
			p.WaitText("#check-minor\\.accompanied .evidence", "ANNE")
			p.WaitFor("#band.hit")
			s.shown(p, "minor-alarm-"+language)
		})
	}
}

// only is a list that names one person.
func only(given string) func(context.Context, border.Subject) (border.Finding, error) {
	return func(ctx context.Context, s border.Subject) (border.Finding, error) {
		if s.Identity.GivenNames == given {
			return listed(ctx, s)
		}
		return noHit(ctx, s)
	}
}

// The holder of a border pass has no zone to read: the code on the card is enough, his days are not counted, and the lists are asked.
func TestABorderPassAtTheCounter(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			issued := pass.Pass{
				ID: uuid.New(), Number: "BPUTO0123456785", Zone: "River valley", Authority: "District office", IssuedAt: s.Clock.Now(), IssuedBy: "sara",
				Holder:    traveldoc.Identity{Surname: "OTIENO", GivenNames: "GRACE", Nationality: "KEN", BirthDate: dateOf(t, "1990-05-06"), Sex: "F"},
				ValidFrom: dateOf(t, "2026-01-01"), ValidUntil: dateOf(t, "2030-12-31"),
			}
			actor := audit.Actor{ID: "sara", Name: "sara", Role: "supervisor", Post: "test"}
			entry := actor.Entry(s.Clock.Now(), audit.Collection, "border_pass", issued.ID.String())
			entry.Purpose = border.PurposeOfControl
			require.NoError(t, s.passes.Issue(t.Context(), actor, issued, entry))
			p := s.atLane(t, language, "1")
			p.Scan("BPUTO0123456785", "\r")
			p.WaitText("#traveller-name", "OTIENO, GRACE")
			p.WaitFor("#band.no-hit")
			p.WaitFor("#check-border\\.pass .status.no-hit")
			p.WaitFor("#check-alerts\\.national .status.no-hit")
			p.WaitGone("#check-stay\\.rules")
			s.shown(p, "pass-"+language)
			p.Press("F2")
			p.WaitGone("#traveller-name")
			var event border.CrossingEvent
			require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `select event from decision`).Scan(&event))
			require.Equal(t, []any{border.BorderResident, border.BorderPass, "BP", "UTO"},
				[]any{event.Category, event.Basis, event.Document.Code, event.Document.IssuingState})
			require.False(t, event.Basis.Counts(), "days on it are not counted")

			revocation := pass.Revocation{At: s.Clock.Now(), By: "sara", Reason: "stolen"}
			entry.ObjectID, entry.Verb = issued.ID.String(), audit.Alteration
			require.NoError(t, s.passes.Revoke(t.Context(), actor, issued.ID, revocation, entry))
			p.Scan("BPUTO0123456785", "\r") // at once: he was admitted in between, so it is no second reading of the first scan
			p.WaitFor("#check-border\\.pass .status.hit")
			s.shown(p, "pass-revoked-"+language)
			p.AllowConsole("status of 404")
			browsertest.Eval[bool](p, `(() => { const f = document.getElementById('scan'); f.elements.mrz.value = 'BPUTO0000000010'; f.requestSubmit(); return true; })()`)
			p.WaitFor("#band .wrong")
		})
	}
}

// The mode says what is asked beside the scan, and nothing else is.
func TestTheFieldsOfTheMode(t *testing.T) {
	s := open(t)
	p := s.atLane(t, "en", "1")
	p.WaitFor("#transport")
	p.WaitFor("#strip-from")
	p.TabTo("#mode")
	p.Press("ArrowDown") // land
	p.WaitFor("#plate")
	p.WaitGone("#strip-from")
	s.shown(p, "counter-land")
	p.TabTo("#plate")
	p.Type("kca 123x")
	p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
	p.WaitFor("#check-vehicle\\.plate .status.not-checked") // this station has no list: never green
	p.WaitText(".traveller", "KCA 123X")
	s.shown(p, "counter-vehicle")
	p.Press("F5")
	p.WaitFocus("#f-category")
	p.Quiet()
	choose(p, "#f-mode", "sea")
	p.WaitFor("#f-p-voyage")
	p.WaitFocus("#f-mode")
	choose(p, "#f-category", "ship_crew")
	p.WaitFor("#f-p-shore_pass")
	s.shown(p, "particulars-crew")
	p.AllowConsole("status of 422")
	p.TabTo("#f-p-shore_pass")
	p.Type("?!")
	p.Press("F5")
	p.WaitFor("#band .wrong")
	require.Equal(t, "?!", p.Value("#f-p-shore_pass"), "what was typed stays")
}

// What is decided without the centre says so, and what the second line made of a referral comes back to the lane.
func TestProvisionalAndOutcomes(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.centre.Store(false)
			s.back.results = []secondline.Result{
				{Surname: "MARTIN", GivenNames: "SOPHIE", Outcome: secondline.Return, At: s.Clock.Now()},
				{Surname: "DURAND", GivenNames: "PAUL", Outcome: secondline.Protection, At: s.Clock.Now()},
				{Surname: "PETIT", GivenNames: "ANNE", Outcome: secondline.HandOver, At: s.Clock.Now()},
			}
			p := s.atLane(t, language, "1")
			p.WaitFor("#provisional")
			rows := browsertest.Eval[[]string](p, `[...document.querySelectorAll("#outcomes li strong")].map((e) => e.innerText)`)
			require.Len(t, rows, 3)
			require.Equal(t, rows[2], rows[1], "the lane does not learn that a service protects somebody")
			p.Scan(zone(t, "MARTIN", "SOPHIE", "12AB34567"), "\r")
			p.WaitFor("#band.no-hit")
			s.shown(p, "counter-provisional-"+language)
			p.Press("F2")
			p.WaitGone("#traveller-name")
			p.WaitFor("#receipt[data-hotkey='Alt+p']")
			require.Equal(t, 1, s.count(t, "decision where status = 'provisional'"))
		})
	}
}
