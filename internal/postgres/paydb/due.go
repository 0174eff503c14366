package paydb

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/pay"
)

// askFirst is when a provider is asked about an order that nobody heard of.
const askFirst = 20 * time.Second

// later is how long after a try the next follows. One that is pending is asked about for as long as it is; one that is settled a few times more,
// for payments that the provider was told of late, and for second ones whose call-back was lost. Zero or less: no more.
func later(state pay.State, tries int) time.Duration {
	if state == pay.Pending {
		return min(askFirst<<min(tries, 10), 30*time.Minute)
	}
	settled := [...]time.Duration{10 * time.Minute, 2 * time.Hour, 26 * time.Hour, 8 * 24 * time.Hour}
	if tries < len(settled) {
		return settled[tries]
	}
	return 0
}

// Due implements pay.Store.
func (s *Store) Due(ctx context.Context, provider string, most int) (due []pay.Order, err error) {
	err = s.in(ctx, "find orders that are due", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+columns+`, tries FROM portal.payment_order WHERE next_at <= $1 AND provider = $2 ORDER BY next_at LIMIT $3
			FOR UPDATE SKIP LOCKED`, s.o.Now(), provider, most)
		if err != nil {
			return err
		}
		due, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (pay.Order, error) { return scan(withoutLast{row}) })
		if err != nil {
			return err
		}
		for _, o := range due {
			if err := s.putOff(ctx, tx, o); err != nil {
				return err
			}
		}
		return nil
	})
	return due, err
}

// withoutLast reads all columns but the last.
type withoutLast struct{ pgx.CollectableRow }

// Scan implements pgx.CollectableRow.
func (w withoutLast) Scan(dest ...any) error {
	var last any
	return w.CollectableRow.Scan(append(dest, &last)...)
}

// putOff makes an order due again later, before it is asked about.
func (s *Store) putOff(ctx context.Context, tx pgx.Tx, o pay.Order) error {
	var tries int
	if err := tx.QueryRow(ctx, `UPDATE portal.payment_order SET tries = tries + 1 WHERE id = $1 RETURNING tries`, o.ID).Scan(&tries); err != nil {
		return err
	}
	var next *time.Time
	if wait := later(o.State, tries); wait > 0 {
		at := s.o.Now().Add(wait)
		next = &at
	}
	_, err := tx.Exec(ctx, `UPDATE portal.payment_order SET next_at = $2 WHERE id = $1`, o.ID, next)
	return err
}

// Owed implements pay.Store.
func (s *Store) Owed(ctx context.Context, provider string, most int) (owed []pay.Back, err error) {
	if err := s.takeWanted(ctx, most); err != nil {
		return nil, err
	}
	err = s.in(ctx, "find refunds that are owed", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			WITH due AS (
				SELECT r.id, r.payment_id FROM portal.payment_refund r JOIN portal.payment p ON p.id = r.payment_id
				WHERE r.next_at <= $1 AND p.provider = $2 ORDER BY r.next_at LIMIT $3 FOR UPDATE OF r SKIP LOCKED),
			put_off AS (
				UPDATE portal.payment_refund r SET tries = tries + 1,
					next_at = $1::timestamptz + least(interval '20 seconds' * power(2, least(tries, 10)), interval '1 hour')
				FROM due WHERE r.id = due.id RETURNING r.id, r.payment_id, r.amount, r.currency)
			SELECT f.id, o.ref, p.ref, f.amount, f.currency FROM put_off f JOIN portal.payment p ON p.id = f.payment_id
				JOIN portal.payment_order o ON o.id = p.order_id`, s.o.Now(), provider, most)
		if err != nil {
			return err
		}
		owed, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (b pay.Back, err error) {
			return b, row.Scan(&b.Key, &b.Order, &b.Payment, &b.Amount.Minor, &b.Amount.Currency)
		})
		return err
	})
	return owed, err
}

// Wait implements pay.Store. It listens on a connection of its own, which is closed at the end: nobody else gets its notices.
func (s *Store) Wait(ctx context.Context, provider string, most time.Duration) error {
	pooled, err := s.db.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack()
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing is lost with it
	if _, err := conn.Exec(ctx, "LISTEN "+Channel); err != nil {
		return err
	}
	var ready bool // what came between the last look and listening
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.payment_order WHERE next_at <= $1 AND provider = $2)
		OR EXISTS (SELECT FROM portal.payment_refund r JOIN portal.payment p ON p.id = r.payment_id WHERE r.next_at <= $1 AND p.provider = $2)
		OR EXISTS (SELECT FROM portal.refund_wanted WHERE taken_at IS NULL)`, s.o.Now(), provider).Scan(&ready)
	if err != nil || ready {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	if _, err := conn.WaitForNotification(waiting); err != nil && waiting.Err() == nil {
		return err
	}
	return ctx.Err()
}
