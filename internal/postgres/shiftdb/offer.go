package shiftdb

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/shift"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// What keeps a shift from being handed over: open cases with their owner and age, and lanes with travellers who were left waiting.
// Nobody is named here but the officer who has the case.
const (
	openCases = `select id, owner, opened_at from referral where closed_at is null order by opened_at, id`
	leftScans = `select lane, count(*)::int, min(scanned_at) from scan where status = 'open' and scanned_at <= $1 group by lane order by 3, 1`
)

// Blocks is what keeps the shift from being handed over at present.
func (s *Store) Blocks(ctx context.Context) ([]shift.Block, error) {
	return blocks(ctx, s.cfg.DB.Pool, s.cfg.Now())
}

func blocks(ctx context.Context, db batcher, now time.Time) ([]shift.Block, error) {
	var list []shift.Block
	add := func(x shift.Block) {
		x.Since = x.Since.UTC()
		list = append(list, x)
	}
	b := &pgx.Batch{}
	each(b, openCases, func(row pgx.CollectableRow) (x shift.Block, err error) {
		return x, row.Scan(&x.Case, &x.Owner, &x.Since)
	}, add)
	each(b, leftScans, func(row pgx.CollectableRow) (x shift.Block, err error) {
		return x, row.Scan(&x.Lane, &x.Count, &x.Since)
	}, add, now.Add(-shift.InHand))
	return list, db.SendBatch(ctx, b).Close()
}

// Offer closes the shift that runs and offers it for hand-over: its register is kept as it stands, and told apart by its digest
// from then on. ErrBlocked while something keeps it from being handed over.
func (s *Store) Offer(ctx context.Context, by audit.Actor, id uuid.UUID, note string) error {
	if err := s.Reconcile(ctx); err != nil {
		return err
	}
	return s.doWith(ctx, id, func(ctx context.Context, tx pgx.Tx, state shift.State) ([]act, error) {
		now := s.cfg.Now().UTC().Truncate(time.Microsecond)
		if !state.Shifts[id].Runs() || strings.TrimSpace(note) == "" { // said before what blocks
			_, err := state.Next(shift.Event{Step: shift.Offered, By: by.Name, At: now, Shift: id, Text: note, Digest: shift.Digest(nil)})
			return nil, err
		}
		if err := free(ctx, tx, now); err != nil {
			return nil, err
		}
		register, err := s.fill(ctx, tx, state.Shifts[id], now)
		if err != nil {
			return nil, err
		}
		encoded, err := register.Encode()
		if err != nil {
			return nil, err
		}
		e := shift.Event{Step: shift.Offered, Shift: id, Text: strings.TrimSpace(note), Digest: shift.Digest(encoded), Counts: register.Counts()}
		return []act{{by: by, event: e, at: now, register: encoded, decision: "offered register " + e.Digest}}, nil
	})
}

// ErrBlocked says that something keeps the shift from being handed over; Blocks tells what.
func ErrBlocked(count int) error {
	return problem.New(problem.Conflict, "shift_blocked").With("count", count)
}

func free(ctx context.Context, tx pgx.Tx, now time.Time) error {
	list, err := blocks(ctx, tx, now)
	if err == nil && len(list) > 0 {
		err = ErrBlocked(len(list))
	}
	return err
}
