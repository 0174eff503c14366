package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/openbmis/openbmis/migrations"
)

// migrationLock is the key of the advisory lock that one migrating program holds per database: "bmis" in ASCII.
const migrationLock = 0x626d6973

// lockRetry is the pause between two attempts to get the lock. Waiting inside pg_advisory_lock would hold a snapshot, on which a
// migration that builds an index concurrently would wait in turn.
const lockRetry = 50 * time.Millisecond

// Migrate brings the database at ownerDSN up to this program's schema and gives the role AppRole its rights. The owner's role must
// not be the application's. Programs that start together wait for one another. It is safe to call at every start.
func Migrate(ctx context.Context, ownerDSN string, kind migrations.Kind) error {
	return withMigrator(ctx, ownerDSN, kind, func(m *migrator) error {
		if err := m.lock(ctx); err != nil {
			return err
		}
		if err := prepareAppRole(ctx, m.conn); err != nil {
			return err
		}
		if err := preparePortalRole(ctx, m.conn, kind); err != nil {
			return err
		}
		if err := stampKind(ctx, m.conn, kind); err != nil {
			return err
		}
		if _, err := m.goose.Up(ctx); err != nil {
			return fmt.Errorf("migrate %s: %w", kind, err)
		}
		return protectVersions(ctx, m.conn)
	})
}

// Migration is one numbered step of the schema and when it was applied; zero time: not yet.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time
}

// Status lists the migrations this program knows, in order. It changes nothing but the empty table of versions.
func Status(ctx context.Context, ownerDSN string, kind migrations.Kind) (list []Migration, err error) {
	err = withMigrator(ctx, ownerDSN, kind, func(m *migrator) error {
		if err := checkKind(ctx, m.conn, kind); err != nil {
			return err
		}
		states, err := m.goose.Status(ctx)
		if err != nil {
			return fmt.Errorf("migration status %s: %w", kind, err)
		}
		for _, state := range states {
			list = append(list, Migration{state.Source.Version, state.Source.Path, state.AppliedAt})
		}
		return nil
	})
	return list, err
}

// migrator is one connection that holds the lock and the rights, and goose beside it.
type migrator struct {
	conn  *pgx.Conn
	goose *goose.Provider
}

func withMigrator(ctx context.Context, dsn string, kind migrations.Kind, fn func(*migrator) error) (err error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("database DSN: %w", err)
	}
	config.RuntimeParams["timezone"] = "UTC"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	// Closing the connection releases the lock, whatever happened.
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := newProvider(db, kind)
	if err != nil {
		return err
	}
	return fn(&migrator{conn, provider})
}

func newProvider(db *sql.DB, kind migrations.Kind) (*goose.Provider, error) {
	files, err := migrations.FS(kind)
	if err != nil {
		return nil, err
	}
	// A common migration that is written later has a number below those already applied: out of order is the rule here.
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithAllowOutofOrder(true), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("migrations %s: %w", kind, err)
	}
	return provider, nil
}

// lock waits for the advisory lock of this database.
func (m *migrator) lock(ctx context.Context) error {
	for {
		var held bool
		if err := m.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", migrationLock).Scan(&held); err != nil {
			return fmt.Errorf("migration lock: %w", err)
		}
		if held {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("migration lock, held by another program: %w", ctx.Err())
		case <-time.After(lockRetry):
		}
	}
}
