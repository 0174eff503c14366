package centraldb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
)

// NationalAlerts is the one writer of the national alert list. Each change is a new version of the dataset that stations pull.
type NationalAlerts struct {
	db *postgres.DB
	// published is told after every commit, to nudge the stations.
	published func(dataset string)
}

// NewNationalAlerts makes a NationalAlerts; published may be nil.
func NewNationalAlerts(db *postgres.DB, published func(dataset string)) *NationalAlerts {
	if published == nil {
		published = func(string) {}
	}
	return &NationalAlerts{db: db, published: published}
}

// Add puts alerts on the list as one version, with one audit entry, and says which version that is. The alerts' ids are new.
func (n *NationalAlerts) Add(ctx context.Context, by string, at time.Time, entry audit.Entry, list ...central.Alert) (version int64, err error) {
	changes := make([]replication.Change, len(list))
	for i := range list {
		if err := central.CheckAlert(list[i].Flat); err != nil {
			return 0, err
		}
		if changes[i], err = putAlert(list[i]); err != nil {
			return 0, err
		}
	}
	err = n.db.InTx(ctx, func(tx pgx.Tx) error {
		if version, err = publish(ctx, tx, alerts.Dataset, by, at, changes); err != nil {
			return err
		}
		pipeline := new(pgx.Batch)
		for i := range list {
			queueAlert(pipeline, &list[i], by, at, version)
		}
		if err := tx.SendBatch(ctx, pipeline).Close(); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return 0, fmt.Errorf("add to the national alert list: %w", err)
	}
	n.published(alerts.Dataset)
	return version, nil
}

func putAlert(a central.Alert) (replication.Change, error) {
	a.Flat.ID = a.ID.String()
	row, err := json.Marshal(a.Flat)
	if err != nil {
		return replication.Change{}, fmt.Errorf("alert %s: %w", a.ID, err)
	}
	return replication.Change{Op: replication.OpPut, Key: a.ID.String(), Data: row}, nil
}

func queueAlert(pipeline *pgx.Batch, a *central.Alert, by string, at time.Time, version int64) {
	var until *time.Time
	if !a.ValidUntil.IsZero() {
		last := a.ValidUntil.Last()
		until = &last
	}
	pipeline.Queue(`
		INSERT INTO national_alert (id, surname, given_names, birth_date, nationality, sex, document_number, issuing_state, reason, action,
			valid_from, valid_until, created_by, created_at, created_version, plate, plate_country)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		a.ID, a.Surname, a.GivenNames, a.BirthDate.String(), a.Nationality, a.Sex, a.DocumentNumber, a.IssuingState, a.Reason, a.Action,
		a.ValidFrom.First(), until, by, at, version, a.Plate, a.PlateCountry)
}

// Withdraw takes an alert off the list; its record stays, with who and why.
func (n *NationalAlerts) Withdraw(
	ctx context.Context, id uuid.UUID, by, why string, at time.Time, entry audit.Entry,
) (version int64, err error) {
	err = n.db.InTx(ctx, func(tx pgx.Tx) error {
		// The dataset's row is locked first, as in Add: two writers never wait for each other in a circle.
		version, err = publish(ctx, tx, alerts.Dataset, by, at, []replication.Change{{Op: replication.OpDelete, Key: id.String()}})
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE national_alert SET withdrawn_by = $2, withdrawn_at = $3, withdrawn_version = $4, withdrawn_why = $5
			WHERE id = $1 AND withdrawn_at IS NULL`, id, by, at, version, why)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return problem.New(problem.NotFound, "alert_unknown")
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return 0, fmt.Errorf("withdraw from the national alert list: %w", err)
	}
	n.published(alerts.Dataset)
	return version, nil
}

const alertFields = `id, surname, given_names, birth_date, nationality, sex, document_number, issuing_state, reason, action,
	valid_from, valid_until, created_by, created_at, created_version, plate, plate_country`

// List gives the alerts on the list, newest first, with its version. The look is audited: alerts are about persons.
func (n *NationalAlerts) List(ctx context.Context, after central.Cursor, limit int, entry audit.Entry) (page central.AlertPage, err error) {
	err = snapshot(ctx, n.db, func(tx pgx.Tx) error {
		v, err := newestVersion(ctx, tx, alerts.Dataset)
		if err != nil {
			return err
		}
		page.Version = v.Version
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM national_alert WHERE withdrawn_at IS NULL`).Scan(&page.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+alertFields+` FROM national_alert
			WHERE withdrawn_at IS NULL AND ($1::uuid = $2::uuid OR (created_at, id) < ($3, $1))
			ORDER BY created_at DESC, id DESC LIMIT $4`, after.ID, uuid.Nil, after.At, limit+1)
		if err != nil {
			return err
		}
		if page.Rows, err = pgx.CollectRows(rows, scanAlert); err != nil {
			return err
		}
		entry.ResultCount = page.Total
		return auditlog.Insert(ctx, tx, entry)
	})
	if len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		page.Next = central.Cursor{At: page.Rows[limit-1].CreatedAt, ID: page.Rows[limit-1].ID}
	}
	return page, wrap(err, "read the national alert list")
}

// Find gives one alert that is on the list.
func (n *NationalAlerts) Find(ctx context.Context, id uuid.UUID, entry audit.Entry) (a central.Alert, err error) {
	err = snapshot(ctx, n.db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+alertFields+` FROM national_alert WHERE id = $1 AND withdrawn_at IS NULL`, id)
		if err != nil {
			return err
		}
		a, err = pgx.CollectExactlyOneRow(rows, scanAlert)
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "alert_unknown")
		}
		if err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	return a, wrap(err, "read an alert")
}

func scanAlert(row pgx.CollectableRow) (a central.Alert, err error) {
	var birth string
	var from time.Time
	var until *time.Time
	err = row.Scan(&a.ID, &a.Surname, &a.GivenNames, &birth, &a.Nationality, &a.Sex, &a.DocumentNumber, &a.IssuingState, &a.Reason, &a.Action,
		&from, &until, &a.CreatedBy, &a.CreatedAt, &a.Version, &a.Plate, &a.PlateCountry)
	if err != nil {
		return a, err
	}
	a.Flat.ID, a.ValidFrom = a.ID.String(), dateOf(from)
	if until != nil {
		a.ValidUntil = dateOf(*until)
	}
	return a, a.BirthDate.UnmarshalText([]byte(birth))
}
