package screeningdb

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// runsShown is how many runs the board tells of.
const runsShown = 12

// Progress is how far the screening is. A run that is about discreet alerts alone is not told of.
func (s *Store) Progress(ctx context.Context) (p screening.Progress, err error) {
	err = pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var oldest, last *time.Time
		err := tx.QueryRow(ctx, `SELECT coalesce(sum(cardinality(crossings) + cardinality(dismissals)), 0)::bigint, min(queued_at),
			count(*) FILTER (WHERE tries > 0) FROM screening_due`).Scan(&p.Backlog, &oldest, &p.Failing)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT screened, last_at, matcher FROM screening_state`).Scan(&p.Screened, &last, &p.Matcher)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		p.Oldest, p.LastAt = orZero(oldest), orZero(last)
		rows, err := tx.Query(ctx, `
			SELECT why, open_alerts, since, phase, people, expected, found, created_at, started_at, moved_at, finished_at, fault
			FROM screening_run WHERE open_alerts > 0 ORDER BY finished_at IS NULL DESC, id DESC LIMIT $1`, runsShown)
		if err != nil {
			return err
		}
		p.Runs, err = pgx.CollectRows(rows, scanRun)
		return err
	})
	return p, wrap(err, "read how far the screening is")
}

func scanRun(row pgx.CollectableRow) (r screening.RunProgress, err error) {
	var started, moved, finished *time.Time
	err = row.Scan(&r.Why, &r.Alerts, &r.Since, &r.Phase, &r.People, &r.Expected, &r.Found, &r.CreatedAt, &started, &moved, &finished, &r.Fault)
	r.Since, r.CreatedAt = r.Since.UTC(), r.CreatedAt.UTC()
	r.StartedAt, r.MovedAt, r.FinishedAt = orZero(started), orZero(moved), orZero(finished)
	return r, err
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

const (
	// toldFor is how long after its end the stations are told of a hit; runsFor how long finished runs are shown.
	toldFor = 30 * 24 * time.Hour
	runsFor = 90 * 24 * time.Hour
	// forgetAtOnce bounds one transaction.
	forgetAtOnce = 1000
)

// Forget takes hits off the dataset that ended long ago, with the single changes that no station asks for, and deletes old runs.
func (s *Store) Forget(ctx context.Context) error {
	for {
		n, err := s.forget(ctx)
		if err != nil {
			return wrap(err, "forget old hits")
		}
		if n < forgetAtOnce {
			return wrap(s.forgetChanges(ctx), "forget what stations were told of hits")
		}
	}
}

// forgetChanges deletes old changes of the dataset: they hold what owners wrote. A station that was away for longer takes a snapshot.
func (s *Store) forgetChanges(ctx context.Context) error {
	_, err := s.db.Pool.Exec(ctx, `DELETE FROM ref_change WHERE dataset = $1 AND version <= (
		SELECT max(version) FROM ref_version WHERE dataset = $1 AND changed_at < $2)`, hit.AnswersDataset, s.clock().Add(-toldFor))
	return err
}

func (s *Store) forget(ctx context.Context) (n int, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT r.key FROM ref_row r JOIN desk_hit h ON h.id::text = r.key
			WHERE r.dataset = $1 AND h.closed_at < $2 AND h.updated_at < $2 LIMIT $3`, hit.AnswersDataset, s.clock().Add(-toldFor), forgetAtOnce)
		if err != nil {
			return err
		}
		keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		if n = len(keys); n > 0 {
			changes := make([]replication.Change, n)
			for i, key := range keys {
				changes[i] = replication.Change{Op: replication.OpDelete, Key: key}
			}
			if _, err := centraldb.Publish(ctx, tx, hit.AnswersDataset, Name, s.clock(), changes); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `DELETE FROM screening_run WHERE finished_at < $1`, s.clock().Add(-runsFor))
		return err
	})
	if err == nil && n > 0 {
		s.published(hit.AnswersDataset)
	}
	return n, err
}
