package shiftdb_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

const password = "six tall grey herons"

// sit signs an officer in, in a lane.
func (p *post) sit(t testing.TB, login, lane string) auth.Session {
	t.Helper()
	_, session, err := p.door.SignIn(t.Context(), auth.Attempt{Login: login, Password: password, Source: "192.0.2.7", Lane: lane})
	require.NoError(t, err)
	return session
}

func (p *post) hire(t testing.TB, logins ...string) {
	t.Helper()
	for _, login := range logins {
		_, _, err := p.door.CreateUser(t.Context(), audit.Actor{ID: "test"}, auth.NewUser{
			Login: login, DisplayName: login, Role: auth.RoleOfficer, Password: password,
		})
		require.NoError(t, err)
	}
}

func (p *post) lanes(t testing.TB) []shift.LaneTime {
	t.Helper()
	p.pass(time.Second)
	state, err := p.State(t.Context())
	require.NoError(t, err)
	return p.folder(t, state.Current).Register.Lanes
}

func TestTakingALaneOpensIt(t *testing.T) {
	p := open(t)
	require.NoError(t, p.TakeLane(t.Context(), in("1", "amara"), "1"), "also while no shift runs")
	p.begin(t, "sara")
	begun := p.now()
	p.pass(time.Hour)
	require.NoError(t, p.TakeLane(t.Context(), in("1", "amara"), "1"), "twice is once")
	require.NoError(t, p.TakeLane(t.Context(), in("2", "amara"), "2"))
	p.pass(time.Hour)
	require.NoError(t, p.LeaveLane(t.Context(), in("2", "amara")))
	require.NoError(t, p.LeaveLane(t.Context(), in("2", "amara")), "twice is once")
	requireProblem(t, p.TakeLane(t.Context(), in("9", "amara"), "9"), "shift_lane")
	require.Equal(t, []shift.LaneTime{
		{Lane: "1", Direction: border.Entry, Officer: "amara", From: begun, Until: begun.Add(time.Hour), Cause: shift.OtherLane},
		{Lane: "2", Direction: border.Exit, Officer: "amara", From: begun.Add(time.Hour), Until: begun.Add(2 * time.Hour), Cause: shift.ByOfficer},
	}, p.lanes(t))
	require.Equal(t, 4, p.count(t, `select count(*) from record where body ->> 'step' in ('lane_opened', 'lane_closed')`))
}

// The record follows the sessions although nobody writes anything down.
func TestLanesFollowSessions(t *testing.T) {
	p := open(t)
	p.hire(t, "amara", "bo", "cy")
	p.begin(t, "sara")
	start := p.now()
	amara := p.sit(t, "amara", "1")
	p.sit(t, "bo", "2")
	p.sit(t, "cy", "no such lane")
	require.NoError(t, p.Reconcile(t.Context()))
	require.Len(t, p.lanes(t), 2)
	p.pass(time.Hour)
	out := p.now()
	require.NoError(t, p.door.SignOut(t.Context(), amara))
	p.pass(10 * time.Second)
	require.NoError(t, p.Reconcile(t.Context()))
	list := p.lanes(t)
	require.Equal(t, "amara", list[0].Officer)
	require.Equal(t, out, list[0].Until, "the lane closed when she signed out, not when that was seen")
	require.Equal(t, shift.SignedOut, list[0].Cause)
	require.True(t, list[1].Until.IsZero(), "bo is still there")

	p.pass(24 * time.Hour) // bo's session expires, and nobody ends it
	require.NoError(t, p.Reconcile(t.Context()))
	require.Equal(t, start.Add(auth.DefaultPolicy().Absolute), p.lanes(t)[1].Until)
	records := p.count(t, `select count(*) from record`)
	require.NoError(t, p.Reconcile(t.Context()))
	require.Equal(t, records, p.count(t, `select count(*) from record`), "nothing changed, nothing is written")
}

// Two browsers of one officer do not make his lane go to and fro.
func TestTwoSessionsOfOneOfficer(t *testing.T) {
	p := open(t)
	p.hire(t, "amara")
	p.begin(t, "sara")
	p.sit(t, "amara", "1")
	require.NoError(t, p.Reconcile(t.Context()))
	p.pass(time.Minute)
	p.sit(t, "amara", "2")
	for range 3 {
		require.NoError(t, p.Reconcile(t.Context()))
	}
	require.Len(t, p.lanes(t), 1)
	require.NoError(t, p.TakeLane(t.Context(), in("2", "amara"), "2"))
	require.NoError(t, p.Reconcile(t.Context()))
	require.Len(t, p.lanes(t), 2)
}

func TestManyActsAtOnce(t *testing.T) {
	p := open(t)
	var group sync.WaitGroup
	errs := make(chan error, 40)
	for n := range 20 {
		group.Go(func() { _, err := p.Begin(t.Context(), person(fmt.Sprint("s", n)), nil); errs <- err })
		group.Go(func() { errs <- p.TakeLane(t.Context(), in("1", fmt.Sprint("o", n%5)), fmt.Sprint(1+n%3)) })
	}
	group.Wait()
	close(errs)
	refused := 0
	for err := range errs {
		if err != nil {
			requireProblem(t, err, "shift_open")
			refused++
		}
	}
	require.Equal(t, 19, refused)
	require.Equal(t, 1, p.count(t, `select count(*) from shift`))
	require.Equal(t, 5, p.count(t, `select count(*) from shift_lane where closed_at is null`))
}

func TestStampsAndLevels(t *testing.T) {
	p := open(t)
	p.begin(t, "sara")
	require.NoError(t, p.Stamp(t.Context(), person("sara"), shift.Issued, "K7", "amara", ""))
	require.NoError(t, p.Stamp(t.Context(), person("sara"), shift.Issued, "K8", "bo", ""))
	require.NoError(t, p.Relax(t.Context(), person("sara"), shift.Sample, "queue of two hours"))
	p.pass(time.Hour)
	require.NoError(t, p.Stamp(t.Context(), person("sara"), shift.Returned, "K7", "", ""))
	require.NoError(t, p.Stamp(t.Context(), person("sara"), shift.Lost, "K8", "", "fell into the sea"))
	require.NoError(t, p.Stamp(t.Context(), person("sara"), shift.Lost, "K9", "", "found nowhere"))
	require.NoError(t, p.Relax(t.Context(), person("sara"), shift.Full, ""))
	p.pass(time.Minute)
	r := p.offer(t, "sara").Register
	from, to := r.From, r.From.Add(time.Hour)
	require.Equal(t, []shift.StampTime{
		{Code: "K7", Holder: "amara", From: from, Until: to}, {Code: "K8", Holder: "bo", From: from, Until: to, Lost: true, Remark: "fell into the sea"},
		{Code: "K9", From: to, Until: to, Lost: true, Remark: "found nowhere"},
	}, r.Stamps)
	require.Equal(t, shift.Relaxation{Level: shift.Sample, Reason: "queue of two hours", By: "sara", From: from, Until: to}, r.Relaxations[0])
	p.begin(t, "tariq")
	p.pass(time.Minute)
	requireProblem(t, p.Stamp(t.Context(), person("tariq"), shift.Issued, "K8", "bo", ""), "shift_stamp_lost")
	next := p.offer(t, "tariq").Register
	require.Empty(t, next.Relaxations, "full control that began earlier is nothing to tell")
	require.Empty(t, next.Stamps, "what ended earlier is the earlier shift's")
}

func TestOutagesOfTheLine(t *testing.T) {
	p := open(t)
	p.begin(t, "sara")
	lost := p.now().Add(time.Minute)
	p.pass(2 * time.Minute)
	require.NoError(t, p.Link(t.Context(), false, lost))
	require.NoError(t, p.Link(t.Context(), false, lost))
	p.pass(time.Hour)
	back := p.now()
	require.NoError(t, p.Link(t.Context(), true, back))
	require.NoError(t, p.Link(t.Context(), true, back))
	p.pass(time.Minute)
	require.Equal(t, []shift.Outage{{From: lost, Until: back}}, p.offer(t, "sara").Register.Outages)
	require.Equal(t, 2, p.count(t, `select count(*) from record where body ->> 'step' in ('link_lost', 'link_back')`))
}

func TestTextsKeepEveryVersion(t *testing.T) {
	p := open(t)
	id := p.begin(t, "sara")
	require.NoError(t, p.Write(t.Context(), person("sara"), id, shift.Complaints, "none"))
	require.NoError(t, p.Write(t.Context(), person("bo"), id, shift.Complaints, "one, oral"))
	f := p.offer(t, "sara")
	w, ok := f.Register.TextOf(shift.Complaints)
	require.True(t, ok)
	require.Equal(t, "one, oral", w.Text)
	require.Equal(t, 2, w.Version)
	require.NoError(t, p.Write(t.Context(), person("sara"), id, shift.Complaints, "one, in writing"))
	entry := person("sara").Entry(p.now(), audit.Consultation, "shift", id.String())
	entry.Purpose = "post_supervision"
	list, err := p.Versions(t.Context(), id, shift.Complaints, entry)
	require.NoError(t, err)
	require.Equal(t, []bool{false, false, true}, []bool{list[0].Late, list[1].Late, list[2].Late})
	require.True(t, p.folder(t, id).Genuine())
}

// Whatever is done in whatever order, the rows that screens read are what the records tell.
func TestRowsAreWhatTheRecordsTell(t *testing.T) {
	p := open(t)
	people := []string{"sara", "tariq", "amara"}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(r, "acts") {
			p.pass(time.Duration(rapid.IntRange(1, 3600).Draw(r, "seconds")) * time.Second)
			who := rapid.SampledFrom(people).Draw(r, "who")
			err := p.anything(t, rapid.IntRange(0, 11).Draw(r, "act"), who, rapid.SampledFrom([]string{"1", "2", "3"}).Draw(r, "thing"))
			if kind := problem.KindOf(err); err != nil && (kind == problem.Internal || kind == problem.Unavailable) {
				require.NoError(t, err)
			}
		}
		p.requireTold(t)
	})
}

func (p *post) anything(t *testing.T, act int, who, thing string) error {
	state, err := p.State(t.Context())
	require.NoError(t, err)
	current, last := state.Current, uuid.Nil
	if x, ok := state.Last(); ok {
		last = x.ID
	}
	ctx, by := t.Context(), person(who)
	switch act {
	case 0:
		_, err = p.Begin(ctx, by, []string{thing})
	case 1:
		return p.Join(ctx, by, thing)
	case 2:
		return p.Leave(ctx, by, thing)
	case 3:
		return p.TakeLane(ctx, by, thing)
	case 4:
		return p.LeaveLane(ctx, by)
	case 5:
		return p.Stamp(ctx, by, shift.Issued, thing, who, "")
	case 6:
		return p.Stamp(ctx, by, shift.Returned, thing, "", "")
	case 7:
		return p.Relax(ctx, by, shift.Levels()[len(thing)], "why not")
	case 8:
		return p.Offer(ctx, by, current, "note")
	case 9:
		return p.Sign(ctx, by, last, state.Shifts[last].Digest)
	case 10:
		return p.Read(ctx, by, last)
	case 11:
		return p.Link(ctx, thing == "1", p.now())
	}
	return err
}

// requireTold tells the state machine all records again and compares.
func (p *post) requireTold(t *testing.T) {
	rows, err := p.db.Pool.Query(t.Context(), `select body from record where kind = 'shift.event' order by recorded_at, event_time, id`)
	require.NoError(t, err)
	bodies, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	require.NoError(t, err)
	told := shift.NewState()
	for _, body := range bodies {
		var e shift.Event
		require.NoError(t, json.Unmarshal(body, &e))
		next, err := told.Next(e)
		require.NoError(t, err, "%s", body)
		told = next
	}
	state, err := p.State(t.Context())
	require.NoError(t, err)
	require.Equal(t, told.Current, state.Current)
	require.Equal(t, told.Lanes, state.Lanes)
	require.Equal(t, told.Stamps, state.Stamps)
	require.Equal(t, told.Level, state.Level)
	require.Equal(t, told.LinkLost, state.LinkLost)
	require.Len(t, state.Unsigned(), len(told.Unsigned()))
	for id, x := range state.Shifts {
		require.Equal(t, normal(told.Shifts[id]), normal(x))
	}
}

// normal takes empty lists for none.
func normal(x shift.Shift) string { return fmt.Sprintf("%+v", x) }
