package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/auth"
)

const selectFailures = `SELECT count, last_at, refused FROM login_failure WHERE key = $1`

func scanFailures(row scanner) (auth.Failures, error) {
	var f auth.Failures
	err := row.Scan(&f.Count, &f.Last, &f.Refused)
	if errors.Is(err, pgx.ErrNoRows) || errors.Is(err, sql.ErrNoRows) {
		return auth.Failures{}, nil
	}
	if err != nil {
		return auth.Failures{}, fmt.Errorf("reading failed sign-ins: %w", err)
	}
	f.Last = f.Last.UTC()
	return f, nil
}

// Failures of a key; zero when nothing is remembered.
func (s *Store) Failures(ctx context.Context, key string) (auth.Failures, error) {
	return scanFailures(s.db.Pool.QueryRow(ctx, selectFailures, key))
}

// CountRefused adds one to the refused attempts of a remembered key.
func (s *Store) CountRefused(ctx context.Context, key string) error {
	if _, err := s.db.Pool.Exec(ctx, `UPDATE login_failure SET refused = refused + 1 WHERE key = $1`, key); err != nil {
		return fmt.Errorf("counting a refused sign-in: %w", err)
	}
	return nil
}

// Failures of a key under a lock that also holds while there is no row yet.
func (t *tx) Failures(ctx context.Context, key string) (auth.Failures, error) {
	if _, err := t.exec.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, key); err != nil {
		return auth.Failures{}, fmt.Errorf("locking failed sign-ins: %w", err)
	}
	return scanFailures(t.gorm.Statement.ConnPool.QueryRowContext(ctx, selectFailures, key))
}

// SetFailures replaces what is remembered of a key.
func (t *tx) SetFailures(ctx context.Context, key string, f auth.Failures) error {
	const upsert = `
		INSERT INTO login_failure (key, count, last_at, refused) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET count = excluded.count, last_at = excluded.last_at, refused = excluded.refused`
	if _, err := t.exec.Exec(ctx, upsert, key, f.Count, f.Last, f.Refused); err != nil {
		return fmt.Errorf("counting a failed sign-in: %w", err)
	}
	return nil
}

// ForgetFailures removes what is remembered of a key.
func (t *tx) ForgetFailures(ctx context.Context, key string) error {
	if _, err := t.exec.Exec(ctx, `DELETE FROM login_failure WHERE key = $1`, key); err != nil {
		return fmt.Errorf("forgetting failed sign-ins: %w", err)
	}
	return nil
}
