package trustdb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// CentreConfig is what a Centre needs. Published is told after every commit that has something for the stations; it may be nil.
type CentreConfig struct {
	DB        *postgres.DB
	Now       func() time.Time
	NewID     func() uuid.UUID
	Published func(dataset string)
}

// Centre is the one writer of trust material: what one person proposes and a second approves is the next version that stations pull.
type Centre struct {
	CentreConfig
	// importing lets one file at a time be held in memory: they may be large.
	importing chan struct{}
}

// NewCentre makes a Centre.
func NewCentre(config CentreConfig) *Centre {
	if config.Published == nil {
		config.Published = func(string) {}
	}
	return &Centre{config, make(chan struct{}, 1)}
}

// ErrUnknown says that there is no such item or proposal.
var ErrUnknown = problem.New(problem.NotFound, "trust.unknown")

// The bounds of what people write.
const (
	MaxFileName = 200 // bytes
	MaxRemark   = 1000
)

// may refuses whoever must not propose or decide. The screens ask for the same permission; so does every other way in.
func may(actor audit.Actor) error {
	if actor.ID == "" || !auth.Allowed(auth.Role(actor.Role), auth.TrustImport) {
		return problem.New(problem.Forbidden, "trust.not_allowed")
	}
	return nil
}

// alone runs fn in a transaction in which nobody else proposes or decides.
func (c *Centre) alone(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return c.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('trust'))`); err != nil {
			return err
		}
		return fn(tx)
	})
}

// read runs fn on one state of the database.
func (c *Centre) read(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, c.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
}

// published is the dataset's version at the centre, and since when; zero when nothing was ever published.
func published(ctx context.Context, tx pgx.Tx) (version int64, at time.Time, err error) {
	err = tx.QueryRow(ctx, `select version, changed_at from ref_dataset where dataset = $1`, trust.Dataset).Scan(&version, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, time.Time{}, nil
	}
	return version, at, wrapped(err, "version of the trust material")
}

// denied keeps in the audit log that somebody tried what he must not.
func (c *Centre) denied(ctx context.Context, actor audit.Actor, id uuid.UUID, why error) error {
	entry := actor.Entry(c.Now(), audit.Denied, "trust_proposal", id.String())
	entry.Decision = "four_eyes"
	return errors.Join(why, c.DB.InTx(ctx, func(tx pgx.Tx) error { return auditlog.Insert(ctx, tx, entry) }))
}

// wrapped adds what was being done, but leaves a problem for people as it is.
func wrapped(err error, what string) error {
	var known *problem.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
