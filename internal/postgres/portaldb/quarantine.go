package portaldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/problem"
)

// unusable is a parcel that cannot be used, and why. Its text names nothing of what the parcel holds.
type unusable struct {
	reason desk.QuarantineReason
	row    apply.ParcelRow
	cause  error
}

func (u *unusable) Error() string {
	return fmt.Sprintf("parcel %s (%s): %v", u.row.ID, u.reason, u.cause)
}

func (u *unusable) Unwrap() []error { return []error{ErrUnusable, u.cause} }

// ErrUnusable says that a parcel cannot be used: it cannot be opened, or not be kept. It stays, in quarantine.
var ErrUnusable = errors.New("parcel cannot be used")

// Waits between the attempts of a parcel that cannot be used: twice as long each time.
const (
	leastWait = 15 * time.Second
	mostWait  = time.Hour
)

func again(tries int) time.Duration { return min(leastWait<<min(max(tries-1, 0), 10), mostWait) }

// quarantine notes that a parcel cannot be used, after the transaction that failed: it stays as it came. A failure of the database itself is
// none of the parcel's.
func (c *Centre) quarantine(ctx context.Context, failed error) error {
	u := new(unusable)
	if !errors.As(failed, &u) || postgres.IsRetryable(failed) || problem.KindOf(postgres.Problem(failed)) == problem.Unavailable || ctx.Err() != nil {
		return nil //nolint:nilerr // the failure is the caller's, who keeps it
	}
	return c.DB.InTx(ctx, func(tx pgx.Tx) error {
		tries := 0
		now := c.Now().UTC()
		err := tx.QueryRow(ctx, `
			INSERT INTO visa_parcel_quarantine (parcel_id, application_id, kind, made_at, centre_key, files, bytes, reason, state, first_at, last_at, tries)
			SELECT p.id, p.application_id, p.kind, p.at, p.centre_key, count(f.file_id), length(p.sealed) + coalesce(sum(length(f.sealed)), 0), $2, 'waiting', $3, $3, 1
			  FROM portal.parcel p LEFT JOIN portal.parcel_file f ON f.parcel_id = p.id WHERE p.id = $1 AND p.taken_at IS NULL GROUP BY p.id
			ON CONFLICT (parcel_id) DO UPDATE SET tries = visa_parcel_quarantine.tries + 1, last_at = excluded.last_at, reason = excluded.reason
			RETURNING tries`, u.row.ID, string(u.reason), now).Scan(&tries)
		if postgres.IsNoRows(err) { // another took it since
			return nil
		}
		if err != nil {
			return fmt.Errorf("quarantine of parcel %s: %w", u.row.ID, err)
		}
		_, err = tx.Exec(ctx, `UPDATE visa_parcel_quarantine SET next_at = $2 WHERE parcel_id = $1`, u.row.ID, now.Add(again(tries)))
		if err != nil || tries > 1 {
			return err
		}
		if err := TellUnread(ctx, tx, u.row.Application, now); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, QuarantineEntry(taker(), now, u.row.ID, "quarantined"))
	})
}

// taker is the part that takes parcels, in audit entries.
func taker() audit.Actor { return audit.Actor{ID: "portal-centre", Role: "system", Post: "central"} }

// QuarantineEntry begins the audit entry of what happens to a parcel in quarantine.
func QuarantineEntry(by audit.Actor, at time.Time, parcel uuid.UUID, did string) audit.Entry {
	e := by.Entry(at, audit.Alteration, "visa_parcel", parcel.String())
	e.Purpose, e.Decision = "VISA_DECISION", did
	return e
}

// TellUnread has the portal say to an applicant that something he sent cannot be read yet, or will not be; or nothing of the kind, when there
// is nothing in quarantine any more.
func TellUnread(ctx context.Context, tx pgx.Tx, application uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		WITH there AS (SELECT bool_or(state = 'waiting') AS waits FROM visa_parcel_quarantine WHERE application_id = $1 AND state IN ('waiting', 'set_aside')),
		gone AS (DELETE FROM portal.unread WHERE application_id = $1 AND (SELECT waits FROM there) IS NULL)
		INSERT INTO portal.unread (application_id, at, final) SELECT $1, $2, NOT waits FROM there WHERE waits IS NOT NULL
		ON CONFLICT (application_id) DO UPDATE SET at = excluded.at, final = excluded.final`, application, now)
	if err != nil {
		return fmt.Errorf("tell of what cannot be read: %w", err)
	}
	return nil
}

// released says of a parcel that is taken that it left the quarantine, where it was in it.
func released(ctx context.Context, tx pgx.Tx, row apply.ParcelRow, now time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE visa_parcel_quarantine SET state = 'taken', last_at = $2, next_at = NULL WHERE parcel_id = $1
		AND state <> 'taken' AND reason <> 'contents'`, row.ID, now)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if err := TellUnread(ctx, tx, row.Application, now); err != nil {
		return err
	}
	return auditlog.Insert(ctx, tx, QuarantineEntry(taker(), now, row.ID, "taken"))
}

// Alone has nobody else take parcels of an application until the transaction ends.
func Alone(ctx context.Context, tx pgx.Tx, application uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 8008))`, application.String())
	return err
}

// TakeOf takes what waits of one application, now. The error is of the first parcel that cannot be taken.
func (c *Centre) TakeOf(ctx context.Context, application uuid.UUID, keep Keep) error {
	for ctx.Err() == nil {
		taken, err := c.takeOne(ctx, []uuid.UUID{}, application, keep)
		if err != nil || taken == uuid.Nil {
			return err
		}
	}
	return ctx.Err()
}

// EraseSetAside empties parcels that were set aside before an instant: nobody will open them, and their time is over.
func (c *Centre) EraseSetAside(ctx context.Context, before time.Time) error {
	return c.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE visa_parcel_quarantine SET state = 'erased', next_at = NULL WHERE state = 'set_aside' AND decided_at < $1
			RETURNING parcel_id`, before)
		if err != nil {
			return fmt.Errorf("erase parcels that were set aside: %w", err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return fmt.Errorf("erase parcels that were set aside: %w", err)
		}
		for _, id := range list {
			if err := c.erase(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Centre) erase(ctx context.Context, tx pgx.Tx, parcel uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE visa_application_parcel SET sealed = NULL WHERE id = $1`, parcel); err != nil {
		return fmt.Errorf("erase parcel: %w", err)
	}
	var waits bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.parcel WHERE id = $1 AND taken_at IS NULL)`, parcel).Scan(&waits); err != nil {
		return fmt.Errorf("erase parcel: %w", err)
	}
	if waits {
		if err := c.empty(ctx, tx, parcel); err != nil {
			return err
		}
	}
	e := QuarantineEntry(taker(), c.Now(), parcel, "erased")
	e.Verb = audit.Erasure
	return auditlog.Insert(ctx, tx, e)
}
