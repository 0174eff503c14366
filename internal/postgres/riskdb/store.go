// Package riskdb keeps risk rules at the centre: every version and who agreed to it, dry runs, hits and what people made of them, and the
// keyed hashes that connect a person with earlier flights.
//
// It must never let one person alone bring a rule into force, never change a version, and never give a person's data to somebody who looks
// without an audit entry in the same transaction.
package riskdb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

// Keys lends the keys of passenger data; passengerdb.Store is one.
type Keys interface {
	FlightKeys(ctx context.Context, flights []uuid.UUID) (map[uuid.UUID]*vault.DataKey, error)
	IndexKey(ctx context.Context) (*vault.DataKey, error)
}

// Options are what a Store is made of.
type Options struct {
	DB        *postgres.DB
	Keys      Keys
	Manifests apipnr.Manifests
	Language  *risk.Language
	Now       func() time.Time
	NewID     func() uuid.UUID
	// Boarding, which may be nil, hears what people confirm.
	Boarding Boarding
}

// Boarding decides what follows for who is about to travel. It is told of what a person confirmed, and of nothing else.
type Boarding interface {
	// Confirm is called in the transaction of a review: the severity and code of the rule of the gravest hit that is confirmed of a person,
	// and who confirmed it; "" when none is any more.
	Confirm(ctx context.Context, tx pgx.Tx, person uuid.UUID, severity, rule, by string) error
	// Confirmed is called when it is committed.
	Confirmed()
}

// Store keeps rules and hits. It is safe for concurrent use.
type Store struct {
	Options
	changed chan struct{}
}

var _ risk.Store = (*Store)(nil)

// New makes the store.
func New(o Options) *Store {
	s := &Store{Options: o, changed: make(chan struct{}, 1)}
	s.nudge() // what an earlier process left
	return s
}

// Changed gets a value when rules changed or a dry run was asked for.
func (s *Store) Changed() <-chan struct{} { return s.changed }

func (s *Store) nudge() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// Problems for people.
var (
	ErrNoRule = problem.New(problem.NotFound, "risk.no_rule")
	ErrNoRun  = problem.New(problem.NotFound, "risk.no_run")
	ErrNoHit  = problem.New(problem.NotFound, "risk.no_hit")
	// ErrFourEyes refuses who wrote or proposed a version as its second person.
	ErrFourEyes = problem.New(problem.Forbidden, "risk.four_eyes")
	errState    = problem.New(problem.Conflict, "risk.state")
	errMoved    = problem.New(problem.Conflict, "risk.moved")
)

// clock is the present instant as the database keeps it.
func (s *Store) clock() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// may refuses whoever has not the permission. The screens ask for the same one; so does every other way in.
func may(actor audit.Actor, p auth.Permission) error {
	if actor.ID == "" || !auth.Allowed(auth.Role(actor.Role), p) {
		return problem.New(problem.Forbidden, "risk.not_allowed")
	}
	return nil
}

// wrap adds what was being done, but leaves a problem for people as it is.
func wrap(err error, what string) error {
	var known *problem.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// read runs fn on one state of the database.
func (s *Store) read(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
}

// alone runs fn in a transaction in which nobody else changes the rule.
func (s *Store) alone(ctx context.Context, rule uuid.UUID, fn func(tx pgx.Tx) error) error {
	return s.DB.InTx(ctx, func(tx pgx.Tx) error {
		var n int
		err := tx.QueryRow(ctx, `SELECT n FROM risk_rule WHERE id = $1 FOR NO KEY UPDATE`, rule).Scan(&n)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoRule
		}
		if err != nil {
			return err
		}
		return fn(tx)
	})
}

// record writes what was done with a rule, for its page and for the audit log.
func (s *Store) record(ctx context.Context, tx pgx.Tx, actor audit.Actor, rule uuid.UUID, n int, act, why string) error {
	at := s.clock()
	_, err := tx.Exec(ctx, `INSERT INTO risk_act (rule, n, act, by_id, login, at, why) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		rule, n, act, actor.ID, actor.Name, at, why)
	if err != nil {
		return err
	}
	entry := actor.Entry(at, audit.Alteration, "risk_rule", fmt.Sprintf("%s/%d", rule, n))
	entry.Decision, entry.Justification, entry.Purpose = act, why, risk.PurposeOfHits
	return auditlog.Insert(ctx, tx, entry)
}

// Alone runs work while no other process of the centre does; it waits for its turn.
func (s *Store) Alone(ctx context.Context, every time.Duration, work func(context.Context) error) error {
	return s.DB.Alone(ctx, "risk", every, work)
}
