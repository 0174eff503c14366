package hits_test

import (
	"image/color"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
)

const ref = "national/2026-117@2"

// check holds a hit's screen to what every work screen must be.
func check(p *browsertest.Page, name string) {
	p.Screenshot(name)
	p.CheckAccessible()
	p.CheckOneScreen()
}

// claimFirst claims the most urgent hit of the queue and waits until its page takes keys.
func claimFirst(p *browsertest.Page) {
	p.WaitFor("#hits [data-hotkey=F1]")
	p.Press("F1")
	p.Wait("document.readyState === 'complete' && !!document.querySelector('#hit .keybar [data-hotkey=F3]')")
}

func judge(t *testing.T, p *browsertest.Page, word string) {
	t.Helper()
	p.Press("F3")
	p.WaitFocus("#in-judgement")
	choose(t, p, "#in-judgement", word)
	p.Press("Tab")
	p.Press(" ")
}

// The whole way by keyboard, with an owner who confirms by telephone and a second person who agrees to the arrest.
func TestFromTheQueueToTheArrestByKeyboardWithASecondPerson(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := open(t)
			s.portrait = painted(t, color.RGBA{180, 140, 110, 255})
			s.Person(t, auth.RoleSupervisor, "sara")
			s.refer(t, "12AB34567", ref)
			p := s.sit(t, language)
			p.WaitText("#hits", "MARTIN, SOPHIA")
			p.Screenshot("hits-queue-" + language)
			p.CheckAccessible()

			claimFirst(p)
			require.Contains(t, p.Text(".todo"), "the secret reason")
			require.Contains(t, p.Text(".todo"), "Keep apart from other travellers.")
			require.Contains(t, p.Text(".todo"), "+00 55 1234")
			require.Contains(t, p.Text(".sides"), "Софи Мартен")
			require.Equal(t, 2, browsertest.Eval[int](p, "[...document.querySelectorAll('.pictures img')].filter(i => i.complete && i.naturalWidth > 0).length"))
			require.Equal(t, "same", browsertest.Eval[string](p, "document.querySelector('[data-field=family]').className"))
			require.Equal(t, "differs", browsertest.Eval[string](p, "document.querySelector('[data-field=nationality]').className"))
			require.Equal(t, "differs", browsertest.Eval[string](p, "document.querySelector('[data-field=document]').className"))
			check(p, "hits-hit-"+language)

			judge(t, p, "same")
			check(p, "hits-judge-"+language)
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.judged")

			p.Press("F4")
			p.WaitFocus("#in-message")
			require.Contains(t, p.Value("#in-message"), "12AB34567", "the message is written already")
			check(p, "hits-ask-"+language)
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.asked")
			p.Goto(s.URL + "/hits?filter=asked")
			p.WaitText("#hits", "MARTIN, SOPHIA")
			p.Screenshot("hits-queue-asked-" + language)
			p.CheckAccessible()
			p.Goto(s.URL + s.address(t))

			p.Press("F6")
			p.WaitFocus("#in-answer")
			choose(t, p, "#in-answer", "confirmed")
			p.Press("Tab")
			p.Type("Duty officer Vega")
			check(p, "hits-answer-"+language)
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.answered")

			p.Press("F9")
			p.WaitFocus("#in-outcome")
			choose(t, p, "#in-outcome", "action_taken")
			choose(t, p, "#in-action", "detain")
			check(p, "hits-end-"+language)
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.proposed")
			require.Equal(t, 0, s.count(t, "hit where closed_at is not null"), "one person alone arrests nobody")

			p.Press("F2")
			p.WaitFocus("#in-witness")
			check(p, "hits-sign-"+language)
			p.Type("sara")
			p.Press("Tab")
			p.Type("271828")
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.closed")
			check(p, "hits-closed-"+language)
			require.Equal(t, 1, s.count(t, "hit where outcome = 'action_taken' and closed_at is not null"))
			require.Equal(t, 1, s.count(t, `record where body ->> 'kind' = 'closed' and body ->> 'by' = 'sara' and body -> 'outcome' ->> 'second' = 'sara'`))

			p.Press("Alt+u") // undo
			p.WaitFocus("#in-reason")
			p.Type("the wrong key")
			p.Press("Control+Enter")
			p.WaitFor(".journal .step.reopened")
			require.Equal(t, 1, s.count(t, "hit where outcome = '' and closed_at is null and owner = 'sam'"))
		})
	}
}

// Not the same person: closed with its outcome; a supervisor agrees that it is remembered, and takes it back.
func TestClearingAPairByKeyboard(t *testing.T) {
	s := open(t)
	sara := s.Person(t, auth.RoleSupervisor, "sara")
	s.refer(t, "12AB34567", ref)
	p := s.sit(t, "fr")
	claimFirst(p)
	judge(t, p, "not_same")
	p.Press("Control+Enter")
	p.WaitFor(".journal .step.closed")
	check(p, "hits-not-same-fr")
	p.Press("F2")
	p.WaitFocus("#in-witness")
	check(p, "hits-clear-fr")
	p.Type("sara")
	p.Press("Tab")
	p.Type("271828")
	p.Press("Control+Enter")
	p.WaitFor(".journal .step.cleared")
	check(p, "hits-cleared-fr")
	require.Equal(t, 1, s.count(t, "hit_cleared where cleared_by = 'sara' and judged_by = 'sam' and alert_version = 2"))
	require.Equal(t, 1, s.count(t, "outbox where kind = 'hit.event' and payload -> 'body' ->> 'kind' = 'cleared'"), "the pair is told to the centre")

	client := s.SignedIn(t, sara)
	id := s.address(t)
	require.Equal(t, 422, s.Post(t, client, id+"/restore", nil).Status)
	require.Equal(t, 303, s.Post(t, client, id+"/restore", form("reason", "new photo")).Status)
	require.Zero(t, s.count(t, "hit_cleared"))
}

// A hit is on a page that stands open as soon as it is raised: nothing but the nudge told it, since the page itself looks once a minute.
func TestTheQueueIsToldAtOnce(t *testing.T) {
	s := open(t)
	p := s.sit(t, "en")
	p.WaitFor("#hits .empty")
	p.Screenshot("hits-queue-empty")
	p.CheckAccessible()
	scan := s.scan(t, "12AB34567")
	began := time.Now()
	require.NoError(t, s.store.Found(t.Context(), scan, met(ref)))
	p.WaitText("#hits", "MARTIN, SOPHIA")
	t.Logf("on the supervisor's screen after %v", time.Since(began))
	p.WaitText("[data-count='filter-waiting']", "1")
	p.WaitText("#hits-count", "1")

	s.Clock.Pass(3 * time.Minute)
	_, err := s.store.Timeouts(t.Context(), s.Clock.Now(), 10)
	require.NoError(t, err)
	p.WaitFor("tr.escalated")
	p.Screenshot("hits-queue-escalated")
	p.CheckAccessible()
	p.Press("F7")
	p.Wait("location.search === '?filter=mine'")
	p.WaitFor("#hits .empty")
}

// What is judged in the case of the second line is judged of the hit, and the case's page shows what the hit's page did.
func TestOneWordInTheCaseAndAtTheHit(t *testing.T) {
	s := open(t)
	e := s.refer(t, "12AB34567", ref)
	p := s.sit(t, "en")
	p.Goto(s.URL + "/secondline/" + e.CrossingID.String())
	p.WaitFor("#case [data-hotkey=F1]")
	p.WaitFor(".hit-mark")
	p.Press("F1")
	p.Wait("!!document.querySelector('#case .keybar [data-hotkey=F3]')")
	p.Press("F3")
	p.WaitFocus("#in-judgement")
	choose(t, p, "#in-judgement", "same")
	p.Press("Tab")
	p.Press(" ")
	p.Press("Control+Enter")
	p.WaitFor(".hit-card .judged")
	p.Screenshot("hits-in-case")
	p.CheckAccessible()
	require.Contains(t, p.Text(".hit-mark"), "same person")
	require.Equal(t, 1, s.count(t, "hit where judged = 'same' and owner = 'sam'"))
	p.Goto(s.URL + s.address(t))
	p.WaitFor(".journal .step.judged")
	require.Equal(t, hit.StageSame, s.stage(t))
}

// Several alerts on one traveller: the other hits stand beside the one that is open, the stronger and the conflicting marked.
func TestSeveralHitsOnOneTraveller(t *testing.T) {
	s := open(t)
	observe := arrest()
	observe.ID, observe.Action, observe.Category, observe.Safety = "2026-200", "inquiry_check", "check", nil
	s.list(t, observe)
	s.refer(t, "12AB34567", "national/2026-200@2", ref)
	p := s.sit(t, "es")
	p.WaitText("#hits tbody tr:first-child", "2026-117")
	p.Goto(s.URL + "/hits/" + s.idOf(t, "national/2026-200"))
	p.WaitText(".other-hits", "2026-117")
	require.Contains(t, p.Text(".todo"), "incompatibles")
	check(p, "hits-several-es")
}
