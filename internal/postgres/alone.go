package postgres

import (
	"context"
	"fmt"
	"time"
)

// Alone runs work while no other process with this database does work of the same name; it waits for its turn and looks every so often. It gives the
// error of work as it is, and nil when ctx ends before its turn came.
func (db *DB) Alone(ctx context.Context, name string, every time.Duration, work func(context.Context) error) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		ran, err := db.turn(ctx, name, work)
		if ran || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// turn runs work if nobody else does. The lock is the session's: it ends with the connection at the latest.
func (db *DB) turn(ctx context.Context, name string, work func(context.Context) error) (ran bool, err error) {
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("%s: take the lock: %w", name, err)
	}
	defer conn.Release()
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtext($1))`, name).Scan(&ran); err != nil {
		return false, fmt.Errorf("%s: take the lock: %w", name, err)
	}
	if !ran {
		return false, nil
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtext($1))`, name) // see above
	}()
	return true, work(ctx)
}
