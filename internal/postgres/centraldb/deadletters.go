package centraldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
)

// Retry applies a parked event again, as after an upgrade of the centre. It reports whether the event was applied; one that
// still cannot be stays parked, with the new reason. The audit entry is written either way.
func (a *Applier) Retry(ctx context.Context, id central.DeadLetterID, entry audit.Entry) (applied bool, err error) {
	err = a.db.InTx(ctx, func(tx pgx.Tx) error {
		event, station, err := lockDeadLetter(ctx, tx, id)
		if err != nil {
			return err
		}
		items := decodeAll(station, []replication.Event{event})
		b := &batch{
			tx: tx, origin: id.Origin, station: station, receivedAt: a.now().UTC(), newID: a.newID, items: items, out: new(pgx.Batch),
		}
		parked, err := b.applySingly(ctx)
		if err != nil {
			return err
		}
		if applied = parked == 0; applied {
			if err := resolve(ctx, tx, id, b.receivedAt); err != nil {
				return err
			}
		}
		entry.Decision = map[bool]string{true: "applied", false: "still_parked"}[applied]
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return false, fmt.Errorf("retry parked event: %w", err)
	}
	if applied {
		a.onCommit()
	}
	return applied, nil
}

func lockDeadLetter(ctx context.Context, tx pgx.Tx, id central.DeadLetterID) (e replication.Event, station string, err error) {
	var payload []byte
	err = tx.QueryRow(ctx, `
		SELECT station, event_id, kind, version, created_at, payload FROM dead_letter
		WHERE origin = $1 AND seq = $2 AND resolved_at IS NULL FOR UPDATE`, id.Origin, id.Seq).
		Scan(&station, &e.ID, &e.Kind, &e.Version, &e.CreatedAt, &payload)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, "", problem.New(problem.NotFound, "dead_letter_unknown")
	}
	e.Seq, e.Payload = id.Seq, payload
	return e, station, wrap(err, "read parked event")
}

func resolve(ctx context.Context, tx pgx.Tx, id central.DeadLetterID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE dead_letter SET resolved_at = $3, tries = tries + 1 WHERE origin = $1 AND seq = $2`, id.Origin, id.Seq, at)
	return wrap(err, "resolve parked event")
}

// DeadLetters lists parked events that wait, oldest first, after a given one (zero: from the start). The count is of all that wait.
func (r *Reader) DeadLetters(ctx context.Context, after central.DeadLetterID, limit int) (page central.DeadLetterPage, err error) {
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM dead_letter WHERE resolved_at IS NULL`).Scan(&page.Total); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT origin, seq, station, event_id, kind, version, created_at, error, parked_at, tries FROM dead_letter
			WHERE resolved_at IS NULL AND (origin, seq) > ($1, $2) ORDER BY origin, seq LIMIT $3`, after.Origin, after.Seq, limit)
		if err != nil {
			return err
		}
		page.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d central.DeadLetter, err error) {
			err = row.Scan(&d.ID.Origin, &d.ID.Seq, &d.Station, &d.EventID, &d.Kind, &d.Version, &d.CreatedAt, &d.Error, &d.ParkedAt, &d.Tries)
			if border.RecordKind(d.Kind).Confidential() {
				d.Kind = central.KindWithheld // nobody learns here that there is one; releasing it needs no more
			}
			return d, err
		})
		return err
	})
	if len(page.Rows) == limit && limit > 0 {
		page.Next = page.Rows[limit-1].ID
	}
	return page, wrap(err, "list parked events")
}
