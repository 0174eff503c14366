package fingerdb

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const (
	// noteAnswer keeps the worst: that prints did not match stays said.
	noteAnswer = `UPDATE finger_taking SET answer = $2 WHERE id = $1 AND crossing_id IS NULL
		AND (answer IS NULL OR answer ->> 'code' <> '` + fingers.CodeMismatch + `')`
	// answersBefore are the hits of takings of a scan that others took the place of, and of those of the same document whose inspections were
	// put aside within a day before.
	answersBefore = `SELECT t.answer FROM finger_taking t JOIN scan o ON o.id = t.scan_id JOIN scan s ON s.id = $1
		WHERE t.answer IS NOT NULL AND t.purged_at IS NULL AND (t.scan_id = s.id AND NOT t.current OR t.crossing_id IS NULL AND o.status = 'dismissed'
			AND t.taken_at > s.scanned_at - interval '1 day' AND t.taken_at <= s.scanned_at
			AND o.document -> 'issuing_state' = s.document -> 'issuing_state' AND o.document -> 'number' = s.document -> 'number'
			AND o.identity -> 'birth_date' = s.identity -> 'birth_date')
		ORDER BY t.taken_at, t.id LIMIT 16`
)

// Note keeps a hit of the check with its taking, as long as no decision settled it.
func (s *Store) Note(ctx context.Context, n fingers.Noted, entry audit.Entry) error {
	body, err := json.Marshal(n)
	if err != nil {
		return wrap(err, "answer about taking %s", n.Taking)
	}
	return wrap(s.o.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, noteAnswer, n.Taking, string(body)); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	}), "answer about taking %s", n.Taking)
}

// Before are the hits that were noted of a scan's earlier takings, and of those of its document that were put aside, oldest first.
func (s *Store) Before(ctx context.Context, scan uuid.UUID) ([]fingers.Noted, error) {
	rows, err := s.o.DB.Pool.Query(ctx, answersBefore, scan)
	if err != nil {
		return nil, wrap(err, "answers before scan %s", scan)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n fingers.Noted, err error) {
		var body []byte
		if err := row.Scan(&body); err != nil {
			return n, err
		}
		return n, json.Unmarshal(body, &n)
	})
	return list, wrap(err, "answers before scan %s", scan)
}
