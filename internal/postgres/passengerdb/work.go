package passengerdb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

var _ intake.Store = (*Store)(nil)

// waitingBytes bounds the bodies of one take: what is beyond it comes with the next.
const waitingBytes = 64 << 20

// Waiting is what was kept and waits to be read, oldest first, with its bytes.
func (s *Store) Waiting(ctx context.Context, limit int) ([]intake.Item, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `
		WITH due AS (SELECT t.raw_id, t.seq, t.replay, t.asked_by, t.tries, sum(r.size) OVER (ORDER BY t.seq) - r.size AS before
			FROM (SELECT * FROM passenger_status WHERE state = 'received' AND (next_at IS NULL OR next_at <= $2) ORDER BY seq LIMIT $1) t
			JOIN passenger_raw r ON r.id = t.raw_id)
		SELECT d.raw_id, d.seq, r.carrier, r.received_at, d.replay, d.asked_by, d.tries, k.id, k.generation, k.wrapped, b.sealed
		FROM due d JOIN passenger_raw r ON r.id = d.raw_id LEFT JOIN passenger_body b ON b.raw_id = d.raw_id LEFT JOIN passenger_key k ON k.id = b.key_id
		WHERE d.before < $3 ORDER BY d.seq`, limit, s.clock(), waitingBytes)
	if err != nil {
		return nil, wrap(err, "messages that wait to be read")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i intake.Item, err error) {
		var k keptKey
		var sealed []byte
		err = row.Scan(&i.ID, &i.Seq, &i.Carrier, &i.ReceivedAt, &i.Replay, &i.AskedBy, &i.Tries, &k.id, &k.generation, &k.wrapped, &sealed)
		if err != nil {
			return i, err
		}
		i.ReceivedAt = i.ReceivedAt.UTC()
		i.Body, err = s.openBody(i.ID, k, sealed)
		return i, err
	})
	return list, wrap(err, "messages that wait to be read")
}

// keptKey is a key of a row that may have none.
type keptKey struct {
	id         *uuid.UUID
	generation *string
	wrapped    []byte
}

// openBody opens the bytes of a message; what is erased is empty.
func (s *Store) openBody(raw uuid.UUID, k keptKey, sealed []byte) ([]byte, error) {
	if k.id == nil || sealed == nil {
		return nil, nil
	}
	key, err := s.bodies.open(sealdb.Key{ID: *k.id, Generation: *k.generation, Wrapped: k.wrapped}, s.o.Wrapping)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s.bodies.remember(raw, key)
	return key.Open(vault.Place{Kind: bodyKind, Exhibit: raw, Version: formVersion}, sealed)
}

// dayKeys remembers the last few keys of days: most messages are of today. A key that was destroyed is never asked for again, since the
// row says so.
type dayKeys struct {
	mu   sync.Mutex
	keys map[uuid.UUID]*vault.DataKey
	of   map[uuid.UUID]*vault.DataKey // by message: those that are worked on
}

// mostOf bounds how many messages' keys are remembered.
const mostOf = 1000

func (d *dayKeys) remember(raw uuid.UUID, key *vault.DataKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.of) >= mostOf || d.of == nil {
		d.of = make(map[uuid.UUID]*vault.DataKey, mostOf)
	}
	d.of[raw] = key
}

func (d *dayKeys) remembered(raw uuid.UUID) *vault.DataKey {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.of[raw]
}

const mostDays = 8

func (d *dayKeys) open(k sealdb.Key, w vault.Wrapping) (*vault.DataKey, error) {
	if k.Wrapped == nil {
		return nil, fmt.Errorf("data key %s: %w", k.ID, vault.ErrDestroyed)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if key := d.keys[k.ID]; key != nil {
		return key, nil
	}
	key, err := k.Open(w)
	if err != nil {
		return nil, err
	}
	if len(d.keys) >= mostDays || d.keys == nil {
		d.keys = make(map[uuid.UUID]*vault.DataKey, mostDays)
	}
	d.keys[k.ID] = key
	return key, nil
}

// Overdue are series whose time is up.
func (s *Store) Overdue(ctx context.Context, now time.Time, limit int) ([]uuid.UUID, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT id FROM passenger_series WHERE state = 'waiting_parts' AND due_at <= $1 ORDER BY due_at, id LIMIT $2`,
		now, limit)
	if err != nil {
		return nil, wrap(err, "series whose time is up")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap(err, "series whose time is up")
}

// Postpone gives a series another time at which it is due.
func (s *Store) Postpone(ctx context.Context, series uuid.UUID, due time.Time) error {
	_, err := s.o.DB.Pool.Exec(ctx, `UPDATE passenger_series SET due_at = $2 WHERE id = $1 AND state = 'waiting_parts'`, series, micro(due))
	return wrap(err, "postpone a series")
}

// NextDue is when the next series is due, or something that failed is to be tried again.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var due *time.Time
	err := s.o.DB.Pool.QueryRow(ctx, `SELECT least((SELECT min(due_at) FROM passenger_series WHERE state = 'waiting_parts'),
		(SELECT min(next_at) FROM passenger_status WHERE state = 'received'))`).Scan(&due)
	if err != nil || due == nil {
		return time.Time{}, wrap(err, "when passenger data is due")
	}
	return due.UTC(), nil
}

// Within runs work in one transaction.
func (s *Store) Within(ctx context.Context, work func(tx intake.Tx) error) error {
	return s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		w := &workTx{s: s, tx: tx, now: s.clock(), writes: &pgx.Batch{}, loaded: map[*manifest.Manifest]loaded{}}
		if err := work(w); err != nil {
			return err
		}
		return w.flush(ctx)
	})
}

// Failed keeps that an item could not be worked on for a reason of ours. The zero time puts it aside, to be replayed.
func (s *Store) Failed(ctx context.Context, raw uuid.UUID, reason string, again time.Time) error {
	now := s.clock()
	if !again.IsZero() {
		_, err := s.o.DB.Pool.Exec(ctx, `UPDATE passenger_status SET tries = tries + 1, next_at = $2, changed_at = $3 WHERE raw_id = $1 AND state = 'received'`,
			raw, micro(again), now)
		return wrap(err, "keep that a message could not be applied")
	}
	err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(`UPDATE passenger_status SET state = 'quarantined', reason = $2, tries = 0, next_at = NULL, replay = false, asked_by = '', changed_at = $3
			WHERE raw_id = $1`, raw, reason, now)
		b.Queue(`INSERT INTO passenger_attempt (raw_id, at, parser, outcome, reason) VALUES ($1, $2, $3, 'quarantined', $4)`,
			raw, now, intake.ParserVersion, reason)
		b.Queue(`INSERT INTO passenger_quarantine (raw_id, code, at) VALUES ($1, $2, $3)`, raw, reason, now)
		return tx.SendBatch(ctx, b).Close()
	})
	return wrap(err, "put a message aside")
}
