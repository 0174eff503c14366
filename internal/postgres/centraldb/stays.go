package centraldb

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
)

// updateStays brings the latest standing crossing of every traveller of the batch up to date. "Latest" is the greatest
// (crossed_at, event_id), which no order of arrival can change; only an annulment needs the traveller's crossings read again.
func (b *batch) updateStays(ctx context.Context, crossings []*crossingRow, annulled []annulment) error {
	if err := b.lockStays(ctx, crossings, annulled); err != nil {
		return err
	}
	last := latest(crossings)
	if len(last) > few {
		fresh := slices.DeleteFunc(slices.Clone(last), func(c *crossingRow) bool { return !c.fresh })
		if err := b.copyStays(ctx, fresh); err != nil {
			return err
		}
		last = slices.DeleteFunc(last, func(c *crossingRow) bool { return c.fresh })
	}
	b.advanceStays(last)
	b.recomputeStays(annulled)
	return nil
}

// latest picks the last standing crossing of each traveller, sorted by traveller.
func latest(crossings []*crossingRow) []*crossingRow {
	last := make(map[uuid.UUID]*crossingRow, len(crossings))
	for _, c := range crossings {
		if c.crossed() && c.after(last[c.traveller]) {
			last[c.traveller] = c
		}
	}
	sorted := make([]*crossingRow, 0, len(last))
	for _, c := range last {
		sorted = append(sorted, c)
	}
	slices.SortFunc(sorted, func(a, b *crossingRow) int { return bytes.Compare(a.traveller[:], b.traveller[:]) })
	return sorted
}

func (r *crossingRow) after(other *crossingRow) bool {
	if other == nil || !r.CrossedAt.Equal(other.CrossedAt) {
		return other == nil || r.CrossedAt.After(other.CrossedAt)
	}
	return bytes.Compare(r.event.ID[:], other.event.ID[:]) > 0
}

// lockStays takes all row locks in one order before a batch with annulments goes back and forth between them.
func (b *batch) lockStays(ctx context.Context, crossings []*crossingRow, annulled []annulment) error {
	if len(annulled) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, 0, len(crossings)+len(annulled))
	for _, c := range crossings {
		ids = append(ids, c.traveller)
	}
	for _, a := range annulled {
		ids = append(ids, a.travellerID)
	}
	_, err := b.tx.Exec(ctx, `SELECT FROM stay WHERE traveller_id = ANY($1) ORDER BY traveller_id FOR UPDATE`, ids)
	return wrap(err, "lock stays")
}

// copyStays stores the first stay of travellers that this transaction has made: nobody else can have stored one.
func (b *batch) copyStays(ctx context.Context, last []*crossingRow) error {
	if len(last) == 0 {
		return nil
	}
	columns := []string{
		"traveller_id", "inside", "crossed_at", "event_id", "nationality", "issuing_state", "doc_no", "station",
	}
	_, err := b.tx.CopyFrom(ctx, pgx.Identifier{"stay"}, columns, pgx.CopyFromSlice(len(last), func(i int) ([]any, error) {
		c := last[i]
		return []any{
			c.traveller, c.Direction == border.Entry, c.CrossedAt, c.event.ID, c.Identity.Nationality, c.Document.IssuingState, c.docNo, b.station,
		}, nil
	}))
	return wrap(err, "store stays")
}

func (b *batch) advanceStays(last []*crossingRow) {
	if len(last) == 0 {
		return
	}
	n := len(last)
	ids, events, times := make([]uuid.UUID, n), make([]uuid.UUID, n), make([]time.Time, n)
	inside := make([]bool, n)
	nationalities, states, numbers := make([]string, n), make([]string, n), make([]string, n)
	for i, c := range last {
		ids[i], events[i], times[i], inside[i] = c.traveller, c.event.ID, c.CrossedAt, c.Direction == border.Entry
		nationalities[i], states[i], numbers[i] = c.Identity.Nationality, c.Document.IssuingState, c.docNo
	}
	b.out.Queue(`
		INSERT INTO stay AS s (traveller_id, inside, crossed_at, event_id, nationality, issuing_state, doc_no, station)
		SELECT u.*, $8 FROM unnest($1::uuid[], $2::boolean[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::text[]) u
		ON CONFLICT (traveller_id) DO UPDATE SET
			inside = excluded.inside, crossed_at = excluded.crossed_at, event_id = excluded.event_id, permitted_until = NULL,
			nationality = excluded.nationality, issuing_state = excluded.issuing_state, doc_no = excluded.doc_no, station = excluded.station
		WHERE (s.crossed_at, s.event_id) < (excluded.crossed_at, excluded.event_id)`,
		ids, inside, times, events, nationalities, states, numbers, b.station)
}

// recomputeStays reads the crossings of travellers whose latest may have been annulled.
func (b *batch) recomputeStays(annulled []annulment) {
	if len(annulled) == 0 {
		return
	}
	ids := make([]uuid.UUID, len(annulled))
	for i, a := range annulled {
		ids[i] = a.travellerID
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	b.out.Queue(`DELETE FROM stay WHERE traveller_id = ANY($1)`, ids)
	b.out.Queue(`
		INSERT INTO stay (traveller_id, inside, crossed_at, event_id, nationality, issuing_state, doc_no, station)
		SELECT t.id, l.direction = 'entry', l.crossed_at, l.event_id, l.nationality, l.issuing_state, l.doc_no, l.station
		FROM unnest($1::uuid[]) AS t(id) CROSS JOIN LATERAL (
			SELECT * FROM crossing c WHERE c.traveller_id = t.id AND c.outcome = 'admit' AND c.annulled_at IS NULL
			ORDER BY c.crossed_at DESC, c.event_id DESC LIMIT 1) l
		ORDER BY t.id`, ids)
}
