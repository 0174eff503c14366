package passengerdb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/intake"
)

// FindSeries finds the newest series of a name, and locks the name. A part that names no flight is of the series that any other part names.
func (w *workTx) FindSeries(ctx context.Context, k intake.SeriesKey) (*intake.Series, error) {
	if err := w.flush(ctx); err != nil {
		return nil, wrap(err, "find a series")
	}
	_, err := w.tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('passenger series ' || $1 || ' ' || $2 || ' ' || $3, 0))`,
		k.Carrier, text(k.Sender), text(k.Access))
	if err != nil {
		return nil, wrap(err, "find a series")
	}
	var s intake.Series
	err = w.tx.QueryRow(ctx, `SELECT id, carrier, state, since FROM passenger_series WHERE carrier = $1 AND sender = $2 AND access = $3 AND type = $4
			AND (flight_key = $5 OR flight_key = '' OR $5 = '') ORDER BY since DESC, id LIMIT 1 FOR UPDATE`,
		k.Carrier, text(k.Sender), text(k.Access), text(k.Type), text(k.Flight)).Scan(&s.ID, &s.Carrier, &s.State, &s.Since)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // there is none
	}
	return &s, wrap(err, "find a series")
}

// LockSeries locks a series by its id.
func (w *workTx) LockSeries(ctx context.Context, id uuid.UUID) (s intake.Series, err error) {
	err = w.tx.QueryRow(ctx, `SELECT id, carrier, state, since FROM passenger_series WHERE id = $1 FOR UPDATE`, id).
		Scan(&s.ID, &s.Carrier, &s.State, &s.Since)
	return s, wrap(err, "lock a series")
}

// OpenSeries makes a series.
func (w *workTx) OpenSeries(_ context.Context, k intake.SeriesKey, due time.Time) (uuid.UUID, error) {
	id := w.s.o.NewID()
	w.writes.Queue(`INSERT INTO passenger_series (id, carrier, sender, access, flight_key, type, state, since, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'waiting_parts', $7, $8)`,
		id, k.Carrier, text(k.Sender), text(k.Access), text(k.Flight), text(k.Type), w.now, micro(due))
	return id, nil
}

// CloseSeries sets the state of a series.
func (w *workTx) CloseSeries(_ context.Context, id uuid.UUID, state intake.State) error {
	w.writes.Queue(`UPDATE passenger_series SET state = $2 WHERE id = $1`, id, string(state))
	return nil
}

// Parts are the parts of a series.
func (w *workTx) Parts(ctx context.Context, series uuid.UUID) ([]intake.Part, error) {
	if err := w.flush(ctx); err != nil {
		return nil, wrap(err, "parts of a series")
	}
	rows, err := w.tx.Query(ctx, `SELECT id, raw_id, n, part, part_last, seq FROM passenger_message WHERE series_id = $1
		ORDER BY part, seq, n`, series)
	if err != nil {
		return nil, wrap(err, "parts of a series")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p intake.Part, err error) {
		err = row.Scan(&p.Message, &p.Raw, &p.N, &p.Number, &p.Last, &p.Seq)
		return p, err
	})
	return list, wrap(err, "parts of a series")
}

// Body is what was kept of an item; empty when it is erased.
func (w *workTx) Body(ctx context.Context, raw uuid.UUID) ([]byte, error) {
	body, err := w.s.body(ctx, w.tx, raw)
	return body, wrap(err, "bytes of a message")
}

func (s *Store) body(ctx context.Context, q querier, raw uuid.UUID) ([]byte, error) {
	var k keptKey
	var sealed []byte
	err := q.QueryRow(ctx, `SELECT k.id, k.generation, k.wrapped, b.sealed FROM passenger_body b JOIN passenger_key k ON k.id = b.key_id
		WHERE b.raw_id = $1`, raw).Scan(&k.id, &k.generation, &k.wrapped, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.openBody(raw, k, sealed)
}
