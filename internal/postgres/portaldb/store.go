package portaldb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Options of the portal's side. All but Order are needed.
type Options struct {
	Now    func() time.Time
	Random io.Reader
	NewID  func() uuid.UUID
	// Order makes the order of a fee in the transaction that sends applications (paydb.Store.Order); nil where nobody takes fees.
	Order func(ctx context.Context, tx pgx.Tx, n pay.New) (pay.Order, error)
}

// Store is the portal's side, as the role bmis_portal. It implements apply.Store and is safe for concurrent use.
type Store struct {
	db *postgres.DB
	Options
}

var _ apply.Store = (*Store)(nil)

// New makes the portal's side.
func New(db *postgres.DB, o Options) *Store { return &Store{db: db, Options: o} }

// tries is how often a transaction is run that the database could not order against another.
const tries = 4

// InTx runs fn in one transaction: all of it is kept, or nothing. fn may be run again.
func (s *Store) InTx(ctx context.Context, fn func(apply.Tx) error) error {
	for n := 1; ; n++ {
		err := s.db.InTx(ctx, func(tx pgx.Tx) error { return fn(&portalTx{Tx: tx, store: s}) })
		if err == nil || !postgres.IsRetryable(err) || n == tries {
			return postgres.Problem(err)
		}
	}
}

// portalTx is one transaction of the portal's.
type portalTx struct {
	pgx.Tx
	store *Store
}

// run executes a statement; what names it in errors.
func (t *portalTx) run(ctx context.Context, what, sql string, args ...any) error {
	_, err := t.affect(ctx, what, sql, args...)
	return err
}

// affect executes a statement and says how many rows it touched. A row that is there already is apply.ErrTaken.
func (t *portalTx) affect(ctx context.Context, what, sql string, args ...any) (int64, error) {
	tag, err := t.Exec(ctx, sql, args...)
	if postgres.IsUnique(err) {
		return 0, errors.Join(apply.ErrTaken, fmt.Errorf("%s: %w", what, err))
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return tag.RowsAffected(), nil
}

// must executes a statement that touches a row; apply.ErrNone when it finds none.
func (t *portalTx) must(ctx context.Context, what, sql string, args ...any) error {
	n, err := t.affect(ctx, what, sql, args...)
	if err == nil && n == 0 {
		return fmt.Errorf("%s: %w", what, apply.ErrNone)
	}
	return err
}

// none makes a query's missing row apply.ErrNone.
func none(what string, err error) error {
	if postgres.IsNoRows(err) {
		return fmt.Errorf("%s: %w", what, apply.ErrNone)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// optional is an id that may be absent.
func optional(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
