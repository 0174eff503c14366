package hitdb_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
)

func same() hit.Judgement { return hit.Judgement{Same: true, Compared: []string{"photo"}} }

func TestOfTwoWhoClaimAtOnceOneHasTheHit(t *testing.T) {
	p := open(t)
	id, _ := p.raised(t, "L898902C3")
	var all sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		all.Go(func() { errs[n] = p.desk.Claim(t.Context(), actor(string(rune('a'+n))), id) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, hit.ErrClaimed)
	}
	require.Equal(t, 1, won)
	require.Equal(t, 1, p.count(t, "record where body ->> 'kind' = 'claimed'"))
	require.Equal(t, 1, p.count(t, "outbox where payload -> 'body' ->> 'kind' = 'claimed'"))
}

// The numbers on the filters are the numbers of rows behind them, through every state.
func TestTheQueueCountsWhatItShows(t *testing.T) {
	p := open(t)
	a, _ := p.raised(t, "A1")
	b, _ := p.raised(t, "B2")
	c, _ := p.raised(t, "C3")
	sam := actor("sam")
	check := func(want hit.Counts) {
		t.Helper()
		for _, f := range hit.Filters() {
			page, err := p.desk.Queue(t.Context(), sam, hit.Query{Filter: f})
			require.NoError(t, err)
			require.Equal(t, want, page.Counts)
			require.Len(t, page.Items, want.Of(f), "filter %q", f)
		}
	}
	check(hit.Counts{Open: 3, Waiting: 3})
	require.NoError(t, p.desk.Claim(t.Context(), sam, a))
	require.NoError(t, p.desk.Judge(t.Context(), sam, a, same()))
	check(hit.Counts{Open: 3, Waiting: 2, Mine: 1})
	require.NoError(t, p.desk.Ask(t.Context(), sam, a, "is it him?"))
	check(hit.Counts{Open: 3, Waiting: 2, Mine: 1, Asked: 1})
	require.NoError(t, p.desk.Note(t.Context(), sam, a, hit.Answer{Confirmed: true, By: "owner"}))
	require.NoError(t, p.desk.End(t.Context(), sam, a, hit.Outcome{Code: "action_taken", Action: alerts.ActionDetain}))
	check(hit.Counts{Open: 3, Waiting: 2, Mine: 1, Second: 1})
	require.NoError(t, p.desk.Claim(t.Context(), sam, b))
	require.NoError(t, p.desk.Judge(t.Context(), sam, b, hit.Judgement{Compared: []string{"photo"}}))
	check(hit.Counts{Open: 2, Waiting: 1, Mine: 1, Second: 1, Done: 1})
	require.Equal(t, 5*len(hit.Filters()), p.count(t, "audit where object_kind = 'hit' and object_id = 'queue' and purpose = 'hit_handling'"), "every look is audited")
	_ = c
}

func TestAPageFollowsAPage(t *testing.T) {
	p := open(t)
	for n := range hit.PageSize + 7 {
		p.now = p.now.Add(time.Second)
		p.raised(t, "N"+string(rune('A'+n/10))+string(rune('0'+n%10)))
	}
	seen := map[uuid.UUID]bool{}
	var after hit.Cursor
	for pages := 0; ; pages++ {
		require.Less(t, pages, 3)
		page, err := p.desk.Queue(t.Context(), actor("sam"), hit.Query{After: after})
		require.NoError(t, err)
		for _, i := range page.Items {
			require.False(t, seen[i.ID])
			seen[i.ID] = true
		}
		if after = page.Next; after == (hit.Cursor{}) {
			break
		}
	}
	require.Len(t, seen, hit.PageSize+7)
}

// An arrest takes two, and what the second agrees to is what was proposed when he was shown it.
func TestFourEyes(t *testing.T) {
	p := open(t)
	id, _ := p.raised(t, "L898902C3")
	sam, sara := actor("sam"), actor("sara")
	require.NoError(t, p.desk.Claim(t.Context(), sam, id))
	require.NoError(t, p.desk.Judge(t.Context(), sam, id, same()))
	require.ErrorIs(t, p.desk.End(t.Context(), sam, id, hit.Outcome{Code: "action_taken", Action: alerts.ActionDetain}), hit.ErrUnconfirmed)
	require.NoError(t, p.desk.End(t.Context(), sam, id, hit.Outcome{Code: "action_taken", Action: alerts.ActionDetain, Override: "armed, and leaving"}))
	seen := len(p.look(t, id).Hit.Course)
	require.ErrorIs(t, p.desk.Agree(t.Context(), sam, id, seen), hit.ErrSelf)
	require.NoError(t, p.desk.Decline(t.Context(), sara, id, seen, "wait for the owner"))
	require.ErrorIs(t, p.desk.Agree(t.Context(), sara, id, seen), hit.ErrNoProposal)
	require.NoError(t, p.desk.End(t.Context(), sam, id, hit.Outcome{Code: "action_taken", Action: alerts.ActionRefuse, Override: "other words"}))
	require.ErrorIs(t, p.desk.Agree(t.Context(), sara, id, seen), hit.ErrMoved)
	require.NoError(t, p.desk.Agree(t.Context(), sara, id, len(p.look(t, id).Hit.Course)))
	h := p.look(t, id).Hit
	require.Equal(t, "sara", h.Outcome.Second)
	require.Equal(t, alerts.ActionRefuse, h.Outcome.Action)
	require.Equal(t, 1, p.count(t, `outbox where payload -> 'body' ->> 'kind' = 'closed' and payload -> 'body' -> 'outcome' ->> 'second' = 'sara'`), "the owner's centre is told how it ended")
}

// A timer runs on every step: nobody takes it, somebody sits on it, the owner says nothing.
func TestTimers(t *testing.T) {
	p := open(t)
	id, _ := p.raised(t, "L898902C3")
	ran := func() int {
		t.Helper()
		n, err := p.store.Timeouts(t.Context(), p.now, 10)
		require.NoError(t, err)
		return n
	}
	p.now = p.now.Add(10*time.Minute - time.Second)
	require.Zero(t, ran())
	p.now = p.now.Add(time.Second)
	require.Equal(t, 1, ran())
	require.Zero(t, ran(), "a supervisor is told once")
	require.True(t, p.look(t, id).Hit.Escalated)
	other, _ := p.raised(t, "B2")
	page, err := p.desk.Queue(t.Context(), actor("sara"), hit.Query{})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{id, other}, []uuid.UUID{page.Items[0].ID, page.Items[1].ID}, "escalated first")
	v, err := p.desk.Version(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, v.Escalated)

	require.NoError(t, p.desk.Claim(t.Context(), actor("sam"), id))
	require.False(t, p.look(t, id).Hit.Escalated, "somebody has it")
	p.now = p.now.Add(10 * time.Minute)
	require.Equal(t, 2, ran())
	require.True(t, p.look(t, id).Hit.Escalated, "and sits on it")
	require.NoError(t, p.desk.Judge(t.Context(), actor("sam"), id, same()))
	require.NoError(t, p.desk.Ask(t.Context(), actor("sam"), id, "?"))
	p.now = p.now.Add(2*time.Hour - time.Second)
	require.Zero(t, ran(), "the owner has two hours")
	p.now = p.now.Add(time.Second)
	require.Equal(t, 1, ran())
	require.Equal(t, hit.StageUnanswered, p.look(t, id).Hit.Stage())
	require.NoError(t, p.desk.End(t.Context(), actor("sam"), id, hit.Outcome{Code: "not_confirmed"}))
	require.Zero(t, p.count(t, "hit where due_at is not null"), "neither a closed hit nor an escalated one")
}

// One hit that cannot be read any more does not keep the timers of the others from running.
func TestABrokenHitStandsInNobodysWay(t *testing.T) {
	p := open(t)
	p.raised(t, "A1")
	p.now = p.now.Add(time.Second)
	good, _ := p.raised(t, "B2")
	_, err := p.db.Pool.Exec(t.Context(), `update hit set steps = 99 where id <> $1`, good)
	require.NoError(t, err)
	p.now = p.now.Add(time.Hour)
	n, err := p.store.Timeouts(t.Context(), p.now, 1) // the broken one is first, and fills the batch
	require.Error(t, err)
	require.Equal(t, 1, n)
	require.True(t, p.look(t, good).Hit.Escalated)
}

// What the owner says arrives with the reference data, once, however often it is told, and for this station alone.
func TestTheOwnersAnswerArrives(t *testing.T) {
	p := open(t)
	id, _ := p.raised(t, "L898902C3")
	require.NoError(t, p.desk.Claim(t.Context(), actor("sam"), id))
	require.NoError(t, p.desk.Judge(t.Context(), actor("sam"), id, same()))
	require.NoError(t, p.desk.Ask(t.Context(), actor("sam"), id, "?"))
	told := hit.Told{Station: "test-air", At: p.now, Answer: &hit.Answer{Confirmed: true, By: "desk officer", Instructions: "hold for us"}}
	take := func(want int) {
		t.Helper()
		n, err := p.store.TakeTold(t.Context(), 10)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	p.tell(t, id, told)
	take(1)
	h := p.look(t, id).Hit
	require.Equal(t, hit.StageConfirmed, h.Stage())
	require.Equal(t, "hold for us", h.Answer.Instructions)
	require.Equal(t, "hits", h.Course[len(h.Course)-1].By)
	take(0)
	p.tell(t, id, told) // a snapshot tells it again
	_, err := p.db.Pool.Exec(t.Context(), `update hit_told set done = false`)
	require.NoError(t, err)
	take(1)
	require.Equal(t, 1, p.count(t, "record where body ->> 'kind' = 'answered'"))

	told.Answer = &hit.Answer{Confirmed: false, By: "desk officer"}
	told.At = p.now.Add(time.Minute)
	p.tell(t, id, told)
	take(1)
	require.Equal(t, hit.StageNotConfirmed, p.look(t, id).Hit.Stage(), "an owner may think again")
	p.tell(t, uuid.New(), hit.Told{Station: "elsewhere", At: p.now, Answer: &hit.Answer{By: "x"}})
	take(1)
	require.Equal(t, 2, p.count(t, "record where body ->> 'kind' = 'answered'"))
}

// What cannot be used is marked and told in the log, and keeps nothing else from being taken.
func TestWhatCannotBeUsedStandsAside(t *testing.T) {
	p := open(t)
	id, _ := p.raised(t, "L898902C3")
	p.tell(t, uuid.New(), hit.Told{Station: "test-air", At: p.now, Answer: &hit.Answer{By: "x"}})
	p.tell(t, uuid.New(), hit.Told{Station: "test-air", At: p.now, Retro: &hit.Retro{Crossing: uuid.New(), Alert: "un/1", Why: "late_event"}})
	_, err := p.db.Pool.Exec(t.Context(), `insert into hit_told (hit, data) values ($1, '"words"')`, uuid.New())
	require.NoError(t, err)
	p.tell(t, id, hit.Told{Station: "test-air", At: p.now, Answer: &hit.Answer{Confirmed: true, By: "x"}})
	n, err := p.store.TakeTold(t.Context(), 10)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "words")
	require.Equal(t, 1, n)
	stuck, err := p.store.Stuck(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, stuck)
	require.NotNil(t, p.look(t, id).Hit.Answer)
	n, err = p.store.TakeTold(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, n)
}

// What a hit refuses is marked, keeps nothing else from being taken however much of it there is, and is tried again for about a day.
func TestWhatAHitRefusesIsTriedAgainLater(t *testing.T) {
	p := open(t)
	good, _ := p.raised(t, "L898902C3")
	for n := range 3 {
		bad, _ := p.raised(t, "BAD"+string(rune('A'+n)))
		p.tell(t, bad, hit.Told{Station: "test-air", At: p.now, Answer: &hit.Answer{Confirmed: true}}) // of nobody
	}
	p.tell(t, good, hit.Told{Station: "test-air", At: p.now, Answer: &hit.Answer{Confirmed: true, By: "x"}})
	taken := 0
	for range 3 { // of two rows each time
		n, _ := p.store.TakeTold(t.Context(), 2)
		taken += n
	}
	require.Equal(t, 1, taken)
	require.NotNil(t, p.look(t, good).Hit.Answer)
	stuck, err := p.store.Stuck(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, stuck)
	require.Equal(t, 3, p.count(t, "hit_told where fault = 'refused' and tries = 1"))
	_, err = p.store.TakeTold(t.Context(), 10)
	require.NoError(t, err, "not at once")
	began := p.now
	for p.count(t, "hit_told where again_at is not null") > 0 {
		require.Less(t, p.now.Sub(began), 48*time.Hour)
		p.now = p.now.Add(time.Hour)
		_, err = p.store.TakeTold(t.Context(), 10)
		require.ErrorContains(t, err, "answered_by")
	}
	require.Greater(t, p.now.Sub(began), 20*time.Hour)
	p.now = p.now.Add(time.Hour)
	_, err = p.store.TakeTold(t.Context(), 10)
	require.NoError(t, err, "it has an end")
	stuck, err = p.store.Stuck(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, stuck, "and is still told of")
}

// A hit that refuses for a while takes its answer when it is tried again.
func TestWhatWasRefusedIsTakenLater(t *testing.T) {
	p := open(t)
	id, _ := p.raised(t, "L898902C3")
	_, err := p.db.Pool.Exec(t.Context(), `update hit set steps = steps + 1`)
	require.NoError(t, err)
	p.tell(t, id, hit.Told{Station: "test-air", At: p.now, Answer: &hit.Answer{Confirmed: true, By: "x"}})
	_, err = p.store.TakeTold(t.Context(), 10)
	require.Error(t, err)
	_, err = p.db.Pool.Exec(t.Context(), `update hit set steps = steps - 1`)
	require.NoError(t, err)
	p.now = p.now.Add(time.Minute)
	n, err := p.store.TakeTold(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NotNil(t, p.look(t, id).Hit.Answer)
	stuck, err := p.store.Stuck(t.Context())
	require.NoError(t, err)
	require.Zero(t, stuck)
}

// What a simulator made up is marked as such in the queue and in the hit.
func TestAHitOfASimulatorSaysSo(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	f := found("7", "1")
	f.Check, f.Source.Name = "interpol.nominal", "interpol.nominal.simulator"
	p.decide(t, s, border.Refer, f)
	p.raised(t, "REAL")
	page, err := p.desk.Queue(t.Context(), actor("sam"), hit.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	for _, i := range page.Items {
		require.Equal(t, i.Inspection == s.ID, i.Simulator)
		require.Equal(t, i.Simulator, p.look(t, i.ID).Hit.Raise.Simulator)
	}
}

// A retro-hit that the centre tells says where and when the person crossed.
func TestARetroHitSaysWhereAndWhen(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	e := p.decide(t, s, border.Admit, border.Finding{Check: alerts.CheckName, Outcome: border.NoHit})
	p.now = p.now.Add(26 * time.Hour)
	id := hit.ID(e.CrossingID, "national/7")
	p.tell(t, id, hit.Told{Station: "test-air", At: p.now, Retro: &hit.Retro{
		Crossing: e.CrossingID, Alert: "national/7", Action: alerts.ActionDetain, Safety: []string{"armed"}, Band: alerts.Probable, Why: "alert_changed",
	}})
	_, err := p.store.TakeTold(t.Context(), 10)
	require.NoError(t, err)
	d := p.look(t, id)
	r := d.Hit.Raise
	require.Equal(t, "alert_changed", r.Retro)
	require.Equal(t, e.CrossedAt, r.CrossedAt)
	require.Equal(t, e.Lane, r.Lane)
	require.Equal(t, e.Direction, r.Direction)
	require.Equal(t, e.Identity, r.Identity)
	require.Equal(t, e.TravellerID, r.File)
	require.Equal(t, alerts.CategoryArrest, r.Category, "what the station holds of the alert")
	require.Equal(t, e.CrossingID, d.Crossings[0].ID)
	require.NotNil(t, d.Alert)
}

// A closed hit is open again when its alert has changed, once for each version.
func TestAChangedAlertOpensItsHitAgain(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	e := p.decide(t, s, border.Admit, border.Finding{Check: alerts.CheckName, Outcome: border.NoHit})
	id := hit.ID(e.CrossingID, "national/7")
	told := hit.Told{Station: "test-air", At: p.now, Retro: &hit.Retro{Crossing: e.CrossingID, Alert: "national/7", AlertVersion: 1, Why: "late_event"}}
	take := func() {
		t.Helper()
		p.tell(t, id, told)
		_, err := p.store.TakeTold(t.Context(), 10)
		require.NoError(t, err)
	}
	shut := func() {
		t.Helper()
		require.NoError(t, p.desk.Claim(t.Context(), actor("sam"), id))
		require.NoError(t, p.desk.Judge(t.Context(), actor("sam"), id, hit.Judgement{Compared: []string{"photo"}}))
	}
	take()
	shut()
	told.At = told.At.Add(time.Minute)
	take()
	require.Equal(t, hit.StageClosed, p.look(t, id).Hit.Stage(), "the same version")
	told.Retro.AlertVersion = 2
	take()
	h := p.look(t, id).Hit
	require.Equal(t, hit.StageOpen, h.Stage())
	require.Empty(t, h.Owner, "it waits for anybody")
	shut()
	told.Answer = &hit.Answer{By: "owner"}
	take()
	require.Equal(t, hit.StageClosed, p.look(t, id).Hit.Stage(), "opened once; the answer came late")
	require.True(t, p.look(t, id).Hit.LateAnswer)
}

// A retro-hit on a scan that was put aside says when and where it was read.
func TestARetroHitOnAScanThatWasPutAside(t *testing.T) {
	p := open(t)
	s := p.scan(t, "L898902C3")
	id := hit.ID(s.ID, "national/7")
	p.tell(t, id, hit.Told{Station: "test-air", At: p.now, Retro: &hit.Retro{Crossing: s.ID, Alert: "national/7", AlertVersion: 1, Why: "late_event"}})
	_, err := p.store.TakeTold(t.Context(), 10)
	require.NoError(t, err)
	r := p.look(t, id).Hit.Raise
	require.Equal(t, s.ID, r.Inspection)
	require.Equal(t, s.At, r.CrossedAt)
	require.Equal(t, s.Identity, r.Identity)
}

// A pair is remembered for this document and this version of the alert, until its time is over or somebody takes it back.
func TestAPairIsRememberedAndLapses(t *testing.T) {
	p := open(t)
	id, e := p.raised(t, "L898902C3")
	sam, sara := actor("sam"), actor("sara")
	require.NoError(t, p.desk.Claim(t.Context(), sam, id))
	require.ErrorIs(t, p.desk.Clear(t.Context(), sara, id), hit.ErrNotClearable, "nobody has said that it is not he")
	require.NoError(t, p.desk.Judge(t.Context(), sam, id, hit.Judgement{Compared: []string{"photo", "fingerprints"}}))
	require.ErrorIs(t, p.desk.Clear(t.Context(), sam, id), hit.ErrSelf)
	require.NoError(t, p.desk.Clear(t.Context(), sara, id))
	pairs := hitdb.NewPairs(p.db)
	key := hit.TravellerKey(e.Identity, e.Document)
	at := func(when time.Time) []hit.Pair {
		t.Helper()
		all, err := pairs.Cleared(t.Context(), key, []string{"national/7", "un/1"}, when)
		require.NoError(t, err)
		return all
	}
	all := at(p.now)
	require.Len(t, all, 1)
	require.Equal(t, hit.Pair{
		Alert: "national/7", AlertVersion: 1, JudgedBy: "sam", ClearedBy: "sara", ClearedAt: all[0].ClearedAt, Until: all[0].Until,
	}, all[0])
	require.Empty(t, at(p.now.Add(24*time.Hour)), "the policy's time is over")
	other := e.Document
	other.Number = "L898902C4"
	none, err := pairs.Cleared(t.Context(), hit.TravellerKey(e.Identity, other), []string{"national/7"}, p.now)
	require.NoError(t, err)
	require.Empty(t, none, "another document is another traveller")

	require.NoError(t, p.desk.Restore(t.Context(), sara, id, "a better photo"))
	require.Empty(t, at(p.now))
	require.NoError(t, p.desk.Clear(t.Context(), sara, id))
	require.NoError(t, p.desk.Reopen(t.Context(), sam, id, "the owner asks again"))
	require.Empty(t, at(p.now), "what is open is not settled")
	require.Equal(t, 2, p.count(t, "outbox where payload -> 'body' ->> 'kind' = 'cleared'"))
}

func TestAnotherHitOfTheSamePersonIsShown(t *testing.T) {
	p := open(t)
	id, _ := p.raised(t, "L898902C3")
	require.NoError(t, p.desk.Claim(t.Context(), actor("sam"), id))
	require.NoError(t, p.desk.Judge(t.Context(), actor("sam"), id, hit.Judgement{Compared: []string{"photo"}}))
	p.now = p.now.Add(time.Hour)
	again, _ := p.raised(t, "L898902C3")
	d := p.look(t, again)
	require.Len(t, d.Earlier, 1)
	require.Equal(t, id, d.Earlier[0].ID)
	require.NotEqual(t, uuid.Nil, d.Case, "the case of the second line")
	require.Equal(t, 1, d.EarlierAll)

	_, err := p.db.Pool.Exec(t.Context(), `INSERT INTO hit SELECT (jsonb_populate_record(h, jsonb_build_object('id', gen_random_uuid()))).* FROM hit h, generate_series(1, 24) WHERE h.id = $1`, id)
	require.NoError(t, err)
	d = p.look(t, again)
	require.Len(t, d.Earlier, 20, "the newest")
	require.Equal(t, 25, d.EarlierAll, "and how many there are")
}

// Without room on the disk nobody works on hits; they are raised and read all the same.
func TestWithoutRoom(t *testing.T) {
	p := open(t)
	p.space = pgcluster.Scarce
	s := p.scan(t, "L898902C3")
	require.NoError(t, p.store.Found(t.Context(), s, found("7", "1")))
	id := hit.ID(s.ID, "national/7")
	require.ErrorIs(t, p.desk.Claim(t.Context(), actor("sam"), id), postgres.ErrFull)
	require.Equal(t, hit.StageOpen, p.look(t, id).Hit.Stage())
}

func TestNoSuchHit(t *testing.T) {
	p := open(t)
	_, err := p.desk.Look(t.Context(), actor("sam"), uuid.New())
	require.ErrorIs(t, err, hit.ErrNoSuchHit)
	require.ErrorIs(t, p.desk.Claim(t.Context(), actor("sam"), uuid.New()), hit.ErrNoSuchHit)
	_, err = p.store.Picture(t.Context(), uuid.New(), "x", actor("sam").Entry(p.now, "consultation", "hit", "x"))
	require.Error(t, err)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return hitdb.Sink{}.Clear(t.Context(), tx) }))
}

// What is judged in the case of the second line is judged of the hit; of somebody else's hit it is not, and a check without alerts has none.
func TestJudgedInTheCase(t *testing.T) {
	p := open(t)
	id, e := p.raised(t, "L898902C3")
	inspection := p.look(t, id).Hit.Raise.Inspection
	judge := func(by string, j secondline.Judgement) error {
		return p.db.InTx(t.Context(), func(tx pgx.Tx) error {
			return p.store.JudgedInCase(t.Context(), tx, inspection, j, by, actor(by).Entry(p.now, audit.Alteration, "referral", e.CrossingID.String()))
		})
	}
	word := secondline.Judgement{Check: alerts.CheckName, Ref: "national/7@1", Same: true, Compared: []string{"photo"}}
	require.NoError(t, judge("sam", secondline.Judgement{Check: "document", Compared: []string{"photo"}}))
	require.NoError(t, judge("sam", word))
	h := p.look(t, id).Hit
	require.Equal(t, "sam", h.Owner)
	require.Equal(t, hit.StageSame, h.Stage())
	require.ErrorIs(t, judge("tom", word), hit.ErrNotOwner)
	word.Same = false
	require.NoError(t, judge("sam", word))
	require.Equal(t, hit.OutcomeNotSame, p.look(t, id).Hit.Outcome.Code)
	require.ErrorIs(t, judge("sam", word), hit.ErrClosed)

	scan := p.scan(t, "NEW")
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return p.store.FoundAgain(t.Context(), tx, scan, []border.Finding{found("7", "1")})
	}))
	require.Equal(t, hit.StageOpen, p.look(t, hit.ID(scan.ID, "national/7")).Hit.Stage(), "what the second line finds is a hit too")
}
