package screeningdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/traveldoc"
)

// Searched is up to where runs were begun.
func (s *Store) Searched(ctx context.Context) (done screening.Searched, err error) {
	var day string
	var least []byte
	err = s.db.Pool.QueryRow(ctx, `SELECT alert_seq, matcher, begun, least FROM screening_state`).Scan(&done.Seq, &done.Matcher, &day, &least)
	if errors.Is(err, pgx.ErrNoRows) {
		return done, nil
	}
	if err == nil {
		done.Day, _, err = days(day, "")
	}
	if err == nil {
		err = json.Unmarshal(least, &done.Least)
	}
	return done, wrap(err, "read how far the screening is")
}

// days are days as they are kept; an empty one is zero.
func days(from, to string) (first, last traveldoc.Date, err error) {
	if from != "" {
		first, err = traveldoc.ParseDate(from)
	}
	if to != "" && err == nil {
		last, err = traveldoc.ParseDate(to)
	}
	return first, last, err
}

// countBegins counts the alerts, open ones first, that are in force from a day in a span. Days are compared as they are written.
const countBegins = `SELECT count(*) FILTER (WHERE a.secrecy = 'open'), count(*)
	FROM alert_version v JOIN alert a ON a.list = v.list AND a.id = v.id AND a.version = v.version
	WHERE v.seq <= $1 AND a.status = 'active' AND v.body LIKE '%"valid_from"%'
	AND v.body::jsonb->>'valid_from' > $2 AND v.body::jsonb->>'valid_from' <= $3`

// BeginDay begins a run of the alerts that are in force from a day after one and up to another.
func (s *Store) BeginDay(ctx context.Context, upto int64, from, to traveldoc.Date, since time.Time) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE screening_state SET begun = $1`, to.String()); err != nil || from.IsZero() {
			return err
		}
		var open, all int64
		if err := tx.QueryRow(ctx, countBegins, upto, from.String(), to.String()).Scan(&open, &all); err != nil || all == 0 {
			return err
		}
		return s.part(ctx, tx, screening.Run{Upto: upto, Why: screening.WhyBegins, Since: since, From: from, To: to}, open)
	})
	return wrap(err, "begin a run of alerts that came into force")
}

// BeginLists begins a run of each list, and keeps the lowest thresholds of all.
func (s *Store) BeginLists(ctx context.Context, upto int64, lists []string, least map[string]float64, since time.Time) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		body, err := json.Marshal(least)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE screening_state SET least = $1`, body); err != nil {
			return err
		}
		for _, list := range lists {
			var open int64
			err := tx.QueryRow(ctx, `SELECT count(*) FROM alert WHERE list = $1 AND secrecy = 'open' AND status = 'active'`, list).Scan(&open)
			if err != nil {
				return err
			}
			if err := s.part(ctx, tx, screening.Run{Upto: upto, Why: screening.WhyPolicy, Since: since, List: list}, open); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "begin runs of lists")
}

// part begins a run of a part of all alerts.
func (s *Store) part(ctx context.Context, tx pgx.Tx, r screening.Run, open int64) error {
	expected, err := estimate(ctx, tx, r.Since)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO screening_run (after_seq, upto_seq, why, open_alerts, since, expected, created_at, list, from_day, to_day)
		VALUES (0, $1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.Upto, r.Why, open, r.Since.UTC(), expected, s.clock(), r.List, r.From.String(), r.To.String())
	return err
}
