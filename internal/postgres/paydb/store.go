package paydb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Channel is notified when the worker has something to do.
const Channel = "portal_payment"

// Told is called in the transaction that counts a payment, with what came in, and in the one that keeps that money of a counted payment went
// back, with the amount below zero. It writes the parcel for the centre: either both are kept or neither.
type Told func(ctx context.Context, tx pgx.Tx, order pay.Order, paid evisa.Paid) error

// Options of a store.
type Options struct {
	ID   func() uuid.UUID
	Now  func() time.Time
	Told Told // nil: nobody is told
}

// Store keeps payments as the portal's role. It implements pay.Store and is safe for concurrent use.
type Store struct {
	db *postgres.DB
	o  Options
}

var _ pay.Store = (*Store)(nil)

// New makes the store.
func New(db *postgres.DB, o Options) *Store {
	if o.Told == nil {
		o.Told = func(context.Context, pgx.Tx, pay.Order, evisa.Paid) error { return nil }
	}
	return &Store{db: db, o: o}
}

// Tell names who is told, where that one is made after the store. It is called before the store is used.
func (s *Store) Tell(told Told) { s.o.Told = told }

// event appends what happened. The detail names references, amounts and reasons, never a person.
func (s *Store) event(ctx context.Context, tx pgx.Tx, order uuid.UUID, kind string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("payment event: %w", err)
	}
	var of *uuid.UUID
	if order != uuid.Nil {
		of = &order
	}
	_, err = tx.Exec(ctx, `INSERT INTO portal.payment_event (order_id, kind, detail, at) VALUES ($1, $2, $3, $4)`, of, kind, text, s.o.Now())
	return err
}

// wake tells the worker, when the transaction is committed.
func wake(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_notify($1, '')`, Channel)
	return err
}

// in runs a step in a transaction of its own; one that the database could not order against another is run again.
func (s *Store) in(ctx context.Context, what string, step func(tx pgx.Tx) error) error {
	for tries := 0; ; tries++ {
		err := s.db.InTx(ctx, step)
		if err == nil {
			return nil
		}
		if again := postgres.IsRetryable(err) || postgres.IsUnique(err); !again || tries == 3 {
			return postgres.Problem(fmt.Errorf("payment: %s: %w", what, err))
		}
	}
}
