package passengerdb

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/paging"
)

// AttemptRow is one reading with what it found. The words of its diagnostics may repeat what was sent.
type AttemptRow struct {
	Message     uuid.UUID // uuid.Nil: of all of what came
	At          time.Time
	Parser      string
	Outcome     intake.State
	Reason      string
	Actor       string // who asked for it, in a replay
	Diagnostics []apipnr.Diagnostic

	id int64
}

// Attempts shows a page of the readings of something that came, the newest first: the read is audited in the same transaction.
func (s *Store) Attempts(ctx context.Context, raw uuid.UUID, p paging.Page, entry audit.Entry) (l paging.Listed[AttemptRow], err error) {
	before := int64(math.MaxInt64)
	if err := p.Read(&before); err != nil {
		return l, err
	}
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM passenger_attempt WHERE raw_id = $1`, raw).Scan(&l.Total); err != nil {
			return err
		}
		l.Rows, err = s.attempts(ctx, tx, raw, `WHERE raw_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, raw, before, p.Most()+1)
		if err != nil {
			return err
		}
		l.Cut(p, func(a AttemptRow) []any { return []any{a.id} })
		entry.ResultCount = len(l.Rows)
		return auditlog.Insert(ctx, tx, entry)
	})
	return given(l, wrap(err, "readings of what a carrier sent"))
}

// LastAttempts shows the newest reading of each message of something that came, and of all of it, in the order of the messages: the read is
// audited in the same transaction.
func (s *Store) LastAttempts(ctx context.Context, raw uuid.UUID, entry audit.Entry) (list []AttemptRow, err error) {
	err = s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		list, err = s.attempts(ctx, tx, raw, `WHERE id IN (SELECT max(id) FROM passenger_attempt WHERE raw_id = $1 GROUP BY message_id)
			ORDER BY coalesce((SELECT m.n FROM passenger_message m WHERE m.id = message_id), -1), id`, raw)
		if err != nil {
			return err
		}
		entry.ResultCount = len(list)
		return auditlog.Insert(ctx, tx, entry)
	})
	return given(list, wrap(err, "readings of what a carrier sent"))
}

// attempts reads some readings of raw, with the words of their diagnostics while there is a key for them.
func (s *Store) attempts(ctx context.Context, tx pgx.Tx, raw uuid.UUID, which string, args ...any) ([]AttemptRow, error) {
	key, err := s.bodyKey(ctx, tx, raw)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, message_id, at, parser, outcome, reason, actor, diagnostics, sealed FROM passenger_attempt `+which, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a AttemptRow, err error) {
		var message *uuid.UUID
		var plain, sealed []byte
		if err := row.Scan(&a.id, &message, &a.At, &a.Parser, &a.Outcome, &a.Reason, &a.Actor, &plain, &sealed); err != nil {
			return a, err
		}
		if message != nil {
			a.Message = *message
		}
		a.At = a.At.UTC()
		if sealed != nil && key != nil {
			return a, open(key, attemptKind, raw, sealed, &a.Diagnostics)
		}
		return a, json.Unmarshal(plain, &a.Diagnostics)
	})
}

// QuarantineRow is a record, or a message (record 0), that could not be used.
type QuarantineRow struct {
	ID         int64
	Raw        uuid.UUID
	Message    uuid.UUID // uuid.Nil: all of what came
	Carrier    string
	FlightKey  string
	Record     int
	Code       string // of a diagnostic, or a reason
	Segment    int
	Offset     int
	At         time.Time
	ReceivedAt time.Time
	Erased     bool // it cannot be read again
}

// Quarantine is what could not be used and is not resolved, the newest first. It names nobody; the read is not audited.
func (s *Store) Quarantine(ctx context.Context, carrier string, before int64, limit int) ([]QuarantineRow, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT q.id, q.raw_id, q.message_id, r.carrier, coalesce(m.flight_key, ''), q.record, q.code, q.segment, q.place, q.at,
			r.received_at, NOT EXISTS (SELECT FROM passenger_body b WHERE b.raw_id = r.id)
		FROM passenger_quarantine q JOIN passenger_raw r ON r.id = q.raw_id LEFT JOIN passenger_message m ON m.id = q.message_id
		WHERE q.resolved_at IS NULL AND ($1 = '' OR r.carrier = $1) AND ($2 = 0 OR q.id < $2) ORDER BY q.id DESC LIMIT $3`, carrier, before, limit)
	if err != nil {
		return nil, wrap(err, "quarantine")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (q QuarantineRow, err error) {
		var message *uuid.UUID
		err = row.Scan(&q.ID, &q.Raw, &message, &q.Carrier, &q.FlightKey, &q.Record, &q.Code, &q.Segment, &q.Offset, &q.At, &q.ReceivedAt, &q.Erased)
		if message != nil {
			q.Message = *message
		}
		q.At, q.ReceivedAt = q.At.UTC(), q.ReceivedAt.UTC()
		return q, err
	})
	return list, wrap(err, "quarantine")
}
