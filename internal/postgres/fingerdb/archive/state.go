package archive

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
)

const (
	stateOf = `SELECT (SELECT count(*) FROM biometric.print p JOIN biometric.link_key k ON k.id = p.link AND k.station = p.station
			WHERE p.state = 'reference' AND k.wrapped IS NOT NULL),
		(SELECT count(*) FROM finger_search WHERE done_at IS NULL), (SELECT min(since) FROM finger_search WHERE done_at IS NULL),
		(SELECT count(*) FROM finger_task WHERE verdict IN ('', 'undecided')), (SELECT count(*) FROM biometric.missing),
		(SELECT count(*) FROM biometric.abis WHERE refused <> '')`
	reasonsOf = `SELECT reason, count(*) FROM finger_search WHERE done_at IS NULL AND reason <> '' GROUP BY reason`
)

// State is how the centre's store stands.
func (a *Archive) State(ctx context.Context) (s fingers.State, err error) {
	if s.Persons, err = a.Persons(ctx); err != nil {
		return s, err
	}
	var oldest *time.Time
	err = a.o.DB.Pool.QueryRow(ctx, stateOf).Scan(&s.Prints, &s.Due, &oldest, &s.Tasks, &s.Waiting, &s.Refused)
	if err != nil {
		return s, wrap(err, "state of the store of prints")
	}
	if oldest != nil {
		s.Oldest = oldest.UTC()
	}
	rows, err := a.o.DB.Pool.Query(ctx, reasonsOf)
	if err != nil {
		return s, wrap(err, "state of the store of prints")
	}
	s.Reasons = map[string]int{}
	var reason string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&reason, &n}, func() error { s.Reasons[reason] = n; return nil })
	return s, wrap(err, "state of the store of prints")
}
