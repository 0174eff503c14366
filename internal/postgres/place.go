package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/migrations"
)

// Place is a database that can be reached: configured by its DSN, or in the private cluster of this machine.
type Place struct {
	AppDSN   string // as the application's role
	OwnerDSN string // as the schema's owner; "" when it is not configured
	// PortalDSN is as the public portal's role; "" when the database is configured, for then so is this.
	PortalDSN string
	Cluster   *pgcluster.Cluster // the private cluster if we run it, else nil
}

// Reach is for commands that people run: the configured database, else the private cluster of a program that runs, else that cluster
// started for as long as the command takes. Close must be called.
func Reach(ctx context.Context, db config.Database, log *slog.Logger) (*Place, error) {
	if db.Embedded() {
		address, runs, err := pgcluster.Running(db.Dir)
		if err != nil {
			return nil, fmt.Errorf("private database in %s: %w", db.Dir, err)
		}
		if runs {
			return private(address, nil), nil
		}
	}
	return own(ctx, db, log)
}

// own is the configured database, else the private cluster, which we start.
func own(ctx context.Context, db config.Database, log *slog.Logger) (*Place, error) {
	if !db.Embedded() {
		return &Place{AppDSN: db.DSN, OwnerDSN: db.MigrateDSN}, nil
	}
	cluster, err := pgcluster.Start(ctx, pgcluster.Config{Root: db.Dir, BinDir: db.PGBin, Logger: log})
	if err != nil {
		return nil, err
	}
	return private(cluster.Address(), cluster), nil
}

func private(address pgcluster.Address, cluster *pgcluster.Cluster) *Place {
	return &Place{
		AppDSN: address.DSN(pgcluster.Database, AppRole), OwnerDSN: address.AdminDSN(pgcluster.Database),
		PortalDSN: address.DSN(pgcluster.Database, PortalRole), Cluster: cluster,
	}
}

// Close stops the private cluster if it is ours.
func (p *Place) Close(ctx context.Context) error {
	if p.Cluster == nil {
		return nil
	}
	return p.Cluster.Stop(ctx)
}

// Service is a program's database: migrated, open, with its private cluster below it if none is configured.
type Service struct {
	*DB
	Place *Place
}

// Launch brings a program's database up: starts the private cluster unless a DSN is configured, migrates (with a DSN only if the
// owner's is given too; otherwise the schema must be up to date), opens the pool and refuses a role that is not confined.
func Launch(ctx context.Context, db config.Database, kind migrations.Kind, log *slog.Logger, opts ...Option) (*Service, error) {
	place, err := own(ctx, db, log)
	if err != nil {
		return nil, err
	}
	opened, err := place.open(ctx, kind, opts)
	if err != nil {
		return nil, errors.Join(err, place.Close(context.WithoutCancel(ctx)))
	}
	return &Service{opened, place}, nil
}

func (p *Place) open(ctx context.Context, kind migrations.Kind, opts []Option) (*DB, error) {
	if p.OwnerDSN != "" {
		if err := Migrate(ctx, p.OwnerDSN, kind); err != nil {
			return nil, err
		}
	}
	db, err := Open(ctx, p.AppDSN, opts...)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(db.CheckConfined(ctx), db.checkCurrent(ctx, kind)); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// Stop closes the pool, then stops the private cluster. Stop what uses the database first: the pool waits for connections in use, but
// no longer than ctx.
func (s *Service) Stop(ctx context.Context) error {
	closed := make(chan struct{})
	go func() { s.Close(); close(closed) }()
	var err error
	select {
	case <-closed:
	case <-ctx.Done():
		err = fmt.Errorf("database: %d connections are still in use: %w", s.Pool.Stat().AcquiredConns(), ctx.Err())
	}
	return errors.Join(err, s.Place.Close(ctx))
}

// Space says how much the private cluster's disk can still take; with a configured DSN its administrator sees to that.
func (s *Service) Space() pgcluster.Space {
	if s.Place.Cluster == nil {
		return pgcluster.Ample
	}
	return s.Place.Cluster.Space()
}

// Failed gives an error when the private cluster could not be kept running; with a configured DSN it stays silent for ever.
func (s *Service) Failed() <-chan error {
	if s.Place.Cluster == nil {
		return nil
	}
	return s.Place.Cluster.Done()
}
