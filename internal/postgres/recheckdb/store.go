// Package recheckdb keeps which decisions of a crossing point wait to be checked again, and what came of it. A row is made by the
// database in the transaction of the decision. It must never settle a decision twice, nor without its record and its audit entry.
package recheckdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// Store implements recheck.Store and recheck.Reader.
type Store struct {
	db    *postgres.DB
	nudge func()
}

var (
	_ recheck.Store  = (*Store)(nil)
	_ recheck.Reader = (*Store)(nil)
)

// New makes the store. nudge is called after each commit that has something for the centre; it must not block.
func New(db *postgres.DB, nudge func()) *Store { return &Store{db, nudge} }

const selectPending = `
select d.crossing_id, d.event, s.id, s.mrz, s.circumstances, exists (select from correction c where c.crossing_id = d.crossing_id), k.attempts, k.result
from recheck k join decision d using (crossing_id) join scan s on s.id = d.inspection_id
where k.state = 'waiting' and k.next_at <= $1 and k.decided_at < $2 order by k.decided_at, k.crossing_id limit $3`

// Pending are decisions that are due.
func (s *Store) Pending(ctx context.Context, due, confirmed time.Time, limit int) ([]recheck.Pending, error) {
	rows, err := s.db.Pool.Query(ctx, selectPending, due, confirmed, limit)
	if err != nil {
		return nil, wrap(err, "decisions to check again")
	}
	list, err := pgx.CollectRows(rows, pendingRow)
	return list, wrap(err, "decisions to check again")
}

func pendingRow(row pgx.CollectableRow) (p recheck.Pending, err error) {
	var event, last []byte
	var known border.Circumstances
	id := &p.Event.CrossingID
	if err = row.Scan(id, &event, &p.Scan, &p.MRZ, &known, &p.Annulled, &p.Attempts, &last); err != nil {
		return p, err
	}
	p.Repairs = known.Repairs
	kept := *id
	if json.Unmarshal(event, &p.Event) != nil { // its error could repeat a piece of a person's data
		p.Event, p.Fault = border.CrossingEvent{}, errors.New("the decision as recorded is no CrossingEvent that this release reads")
	}
	p.Event.CrossingID = kept
	p.Last = resultOf(last)
	return p, nil
}

// resultOf reads a result that this package wrote; nil when there is none.
func resultOf(text []byte) *recheck.Result {
	var r recheck.Result
	if len(text) == 0 || json.Unmarshal(text, &r) != nil {
		return nil
	}
	return &r
}

// Settle keeps a result. The row is held while it is looked at: of two that settle the same decision one finds it settled.
func (s *Store) Settle(
	ctx context.Context, r recheck.Result, next time.Time, record *border.Record, entry audit.Entry,
) (waited bool, err error) {
	state := "waiting"
	if r.Outcome.Final() {
		state = string(r.Outcome)
	}
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update recheck set state = $2, attempts = $3, tried_at = $4, next_at = $5, result = $6
			where crossing_id = $1 and state = 'waiting'`, r.Crossing, state, r.Attempt, r.At, next, r)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		waited = true
		if record == nil {
			return auditlog.Insert(ctx, tx, entry)
		}
		return recorddb.Append(ctx, tx, *record, entry)
	})
	if err != nil {
		return false, wrap(err, "settle a decision that was checked again")
	}
	if waited && record != nil {
		s.nudge()
	}
	return waited, nil
}

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
