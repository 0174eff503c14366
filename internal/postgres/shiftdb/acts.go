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

// Begin begins a shift with its team; the author is responsible for it. Its register tells what happened since the last one ended.
func (s *Store) Begin(ctx context.Context, by audit.Actor, team []string) (uuid.UUID, error) {
	id := s.cfg.NewID()
	err := s.do(ctx, func(_ context.Context, _ pgx.Tx, state shift.State) ([]act, error) {
		now := s.cfg.Now().UTC().Truncate(time.Microsecond)
		from := now
		if last, ok := state.Last(); ok {
			from = last.OfferedAt
		}
		return []act{{by: by, event: shift.Event{Step: shift.Begun, Shift: id, Team: team, From: from}, at: now}}, nil
	})
	return id, err
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
