package paydb

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
)

// owed is a refund to be made.
type owed struct {
	payment uuid.UUID
	amount  evisa.Money
	reason  string
	wanted  *uuid.UUID
}

// owe makes a refund that is due.
func (s *Store) owe(ctx context.Context, tx pgx.Tx, order uuid.UUID, w owed) error {
	id, now := s.o.ID(), s.o.Now()
	_, err := tx.Exec(ctx, `INSERT INTO portal.payment_refund (id, payment_id, amount, currency, reason, wanted, state, created_at, changed_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8)`, id, w.payment, w.amount.Minor, w.amount.Currency, w.reason, w.wanted, pay.RefundOwed, now)
	if err != nil {
		return err
	}
	return s.event(ctx, tx, order, "refund_due", map[string]any{"refund": id, "payment": w.payment, "amount": w.amount, "reason": w.reason})
}

// refund is a row with what it belongs to.
type refund struct {
	pay.Refund
	payment  pay.Payment
	of       uuid.UUID // the payment
	order    uuid.UUID
	provider string
	counts   bool
}

// Went implements pay.Store.
func (s *Store) Went(ctx context.Context, id uuid.UUID, answer pay.Returned, refused bool) error {
	return s.in(ctx, "keep a refund's answer", func(tx pgx.Tx) error {
		var order uuid.UUID
		err := tx.QueryRow(ctx, `SELECT p.order_id FROM portal.payment_refund r JOIN portal.payment p ON p.id = r.payment_id WHERE r.id = $1`, id).Scan(&order)
		if errors.Is(err, pgx.ErrNoRows) {
			return errUnknown()
		}
		if err != nil {
			return err
		}
		o, err := lockOrder(ctx, tx, order)
		if err != nil {
			return err
		}
		return s.settle(ctx, tx, o, id, answer, refused)
	})
}

// settle moves a refund on, and its order when nothing of it is owed any more. An answer to one that is settled changes nothing.
func (s *Store) settle(ctx context.Context, tx pgx.Tx, o pay.Order, id uuid.UUID, answer pay.Returned, refused bool) error {
	r, err := read(ctx, tx, id)
	if err != nil || r.State == pay.RefundDone || r.State == pay.RefundRefused {
		return err
	}
	to := pay.RefundAsked
	switch {
	case refused:
		to = pay.RefundRefused
	case answer.Done:
		to = pay.RefundDone
	}
	if to == r.State {
		return nil
	}
	_, err = tx.Exec(ctx, `UPDATE portal.payment_refund SET state = $2, ref = $3, changed_at = $4,
		next_at = CASE WHEN $2 = 'asked' THEN next_at END WHERE id = $1`, id, to, answer.Ref, s.o.Now())
	if err != nil {
		return err
	}
	if err := s.event(ctx, tx, o.ID, "refund_"+string(to), map[string]any{"refund": id, "ref": answer.Ref}); err != nil || to != pay.RefundDone {
		return err
	}
	return s.gone(ctx, tx, o, r)
}

// gone follows money that went back: the order's state, and what the centre is told.
func (s *Store) gone(ctx context.Context, tx pgx.Tx, o pay.Order, r refund) error {
	if r.counts {
		back := pay.Payment{Ref: r.payment.Ref, Amount: evisa.Money{Minor: -r.Amount.Minor, Currency: r.Amount.Currency}, At: s.o.Now()}
		if err := s.o.Told(ctx, tx, o, paidOf(back, r.of, r.provider)); err != nil {
			return err
		}
	}
	if o.State != pay.RefundDue {
		return nil
	}
	var open bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.payment p JOIN portal.payment_refund r ON r.payment_id = p.id
		WHERE p.order_id = $1 AND r.state <> 'done')`, o.ID).Scan(&open)
	if err != nil || open {
		return err
	}
	return s.put(ctx, tx, &o, pay.Refunded, "refund")
}

func read(ctx context.Context, tx pgx.Tx, id uuid.UUID) (r refund, err error) {
	err = tx.QueryRow(ctx, `SELECT r.id, r.amount, r.currency, r.reason, r.state, r.ref, r.created_at, p.id, p.order_id, p.provider, p.ref, p.counts
		FROM portal.payment_refund r JOIN portal.payment p ON p.id = r.payment_id WHERE r.id = $1 FOR UPDATE OF r`, id).
		Scan(&r.ID, &r.Amount.Minor, &r.Amount.Currency, &r.Reason, &r.State, &r.Ref, &r.At, &r.of, &r.order, &r.provider, &r.payment.Ref, &r.counts)
	return r, err
}
