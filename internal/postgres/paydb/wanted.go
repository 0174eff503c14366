package paydb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
)

// Want is a refund that the consular desk asks for.
type Want struct {
	ID    uuid.UUID // asking twice with it is asking once
	Group uuid.UUID
	// Amount is in minor units of the payment's currency; zero means all that has not gone back.
	Amount int64
}

// WantRefund asks for a refund within the centre's transaction, which audits who asked and why. The portal's worker takes it up.
func WantRefund(ctx context.Context, tx pgx.Tx, w Want, now time.Time) error {
	if w.Amount < 0 {
		return fmt.Errorf("refund: amount: expected more than nothing")
	}
	var amount *int64
	if w.Amount > 0 {
		amount = &w.Amount
	}
	_, err := tx.Exec(ctx, `INSERT INTO portal.refund_wanted (id, group_id, amount, at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
		w.ID, w.Group, amount, now)
	if err != nil {
		return fmt.Errorf("refund: %w", err)
	}
	return wake(ctx, tx)
}

// Wanted is what became of a wish.
type Wanted struct {
	Want
	At      time.Time
	TakenAt time.Time // zero: not yet
	Answer  string    // "due", or why not: "not_paid", "too_much", "gone_back"
}

// ReadWanted are the wishes for a group, oldest first.
func ReadWanted(ctx context.Context, tx pgx.Tx, group uuid.UUID) ([]Wanted, error) {
	rows, err := tx.Query(ctx, `SELECT id, group_id, coalesce(amount, 0), at, taken_at, answer FROM portal.refund_wanted WHERE group_id = $1
		ORDER BY at, id`, group)
	if err != nil {
		return nil, fmt.Errorf("refund: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Wanted, err error) {
		var taken *time.Time
		if err = row.Scan(&w.ID, &w.Group, &w.Amount, &w.At, &taken, &w.Answer); err == nil && taken != nil {
			w.TakenAt = *taken
		}
		return w, err
	})
}

// takeWanted makes refunds of what the centre wants, each in a transaction of its own.
func (s *Store) takeWanted(ctx context.Context, most int) error {
	for range most {
		done := false
		err := s.in(ctx, "take up a refund", func(tx pgx.Tx) (err error) {
			done, err = s.takeOne(ctx, tx)
			return err
		})
		if err != nil || !done {
			return err
		}
	}
	return nil
}

func (s *Store) takeOne(ctx context.Context, tx pgx.Tx) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT id, group_id, coalesce(amount, 0) FROM portal.refund_wanted WHERE taken_at IS NULL ORDER BY at, id LIMIT 1
		FOR UPDATE SKIP LOCKED`)
	if err != nil {
		return false, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Want])
	if err != nil || len(all) == 0 {
		return false, err
	}
	answer, err := s.grant(ctx, tx, all[0])
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE portal.refund_wanted SET taken_at = $2, answer = $3 WHERE id = $1`, all[0].ID, s.o.Now(), answer)
	return true, err
}

// grant owes what is wanted, as far as it was paid and has not gone back; the answer says why not.
func (s *Store) grant(ctx context.Context, tx pgx.Tx, w Want) (answer string, err error) {
	if _, err := lock(ctx, tx, w.Group); err != nil {
		return "", err
	}
	payment, err := counted(ctx, tx, w.Group)
	if err != nil || payment == uuid.Nil {
		return "not_paid", err
	}
	var order uuid.UUID
	var left evisa.Money
	err = tx.QueryRow(ctx, `SELECT p.order_id, p.currency, p.amount - coalesce((SELECT sum(r.amount) FROM portal.payment_refund r
		WHERE r.payment_id = p.id AND r.state <> 'refused'), 0)::bigint FROM portal.payment p WHERE p.id = $1`, payment).
		Scan(&order, &left.Currency, &left.Minor)
	switch {
	case err != nil:
		return "", err
	case left.Minor <= 0:
		return "gone_back", nil
	case w.Amount > left.Minor:
		return "too_much", nil
	}
	amount := left
	if w.Amount > 0 {
		amount.Minor = w.Amount
	}
	if err := s.owe(ctx, tx, order, owed{payment: payment, amount: amount, reason: pay.ReasonCentre, wanted: &w.ID}); err != nil {
		return "", err
	}
	return "due", s.allGoes(ctx, tx, order, amount == left)
}

// allGoes says of an order whose whole payment goes back that it does; a part that goes leaves it paid.
func (s *Store) allGoes(ctx context.Context, tx pgx.Tx, order uuid.UUID, all bool) error {
	o, err := lockOrder(ctx, tx, order)
	if err != nil || !all || o.State != pay.Paid {
		return err
	}
	return s.put(ctx, tx, &o, pay.RefundDue, "centre")
}
