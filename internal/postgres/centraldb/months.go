package centraldb

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/openbmis/openbmis/internal/postgres"
)

// months remembers which months have their partition.
type months struct {
	db   *postgres.DB
	mu   sync.Mutex
	have map[string]bool
}

func newMonths(db *postgres.DB) *months { return &months{db: db, have: map[string]bool{}} }

// ensure makes the partitions that a batch needs, before its transaction. A month that gets none (years away, or the database is
// busy) is no error: its rows go to the partition of odd ones and are shown there.
func (m *months) ensure(ctx context.Context, batch []decoded) {
	tried := map[string]bool{}
	for i := range batch {
		c := batch[i].crossing
		if c == nil || m.known(c.CrossedAt) || tried[monthOf(c.CrossedAt)] {
			continue
		}
		tried[monthOf(c.CrossedAt)] = true
		_ = m.make(ctx, c.CrossedAt) // the row finds a place either way
	}
}

func monthOf(at time.Time) string { return at.UTC().Format("2006-01") }

func (m *months) known(at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.have[monthOf(at)]
}

func (m *months) make(ctx context.Context, at time.Time) error {
	var made bool
	if err := m.db.Pool.QueryRow(ctx, `SELECT crossing_month($1)`, at).Scan(&made); err != nil {
		return fmt.Errorf("partition of %s: %w", monthOf(at), err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.have[monthOf(at)] = made
	return nil
}

// MakeMonths makes the partitions from a month before now to two months after it. It is called at start and once a day.
func MakeMonths(ctx context.Context, db *postgres.DB, now time.Time) error {
	m := newMonths(db)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for offset := -1; offset <= 2; offset++ {
		if err := m.make(ctx, first.AddDate(0, offset, 0)); err != nil {
			return err
		}
	}
	return nil
}
