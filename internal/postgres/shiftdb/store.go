package shiftdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// Purpose is what reads of shifts and registers are audited with.
const Purpose = "post_supervision"

// Lane is a lane of the post and where it leads.
type Lane struct {
	Name      string
	Direction border.Direction
}

// Config is what a Store is made of; all fields are needed.
type Config struct {
	DB      *postgres.DB
	Station string
	Zone    *time.Location
	Lanes   []Lane
	Now     func() time.Time
	NewID   func() uuid.UUID
	// Wake is called after each commit that has something for the centre; it must not block.
	Wake func()
}

// Store keeps the shifts of one crossing point. It is safe for concurrent use.
type Store struct {
	cfg Config

	mu    sync.Mutex
	brief *Brief // nil until asked for, and again when a step was taken
}

// New makes the store.
func New(cfg Config) *Store { return &Store{cfg: cfg} }

// Zone is the post's time zone.
func (s *Store) Zone() *time.Location { return s.cfg.Zone }

// act is one step to be taken: the event as far as its author gives it, and what goes with it.
type act struct {
	by    audit.Actor
	event shift.Event
	at    time.Time // when it became true; now when zero
	// decision is the outcome in the audit entry; the step itself when empty.
	decision string
	register []byte // of an offer
}

// do takes steps in one transaction, one shift's event after the other: nothing of a post's shifts happens at the same time.
func (s *Store) do(ctx context.Context, plan func(ctx context.Context, tx pgx.Tx, state shift.State) ([]act, error)) error {
	return s.doWith(ctx, uuid.Nil, plan)
}

// doWith is do with an older shift in the state.
func (s *Store) doWith(ctx context.Context, also uuid.UUID, plan func(ctx context.Context, tx pgx.Tx, state shift.State) ([]act, error)) error {
	written := 0
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('shift', 0))`); err != nil {
			return err
		}
		state, err := load(ctx, tx, also)
		if err != nil {
			return err
		}
		acts, err := plan(ctx, tx, state)
		if err != nil {
			return err
		}
		for _, a := range acts {
			// Steps that are written together keep their order by the time of their writing.
			if state, err = s.take(ctx, tx, state, a, time.Duration(written)*time.Microsecond); errors.Is(err, shift.ErrNothing) {
				continue
			} else if err != nil {
				return err
			}
			written++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("shift: %w", err)
	}
	if written > 0 {
		s.mu.Lock()
		s.brief = nil
		s.mu.Unlock()
		s.cfg.Wake()
	}
	return nil
}

// one takes one step that needs no look at the state.
func (s *Store) one(ctx context.Context, a act) error {
	return s.doWith(ctx, a.event.Shift, func(context.Context, pgx.Tx, shift.State) ([]act, error) { return []act{a}, nil })
}

// take writes one step: record, audit entry, event for the centre, and the rows for screens.
func (s *Store) take(ctx context.Context, tx pgx.Tx, state shift.State, a act, after time.Duration) (shift.State, error) {
	now := s.cfg.Now().UTC().Truncate(time.Microsecond)
	e := a.event
	e.By, e.At = a.by.Name, a.at.UTC().Truncate(time.Microsecond)
	if a.at.IsZero() {
		e.At = now
	}
	if e.Shift == uuid.Nil {
		e.Shift = state.Current
	}
	next, err := state.Next(e)
	if err != nil {
		return state, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return state, err
	}
	r := border.Record{
		ID: s.cfg.NewID(), Kind: border.ShiftEvent, Subject: e.Shift, Station: s.cfg.Station, Lane: e.Lane, Officer: e.By,
		Zone: s.cfg.Zone.String(), EventTime: e.At, RecordedAt: now.Add(after), Origin: border.Live, Status: border.Confirmed, Body: body,
	}
	if err := recorddb.Append(ctx, tx, r, s.entry(a, e, now)); err != nil {
		return state, err
	}
	return next, project(ctx, tx, r.ID, e, a.register)
}

func (s *Store) entry(a act, e shift.Event, now time.Time) audit.Entry {
	object := e.Shift.String()
	if e.Shift == uuid.Nil {
		object = ""
	}
	entry := a.by.Entry(now, audit.Alteration, "shift", object)
	entry.Purpose, entry.Decision = Purpose, string(e.Step)
	if a.decision != "" {
		entry.Decision = a.decision
	}
	return entry
}

// system is the author of what nobody did by hand.
func (s *Store) system() audit.Actor {
	return audit.Actor{ID: shift.System, Name: shift.System, Post: s.cfg.Station}
}
