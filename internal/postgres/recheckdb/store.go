// Package recheckdb keeps which decisions of a crossing point wait to be checked again, and what came of it. A row is made by the
// database in the transaction of the decision. It must never settle a decision twice, nor without its record and its audit entry.
package recheckdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
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
	hits  Hits
}

// Hits raises what a check found of alerts when it was asked again; hitdb.Store does.
type Hits interface {
	// Rechecked raises, in the transaction of a result, the hits that the decision did not have. It says whether there were any.
	Rechecked(ctx context.Context, tx pgx.Tx, crossing uuid.UUID, findings []border.Finding) (bool, error)
	// Committed is called after the transaction, when there were any.
	Committed()
}

var (
	_ recheck.Store  = (*Store)(nil)
	_ recheck.Reader = (*Store)(nil)
)

// New makes the store. nudge is called after each commit that has something for the centre; it must not block.
func New(db *postgres.DB, nudge func()) *Store { return &Store{db: db, nudge: nudge} }

// Raising makes the store raise hits for what is found.
func (s *Store) Raising(h Hits) *Store {
	with := *s
	with.hits = h
	return &with
}

const selectWaiting = `
select d.crossing_id, d.event, s.id, s.mrz, s.circumstances, exists (select from correction c where c.crossing_id = d.crossing_id), k.attempts, k.result
from recheck k join decision d using (crossing_id) join scan s on s.id = d.inspection_id
where k.state = 'waiting' `

// What was tried with outside services alone does not wait longer for the centre because of that.
const selectPending = selectWaiting + `and (k.next_at <= $1 or k.result->>'partial' = 'true') and k.decided_at < $2
order by k.decided_at, k.crossing_id limit $3`

// What waits for a check: by the last result, or before the first by the findings of the decision.
const selectPendingOn = selectWaiting + `and (k.next_at <= $2 or k.tried_at < $3) and case when k.result is null
	then exists (select from finding f where f.crossing_id = k.crossing_id and f.check_name = $1 and f.outcome = 'not_checked' and f.reason <> 'data_insufficient')
	else exists (select from jsonb_array_elements(coalesce(k.result->'waiting', '[]')) w where w->>'check' = $1) end
order by k.decided_at, k.crossing_id limit $4`

// PendingOn are decisions that wait for the answer of a check.
func (s *Store) PendingOn(ctx context.Context, check string, due, since time.Time, limit int) ([]recheck.Pending, error) {
	rows, err := s.db.Pool.Query(ctx, selectPendingOn, check, due, since, limit)
	if err != nil {
		return nil, wrap(err, "decisions to ask outside about again")
	}
	list, err := pgx.CollectRows(rows, pendingRow)
	return list, wrap(err, "decisions to ask outside about again")
}

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
	raised := false
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update recheck set state = $2, attempts = $3, tried_at = $4, next_at = $5, result = $6
			where crossing_id = $1 and state = 'waiting'`, r.Crossing, state, r.Attempt, r.At, next, r)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		waited = true
		if raised, err = s.raise(ctx, tx, r); err != nil {
			return err
		}
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
	if raised {
		s.hits.Committed()
	}
	return waited, nil
}

// raise raises the hits of what is found now and was not then.
func (s *Store) raise(ctx context.Context, tx pgx.Tx, r recheck.Result) (bool, error) {
	if s.hits == nil {
		return false, nil
	}
	var found []border.Finding
	for _, c := range r.Changes {
		if c.After == border.Hit {
			found = append(found, border.Finding{Check: c.Check, Source: c.Source, Outcome: border.Hit, Evidence: c.Evidence, At: r.At})
		}
	}
	return s.hits.Rechecked(ctx, tx, r.Crossing, found)
}

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
