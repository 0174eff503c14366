// Package recorddb writes and reads border.Record at a crossing point. It exists so that every area writes its records in one way:
// the record, the audit entry and the event for the centre in one transaction. It never changes or deletes a record.
package recorddb

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
)

const insert = `
INSERT INTO record (id, kind, file_id, subject, supersedes, station, lane, officer, zone, event_time, recorded_at, origin, status, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// Append writes the record, the audit entry and the event for the centre in the caller's transaction. Wake the relay after the
// commit.
func Append(ctx context.Context, tx pgx.Tx, r border.Record, entry audit.Entry) error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.Supersedes == nil {
		r.Supersedes = []uuid.UUID{}
	}
	_, err := tx.Exec(ctx, insert, r.ID, r.Kind, orNull(r.File), orNull(r.Subject), r.Supersedes, r.Station, r.Lane, r.Officer, r.Zone,
		r.EventTime, r.RecordedAt, r.Origin, r.Status, string(r.Body))
	if err != nil {
		return fmt.Errorf("record %s of kind %q: %w", r.ID, r.Kind, err)
	}
	if err := auditlog.Insert(ctx, tx, entry); err != nil {
		return err
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record %s of kind %q: %w", r.ID, r.Kind, err)
	}
	return relaydb.Append(ctx, tx, string(r.Kind), border.EventVersion, json.RawMessage(payload), r.RecordedAt, r.ID)
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// Columns are the columns of a record in the order in which Row reads them.
const Columns = `id, kind, coalesce(file_id, '00000000-0000-0000-0000-000000000000'), coalesce(subject, '00000000-0000-0000-0000-000000000000'),
	supersedes, station, lane, officer, zone, event_time, recorded_at, origin, status, body`

// Row reads a record from a row of Columns.
func Row(row pgx.CollectableRow) (border.Record, error) {
	var r border.Record
	var body []byte
	err := row.Scan(&r.ID, &r.Kind, &r.File, &r.Subject, &r.Supersedes, &r.Station, &r.Lane, &r.Officer, &r.Zone, &r.EventTime,
		&r.RecordedAt, &r.Origin, &r.Status, &body)
	r.Body = body
	return r, err
}
