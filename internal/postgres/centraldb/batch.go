package centraldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// batch is the work of one transaction: the kept events of one station.
type batch struct {
	tx         pgx.Tx
	origin     int32
	station    string
	receivedAt time.Time
	newID      func() uuid.UUID
	items      []decoded
	out        *pgx.Batch // statements whose result nobody needs; they are sent together, in order, by flush

	dirty   []uuid.UUID // travellers whose stays the projector has to look at again
	regroup []uuid.UUID // travellers whose links changed
	moved   moved
}

// few is how many rows are better inserted along with everything else than copied, which takes three round trips of its own.
const few = 16

// flush sends what has been gathered.
func (b *batch) flush(ctx context.Context) error {
	if b.out.Len() == 0 {
		return nil
	}
	err := b.tx.SendBatch(ctx, b.out).Close()
	b.out = new(pgx.Batch)
	return wrap(err, "store events")
}

// applySingly applies the events one by one, so that only those that the database refuses are parked. It returns how many were.
func (b *batch) applySingly(ctx context.Context) (parked int, err error) {
	for _, item := range b.items {
		one := *b
		one.items = []decoded{item}
		n, err := one.attempt(ctx)
		if err != nil && isData(err) {
			item.why = errors.New("the database refused it: " + refusal(err))
			n = 1
			b.park([]decoded{item})
			err = b.flush(ctx)
		}
		if err != nil {
			return parked, err
		}
		parked += n
	}
	return parked, nil
}

// attempt applies the items in a savepoint.
func (b *batch) attempt(ctx context.Context) (parked int, err error) {
	err = pgx.BeginFunc(ctx, b.tx, func(nested pgx.Tx) (err error) {
		in := *b
		in.tx, in.out, in.dirty, in.regroup, in.moved = nested, new(pgx.Batch), nil, nil, moved{}
		parked, err = in.applyBulk(ctx)
		return err
	})
	return parked, err
}

// applyBulk stores all items. Rows that other stations' batches also touch are written late and in sorted order, so that two
// batches never wait for each other in a circle.
func (b *batch) applyBulk(ctx context.Context) (parked int, err error) {
	work, err := b.sort(ctx)
	if err != nil {
		return 0, err
	}
	if err := b.identify(ctx, work.sightings()); err != nil {
		return 0, err
	}
	if err := b.copyCrossings(ctx, work.crossings); err != nil {
		return 0, err
	}
	b.addExhibits(work.crossings)
	b.noteExpected(work.crossings)
	b.noteVisas(work.crossings)
	b.noteOnArrival(work.crossings)
	annulled, err := b.correct(ctx, work)
	if err != nil {
		return 0, err
	}
	b.noteUnused(annulled)
	b.dismiss(work.dismissals)
	if err := b.storeRecords(ctx, work.records); err != nil {
		return 0, err
	}
	b.park(work.bad)
	b.noteScreening(work)
	b.noteMovements(work.crossings, annulled)
	b.countFlows(work.crossings, annulled)
	b.markDirty()
	return len(work.bad), b.flush(ctx)
}

// work is a batch sorted by what is to be done.
type work struct {
	crossings   []*crossingRow
	corrections []decoded
	dismissals  []decoded
	records     []*recordRow
	bad         []decoded
}

// sightings are the files and documents that the work is about, in the order of the events.
func (w *work) sightings() []*sighting {
	list := make([]*sighting, 0, len(w.crossings)+len(w.records))
	for _, c := range w.crossings {
		list = append(list, &c.sighting)
	}
	for _, r := range w.records {
		for i := range r.seen {
			list = append(list, &r.seen[i])
		}
	}
	return list
}

func (b *batch) sort(ctx context.Context) (*work, error) {
	known, err := b.carriedBefore(ctx)
	if err != nil {
		return nil, err
	}
	w := &work{crossings: make([]*crossingRow, 0, len(b.items))}
	for _, item := range b.items {
		switch {
		case known[item.event.ID]:
		case item.why != nil:
			w.bad = append(w.bad, item)
		case item.crossing != nil:
			item.crossing.annulled = nil // a second attempt begins anew
			w.crossings = append(w.crossings, item.crossing)
		case item.correction != nil:
			w.corrections = append(w.corrections, item)
		case item.dismissal != nil:
			w.dismissals = append(w.dismissals, item)
		case item.record != nil:
			w.records = append(w.records, item.record)
		}
	}
	return w, nil
}

// carriedBefore finds the carried events that an earlier epoch of this station has delivered already, and accounts for their
// numbers.
func (b *batch) carriedBefore(ctx context.Context) (map[uuid.UUID]bool, error) {
	var ids []uuid.UUID
	var times []*time.Time
	bySeq := map[uuid.UUID]int64{}
	for _, item := range b.items {
		if !item.event.Carried {
			continue
		}
		ids, bySeq[item.event.ID] = append(ids, item.event.ID), item.event.Seq
		if item.crossing != nil {
			times = append(times, &item.crossing.CrossedAt)
		} else {
			times = append(times, nil)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	// The time of the crossing lets the look-up go to one partition.
	rows, err := b.tx.Query(ctx, `
		SELECT q.id FROM unnest($1::uuid[], $2::timestamptz[]) AS q(id, at)
		WHERE EXISTS (SELECT FROM crossing c WHERE c.crossed_at = q.at AND c.event_id = q.id AND c.station = $3)
		   OR EXISTS (SELECT FROM crossing_correction c WHERE c.event_id = q.id AND c.station = $3)
		   OR EXISTS (SELECT FROM inspection_dismissal d WHERE d.event_id = q.id AND d.station = $3)
		   OR EXISTS (SELECT FROM record r WHERE r.id = q.id AND r.station = $3)
		   OR EXISTS (SELECT FROM dead_letter l WHERE l.event_id = q.id AND l.station = $3)`, ids, times, b.station)
	if err != nil {
		return nil, fmt.Errorf("look for carried events: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("look for carried events: %w", err)
	}
	known := make(map[uuid.UUID]bool, len(found))
	for _, id := range found {
		known[id] = true
		_, err := b.tx.Exec(ctx, `INSERT INTO carried_event (origin, origin_seq, event_id) VALUES ($1, $2, $3)`, b.origin, bySeq[id], id)
		if err != nil {
			return nil, fmt.Errorf("account for a carried event: %w", err)
		}
	}
	return known, nil
}
