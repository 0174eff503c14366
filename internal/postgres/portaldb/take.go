package portaldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/vault"
)

// ParcelChannel is notified when a parcel can be taken; the payload is empty.
const ParcelChannel = "bmis_portal_parcel"

// Keep keeps a parcel in the centre's own tables, in the transaction that empties it here. Taking one twice must be taking it once
// (evisa.Parcel.ID), for the answer to a commit can be lost.
type Keep func(ctx context.Context, tx pgx.Tx, p evisa.Parcel) error

// ErrParcel says that a parcel cannot be opened: it stays where it is, and others go on. The error names it.
var ErrParcel = errors.New("parcel cannot be opened")

// Take takes what waits, in order, each parcel in a transaction of its own; it says how many were taken. A parcel that keep refuses, or
// that cannot be opened, stays as it came, in quarantine, and is tried again later; those of other applications go on, those of the same wait
// behind it until it is taken or set aside. The error joins everything that went wrong.
func (c *Centre) Take(ctx context.Context, keep Keep) (int, error) {
	var all error
	taken := 0
	stuck := []uuid.UUID{}
	for ctx.Err() == nil {
		application, err := c.takeOne(ctx, stuck, uuid.Nil, keep)
		switch {
		case err == nil && application == uuid.Nil:
			return taken, all
		case err == nil:
			taken++
		case application == uuid.Nil: // the database itself
			return taken, errors.Join(all, err)
		default:
			all, stuck = errors.Join(all, err), append(stuck, application)
		}
	}
	return taken, errors.Join(all, ctx.Err())
}

// takeOne takes the first that waits, but for those of some applications; of, when it is set, is the only application looked at. It gives
// whose it was, uuid.Nil when none waits.
func (c *Centre) takeOne(ctx context.Context, but []uuid.UUID, of uuid.UUID, keep Keep) (application uuid.UUID, err error) {
	err = c.DB.InTx(ctx, func(tx pgx.Tx) error {
		row, err := nextParcel(ctx, tx, but, of, c.Now())
		if err != nil || row.ID == uuid.Nil {
			return err
		}
		application = row.Application
		parcel, err := c.open(ctx, tx, row)
		if err != nil {
			return err
		}
		late, err := c.late(ctx, tx, row)
		if err != nil {
			return fmt.Errorf("parcel %s: %w", row.ID, err)
		}
		if !late {
			err = keep(ctx, tx, parcel)
		}
		if err != nil {
			return &unusable{desk.QuarantineKeep, row, fmt.Errorf("keep: %w", err)}
		}
		return errors.Join(c.empty(ctx, tx, row.ID), released(ctx, tx, row, c.Now()))
	})
	if err != nil {
		err = errors.Join(err, c.quarantine(ctx, err))
	}
	return application, err
}

// nextParcel locks whole applications: the parcels of one are taken one after the other, in their order, however many take. One in quarantine
// is next when its time has come; one that was set aside is passed over.
func nextParcel(ctx context.Context, tx pgx.Tx, but []uuid.UUID, of uuid.UUID, now time.Time) (row apply.ParcelRow, err error) {
	var application uuid.UUID
	err = tx.QueryRow(ctx, `
		SELECT p.application_id FROM portal.parcel p LEFT JOIN visa_parcel_quarantine q ON q.parcel_id = p.id
		 WHERE p.taken_at IS NULL AND NOT p.held AND p.application_id <> ALL ($1) AND ($3 OR p.application_id = $2)
		   AND (q.parcel_id IS NULL OR q.state = 'waiting' AND q.next_at <= $4)
		   AND NOT EXISTS (SELECT FROM portal.parcel e WHERE e.application_id = p.application_id AND e.seq < p.seq AND e.taken_at IS NULL
		       AND NOT EXISTS (SELECT FROM visa_parcel_quarantine a WHERE a.parcel_id = e.id AND a.state = 'set_aside'))
		   AND pg_try_advisory_xact_lock(hashtextextended(p.application_id::text, 8008))
		 ORDER BY p.seq LIMIT 1`, but, of, of == uuid.Nil, now).Scan(&application)
	if postgres.IsNoRows(err) {
		return row, nil
	}
	if err != nil {
		return row, fmt.Errorf("parcels that wait: %w", err)
	}
	err = tx.QueryRow(ctx, `
		SELECT id, kind, group_id, application_id, at, key_id, envelope, centre_key, sealed FROM portal.parcel p
		 WHERE application_id = $1 AND taken_at IS NULL AND NOT held
		   AND NOT EXISTS (SELECT FROM visa_parcel_quarantine q WHERE q.parcel_id = p.id AND q.state = 'set_aside') ORDER BY seq LIMIT 1`, application).
		Scan(&row.ID, &row.Kind, &row.Group, &row.Application, &row.At, &row.Key, &row.Envelope, &row.CentreKey, &row.Sealed)
	if postgres.IsNoRows(err) { // another took it since our statement began
		return apply.ParcelRow{}, nil
	}
	return row, err
}

// late gives a fee back that came in for applications whose time was over: they were shredded, and the centre never had them. It reports
// whether it was so.
func (c *Centre) late(ctx context.Context, tx pgx.Tx, row apply.ParcelRow) (bool, error) {
	if row.Kind != evisa.ParcelPaid {
		return false, nil
	}
	var came bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.parcel WHERE application_id = $1 AND kind = 'application')`, row.Application).Scan(&came)
	if err != nil || came {
		return false, err
	}
	c.Log.WarnContext(ctx, "a fee came in after its application was shredded, and goes back", "group", row.Group)
	return true, paydb.WantRefund(ctx, tx, paydb.Want{ID: row.ID, Group: row.Group}, c.Now())
}

func (c *Centre) open(ctx context.Context, tx pgx.Tx, row apply.ParcelRow) (evisa.Parcel, error) {
	closed := func(reason desk.QuarantineReason, err error) (evisa.Parcel, error) {
		return evisa.Parcel{}, &unusable{reason, row, errors.Join(ErrParcel, err)}
	}
	private, err := c.private(ctx, tx, row.CentreKey)
	if errors.Is(err, ErrNoKey) {
		return closed(desk.QuarantineOtherKey, err)
	}
	if err != nil {
		return evisa.Parcel{}, fmt.Errorf("parcel %s: %w", row.ID, err)
	}
	key, err := private.Open(row.Key, row.Envelope)
	if err != nil {
		return closed(desk.QuarantineEnvelope, err)
	}
	body, err := key.Open(apply.Place(apply.PlaceParcel, row.ID), row.Sealed)
	if err != nil {
		return closed(desk.QuarantineBody, err)
	}
	files, err := openFiles(ctx, tx, key, row.ID)
	if errors.Is(err, ErrParcel) {
		return closed(desk.QuarantineFile, err)
	}
	return evisa.Parcel{ID: row.ID, Kind: row.Kind, Application: row.Application, At: row.At, Body: body, Files: files}, err
}

func openFiles(ctx context.Context, tx pgx.Tx, key *vault.DataKey, parcel uuid.UUID) (map[uuid.UUID][]byte, error) {
	rows, err := tx.Query(ctx, `SELECT file_id, sealed FROM portal.parcel_file WHERE parcel_id = $1`, parcel)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	files := map[uuid.UUID][]byte{}
	var id uuid.UUID
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &sealed}, func() error {
		plain, err := key.Open(apply.Place(apply.PlaceFile, id), sealed)
		if err != nil {
			return errors.Join(ErrParcel, err)
		}
		files[id] = plain
		return nil
	})
	return files, err
}

func (c *Centre) empty(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE portal.parcel SET taken_at = $2, sealed = NULL, envelope = NULL WHERE id = $1`, id, c.Now())
	batch.Queue(`DELETE FROM portal.parcel_file WHERE parcel_id = $1`, id)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("empty parcel: %w", err)
	}
	return nil
}

// takePoll is how long parcels wait when a notification was lost.
const takePoll = 2 * time.Second

// Run takes parcels until ctx ends: as soon as the database says that there is one, and every few seconds in case it did not say so. What
// goes wrong is logged and tried again.
func (c *Centre) Run(ctx context.Context, keep Keep) error {
	for ctx.Err() == nil {
		if err := c.listen(ctx, keep); err != nil && ctx.Err() == nil {
			c.Log.WarnContext(ctx, "what was sent to the portal cannot be taken at present", "error", err)
			wait(ctx, takePoll)
		}
	}
	return nil
}

func (c *Centre) listen(ctx context.Context, keep Keep) error {
	conn, err := c.DB.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "LISTEN "+ParcelChannel); err != nil {
		return err
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "UNLISTEN "+ParcelChannel) }() // a broken connection is thrown away
	for ctx.Err() == nil {
		c.round(ctx, keep)
		within, cancel := context.WithTimeout(ctx, takePoll)
		_, err := conn.Conn().WaitForNotification(within)
		cancel()
		if err != nil && within.Err() == nil {
			return err
		}
		if conn.Conn().IsClosed() {
			return errors.New("connection is closed")
		}
	}
	return nil
}

func (c *Centre) round(ctx context.Context, keep Keep) {
	_, err := c.Take(ctx, keep)
	if err == nil {
		_, err = c.TakeActs(ctx)
	}
	if err != nil && ctx.Err() == nil {
		c.Log.WarnContext(ctx, "what was sent to the portal cannot all be taken at present", "error", err)
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
