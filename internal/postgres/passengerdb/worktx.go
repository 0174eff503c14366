package passengerdb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
)

// workTx is one transaction of the intake. What is written waits until something is read, or until the end: most messages are then written
// in one journey to the database.
type workTx struct {
	s      *Store
	tx     pgx.Tx
	now    time.Time
	writes *pgx.Batch
	loaded map[*manifest.Manifest]loaded
	kept   bool // a message waits to be written
}

func (w *workTx) flush(ctx context.Context) error {
	if w.writes.Len() == 0 {
		return nil
	}
	b := w.writes
	w.writes, w.kept = &pgx.Batch{}, false
	return w.tx.SendBatch(ctx, b).Close()
}

// Claim locks items, in their order, and gives those that still wait to be read.
func (w *workTx) Claim(ctx context.Context, raws []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := w.tx.Query(ctx, `SELECT raw_id FROM passenger_status WHERE raw_id = ANY ($1) AND state = 'received' ORDER BY seq FOR UPDATE`, raws)
	if err != nil {
		return nil, wrap(err, "claim messages")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap(err, "claim messages")
}

// Twins are messages of the same carrier and references that items kept before hold.
func (w *workTx) Twins(ctx context.Context, r intake.Record) ([]intake.Twin, error) {
	m := r.Message
	if w.kept { // an item before this one, in the same transaction
		if err := w.flush(ctx); err != nil {
			return nil, wrap(err, "messages of the same references")
		}
	}
	rows, err := w.tx.Query(ctx, `SELECT digest, state FROM passenger_message WHERE carrier = $1 AND interchange = $2 AND reference = $3
		AND sender = $4 AND trailer = $5 AND raw_id <> $6 AND seq < $7`,
		r.Item.Carrier, text(m.Interchange), text(m.Reference), text(m.Sender), text(m.Trailer), r.Item.ID, r.Item.Seq)
	if err != nil {
		return nil, wrap(err, "messages of the same references")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t intake.Twin, err error) {
		var digest []byte
		err = row.Scan(&digest, &t.State)
		copy(t.Digest[:], digest)
		return t, err
	})
	return list, wrap(err, "messages of the same references")
}

// Known gives the series of a message that was read before as a part.
func (w *workTx) Known(ctx context.Context, message uuid.UUID) (uuid.UUID, error) {
	var series *uuid.UUID
	err := w.tx.QueryRow(ctx, `SELECT series_id FROM passenger_message WHERE id = $1`, message).Scan(&series)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && series == nil {
		return uuid.Nil, nil
	}
	if err != nil {
		return uuid.Nil, wrap(err, "message that was read before")
	}
	return *series, nil
}

const keepMessage = `INSERT INTO passenger_message (id, raw_id, n, seq, carrier, type, version, function, syntax, sender, recipient, interchange, trailer,
		reference, access, transaction, part, part_first, part_last, series_id, flight_key, flight_id, digest, state, reason, same_refs, travellers,
		reservations, bad, truncated, segments, start, stop, received_at, applied_at, declared)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,
		$31, $32, $33, $34, $35, $36)
	ON CONFLICT (raw_id, n) DO UPDATE SET type = excluded.type, version = excluded.version, function = excluded.function, syntax = excluded.syntax,
		sender = excluded.sender, recipient = excluded.recipient, interchange = excluded.interchange, trailer = excluded.trailer,
		reference = excluded.reference, access = excluded.access, transaction = excluded.transaction, part = excluded.part,
		part_first = excluded.part_first, part_last = excluded.part_last, series_id = coalesce(excluded.series_id, passenger_message.series_id),
		flight_key = excluded.flight_key, flight_id = coalesce(excluded.flight_id, passenger_message.flight_id), digest = excluded.digest,
		state = excluded.state, reason = excluded.reason, same_refs = excluded.same_refs, travellers = excluded.travellers,
		reservations = excluded.reservations, bad = excluded.bad, truncated = excluded.truncated, segments = excluded.segments, start = excluded.start,
		stop = excluded.stop, declared = excluded.declared, applied_at = coalesce(excluded.applied_at, passenger_message.applied_at)`

// KeepMessage writes a record, new or again.
func (w *workTx) KeepMessage(_ context.Context, r *intake.Record) error {
	w.kept = true
	m := r.Message
	var applied *time.Time
	if r.Flight != uuid.Nil {
		applied = &w.now
	}
	w.writes.Queue(keepMessage, r.ID, r.Item.ID, r.N, r.Item.Seq, r.Item.Carrier, text(m.Type), text(m.Version), string(m.Function),
		text(m.Syntax), text(m.Sender), text(m.Recipient), text(m.Interchange), text(m.Trailer), text(m.Reference), text(m.Access), text(m.Transaction),
		m.Part.Number, m.Part.First, m.Part.Last, orNil(r.Series), text(r.FlightKey), orNil(r.Flight), r.Digest[:], string(r.State), r.Reason, r.SameRefs,
		len(m.Travellers), len(m.Reservations), r.Bad, m.Truncated, m.Segments, m.Start, m.End, r.Item.ReceivedAt, applied, m.Declared)
	return nil
}

// SetState sets the state of messages.
func (w *workTx) SetState(_ context.Context, messages []uuid.UUID, state intake.State, reason string, flight uuid.UUID) error {
	w.writes.Queue(`UPDATE passenger_message SET reason = $5, flight_id = coalesce($3, flight_id), applied_at = CASE WHEN $3::uuid IS NULL THEN applied_at ELSE coalesce(applied_at, $4) END,
			state = CASE WHEN $2 = 'applied' AND (bad > 0 OR truncated) THEN 'partial' ELSE $2 END WHERE id = ANY ($1)`,
		messages, string(state), orNil(flight), w.now, reason)
	if reason == "" {
		w.writes.Queue(`UPDATE passenger_quarantine SET resolved_at = $2 WHERE message_id = ANY ($1) AND record = 0 AND code = ANY ($3)
			AND resolved_at IS NULL`, messages, w.now, []string{apipnr.CodeCarrier, intake.ReasonPastRetention})
	}
	return nil
}

// Operator is the carrier that a flight is kept with as operating it.
func (w *workTx) Operator(ctx context.Context, f apipnr.Flight, at time.Time) (carrier string, err error) {
	if err := w.flush(ctx); err != nil { // an item before this one, in the same transaction
		return "", wrap(err, "who operates a flight")
	}
	err = w.tx.QueryRow(ctx, `SELECT coalesce(f.operating ->> 'carrier', '') FROM passenger_flight_key k JOIN passenger_flight f ON f.id = k.flight_id
		WHERE k.key = $1`, FlightKeyOf(f, at)).Scan(&carrier)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return carrier, wrap(err, "who operates a flight")
}

const settle = `UPDATE passenger_status s SET next_at = NULL, tries = 0, replay = false, asked_by = '', changed_at = $4,
		state = coalesce(q.state, $2), reason = CASE WHEN q.state IS NULL THEN $3 ELSE coalesce(q.reason, '') END
	FROM unnest($1::uuid[]) i(id) LEFT JOIN LATERAL (
		SELECT CASE
			WHEN bool_or(state = 'waiting_parts') THEN 'waiting_parts'
			WHEN bool_and(state = 'quarantined') THEN 'quarantined'
			WHEN bool_or(state IN ('quarantined', 'partial')) THEN 'partial'
			WHEN bool_or(state = 'incomplete') THEN 'incomplete'
			WHEN bool_or(state = 'applied') THEN 'applied'
			WHEN bool_or(state = 'parsed') THEN 'parsed'
			WHEN bool_or(state = 'superseded') THEN 'superseded'
			WHEN bool_or(state = 'duplicate') THEN 'duplicate' END AS state,
			min(reason) FILTER (WHERE reason <> '') AS reason
		FROM passenger_message m WHERE m.raw_id = i.id) q ON true
	WHERE s.raw_id = i.id`

// Settle sets the states of items from those of their messages.
func (w *workTx) Settle(_ context.Context, raws []uuid.UUID, none intake.State, reason string) error {
	w.writes.Queue(settle, raws, string(none), reason, w.now)
	return nil
}

// Manifest locks a flight and gives those on it whom a message may be about.
func (w *workTx) Manifest(ctx context.Context, f apipnr.Flight, at time.Time, m *apipnr.Message) (*manifest.Manifest, error) {
	hints, err := w.s.hints(ctx, m)
	if err != nil {
		return nil, wrap(err, "read a flight")
	}
	before := w.writes
	w.writes = &pgx.Batch{}
	say := saying{flight: f, at: at, roster: m.Function == apipnr.MasterCrewList, change: m.Function == apipnr.ChangeFlight}
	l, err := w.s.load(ctx, w.tx, say, hints, before)
	if err != nil {
		return nil, wrap(err, "read a flight")
	}
	w.loaded[l.Manifest] = l
	return l.Manifest, nil
}

// SaveManifest writes what was changed.
func (w *workTx) SaveManifest(ctx context.Context, m *manifest.Manifest) error {
	l := w.loaded[m]
	delete(w.loaded, m)
	return wrap(w.s.save(ctx, w.tx, w.writes, l, w.now), "write a flight")
}
