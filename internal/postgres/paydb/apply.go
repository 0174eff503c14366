package paydb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
)

// ErrMismatch says that a provider speaks of an order under another reference than it gave us, or of a payment otherwise than before. Nothing is
// taken from it.
var ErrMismatch = errors.New("the provider contradicts what it said before of this order")

// maxPayments bounds what one order may be said to have had.
const maxPayments = 100

// Apply implements pay.Store. It only ever adds: payments that are not kept yet are, and the order's state follows from them.
func (s *Store) Apply(ctx context.Context, provider string, standing pay.Standing) (order pay.Order, err error) {
	if len(standing.Payments) > maxPayments {
		return pay.Order{}, fmt.Errorf("payment: order %s: %d payments, expected at most %d", standing.Key, len(standing.Payments), maxPayments)
	}
	err = s.in(ctx, "apply an answer", func(tx pgx.Tx) error {
		if order, err = lockOrder(ctx, tx, standing.Key); err != nil {
			return err
		}
		if err := s.acquaint(ctx, tx, &order, provider, standing); err != nil {
			return err
		}
		for _, p := range standing.Payments {
			if err := s.take(ctx, tx, &order, p); err != nil {
				return err
			}
		}
		return s.conclude(ctx, tx, &order, standing)
	})
	return order, err
}

// acquaint holds reference and provider against the order's. An order whose page was made, but killed before it was kept, has none yet.
func (s *Store) acquaint(ctx context.Context, tx pgx.Tx, o *pay.Order, provider string, standing pay.Standing) error {
	if standing.Ref == "" || o.Ref != "" && (o.Ref != standing.Ref || o.Provider != provider) {
		return ErrMismatch
	}
	if o.Ref != "" {
		return nil
	}
	o.Provider, o.Ref = provider, standing.Ref
	if o.State == pay.Created {
		o.State, o.ExpiresAt = pay.Pending, s.o.Now()
	}
	return s.pend(ctx, tx, *o)
}

// take keeps one payment, once.
func (s *Store) take(ctx context.Context, tx pgx.Tx, o *pay.Order, p pay.Payment) error {
	before, err := counted(ctx, tx, o.Group)
	if err != nil {
		return err
	}
	reason := reasonAgainst(o.Amount, p.Amount, before != uuid.Nil)
	id := s.o.ID()
	tag, err := tx.Exec(ctx, `INSERT INTO portal.payment (id, order_id, group_id, provider, ref, amount, currency, paid_at, kept_at, counts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (provider, ref) DO NOTHING`,
		id, o.ID, o.Group, o.Provider, p.Ref, p.Amount.Minor, p.Amount.Currency, p.At, s.o.Now(), reason == "")
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return same(ctx, tx, *o, p)
	}
	detail := map[string]any{"payment": id, "ref": p.Ref, "amount": p.Amount, "counts": reason == ""}
	if err := s.event(ctx, tx, o.ID, "payment", detail); err != nil {
		return err
	}
	if reason != "" {
		return s.giveBack(ctx, tx, o, id, p.Amount, reason)
	}
	if err := s.supersede(ctx, tx, *o); err != nil {
		return err
	}
	if err := s.put(ctx, tx, o, pay.Paid, "payment"); err != nil {
		return err
	}
	return s.o.Told(ctx, tx, *o, paidOf(p, id, o.Provider))
}

// same holds what the provider says of a payment that is kept already against what it said first.
func same(ctx context.Context, tx pgx.Tx, o pay.Order, p pay.Payment) error {
	var is bool
	err := tx.QueryRow(ctx, `SELECT order_id = $3 AND amount = $4 AND currency = $5 FROM portal.payment WHERE provider = $1 AND ref = $2`,
		o.Provider, p.Ref, o.ID, p.Amount.Minor, p.Amount.Currency).Scan(&is)
	if err == nil && !is {
		err = ErrMismatch
	}
	return err
}

// reasonAgainst is why a payment does not count; empty when it does.
func reasonAgainst(owed, came evisa.Money, already bool) string {
	switch {
	case owed.Currency != came.Currency:
		return pay.ReasonCurrency
	case owed.Minor != came.Minor:
		return pay.ReasonAmount
	case already:
		return pay.ReasonTwice
	}
	return ""
}

// giveBack owes money back. A payment of nothing, or of less, is kept and shown, and there is nothing to give.
func (s *Store) giveBack(ctx context.Context, tx pgx.Tx, o *pay.Order, payment uuid.UUID, amount evisa.Money, reason string) error {
	if amount.Minor <= 0 {
		return s.event(ctx, tx, o.ID, "payment_of_nothing", map[string]any{"payment": payment})
	}
	if err := s.owe(ctx, tx, o.ID, owed{payment: payment, amount: amount, reason: reason}); err != nil {
		return err
	}
	return wake(ctx, tx)
}

// supersede closes the other order of a group that was open when this one was paid after all.
func (s *Store) supersede(ctx context.Context, tx pgx.Tx, o pay.Order) error {
	all, err := orders(ctx, tx, o.Group)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID == o.ID || !other.State.Open() {
			continue
		}
		if err := s.put(ctx, tx, &other, pay.Expired, "another order was paid"); err != nil {
			return err
		}
	}
	return nil
}

// conclude lets the state follow where no payment counted.
func (s *Store) conclude(ctx context.Context, tx pgx.Tx, o *pay.Order, standing pay.Standing) error {
	if o.State == pay.Paid || o.State == pay.RefundDue || o.State == pay.Refunded {
		return nil
	}
	var owed bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.payment p JOIN portal.payment_refund r ON r.payment_id = p.id WHERE p.order_id = $1)`,
		o.ID).Scan(&owed)
	switch {
	case err != nil:
		return err
	case owed:
		return s.put(ctx, tx, o, pay.RefundDue, "payment that does not count")
	case standing.State == pay.AtExpired && o.State.Open():
		return s.put(ctx, tx, o, pay.Expired, "provider")
	case standing.State == pay.AtRefused && o.State.Open():
		return s.put(ctx, tx, o, pay.Failed, "provider")
	}
	return nil
}

// mostForged bounds the refused call-backs that are kept of an hour: anybody can send them.
const mostForged = 100

// Forged implements pay.Store. Of a flood the first are kept.
func (s *Store) Forged(ctx context.Context, provider, why string) error {
	return s.in(ctx, "keep a refused call-back", func(tx pgx.Tx) error {
		var kept int
		err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT at FROM portal.payment_event WHERE order_id IS NULL ORDER BY n DESC LIMIT $1) newest
			WHERE at > $2`, mostForged, s.o.Now().Add(-time.Hour)).Scan(&kept)
		if err != nil || kept >= mostForged {
			return err
		}
		return s.event(ctx, tx, uuid.Nil, "call_back_refused", map[string]any{"provider": provider, "why": why})
	})
}
