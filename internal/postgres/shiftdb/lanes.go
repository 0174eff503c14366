package shiftdb

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// TakeLane opens the lane for its officer; the lane that he had is closed.
func (s *Store) TakeLane(ctx context.Context, by audit.Actor, lane string) error {
	known, ok := s.lane(lane)
	if !ok {
		return problem.New(problem.Invalid, "shift_lane").At("lane")
	}
	return s.do(ctx, func(_ context.Context, _ pgx.Tx, state shift.State) ([]act, error) {
		return take(state, by, by.Name, known, time.Time{}), nil
	})
}

func (s *Store) lane(name string) (Lane, bool) {
	n := slices.IndexFunc(s.cfg.Lanes, func(l Lane) bool { return l.Name == name })
	if n < 0 {
		return Lane{}, false
	}
	return s.cfg.Lanes[n], true
}

// take are the steps by which an officer comes to sit in a lane at an instant.
func take(state shift.State, by audit.Actor, officer string, lane Lane, at time.Time) []act {
	var acts []act
	if old, in := state.Lanes[officer]; in && old.Name != lane.Name {
		acts = append(acts, act{by: by, at: at, event: closing(old, shift.OtherLane)})
	}
	e := shift.Event{Step: shift.Opened, Person: officer, Lane: lane.Name, Direction: lane.Direction}
	return append(acts, act{by: by, at: at, event: e})
}

func closing(l shift.Lane, cause string) shift.Event {
	return shift.Event{Step: shift.Closed, Person: l.Officer, Lane: l.Name, Direction: l.Direction, Kind: cause}
}

// LeaveLane closes the author's lane.
func (s *Store) LeaveLane(ctx context.Context, by audit.Actor) error {
	return s.do(ctx, func(_ context.Context, _ pgx.Tx, state shift.State) ([]act, error) {
		open, in := state.Lanes[by.Name]
		if !in {
			return nil, nil
		}
		return []act{{by: by, event: closing(open, shift.ByOfficer)}}, nil
	})
}

// Who sits where, by the sessions: the lanes of each person's living sessions, newest first, and when the last of the others ended.
// A session that expired ended when it expired, whether or not that was noted yet.
const sittings = `
select a.login, coalesce(array_agg(s.lane order by s.created_at desc) filter (where s.alive), '{}'),
       coalesce(max(least(s.ended_at, s.expires_at)) filter (where not s.alive), 'epoch')
from (select account_id, lane, created_at, ended_at, expires_at, ended_at is null and expires_at > $1 as alive from session
      where lane <> '' and (ended_at is null or ended_at >= (select min(opened_at) from shift_lane where closed_at is null))) s
join account a on a.id = s.account_id
where s.alive or a.login in (select officer from shift_lane where closed_at is null)
group by a.login`

type sitting struct {
	Login  string
	Lanes  []string
	LeftAt time.Time
}

// Reconcile makes the record of lanes follow who sits where: a lane whose officer's session ended is closed at that instant, and a
// lane that somebody sits in is open although nobody wrote so.
func (s *Store) Reconcile(ctx context.Context) error {
	return s.do(ctx, func(ctx context.Context, tx pgx.Tx, state shift.State) ([]act, error) {
		now := s.cfg.Now().UTC()
		rows, err := tx.Query(ctx, sittings, now)
		if err != nil {
			return nil, err
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sitting])
		if err != nil {
			return nil, err
		}
		return s.follow(state, list, now), nil
	})
}

func (s *Store) follow(state shift.State, list []sitting, now time.Time) []act {
	var acts []act
	for _, sit := range list {
		open, in := state.Lanes[sit.Login]
		switch {
		case in && slices.Contains(sit.Lanes, open.Name):
		case len(sit.Lanes) > 0:
			if lane, ok := s.lane(sit.Lanes[0]); ok {
				acts = append(acts, take(state, s.system(), sit.Login, lane, time.Time{})...)
			}
		case in:
			acts = append(acts, act{by: s.system(), at: between(open.Since, orZero(sit.LeftAt), now), event: closing(open, shift.SignedOut)})
		}
	}
	for _, officer := range slices.Sorted(maps.Keys(state.Lanes)) {
		if !slices.ContainsFunc(list, func(sit sitting) bool { return sit.Login == officer }) {
			acts = append(acts, act{by: s.system(), event: closing(state.Lanes[officer], shift.SignedOut)})
		}
	}
	return acts
}

// between is the instant when it lies in the span, else the span's end.
func between(from, at, until time.Time) time.Time {
	if at.Before(from) || at.After(until) {
		return until
	}
	return at
}
