package boarddb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/screen"
	"github.com/openbmis/openbmis/border"
)

// Due are persons whose checks are to be made again now, the longest due first. Those who landed long ago are left alone.
func (s *Store) Due(ctx context.Context, limit int) (due []screen.Again, next time.Time, err error) {
	now := s.clock()
	rows, err := s.DB.Pool.Query(ctx, `SELECT person, tries FROM passenger_screening WHERE recheck_at <= $1 ORDER BY recheck_at LIMIT $2`, now, limit)
	if err != nil {
		return nil, next, wrap(err, "read whom to screen again")
	}
	if due, err = pgx.CollectRows(rows, pgx.RowToStructByPos[screen.Again]); err != nil {
		return nil, next, wrap(err, "read whom to screen again")
	}
	var at *time.Time
	err = s.DB.Pool.QueryRow(ctx, `SELECT min(recheck_at) FROM passenger_screening WHERE recheck_at > $1`, now).Scan(&at)
	return due, orZero(at), wrap(err, "read whom to screen again")
}

// Drop forgets the traces of persons who are there no more or do not come, and makes nothing again.
func (s *Store) Drop(ctx context.Context, persons []uuid.UUID) error {
	err := s.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE passenger_screening SET recheck_at = NULL, tries = 0 WHERE person = ANY($1)`, persons); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM passenger_trace WHERE person = ANY($1)`, persons)
		return err
	})
	return wrap(err, "drop expected persons")
}

// Again gets a value whenever there may be somebody whose checks are to be made again.
func (s *Store) Again() <-chan struct{} { return s.again }

// NudgeAgain says that there may be. It never blocks.
func (s *Store) NudgeAgain() { nudge(s.again) }

// Recheck has the checks of pending persons made again whose findings name one of the alerts (alerts.Alert.Key); nil: any alert. What was
// found anew is for the search of changed alerts; this is for those that say less than before, or nothing any more.
func (s *Store) Recheck(ctx context.Context, alerts []string) error {
	now := s.clock()
	tag, err := s.DB.Pool.Exec(ctx, `UPDATE passenger_screening SET recheck_at = $1
		WHERE alerts <> '{}' AND ($2::text[] IS NULL OR alerts && $2) AND (arrives_at IS NULL OR arrives_at > $1)`, now, alerts)
	if err == nil && tag.RowsAffected() > 0 {
		nudge(s.again)
	}
	return wrap(err, "screen again after alerts changed")
}

// RecheckOutside has the checks made again at once of those still to come about whom a check has no answer that waits to be made again: the
// service that it asks is back.
func (s *Store) RecheckOutside(ctx context.Context, check string) error {
	lacking, err := text([]map[string]string{{"check": check, "outcome": border.NotChecked.String()}})
	if err != nil {
		return wrap(err, "ask a service outside again")
	}
	now := s.clock()
	tag, err := s.DB.Pool.Exec(ctx, `UPDATE passenger_screening SET recheck_at = $1
		WHERE recheck_at > $1 AND ruling -> 'findings' @> $2::jsonb AND (arrives_at IS NULL OR arrives_at > $1)`, now, lacking)
	if err == nil && tag.RowsAffected() > 0 {
		nudge(s.again)
	}
	return wrap(err, "ask a service outside again")
}

// settle is how long after an answer the checks before arrival must have spoken of a traveller to whom a real answer is owed.
const settle = 30 * time.Second

// Sweep has the checks made again of those to whom a real answer is owed although the checks before arrival have one: what came between
// an answer and a screening that were kept at the same moment. It forgets the traces of those who landed.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.clock()
	tag, err := s.DB.Pool.Exec(ctx, `UPDATE passenger_screening p SET recheck_at = $1 FROM board_traveller t
		WHERE t.owed AND t.asked_at < $2 AND p.flight_key = t.flight_key AND p.ref = t.ref AND p.recheck_at IS NULL
			AND (p.departs_at IS NULL OR p.departs_at > $1)`, now, now.Add(-settle))
	if err != nil {
		return wrap(err, "look for answers that are owed")
	}
	if tag.RowsAffected() > 0 {
		nudge(s.again)
	}
	_, err = s.DB.Pool.Exec(ctx, `DELETE FROM passenger_trace WHERE arrives_at < $1`, now.Add(-tracesKept))
	return wrap(err, "forget where persons were expected")
}

// tracesKept is how long after the arrival a person's traces are kept.
const tracesKept = 24 * time.Hour
