package recheckdb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/recheckdb"
)

func supervisor() audit.Actor {
	return audit.Actor{ID: "s-1", Name: "sara", Role: "supervisor", Post: "test-air"}
}

func (w *world) desk() *recheck.Desk {
	return &recheck.Desk{Reader: w.store, Station: "test-air", Zone: time.UTC, Now: func() time.Time { return w.now }, NewID: uuid.New}
}

func TestADecisionWaitsUntilTheLineAndTheDataAreBack(t *testing.T) {
	w := newWorld(t)
	e := w.decide(t, "P1", border.Provisional, border.NoHit, "")
	require.Equal(t, 1, w.count(t, `select count(*) from recheck where state = 'waiting' and ground = 'provisional'`))

	require.NoError(t, w.worker.Drain(t.Context()))
	require.Empty(t, w.list.asked, "the line is away")
	w.online = true
	require.NoError(t, w.worker.Drain(t.Context()))
	require.Empty(t, w.list.asked, "the data was never confirmed")
	w.confirmed = e.CrossedAt
	require.NoError(t, w.worker.Drain(t.Context()))
	require.Empty(t, w.list.asked, "the data was confirmed before the decision, not after")

	w.reconnect()
	require.NoError(t, w.worker.Drain(t.Context()))
	require.Equal(t, []string{"P1"}, w.list.asked)
	results := w.results(t, e.CrossingID)
	require.Len(t, results, 1)
	require.Equal(t, recheck.Confirmed, results[0].Outcome)
	require.Equal(t, 1, w.nudged)
	require.Equal(t, 1, w.count(t, `select count(*) from audit where actor = 'recheck' and object_id = $1 and decision = 'confirmed'`, e.CrossingID.String()))
	require.Equal(t, 1, w.count(t, `select count(*) from outbox where kind = 'decision.rechecked'`))

	require.NoError(t, w.worker.Drain(t.Context()))
	require.Len(t, w.list.asked, 1, "settled once and for all")
}

func TestWhatNeedsNoSecondLookIsNotKept(t *testing.T) {
	w := newWorld(t)
	w.decide(t, "P1", border.Confirmed, border.NoHit, "")
	w.decide(t, "P2", border.Confirmed, border.Hit, "")
	w.decide(t, "P3", border.Confirmed, border.NotChecked, border.ReasonDataInsufficient)
	require.Zero(t, w.count(t, `select count(*) from recheck`))
	w.decide(t, "P4", border.Confirmed, border.NotChecked, border.ReasonTimeout)
	require.Equal(t, 1, w.count(t, `select count(*) from recheck where ground = 'not_checked'`))
}

// What the check said then, what it says now, and what comes of it.
func TestEveryWayAnAnswerMayChange(t *testing.T) {
	stays := map[string]border.Finding{
		"no_hit":       {Outcome: border.NoHit},
		"hit":          hit("a1"),
		"unanswered":   {Outcome: border.NotChecked, Reason: border.ReasonUnreachable},
		"insufficient": {Outcome: border.NotChecked, Reason: border.ReasonDataInsufficient},
	}
	then := map[string]border.Finding{"no_hit": stays["no_hit"], "hit": stays["hit"], "unanswered": stays["unanswered"]}
	want := map[string]recheck.Outcome{
		"no_hit/no_hit": recheck.Confirmed, "no_hit/hit": recheck.Changed, "no_hit/unanswered": recheck.NotChecked, "no_hit/insufficient": recheck.Confirmed,
		"hit/no_hit": recheck.Changed, "hit/hit": recheck.Confirmed, "hit/unanswered": recheck.NotChecked, "hit/insufficient": recheck.Changed,
		"unanswered/no_hit": recheck.Confirmed, "unanswered/hit": recheck.Changed, "unanswered/unanswered": recheck.NotChecked,
		"unanswered/insufficient": recheck.Confirmed,
	}
	for before, f := range then {
		for now, g := range stays {
			f.Check, g.Check = "x", "x"
			r := recheck.Compare([]border.Finding{f}, []border.Finding{g})
			require.Equal(t, want[before+"/"+now], r.Outcome, "%s then, %s now", before, now)
			require.Equal(t, r.Outcome == recheck.Changed, len(r.Changes) > 0)
		}
	}
	old, other := hit("a1"), hit("a2")
	old.Check, other.Check = "x", "x"
	r := recheck.Compare([]border.Finding{old}, []border.Finding{other})
	require.Equal(t, recheck.Changed, r.Outcome, "another entry of the list")
	require.Equal(t, "a2", r.Changes[0].Evidence[0].Ref)
	both := recheck.Compare(nil, []border.Finding{other, border.Unanswered("y", border.Source{}, border.ReasonTimeout)})
	require.Equal(t, recheck.NotChecked, both.Outcome, "not final while another check has no answer")
	require.Len(t, both.Changes, 1, "but told")
}

func TestNoAnswerIsTriedAgainAndToldOnce(t *testing.T) {
	w := newWorld(t)
	e := w.decide(t, "P1", border.Provisional, border.NoHit, "")
	w.reconnect()
	w.list.fault = errAway
	for range 3 {
		require.NoError(t, w.worker.Drain(t.Context()))
		require.NoError(t, w.worker.Drain(t.Context()), "not due again yet")
		w.now = w.now.Add(20 * time.Minute)
	}
	require.Len(t, w.list.asked, 3)
	require.Len(t, w.results(t, e.CrossingID), 1, "told once, not at every attempt")
	page, err := w.desk().Page(t.Context(), supervisor(), recheck.ViewWaiting, recheck.Cursor{}, 10)
	require.NoError(t, err)
	require.Equal(t, 3, page.Items[0].Result.Attempt)
	require.Equal(t, border.ReasonFailed, page.Items[0].Result.Waiting[0].Reason)
	w.list.fault = nil
	require.NoError(t, w.worker.Drain(t.Context()))
	results := w.results(t, e.CrossingID)
	require.Equal(t, recheck.Confirmed, results[len(results)-1].Outcome)
	require.Equal(t, 4, results[len(results)-1].Attempt)
}

func TestAnAnnulledDecisionIsNotCheckedButSettled(t *testing.T) {
	w := newWorld(t)
	e := w.decide(t, "P1", border.Provisional, border.NoHit, "")
	w.annul(t, e)
	w.reconnect()
	require.NoError(t, w.worker.Drain(t.Context()))
	require.Empty(t, w.list.asked)
	require.Equal(t, recheck.Annulled, w.results(t, e.CrossingID)[0].Outcome)
}

func TestInTheOrderInWhichItWasDecided(t *testing.T) {
	w := newWorld(t)
	start := w.now
	for n := range 70 { // more than two batches, written in another order than decided
		w.now = start.Add(time.Duration(n*37%70) * time.Minute)
		w.decide(t, fmt.Sprintf("P%02d", n*37%70), border.Provisional, border.NoHit, "")
	}
	w.now = start.Add(2 * time.Hour)
	w.reconnect()
	require.NoError(t, w.worker.Drain(t.Context()))
	require.Len(t, w.list.asked, 70)
	for n := range 70 { // two run side by side: neighbours may swap, batches may not
		require.Equal(t, n/32, numberOf(t, w.list.asked[n])/32, "asked as number %d: %s", n, w.list.asked[n])
	}
}

func numberOf(t *testing.T, number string) int {
	t.Helper()
	var n int
	_, err := fmt.Sscanf(number, "P%d", &n)
	require.NoError(t, err)
	return n
}

func TestADecisionThatCannotBeReadDoesNotBlockTheOthers(t *testing.T) {
	w := newWorld(t)
	bad := w.decide(t, "P1", border.Provisional, border.NoHit, "")
	w.now = w.now.Add(time.Minute)
	good := w.decide(t, "P2", border.Provisional, border.NoHit, "")
	_, err := w.db.Pool.Exec(t.Context(), `update decision set event = '{"crossing_id": 7}' where crossing_id = $1`, bad.CrossingID)
	require.NoError(t, err)
	w.reconnect()
	require.NoError(t, w.worker.Drain(t.Context()))
	require.Equal(t, recheck.Confirmed, w.results(t, good.CrossingID)[0].Outcome)
	require.Equal(t, recheck.NotChecked, w.results(t, bad.CrossingID)[0].Outcome)
	page, err := w.desk().Page(t.Context(), supervisor(), recheck.ViewWaiting, recheck.Cursor{}, 10)
	require.NoError(t, err)
	require.Equal(t, bad.CrossingID, page.Items[0].Event.CrossingID)
}

func TestAcknowledging(t *testing.T) {
	w := newWorld(t)
	e, same := w.decide(t, "P1", border.Provisional, border.NoHit, ""), w.decide(t, "P2", border.Provisional, border.NoHit, "")
	w.list.answer["P1"] = hit("a1")
	w.reconnect()
	require.NoError(t, w.worker.Drain(t.Context()))
	desk := w.desk()
	page, err := desk.Page(t.Context(), supervisor(), recheck.ViewOpen, recheck.Cursor{}, 10)
	require.NoError(t, err)
	require.Equal(t, recheck.Counts{Changed: 1, Open: 1}, withoutConfirmed(page.Counts))
	require.Len(t, page.Items, 1)
	require.True(t, page.Items[0].Open())
	require.Equal(t, "a1", page.Items[0].Result.Changes[0].Evidence[0].Ref)
	require.Equal(t, 1, w.count(t, `select count(*) from audit where actor = 's-1' and object_kind = 'recheck' and result_count = 1`))

	require.ErrorContains(t, desk.Acknowledge(t.Context(), supervisor(), e.CrossingID, " "), "recheck.note")
	require.ErrorIs(t, desk.Acknowledge(t.Context(), supervisor(), uuid.New(), "x"), recheck.ErrUnknown)
	require.ErrorIs(t, desk.Acknowledge(t.Context(), supervisor(), same.CrossingID, "x"), recheck.ErrNotChanged)
	require.NoError(t, desk.Acknowledge(t.Context(), supervisor(), e.CrossingID, "told the desk of the list"))
	require.ErrorIs(t, desk.Acknowledge(t.Context(), supervisor(), e.CrossingID, "again"), recheck.ErrAcknowledged)
	results := w.results(t, e.CrossingID)
	require.Len(t, results, 2)
	require.Equal(t, "told the desk of the list", results[1].Note)
	counts, err := desk.Counts(t.Context())
	require.NoError(t, err)
	require.Zero(t, counts.Open)
	page, err = desk.Page(t.Context(), supervisor(), recheck.ViewDone, recheck.Cursor{}, 10)
	require.NoError(t, err)
	require.Len(t, page.Items, 2, "the history stays")
	_, err = desk.Page(t.Context(), supervisor(), "other", recheck.Cursor{}, 10)
	require.ErrorContains(t, err, "recheck.view")
}

func withoutConfirmed(c recheck.Counts) recheck.Counts {
	c.Confirmed, c.Oldest = 0, time.Time{} // confirmed ones are counted by the database's own clock
	return c
}

func TestPagesHoldEverythingOnce(t *testing.T) {
	w := newWorld(t)
	for n := range 7 {
		w.now = w.now.Add(time.Duration(n%3) * time.Minute) // some at the same instant
		w.decide(t, fmt.Sprintf("P%d", n), border.Provisional, border.NoHit, "")
	}
	for _, view := range []string{recheck.ViewWaiting, recheck.ViewDone} {
		seen := map[uuid.UUID]bool{}
		for after := (recheck.Cursor{}); ; {
			page, err := w.desk().Page(t.Context(), supervisor(), view, after, 2)
			require.NoError(t, err)
			for _, i := range page.Items {
				require.False(t, seen[i.Event.CrossingID])
				seen[i.Event.CrossingID] = true
			}
			if after = page.Next; after == (recheck.Cursor{}) {
				break
			}
		}
		require.Len(t, seen, 7, view)
		w.reconnect()
		require.NoError(t, w.worker.Drain(t.Context()))
	}
}

// Whatever the line does, whenever the process dies, and whatever is annulled in between: every decision that was made without the
// centre, or without an answer, gets exactly one final result.
func TestEveryDecisionGetsExactlyOneFinalResult(t *testing.T) {
	w := newWorld(t)
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		m := &model{world: w, run: run}
		w.online, w.list.fault = false, nil
		t.Repeat(m.actions())
		m.end(t)
	})
}

type model struct {
	*world
	run   int
	made  []border.CrossingEvent
	needs map[uuid.UUID]bool
}

func (m *model) actions() map[string]func(*rapid.T) {
	m.needs = map[uuid.UUID]bool{}
	return map[string]func(*rapid.T){
		"decide":  m.decideOne,
		"line":    func(t *rapid.T) { m.online = rapid.Bool().Draw(t, "online") },
		"confirm": func(*rapid.T) { m.confirmed = m.now },
		"time": func(t *rapid.T) {
			m.now = m.now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "seconds")) * time.Second)
		},
		"list":     m.listOne,
		"broken":   func(t *rapid.T) { m.list.fault = rapid.SampledFrom([]error{nil, errAway}).Draw(t, "fault") },
		"restart":  func(*rapid.T) { m.restart() },
		"annul":    m.annulOne,
		"step":     func(t *rapid.T) { _, err := m.worker.Step(context.Background()); require.NoError(t, err) },
		"two":      m.stepTwice,
		"cut down": m.stepCutDown,
	}
}

func (m *model) decideOne(t *rapid.T) {
	status := rapid.SampledFrom([]border.Status{border.Confirmed, border.Provisional}).Draw(t, "status")
	outcome := rapid.SampledFrom([]border.Outcome{border.NoHit, border.Hit, border.NotChecked}).Draw(t, "outcome")
	reason := ""
	if outcome == border.NotChecked {
		reason = border.ReasonTimeout
	}
	m.now = m.now.Add(time.Second)
	e := m.decide(t, fmt.Sprintf("R%dP%d", m.run, len(m.made)), status, outcome, reason)
	m.made = append(m.made, e)
	m.needs[e.CrossingID] = status == border.Provisional || outcome == border.NotChecked
}

func (m *model) listOne(t *rapid.T) {
	if len(m.made) > 0 {
		m.list.answer[rapid.SampledFrom(m.made).Draw(t, "who").Document.Number] = hit("a1")
	}
}

func (m *model) annulOne(t *rapid.T) {
	if len(m.made) == 0 {
		return
	}
	e := rapid.SampledFrom(m.made).Draw(t, "who")
	if m.count(t, `select count(*) from correction where crossing_id = $1`, e.CrossingID) == 0 {
		m.annul(t, e)
	}
}

// stepTwice is two processes at once, as while one is being replaced.
func (m *model) stepTwice(t *rapid.T) {
	first := m.worker
	m.restart()
	done := make(chan error, 1)
	go func() { _, err := first.Step(context.Background()); done <- err }()
	_, err := m.worker.Step(context.Background())
	require.NoError(t, err)
	require.NoError(t, <-done)
}

// stepCutDown is a process that is killed in the midst.
func (m *model) stepCutDown(*rapid.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _, _ = m.worker.Step(ctx) }() // it fails or not: what is written decides
	cancel()
	<-done
	m.restart()
}

func (m *model) end(t *rapid.T) {
	m.list.fault = nil
	for range 3 { // an annulment may have come after an attempt
		m.reconnect()
		require.NoError(t, m.worker.Drain(context.Background()))
	}
	for _, e := range m.made {
		final := 0
		for _, r := range m.results(t, e.CrossingID) {
			if r.Outcome.Final() {
				final++
			}
		}
		want := 0
		if m.needs[e.CrossingID] {
			want = 1
		}
		require.Equal(t, want, final, "%s", e.Document.Number)
		require.Equal(t, want, m.count(t, `select count(*) from recheck where crossing_id = $1 and state <> 'waiting'`, e.CrossingID))
	}
	require.Zero(t, m.count(t, `select count(*) from recheck where state = 'waiting'`))
}

func BenchmarkCounts(b *testing.B) {
	w := newWorld(b)
	for n := range 50 {
		w.decide(b, fmt.Sprintf("P%d", n), border.Provisional, border.NoHit, "")
	}
	store := recheckdb.New(w.db, func() {})
	for b.Loop() {
		if _, err := store.Counts(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecheck(b *testing.B) {
	w := newWorld(b)
	for b.Loop() {
		b.StopTimer()
		for n := range 32 {
			w.now = w.now.Add(time.Second)
			w.decide(b, fmt.Sprintf("P%d", n), border.Provisional, border.NoHit, "")
		}
		w.reconnect()
		b.StartTimer()
		if n, err := w.worker.Step(b.Context()); err != nil || n != 32 {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.N*32)/b.Elapsed().Seconds(), "decisions/s")
}
