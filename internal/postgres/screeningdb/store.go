package screeningdb

import (
	"context"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Name is who acts when the screening does: in steps, audit entries and signatures of dataset versions.
const Name = "screening"

// Store is the screening's and the desks' store. It is safe for concurrent use.
type Store struct {
	db        *postgres.DB
	now       func() time.Time
	published func(dataset string)
}

// New makes the store. published, which may be nil, is told after every commit that has news for the stations.
func New(db *postgres.DB, now func() time.Time, published func(dataset string)) *Store {
	if published == nil {
		published = func(string) {}
	}
	return &Store{db, now, published}
}

// clock is the present instant as the database keeps it.
func (s *Store) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func screener() audit.Actor { return audit.Actor{ID: Name, Name: Name, Role: "system"} }

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Alone runs work while no other process of the centre does; it waits for its turn.
func (s *Store) Alone(ctx context.Context, every time.Duration, work func(context.Context) error) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		ran, err := s.alone(ctx, work)
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

func (s *Store) alone(ctx context.Context, work func(context.Context) error) (ran bool, err error) {
	conn, err := s.db.Pool.Acquire(ctx)
	if err != nil {
		return false, wrap(err, "screening: take the lock")
	}
	defer conn.Release()
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtext('screening'))`).Scan(&ran); err != nil || !ran {
		return false, wrap(err, "screening: take the lock")
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtext('screening'))`) // ends with the connection at the latest
	}()
	return true, work(ctx)
}
