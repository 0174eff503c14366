package shiftdb

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
)

// What happened first at the station: a scan, a decision or a record, a record of a shift when it became true and any other when it
// was written down, as the register counts them. A signal of need of protection moves nothing.
const firstHappening = `select coalesce(least((select min(scanned_at) from scan), (select min(decided_at) from decision),
	(select min(case when kind = 'shift.event' then event_time else recorded_at end) from record where kind <> 'protection.event')), $1)`

// Begin begins a shift with its team; the author is responsible for it. Its register tells what happened since the last one ended; the
// first one's what happened since the station's first hour.
func (s *Store) Begin(ctx context.Context, by audit.Actor, team []string) (uuid.UUID, error) {
	id := s.cfg.NewID()
	err := s.do(ctx, func(ctx context.Context, tx pgx.Tx, state shift.State) ([]act, error) {
		now := s.cfg.Now().UTC().Truncate(time.Microsecond)
		from, err := coveredFrom(ctx, tx, state, now)
		if err != nil {
			return nil, err
		}
		return []act{{by: by, event: shift.Event{Step: shift.Begun, Shift: id, Team: team, From: from}, at: now}}, nil
	})
	return id, err
}

// coveredFrom is where the register of a shift that begins now begins: nothing that happened stands in no register.
func coveredFrom(ctx context.Context, tx pgx.Tx, state shift.State, now time.Time) (time.Time, error) {
	if last, ok := state.Last(); ok {
		return last.OfferedAt, nil
	}
	first := now
	if err := tx.QueryRow(ctx, firstHappening, now).Scan(&first); err != nil {
		return now, err
	}
	if first.After(now) { // a clock that was set back
		return now, nil
	}
	return first.UTC(), nil
}

// Join takes somebody into the team of the shift that runs.
func (s *Store) Join(ctx context.Context, by audit.Actor, person string) error {
	return s.one(ctx, act{by: by, event: shift.Event{Step: shift.Joined, Person: person}})
}

// Leave takes somebody out of it.
func (s *Store) Leave(ctx context.Context, by audit.Actor, person string) error {
	return s.one(ctx, act{by: by, event: shift.Event{Step: shift.Left, Person: person}})
}

// Relax sets the level of control, with the reason of every level but the full one.
func (s *Store) Relax(ctx context.Context, by audit.Actor, level, reason string) error {
	return s.one(ctx, act{by: by, event: shift.Event{Step: shift.Relaxed, Kind: level, Text: reason}, decision: "relaxed: " + level})
}

// Note notes something in a section, also while no shift runs.
func (s *Store) Note(ctx context.Context, by audit.Actor, section shift.Section, kind, text string) error {
	e := shift.Event{Step: shift.Noted, Section: section, Kind: kind, Text: strings.TrimSpace(text), Lane: by.Lane}
	return s.one(ctx, act{by: by, event: e, decision: "noted: " + string(section)})
}

// Stamp notes that a stamp was issued to a holder, given back or lost.
func (s *Store) Stamp(ctx context.Context, by audit.Actor, step shift.Step, code, holder, remark string) error {
	return s.one(ctx, act{by: by, event: shift.Event{Step: step, Code: strings.TrimSpace(code), Person: holder, Text: remark}})
}

// Write completes a section of a register by hand. Every version is kept; after the register was offered it is marked as late.
func (s *Store) Write(ctx context.Context, by audit.Actor, id uuid.UUID, section shift.Section, text string) error {
	return s.one(ctx, act{by: by, event: shift.Event{Step: shift.Written, Shift: id, Section: section, Text: strings.TrimSpace(text)},
		decision: "written: " + string(section)})
}

// Sign hands the offered shift over to the person whose actor signs: a second supervisor, who has just proved himself. digest is
// that of the register he read.
func (s *Store) Sign(ctx context.Context, signer audit.Actor, id uuid.UUID, digest string) error {
	return s.one(ctx, act{by: signer, event: shift.Event{Step: shift.Signed, Shift: id, Person: signer.Name, Digest: digest},
		decision: "signed register " + digest})
}

// Read notes that somebody read the hand-over of a shift.
func (s *Store) Read(ctx context.Context, by audit.Actor, id uuid.UUID) error {
	return s.one(ctx, act{by: by, event: shift.Event{Step: shift.Read, Shift: id, Person: by.Name}})
}

// Link notes that the centre went out of reach at an instant, or came back. Nothing is written while nothing changes.
func (s *Store) Link(ctx context.Context, online bool, at time.Time) error {
	step := shift.LinkLost
	if online {
		step = shift.LinkBack
	}
	return s.one(ctx, act{by: s.system(), event: shift.Event{Step: step}, at: at})
}
