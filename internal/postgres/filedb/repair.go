package filedb

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
	"github.com/openbmis/openbmis/traveldoc"
)

// Repair writes an identified repair: its records, what they do to movements and authorisations, and its evidence, in one
// transaction. The audit entry is written for each record. file.ErrNoSuchFile, file.ErrNoSuchMovement or file.ErrMovementVoided when
// what it is about is not there.
func (f *Files) Repair(ctx context.Context, repair file.Repair, by file.Author, entry audit.Entry) error {
	now := f.Now().UTC()
	if err := repair.Check(traveldoc.DateOf(now.In(by.Zone))); err != nil {
		return err
	}
	records, err := repair.Records(by, now, f.NewID)
	if err != nil {
		return err
	}
	err = f.DB.InTx(ctx, func(tx pgx.Tx) error {
		person, err := lockPerson(ctx, tx, repair.File)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := recorddb.Append(ctx, tx, r, entry); err != nil {
				return err
			}
			if err := apply(ctx, tx, r, person); err != nil {
				return err
			}
		}
		return f.support(ctx, tx, records[len(records)-1], repair.Evidence, entry)
	})
	if err != nil {
		return fmt.Errorf("repair of file %s: %w", repair.File, err)
	}
	f.Nudge()
	return nil
}

// support attaches the evidence to the repair's last record.
func (f *Files) support(ctx context.Context, tx pgx.Tx, of border.Record, evidence []file.Upload, entry audit.Entry) error {
	for _, upload := range evidence {
		r := of
		r.ID, r.Subject, r.Supersedes, r.EventTime, r.Origin = f.NewID(), of.ID, nil, of.RecordedAt, border.Live
		if _, err := f.Attachments.Put(ctx, tx, r, upload, entry); err != nil {
			return err
		}
	}
	return nil
}

// lockPerson gives the person's files; nobody else repairs or links them meanwhile.
func lockPerson(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM traveller WHERE id IN (`+personOfFile+`) ORDER BY id FOR UPDATE`, id)
	if err != nil {
		return nil, err
	}
	person, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err == nil && len(person) == 0 {
		err = file.ErrNoSuchFile
	}
	return person, err
}

// apply lets a record take effect on the tables that stays are worked out from.
func apply(ctx context.Context, tx pgx.Tx, r border.Record, person []uuid.UUID) error {
	switch r.Kind {
	case border.MovementSupplied:
		return applySupplied(ctx, tx, r)
	case border.MovementVoided:
		return applyVoided(ctx, tx, r, person)
	case border.AuthorisationChanged:
		return applyAuthorisation(ctx, tx, r, person)
	default:
		return nil
	}
}

func applySupplied(ctx context.Context, tx pgx.Tx, r border.Record) error {
	var s file.Supplied
	if err := json.Unmarshal(r.Body, &s); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO movement (id, file_id, direction, at, date, station, lane, origin, category, basis, until, nationality, source)
		VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, $11, 'local')`, r.ID, r.File, s.Direction, r.EventTime, s.Date.String(), s.Station,
		r.Origin, s.Category, s.Basis, s.Until.String(), s.Nationality)
	return err
}

func applyVoided(ctx context.Context, tx pgx.Tx, r border.Record, person []uuid.UUID) error {
	var standing bool
	err := tx.QueryRow(ctx, `SELECT voided_by IS NULL AND NOT withdrawn FROM movement WHERE id = $1 AND file_id = ANY ($2) FOR UPDATE`, r.Subject, person).
		Scan(&standing)
	switch {
	case err == pgx.ErrNoRows: //nolint:errorlint // pgx documents this very value
		return file.ErrNoSuchMovement
	case err != nil:
		return err
	case !standing:
		return file.ErrMovementVoided
	}
	_, err = tx.Exec(ctx, `UPDATE movement SET voided_by = $2, voided_at = $3 WHERE id = $1`, r.Subject, r.ID, r.RecordedAt)
	return err
}

func applyAuthorisation(ctx context.Context, tx pgx.Tx, r border.Record, person []uuid.UUID) error {
	var a file.Authorisation
	if err := json.Unmarshal(r.Body, &a); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO authorisation (id, file_id, kind, decided, until, at, source) VALUES ($1, $2, $3, $4, $5, $6, 'local')`,
		r.ID, r.File, a.Kind, a.On.String(), a.Until.String(), r.EventTime)
	if err != nil || len(r.Supersedes) == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE authorisation SET voided_by = $2, voided_at = $3 WHERE id = ANY ($1) AND file_id = ANY ($4) AND voided_by IS NULL`,
		r.Supersedes, r.ID, r.RecordedAt, person)
	return err
}
