package secondline_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

// check holds a case's screen to what every work screen must be.
func check(p *browsertest.Page, name string) {
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckOneScreen()
}

// claimFirst claims the oldest case of the queue and waits until its page takes keys.
func claimFirst(p *browsertest.Page) {
	p.WaitFor("#queue [data-hotkey=F1]")
	p.Press("F1")
	p.Wait("document.readyState === 'complete' && !!document.querySelector('#case .keybar [data-hotkey=F4]')")
}

func TestFromClaimToAdmissionByKeyboardWithASecondPerson(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.Person(t, auth.RoleSupervisor, "sara")
			s.martin(t)
			s.Clock.Pass(20 * time.Minute)
			p := s.sit(t, language)
			p.WaitText("#queue", "MARTIN, SOPHIE")
			p.Screenshot("secondline-queue-" + language)
			p.CheckAccessible()

			claimFirst(p)
			require.Contains(t, p.Text(".hit-card"), "the secret reason")
			require.Contains(t, p.Text(".who"), "looks away")
			check(p, "secondline-case-"+language)

			p.Press("F4")
			p.WaitFocus("#in-question")
			check(p, "secondline-interview-"+language)
			p.Type("Where will you stay?")
			p.Press("Tab")
			p.Type("With my sister in the city.")
			choose(t, p, "#in-language", "fr")
			p.Press("Tab")
			p.Type("Ms Interpreter")
			p.Press("Control+Enter")
			p.WaitText(".journal", "With my sister in the city.")

			s.Clock.Pass(time.Minute)
			p.Press("F6")
			p.WaitFor(".journal .step.rechecked")
			require.Equal(t, 2, browsertest.Eval[int](p, "document.querySelectorAll('.run').length"))

			p.Press("F3")
			p.WaitFocus("#in-judgement")
			choose(t, p, "#in-judgement", "not_same")
			p.Press("Tab")
			p.Press(" ")
			check(p, "secondline-judge-"+language)
			p.Press("Control+Enter")
			p.WaitFor(".hit-card .judged")

			p.Press("F2") // a grave hit stands: a second person is asked for
			p.WaitFor("form.question.override")
			check(p, "secondline-override-"+language)
			choose(t, p, "#in-reason", "not_same_person")
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.override_asked")

			p.Press("F2")
			p.WaitFocus("#in-witness")
			require.Contains(t, p.Text(".effect"), "MARTIN, SOPHIE")
			require.Contains(t, p.Text(".effect"), "the secret reason", "a second person sees all of what he agrees to")
			check(p, "secondline-sign-"+language)
			p.Type("sara")
			p.Press("Tab")
			p.Type("271828")
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.override_approved")

			p.Press("F2")
			p.WaitFor("form.question.admit")
			require.Equal(t, "not_same_person", p.Value("#in-reason"), "what was agreed to stands there")
			check(p, "secondline-admit-"+language)
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.ended")
			check(p, "secondline-ended-"+language)
			require.Equal(t, 1, s.count(t, "decision where verdict = 'admit' and officer = 'sam' and approver = 'sara' and referral is not null"))
			require.Equal(t, 1, s.count(t, "crossing"))
			require.Equal(t, 1, s.count(t, "referral where outcome = 'admit' and closed_at is not null"))
		})
	}
}

func TestARefusalWithReasonsByKeyboardLeadsToItsForm(t *testing.T) {
	for _, language := range []string{"fr", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.martin(t)
			p := s.sit(t, language)
			claimFirst(p)
			p.Press("F8")
			p.WaitFor("form.question.refuse")
			check(p, "secondline-refuse-"+language)
			p.WaitFocus("[name=reasons][value=A]")
			p.Press("Tab", " ") // B
			for range 6 {
				p.Press("Tab") // to H
			}
			p.Press(" ")
			choose(t, p, "#in-language", "ar")
			choose(t, p, "#in-signature", "refused_to_sign")
			p.Press("Control+Enter")
			p.Wait("location.pathname.startsWith('/refusals/')")
			var reasons, number, biometrics string
			require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `select event -> 'refusal' ->> 'reasons', event -> 'refusal' ->> 'number',
				event -> 'refusal' ->> 'biometrics' from decision where verdict = 'refuse'`).Scan(&reasons, &number, &biometrics))
			require.JSONEq(t, `["B", "H"]`, reasons)
			require.Equal(t, "XAA-APT-2026-000001", number)
			require.Equal(t, "required", biometrics)
			require.Equal(t, 1, s.count(t, "referral where outcome = 'refuse'"))
		})
	}
}

func TestTheQueueFollowsWhatHappensElsewhere(t *testing.T) {
	s := open(t)
	p := s.sit(t, "en")
	p.WaitFor("#queue .empty")
	e := s.martin(t)
	p.WaitText("#queue", "MARTIN, SOPHIE")
	p.WaitText("[data-count='filter-unclaimed']", "1")
	p.WaitText("#secondline-count", "1")
	require.NoError(t, s.line.Claim(t.Context(), actorOf("tom"), e.CrossingID))
	p.WaitText(fmt.Sprintf("#case-%s", e.CrossingID), "tom")
	p.WaitText("[data-count='filter-unclaimed']", "0")
	p.Press("F8")
	p.Wait("location.search === '?filter=unclaimed'")
	p.WaitFor("#queue .empty")
}

// Every other outcome, by keyboard, and the steps that the first test leaves out.
func TestOtherOutcomesByKeyboard(t *testing.T) {
	for outcome, test := range map[string]struct {
		fill   func(t *testing.T, p *browsertest.Page)
		stored string
	}{
		"return": {func(*testing.T, *browsertest.Page) {}, "return"},
		"health": {func(*testing.T, *browsertest.Page) {}, "health"},
		"hand_over": {func(t *testing.T, p *browsertest.Page) {
			choose(t, p, "#in-authority", "police")
			p.Press("Tab")
			p.Type("Airport post, Sgt Example")
		}, "hand_over"},
	} {
		t.Run(outcome, func(t *testing.T) {
			s := open(t)
			s.martin(t)
			p := s.sit(t, "es")
			claimFirst(p)
			p.Press("F9")
			p.WaitFor("form.question.end")
			check(p, "secondline-end-"+outcome)
			choose(t, p, "#in-outcome", outcome)
			test.fill(t, p)
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.ended")
			require.Equal(t, 1, s.count(t, "referral where outcome = $1", test.stored))
			require.Zero(t, s.count(t, "decision where referral is not null"))
		})
	}
}

func TestDocumentCompanionsReleaseAndTakingOverByKeyboard(t *testing.T) {
	s := open(t)
	s.martin(t)
	s.refer(t, traveller{surname: "MARTIN", given: "PAUL", number: "98XY76543", at: s.Clock.Now(), finding: noHit()})
	p := s.sit(t, "en")
	claimFirst(p)
	p.Press("Alt+x")
	p.WaitFor("form.question.examine")
	check(p, "secondline-examine")
	choose(t, p, "#in-part", "chip")
	choose(t, p, "#in-method", "chip_read")
	choose(t, p, "#in-result", "genuine")
	p.Press("Control+Enter")
	p.WaitFor(".journal .step.document_examined")

	p.Press("F10")
	p.WaitFor("form.question.companions")
	check(p, "secondline-companions")
	p.WaitFocus("#in-inspection")
	p.Press("ArrowDown")
	choose(t, p, "#in-relation", "family")
	p.Press("Control+Enter")
	p.WaitFor(".journal .step.companion_added")
	check(p, "secondline-with-companion")

	require.Zero(t, browsertest.Eval[int](p, "document.querySelectorAll('[data-hotkey=F1]').length"), "the queue's key for taking a case never gives one back")
	p.Press("Alt+r")
	p.WaitFor(".journal .step.released")
	require.Equal(t, 1, s.count(t, "referral where owner = '' and steps = 4"))
	require.Contains(t, p.Text("#state"), "Nobody")
}

func TestAllTextsAreThere(t *testing.T) {
	for _, language := range []string{"en", "fr", "es", "ar"} {
		s := open(t)
		s.Clock.Pass(50 * time.Minute)
		s.refer(t, traveller{surname: "DURAND", given: "MARIE-LOUISE", number: "77XY12345", at: s.Clock.Now().Add(-20 * time.Minute), finding: noHit()})
		s.refer(t, traveller{surname: "MARTIN", given: "SOPHIE", number: "12AB34567", at: s.Clock.Now().Add(-50 * time.Minute), finding: listed()})
		p := s.sit(t, language)
		p.WaitFor("#queue table")
		p.Screenshot("secondline-queue-" + language)
		p.CheckAccessible()
		p.CheckNoSidewaysScroll()
		claimFirst(p)
		address := p.Path()
		for _, panel := range []string{"judge", "interview", "examine", "companions", "attach", "override", "refuse", "end"} {
			p.Goto(s.URL + address + "?panel=" + panel)
			p.WaitFor("form.question")
			check(p, "secondline-panel-"+panel+"-"+language)
			require.NotContains(t, p.Text("body"), "⟦")
		}
	}
}
