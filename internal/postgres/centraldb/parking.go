package centraldb

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// park keeps events that could not be applied, byte for byte, with the reason. One that was parked before keeps the new reason.
func (b *batch) park(items []decoded) {
	for _, item := range items {
		e := item.event
		b.out.Queue(`
			INSERT INTO dead_letter (origin, seq, station, event_id, kind, version, created_at, payload, error, parked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (origin, seq) DO UPDATE SET error = excluded.error, tries = dead_letter.tries + 1`,
			b.origin, e.Seq, b.station, e.ID, storable(e.Kind), e.Version, e.CreatedAt, []byte(e.Payload),
			storable(item.why.Error()), b.receivedAt)
	}
}

// storable takes out what PostgreSQL's text cannot hold.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\x00", "�")
}

// refusal says why the database refused a row, without the row's values (its detail and message may repeat them).
func refusal(err error) string {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return "unknown reason"
	}
	where := answer.ConstraintName
	if where == "" {
		where = answer.ColumnName
	}
	return strings.TrimSpace("SQLSTATE " + answer.Code + " " + where)
}
