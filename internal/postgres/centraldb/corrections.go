package centraldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// annulment is a crossing that has just stopped counting.
type annulment struct {
	crossingID  uuid.UUID
	travellerID uuid.UUID
	cell        flowCell
	inBatch     bool // it arrived in this batch too, and has not been counted
}

// correct stores corrections and marks their crossings. A correction of a crossing that is not here is moved to work.bad. It
// returns the crossings annulled now; one that was annulled before is not among them.
func (b *batch) correct(ctx context.Context, w *work) ([]annulment, error) {
	if len(w.corrections) == 0 {
		return nil, nil
	}
	if err := b.flush(ctx); err != nil { // the crossings of this batch may be among those corrected
		return nil, err
	}
	if err := b.separateOrphans(ctx, w); err != nil {
		return nil, err
	}
	b.storeCorrections(w.corrections)
	if err := b.flush(ctx); err != nil {
		return nil, err
	}
	return b.annul(ctx, w)
}

func (b *batch) separateOrphans(ctx context.Context, w *work) error {
	ids := make([]uuid.UUID, len(w.corrections))
	for i, item := range w.corrections {
		ids[i] = item.correction.CrossingID
	}
	rows, err := b.tx.Query(ctx, `SELECT crossing_id FROM crossing WHERE crossing_id = ANY($1) AND station = $2`, ids, b.station)
	if err != nil {
		return fmt.Errorf("look up corrected crossings: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("look up corrected crossings: %w", err)
	}
	here := make(map[uuid.UUID]bool, len(found))
	for _, id := range found {
		here[id] = true
	}
	kept := w.corrections[:0]
	for _, item := range w.corrections {
		if here[item.correction.CrossingID] {
			kept = append(kept, item)
			continue
		}
		item.why = errors.New("crossing_id: the crossing that this corrects is not at the centre")
		w.bad = append(w.bad, item)
	}
	w.corrections = kept
	return nil
}

func (b *batch) storeCorrections(corrections []decoded) {
	for _, item := range corrections {
		c := item.correction
		b.out.Queue(`
			INSERT INTO crossing_correction (correction_id, crossing_id, event_id, origin, origin_seq, station, lane, officer, reason,
			                                 corrected_at, received_at, payload)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			c.CorrectionID, c.CrossingID, item.event.ID, b.origin, item.event.Seq, b.station, c.Lane, c.Officer, c.Reason,
			c.CorrectedAt, b.receivedAt, []byte(item.event.Payload))
	}
}

func (b *batch) annul(ctx context.Context, w *work) ([]annulment, error) {
	ids, times := make([]uuid.UUID, len(w.corrections)), make([]time.Time, len(w.corrections))
	for i, item := range w.corrections {
		ids[i], times[i] = item.correction.CrossingID, item.correction.CorrectedAt
	}
	rows, err := b.tx.Query(ctx, `
		UPDATE crossing c SET annulled_at = q.at FROM (
			SELECT id, min(at) AS at FROM unnest($1::uuid[], $2::timestamptz[]) AS u(id, at) GROUP BY id) q
		WHERE c.crossing_id = q.id AND c.station = $3 AND c.annulled_at IS NULL
		RETURNING c.crossing_id, c.traveller_id, c.local_date, c.station, c.nationality, c.direction, c.outcome, c.annulled_at`,
		ids, times, b.station)
	if err != nil {
		return nil, fmt.Errorf("annul crossings: %w", err)
	}
	mine := make(map[uuid.UUID]*crossingRow, len(w.crossings))
	for _, c := range w.crossings {
		mine[c.CrossingID] = c
	}
	var out []annulment
	var a annulment
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{
		&a.crossingID, &a.travellerID, &a.cell.day, &a.cell.station, &a.cell.nationality, &a.cell.direction, &a.cell.outcome, &at,
	}, func() error {
		c := mine[a.crossingID]
		if a.inBatch = c != nil; a.inBatch {
			stamp := at
			c.annulled = &stamp
		}
		out = append(out, a)
		return nil
	})
	return out, wrap(err, "annul crossings")
}
