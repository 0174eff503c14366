package fingerdb

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
)

const (
	stateOfStore = `SELECT (SELECT count(*) FROM biometric.print WHERE state = 'reference'), (SELECT count(*) FROM finger_search WHERE done_at IS NULL),
		(SELECT min(since) FROM finger_search WHERE done_at IS NULL), (SELECT count(*) FROM finger_task WHERE decided_at IS NULL),
		(SELECT count(*) FROM biometric.blob WHERE state IN ('waiting', 'parked')), (SELECT count(*) FROM biometric.blob WHERE state = 'parked')`
	reasonsOfStore = `SELECT reason, count(*) FROM finger_search WHERE done_at IS NULL AND reason <> '' GROUP BY reason`
)

// State is how the station's store stands.
func (s *Store) State(ctx context.Context) (now fingers.State, err error) {
	if now.Persons, err = s.Persons(ctx); err != nil {
		return now, err
	}
	var oldest *time.Time
	err = s.o.DB.Pool.QueryRow(ctx, stateOfStore).Scan(&now.Prints, &now.Due, &oldest, &now.Tasks, &now.Waiting, &now.Parked)
	if err != nil {
		return now, wrap(err, "state of the store of prints")
	}
	if oldest != nil {
		now.Oldest = oldest.UTC()
	}
	rows, err := s.o.DB.Pool.Query(ctx, reasonsOfStore)
	if err != nil {
		return now, wrap(err, "state of the store of prints")
	}
	now.Reasons = map[string]int{}
	var reason string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&reason, &n}, func() error { now.Reasons[reason] = n; return nil })
	return now, wrap(err, "state of the store of prints")
}
