package scoredb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

const (
	// tellWithin is how old a matter may be for the carrier to be told of it: nobody is told of last year's flights when the centre learns to tell.
	tellWithin = 72 * time.Hour
	// again and againUnknown are when a notice that could not be brought is tried again: because of our trouble, and because the carrier has no
	// stream (it is not admitted).
	again        = time.Minute
	againUnknown = time.Hour
	// mostPlaces bounds the places that a notice names; it says how many more there are.
	mostPlaces = 50
)

// noteOwed writes the notices of a card's pushes.
func (s *Store) noteOwed(ctx context.Context, tx pgx.Tx, of subject, f score.Flight, c score.Card, now time.Time) error {
	for _, item := range score.Owed(s.Policy, f, c, now) {
		if item.Due.Before(now.Add(-tellWithin)) {
			continue
		}
		due := item.Due
		n := score.Notice{Kind: score.PushMissing, Carrier: of.carrier, At: now, Policy: s.Policy.Version, Flight: &c.Key, Push: item.Push, Due: &due}
		if item.State == score.Incomplete {
			n.Kind = score.PushIncomplete
		}
		n.ID = string(n.Kind) + "/" + of.carrier + "/" + of.flight.String() + "/" + item.Push
		if err := note(ctx, tx, n, &of.flight, nil); err != nil {
			return err
		}
	}
	return nil
}

// note writes a notice, once.
func note(ctx context.Context, tx pgx.Tx, n score.Notice, flight, raw *uuid.UUID) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO score_notice (id, carrier, kind, flight_id, raw_id, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO NOTHING`, n.ID, n.Carrier, string(n.Kind), flight, raw, body, n.At)
	return err
}

// noteQuarantine writes a notice for each thing that came of which something could not be used.
func (s *Store) noteQuarantine(ctx context.Context, now time.Time) error {
	return s.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT q.raw_id, r.carrier, q.record, q.code, q.segment, q.place FROM passenger_quarantine q
			JOIN passenger_raw r ON r.id = q.raw_id
			WHERE q.id > coalesce((SELECT id FROM score_cursor WHERE what = 'quarantine'), 0) AND q.resolved_at IS NULL AND q.at >= $1
				AND NOT EXISTS (SELECT FROM score_notice n WHERE n.raw_id = q.raw_id)
			ORDER BY q.id`, now.Add(-tellWithin))
		if err != nil {
			return err
		}
		var raw uuid.UUID
		var carrier string
		var p score.Place
		notices := map[uuid.UUID]*score.Notice{}
		_, err = pgx.ForEachRow(rows, []any{&raw, &carrier, &p.Record, &p.Code, &p.Segment, &p.Offset}, func() error {
			n := notices[raw]
			if n == nil {
				n = &score.Notice{
					ID: string(score.InQuarantine) + "/" + raw.String(), Kind: score.InQuarantine, Carrier: carrier, At: now, Message: raw.String(),
				}
				notices[raw] = n
			}
			if len(n.Places) == mostPlaces {
				n.More++
				return nil
			}
			n.Places = append(n.Places, p)
			return nil
		})
		if err != nil {
			return err
		}
		for raw, n := range notices {
			if err := note(ctx, tx, *n, nil, &raw); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO score_cursor (what, id) SELECT 'quarantine', max(id) FROM passenger_quarantine WHERE at < $1 HAVING max(id) IS NOT NULL
			ON CONFLICT (what) DO UPDATE SET id = greatest(score_cursor.id, excluded.id)`, now.Add(-overlap))
		return err
	})
}

// deliver brings the notices that wait to the carriers' streams. One that cannot be brought keeps no other back.
func (s *Store) deliver(ctx context.Context, now time.Time) error {
	rows, err := s.DB.Pool.Query(ctx, `SELECT id, carrier, body FROM score_notice WHERE sent_at IS NULL AND (again_at IS NULL OR again_at <= $1)
		ORDER BY seq LIMIT $2`, now, atOnce)
	if err != nil {
		return err
	}
	type waiting struct {
		ID, Carrier string
		Body        []byte
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[waiting])
	if err != nil {
		return err
	}
	for _, n := range list {
		var later *time.Time
		sentAt := &now
		if err := s.Courier.Notify(ctx, n.Carrier, n.ID, n.Body); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			pause := again
			if problem.KindOf(err) == problem.NotFound {
				pause = againUnknown
			}
			at := now.Add(pause)
			sentAt, later = nil, &at
			s.Log.WarnContext(ctx, "a notice waits", "carrier", n.Carrier, "error", err)
		}
		if _, err := s.DB.Pool.Exec(ctx, `UPDATE score_notice SET sent_at = $2, again_at = $3 WHERE id = $1`, n.ID, sentAt, later); err != nil {
			return err
		}
	}
	return nil
}

// Sending writes that somebody of a carrier is about to hand in a file on the carriers' page. What he hands in goes through the door, which
// is no part of the transaction: the entry stands before it.
func (s *Store) Sending(ctx context.Context, entry audit.Entry) error {
	err := s.DB.InTx(ctx, func(tx pgx.Tx) error { return auditlog.Insert(ctx, tx, entry) })
	return wrap(err, "write that a file is handed in")
}
