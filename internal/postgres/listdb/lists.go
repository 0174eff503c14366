package listdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// Config is what Lists need. Published is told after every commit that has something for the stations, Changed after every commit that
// changed an alert, discreet ones too; both may be nil.
type Config struct {
	DB        *postgres.DB
	Now       func() time.Time
	NewID     func() uuid.UUID
	Published func(dataset string)
	Changed   func()
	Log       *slog.Logger
	// QueryKey keys the audit log's hashes of search terms; empty: there are none.
	QueryKey []byte
	// Finder may be nil: then equal documents and equal names alone tell of conflicts.
	Finder Finder
}

// Lists is the one writer of lists and alerts.
type Lists struct {
	Config
	wake chan struct{} // long work waits
}

// New makes Lists.
func New(config Config) *Lists {
	if config.Published == nil {
		config.Published = func(string) {}
	}
	if config.Changed == nil {
		config.Changed = func() {}
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &Lists{Config: config, wake: make(chan struct{}, 1)}
}

// The things that there may not be.
var (
	ErrUnknown      = problem.New(problem.NotFound, "lists.unknown")
	ErrUnknownAlert = problem.New(problem.NotFound, "lists.unknown_alert")
)

// The bounds of what people write, in bytes.
const (
	MaxFileName = 200
	MaxRemark   = 1000
)

// alone runs fn in a transaction in which nobody else proposes or decides: alert_version.seq is the order of the commits.
func (l *Lists) alone(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return l.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('lists'))`); err != nil {
			return err
		}
		return fn(tx)
	})
}

// snapshot runs fn on one state of the database. What it reads of persons is audited in it.
func (l *Lists) snapshot(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, l.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, fn)
}

func (l *Lists) now() time.Time { return l.Now().UTC().Truncate(time.Microsecond) }

// told nudges whoever waits for changes, after the commit.
func (l *Lists) told(p Proposal) {
	if p.Agency == "" {
		l.Published(alerts.ListsDataset)
	}
	l.Changed()
}

// denied keeps in the audit log that somebody tried what he must not.
func (l *Lists) denied(ctx context.Context, by Person, p Proposal, why error) error {
	entry := by.Entry(l.now(), audit.Denied, kindOf("list_proposal", p.Agency), p.ID.String())
	entry.Decision = "four_eyes"
	if errors.Is(why, errOtherAgency) {
		entry.Decision = "other_agency"
	}
	return errors.Join(why, l.DB.InTx(ctx, func(tx pgx.Tx) error { return auditlog.Insert(ctx, tx, entry) }))
}

// wrapped adds what was being done, but leaves a problem for people as it is.
func wrapped(err error, what string) error {
	var known *problem.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
