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
	rechecked func()
}

// New makes the store. published, which may be nil, is told after every commit that has news for the stations.
func New(db *postgres.DB, now func() time.Time, published func(dataset string)) *Store {
	if published == nil {
		published = func(string) {}
	}
	return &Store{db, now, published, func() {}}
}

// OnRecheck sets what is told after every commit that has the checks of expected persons made again; before the store is used.
func (s *Store) OnRecheck(told func()) { s.rechecked = told }

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
	return s.db.Alone(ctx, "screening", every, work)
}
