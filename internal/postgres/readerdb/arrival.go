package readerdb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const arrivalColumns = `a.id, a.device_id, coalesce(d.name, ''), a.reading_id, a.lane, a.arrived_at, a.state, a.why, a.inspection, a.officer, a.settled_at`

const fromArrival = ` FROM reader_arrival a LEFT JOIN reader_device d ON d.id = a.device_id `

func arrivalOf(row pgx.CollectableRow, more ...any) (a arrival.Arrival, err error) {
	var device, inspection *uuid.UUID
	var settled *time.Time
	into := []any{&a.ID, &device, &a.DeviceName, &a.Reading, &a.Lane, &a.At, &a.State, &a.Why, &inspection, &a.Officer, &settled}
	err = row.Scan(append(into, more...)...)
	a.Device, a.Inspection, a.SettledAt, a.At = orNil(device), orNil(inspection), orZero(settled), a.At.UTC()
	return a, err
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// Begin keeps a reading as Arrived, or gives the one that is there already.
func (s *Store) Begin(ctx context.Context, a arrival.Arrival, entry audit.Entry) (kept arrival.Arrival, fresh bool, err error) {
	sealed, err := s.seal.close(a.ID, a.Content)
	if err != nil {
		return a, false, err
	}
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO reader_arrival (id, device_id, reading_id, lane, arrived_at, state, content)
			VALUES ($1, $2, $3, $4, $5, 'arrived', $6) ON CONFLICT (device_id, reading_id) WHERE reading_id <> '' DO NOTHING`,
			a.ID, orNull(a.Device), a.Reading, a.Lane, a.At, sealed)
		if err != nil {
			return err
		}
		if fresh = tag.RowsAffected() == 1; !fresh {
			kept, err = s.one(ctx, tx, `a.device_id = $1 AND a.reading_id = $2`, orNull(a.Device), a.Reading)
			return err
		}
		kept = a
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return a, false, fmt.Errorf("keep reading %s: %w", a.ID, err)
	}
	return kept, fresh, nil
}

// one is a reading with its content, where it has one still.
func (s *Store) one(ctx context.Context, tx pgx.Tx, where string, args ...any) (arrival.Arrival, error) {
	rows, err := tx.Query(ctx, `SELECT `+arrivalColumns+`, a.content`+fromArrival+`WHERE `+where, args...)
	if err != nil {
		return arrival.Arrival{}, err
	}
	var sealed []byte
	a, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (arrival.Arrival, error) { return arrivalOf(row, &sealed) })
	if postgres.IsNoRows(err) {
		return a, arrival.ErrNone
	}
	if err != nil || sealed == nil {
		return a, err
	}
	a.Content, err = s.seal.open(a.ID, sealed)
	return a, err
}

const settleArrival = `
UPDATE reader_arrival SET state = $2, why = $3, inspection = $4, officer = $5, settled_at = CASE WHEN $2 = 'kept' THEN NULL ELSE $7::timestamptz END,
	content = CASE WHEN $2 = 'kept' THEN content END
WHERE id = $1 AND state IN ('arrived', 'kept') AND lane = $6`

// Settle keeps what became of a waiting reading. Its content stays only while it waits.
func (s *Store) Settle(ctx context.Context, a arrival.Arrival, entry *audit.Entry) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, settleArrival, a.ID, a.State, a.Why, orNull(a.Inspection), a.Officer, a.Lane, a.SettledAt)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return arrival.ErrNone
		}
		if entry == nil {
			return nil
		}
		return auditlog.Insert(ctx, tx, *entry)
	})
	if err != nil {
		return fmt.Errorf("settle reading %s: %w", a.ID, err)
	}
	return nil
}

// maxWaiting is the most waiting readings that are listed.
const maxWaiting = 100

// Waiting are the readings that wait, without their content.
func (s *Store) Waiting(ctx context.Context, lane string) ([]arrival.Arrival, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+arrivalColumns+fromArrival+`
		WHERE a.state IN ('arrived', 'kept') AND ($1 = '' OR a.lane = $1) ORDER BY a.arrived_at, a.id LIMIT $2`, lane, maxWaiting)
	if err != nil {
		return nil, fmt.Errorf("waiting readings: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (arrival.Arrival, error) { return arrivalOf(row) })
	if err != nil {
		return nil, fmt.Errorf("waiting readings: %w", err)
	}
	return found, nil
}

// Content is a waiting reading of the lane, whole.
func (s *Store) Content(ctx context.Context, lane string, id uuid.UUID, entry audit.Entry) (a arrival.Arrival, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) (err error) {
		a, err = s.one(ctx, tx, `a.id = $1 AND a.lane = $2 AND a.state IN ('arrived', 'kept')`, id, lane)
		if err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return arrival.Arrival{}, fmt.Errorf("reading %s: %w", id, err)
	}
	return a, nil
}
