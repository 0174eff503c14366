package relaydb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/replication"
)

// sequenceBatch is how many events are numbered in one transaction.
const sequenceBatch = 2000

// Outbox is a station's outbox in PostgreSQL. It implements replication.Outbox.
type Outbox struct {
	db      *postgres.DB
	station string
	newID   func() uuid.UUID
	now     func() time.Time
}

var _ replication.Outbox = (*Outbox)(nil)

// NewOutbox opens the outbox of a station. The station's id goes into the hash chain: it must never change.
func NewOutbox(db *postgres.DB, station string, newID func() uuid.UUID, now func() time.Time) *Outbox {
	return &Outbox{db: db, station: station, newID: newID, now: now}
}

// querier is what a pool and a transaction have in common.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

type state struct {
	epoch           uuid.UUID
	last, confirmed replication.Position
}

const selectState = `SELECT epoch, last_seq, last_hash, confirmed_seq, confirmed_hash FROM outbox_state`

func (o *Outbox) state(ctx context.Context, q querier, lock string) (s state, err error) {
	err = q.QueryRow(ctx, selectState+lock).Scan(&s.epoch, &s.last.Seq, &s.last.Head, &s.confirmed.Seq, &s.confirmed.Head)
	o.fillGenesis(&s)
	return s, err
}

// fillGenesis gives a chain without events the head it has by definition.
func (o *Outbox) fillGenesis(s *state) {
	genesis := replication.Genesis(o.station, s.epoch)
	if s.last.Seq == 0 {
		s.last.Head = genesis
	}
	if s.confirmed.Seq == 0 {
		s.confirmed.Head = genesis
	}
}

// lockState makes the caller the only one who changes the outbox's numbers until its transaction ends.
func (o *Outbox) lockState(ctx context.Context, tx pgx.Tx) (state, error) {
	return o.state(ctx, tx, ` FOR UPDATE`)
}

const (
	selectUnnumbered = `SELECT id, event_id, kind, schema_ver, created_at, payload::text, carried FROM outbox WHERE seq IS NULL ORDER BY id LIMIT $1`
	setNumbers       = `UPDATE outbox SET seq = n.seq, prev_hash = n.prev_hash, hash = n.hash
		FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) AS n (id, seq, prev_hash, hash) WHERE outbox.id = n.id`
	setLast = `UPDATE outbox_state SET last_seq = $1, last_hash = $2`
)

// Sequence numbers committed events. Rows are taken in order of id among those committed: one that commits later with a
// smaller id simply gets a later number.
func (o *Outbox) Sequence(ctx context.Context) (n int, err error) {
	var waiting bool
	if err := o.db.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM outbox WHERE seq IS NULL)`).Scan(&waiting); err != nil || !waiting {
		return 0, err
	}
	err = o.db.InTx(ctx, func(tx pgx.Tx) error {
		s, err := o.lockState(ctx, tx)
		if err != nil {
			return err
		}
		n, err = number(ctx, tx, s)
		return err
	})
	return n, err
}

func number(ctx context.Context, tx pgx.Tx, s state) (int, error) {
	rows, err := tx.Query(ctx, selectUnnumbered, sequenceBatch)
	if err != nil {
		return 0, err
	}
	var ids, seqs []int64
	var prevs, hashes [][]byte
	var events []replication.Event // without their payloads, for the days' counts
	var e replication.Event
	var id int64
	last := s.last
	_, err = pgx.ForEachRow(rows, []any{&id, &e.ID, &e.Kind, &e.Version, &e.CreatedAt, (*[]byte)(&e.Payload), &e.Carried}, func() error {
		e.Seq = last.Seq + 1
		e.Seal(last.Head)
		last = replication.Position{Seq: e.Seq, Head: e.Hash}
		ids, seqs = append(ids, id), append(seqs, e.Seq)
		prevs, hashes = append(prevs, e.PrevHash), append(hashes, e.Hash)
		events = append(events, replication.Event{Seq: e.Seq, CreatedAt: e.CreatedAt, Hash: e.Hash})
		return nil
	})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	b := &pgx.Batch{}
	b.Queue(setNumbers, ids, seqs, prevs, hashes)
	b.Queue(setLast, last.Seq, last.Head)
	queueDays(b, replication.Summarise(s.epoch, events))
	return len(ids), tx.SendBatch(ctx, b).Close()
}

// The payload is read as text: the driver would trim the white space around it, and every byte counts.
const selectPending = `SELECT seq, event_id, kind, schema_ver, created_at, payload::text, carried, prev_hash, hash FROM (
		SELECT *, sum(size) OVER (ORDER BY seq) - size AS before
		FROM (SELECT * FROM outbox WHERE seq > $1 AND $4 = (SELECT epoch FROM outbox_state) ORDER BY seq LIMIT $2) AS page) AS summed
	WHERE before < $3 OR before = 0 ORDER BY seq`

// Pending gives numbered events after a number.
func (o *Outbox) Pending(ctx context.Context, epoch uuid.UUID, after int64, limit, maxBytes int) ([]replication.Event, error) {
	rows, err := o.db.Pool.Query(ctx, selectPending, after, limit, maxBytes, epoch)
	if err != nil {
		return nil, err
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e replication.Event, err error) {
		err = row.Scan(&e.Seq, &e.ID, &e.Kind, &e.Version, &e.CreatedAt, (*[]byte)(&e.Payload), &e.Carried, &e.PrevHash, &e.Hash)
		return e, err
	})
	if err != nil || len(events) > 0 {
		return events, err
	}
	s, err := o.state(ctx, o.db.Pool, ``)
	if err == nil && s.epoch != epoch {
		err = replication.ErrEpoch
	}
	return nil, err
}

// selectStanding is one statement: numbers that change between two would not add up. It counts only unnumbered events, which
// are few; the numbered ones follow from the numbers. Confidential events, which are few too, are in neither sum nor age: both stand on
// screens of people who must not learn that there are any.
const selectStanding = `SELECT epoch, last_seq, last_hash, confirmed_seq, confirmed_hash,
		last_seq - confirmed_seq + (SELECT count(*) FROM outbox WHERE seq IS NULL)
			- (SELECT count(*) FROM outbox WHERE kind = '` + confidential + `' AND (seq IS NULL OR seq > confirmed_seq)),
		(SELECT created_at FROM outbox WHERE kind <> '` + confidential + `' ORDER BY id LIMIT 1)
	FROM outbox_state`

const confidential = string(border.ProtectionEvent)

// State is where the outbox stands.
func (o *Outbox) State(ctx context.Context) (out replication.OutboxState, err error) {
	var oldest *time.Time
	var s state
	err = o.db.Pool.QueryRow(ctx, selectStanding).Scan(&s.epoch, &s.last.Seq, &s.last.Head, &s.confirmed.Seq, &s.confirmed.Head, &out.Backlog, &oldest)
	if err != nil {
		return out, fmt.Errorf("outbox state: %w", err)
	}
	o.fillGenesis(&s)
	out.Epoch, out.Last, out.Confirmed = s.epoch, s.last, s.confirmed
	if oldest != nil {
		out.OldestAt = oldest.UTC()
	}
	return out, nil
}

const endEpoch = `INSERT INTO outbox_epoch (epoch, ended_at, last_seq, reason) VALUES ($1, $2, $3, $4)`

// NewEpoch begins the numbers anew. The ended epoch's days are kept as far as its events were confirmed; the others are
// counted again, in the new epoch.
func (o *Outbox) NewEpoch(ctx context.Context, reason string) (replication.OutboxState, error) {
	err := o.db.InTx(ctx, func(tx pgx.Tx) error {
		s, err := o.lockState(ctx, tx)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(retractDays, s.epoch)
		b.Queue(endEpoch, s.epoch, o.now(), s.confirmed.Seq, reason)
		b.Queue(`UPDATE outbox SET carried = true, seq = NULL, prev_hash = NULL, hash = NULL`)
		b.Queue(`UPDATE outbox_state SET epoch = $1, last_seq = 0, last_hash = NULL, confirmed_seq = 0, confirmed_hash = NULL`, o.newID())
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return replication.OutboxState{}, fmt.Errorf("new epoch: %w", err)
	}
	return o.State(ctx)
}
