package portaldb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// ErrNoKey says that something is sealed for a key that the centre does not have: it never had it, it destroyed it, or it lost it.
var ErrNoKey = errors.New("the centre does not have the key")

const (
	// handingOver is how long a sending that began with a key may take: for so long after another took its place a key counts as needed.
	handingOver = time.Hour
	// clockSlip is how far in the future a key may have been made before the clock of that time is held to have been wrong.
	clockSlip = 24 * time.Hour
)

// parcelKeys are the private keys as sealdb keeps them wrapped.
func parcelKeys() sealdb.Tables { return sealdb.Tables{Key: "visa_parcel_key"} }

// CentreKey is a key of the centre's that the portal seals for, or has sealed for. An instant that has not come is zero.
type CentreKey struct {
	Version     int
	ID          string
	MadeAt      time.Time
	RetiredAt   time.Time // another took its place
	IdleAt      time.Time // since then nothing that waits needs it
	DestroyedAt time.Time
	Waiting     int  // parcels that are sealed for it and not taken
	InForce     bool // the portal seals for it
}

// Keys are all the centre's keys, the newest first.
func (c *Centre) Keys(ctx context.Context) ([]CentreKey, error) {
	rows, err := c.DB.Pool.Query(ctx, `SELECT version, id, at, retired_at, idle_at, destroyed_at,
		(SELECT count(*) FROM portal.parcel p WHERE p.centre_key = k.id AND p.taken_at IS NULL) FROM portal.centre_key k ORDER BY version DESC`)
	if err != nil {
		return nil, fmt.Errorf("keys for the portal: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (k CentreKey, err error) {
		var retired, idle, destroyed *time.Time
		err = r.Scan(&k.Version, &k.ID, &k.MadeAt, &retired, &idle, &destroyed, &k.Waiting)
		k.RetiredAt, k.IdleAt, k.DestroyedAt = instant(retired), instant(idle), instant(destroyed)
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("keys for the portal: %w", err)
	}
	if len(list) > 0 {
		list[0].InForce = true
	}
	return list, nil
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// Announce tells the portal a key of the centre's to seal for, where it has none or its time is over. It is safe to call at every start.
func (c *Centre) Announce(ctx context.Context) error {
	return c.aloneWithKeys(ctx, c.renew)
}

// RotateKey makes a new key now, and the portal seals for it from then on.
func (c *Centre) RotateKey(ctx context.Context, by audit.Actor) (made CentreKey, err error) {
	err = c.aloneWithKeys(ctx, func(ctx context.Context, tx pgx.Tx) error {
		newest, err := newestKey(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := c.private(ctx, tx, newest.id); err != nil { // this would leave what the present key opens behind
			return err
		}
		made, err = c.makeKey(ctx, tx, by, "asked")
		return err
	})
	return made, err
}

// KeepKeys makes a new key when the time of the present one is over, and destroys those that nothing needs: no parcel that waits is sealed
// for them, and backups in which one still waits are older than backups are kept. It is to be called again and again, by every process.
func (c *Centre) KeepKeys(ctx context.Context) error {
	if err := c.aloneWithKeys(ctx, c.renew); err != nil {
		return err
	}
	if err := c.aloneWithKeys(ctx, c.endKeys); err != nil {
		return err
	}
	if err := c.dropFirst(ctx); err != nil {
		return err
	}
	if err := parcelKeys().Maintain(ctx, c.DB, c.Wrapping, c.Now().Add(-c.Backups)); err != nil {
		return fmt.Errorf("keys for the portal: %w", err)
	}
	return nil
}

// aloneWithKeys runs work in a transaction while no other process works on these keys.
func (c *Centre) aloneWithKeys(ctx context.Context, work func(context.Context, pgx.Tx) error) error {
	err := c.DB.InTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('keys', 8008))`); err != nil {
			return err
		}
		return work(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("keys for the portal: %w", err)
	}
	return nil
}

// newKey is the newest key.
type newKey struct {
	id    string
	point []byte
	since time.Time
}

func newestKey(ctx context.Context, tx pgx.Tx) (k newKey, err error) {
	err = tx.QueryRow(ctx, `SELECT id, point, since FROM portal.centre_key ORDER BY version DESC LIMIT 1`).Scan(&k.id, &k.point, &k.since)
	if postgres.IsNoRows(err) {
		return k, fmt.Errorf("%w: none was ever made", ErrNoKey)
	}
	return k, err
}

// renew makes a new key when one is due, and otherwise has the key of marks sealed for the present one.
func (c *Centre) renew(ctx context.Context, tx pgx.Tx) error {
	newest, err := newestKey(ctx, tx)
	if err != nil && !errors.Is(err, ErrNoKey) {
		return err
	}
	why, err := c.due(ctx, tx, newest)
	if err != nil {
		return err
	}
	if why != "" {
		_, err := c.makeKey(ctx, tx, taker(), why)
		return err
	}
	public, err := vault.ParsePublicKey(newest.point)
	if err != nil {
		return err
	}
	return errors.Join(c.retireOlder(ctx, tx), c.sealMarks(ctx, tx, public))
}

// retireOlder notes that all keys but the newest have had their time; the release before this one makes keys without saying so.
func (c *Centre) retireOlder(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE portal.centre_key SET retired_at = $1
		WHERE retired_at IS NULL AND version < (SELECT max(version) FROM portal.centre_key)`, c.Now().UTC())
	return err
}

// due says why a new key is to be made; "" is not at all.
func (c *Centre) due(ctx context.Context, tx pgx.Tx, newest newKey) (why string, err error) {
	if newest.id == "" {
		return "first", nil
	}
	if _, err := c.private(ctx, tx, newest.id); errors.Is(err, ErrNoKey) { // what is sent from now on must be readable
		c.Log.ErrorContext(ctx, "the key that the portal seals for is lost, and what waits is sealed for it: another takes its place", "error", err)
		return "lost", nil
	} else if err != nil {
		return "", err
	}
	if age := c.Now().Sub(newest.since); age >= c.KeyAge || age < -clockSlip {
		return "age", nil
	}
	return "", nil
}

// makeKey makes a key that takes the place of those before it, in the transaction that seals the key of marks for it.
func (c *Centre) makeKey(ctx context.Context, tx pgx.Tx, by audit.Actor, why string) (k CentreKey, err error) {
	data, row, err := sealdb.NewKey(c.NewID(), c.Random, c.Wrapping)
	if err != nil {
		return k, err
	}
	pair, err := vault.PairOf(data)
	if err != nil {
		return k, err
	}
	public := pair.Public()
	k = CentreKey{ID: public.ID, MadeAt: c.Now().UTC(), InForce: true}
	err = tx.QueryRow(ctx, `INSERT INTO portal.centre_key (id, point, at, since) VALUES ($1, $2, $3, $3) RETURNING version`,
		public.ID, public.Bytes, k.MadeAt).Scan(&k.Version)
	if err != nil {
		return k, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO visa_parcel_key (id, centre_key, generation, wrapped) VALUES ($1, $2, $3, $4)`,
		row.ID, public.ID, row.Generation, row.Wrapped)
	if err != nil {
		return k, err
	}
	if err := c.retireOlder(ctx, tx); err != nil {
		return k, err
	}
	if err := c.sealMarks(ctx, tx, public); err != nil {
		return k, err
	}
	c.Log.InfoContext(ctx, "the portal seals for a new key", "version", k.Version, "key", k.ID, "why", why)
	entry := by.Entry(k.MadeAt, audit.Administration, "portal_key", k.ID)
	entry.Decision = "made_" + why
	return k, auditlog.Insert(ctx, tx, entry)
}

// sealMarks seals the key of marks anew for a key, where it is sealed for another: nothing may depend on an old one. One that cannot be opened
// stays as it is.
func (c *Centre) sealMarks(ctx context.Context, tx pgx.Tx, public vault.PublicKey) error {
	var named string
	err := tx.QueryRow(ctx, `SELECT for_centre_key FROM portal.blind_key`).Scan(&named)
	if postgres.IsNoRows(err) || err == nil && named == public.ID {
		return nil
	}
	if err != nil {
		return fmt.Errorf("key of marks: %w", err)
	}
	key, err := c.marksKey(ctx, tx)
	if errors.Is(err, ErrNoKey) {
		c.Log.ErrorContext(ctx, "the key of marks cannot be opened: visas cannot be confirmed at the portal", "error", err)
		return nil
	}
	if err != nil {
		return err
	}
	envelope, err := public.Seal(key)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE portal.blind_key SET for_centre = $1, for_centre_key = $2`, envelope, public.ID); err != nil {
		return fmt.Errorf("key of marks: %w", err)
	}
	return nil
}

// marksKey opens the key of marks. A portal of an earlier release does not say which key it is sealed for: the newest are tried first.
func (c *Centre) marksKey(ctx context.Context, tx pgx.Tx) (*vault.DataKey, error) {
	var id uuid.UUID
	var envelope []byte
	var named string
	err := tx.QueryRow(ctx, `SELECT id, for_centre, for_centre_key FROM portal.blind_key`).Scan(&id, &envelope, &named)
	if postgres.IsNoRows(err) {
		return nil, ErrNoPortal
	}
	if err != nil {
		return nil, fmt.Errorf("key of marks: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT id FROM portal.centre_key WHERE destroyed_at IS NULL AND $1 IN (id, '') ORDER BY version DESC`, named)
	if err != nil {
		return nil, fmt.Errorf("key of marks: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("key of marks: %w", err)
	}
	all := fmt.Errorf("key of marks: sealed for key %q: %w", named, ErrNoKey)
	for _, one := range list {
		private, err := c.private(ctx, tx, one)
		if err != nil && !errors.Is(err, ErrNoKey) {
			return nil, err
		}
		if err == nil {
			var key *vault.DataKey
			if key, err = private.Open(id, envelope); err == nil {
				return key, nil
			}
		}
		all = errors.Join(all, err)
	}
	return nil, all
}

// marks are those that both sides make.
func (c *Centre) marks(ctx context.Context, tx pgx.Tx) (apply.Marks, error) {
	key, err := c.marksKey(ctx, tx)
	if err != nil {
		return apply.Marks{}, err
	}
	return apply.NewMarks(key), nil
}

// private is the private key of one of the centre's keys, by its name: ErrNoKey when it is not here. It is kept in no memory: what another
// process destroyed opens nothing here.
func (c *Centre) private(ctx context.Context, tx pgx.Tx, id string) (*vault.PrivateKey, error) {
	var ended bool
	var own *uuid.UUID
	var generation *string
	var wrapped []byte
	err := tx.QueryRow(ctx, `SELECT k.destroyed_at IS NOT NULL, s.id, s.generation, s.wrapped
		FROM portal.centre_key k LEFT JOIN visa_parcel_key s ON s.centre_key = k.id WHERE k.id = $1`, id).Scan(&ended, &own, &generation, &wrapped)
	switch {
	case postgres.IsNoRows(err):
		return nil, fmt.Errorf("key %s is none of the centre's: %w", id, ErrNoKey)
	case err != nil:
		return nil, err
	case ended:
		return nil, fmt.Errorf("key %s is destroyed: %w", id, ErrNoKey)
	case own == nil:
		return c.first(id)
	}
	data, err := sealdb.Key{ID: *own, Generation: *generation, Wrapped: wrapped}.Open(c.Wrapping)
	if errors.Is(err, vault.ErrDestroyed) || errors.Is(err, vault.ErrOtherKey) {
		return nil, errors.Join(fmt.Errorf("key %s: %w", id, ErrNoKey), err)
	}
	if err != nil {
		return nil, err
	}
	return vault.PairOf(data)
}

// first is the private key that stands in a file.
func (c *Centre) first(id string) (*vault.PrivateKey, error) {
	if c.First == "" {
		return nil, fmt.Errorf("key %s stands in a file: %w", id, ErrNoKey)
	}
	key, err := vault.ReadPrivateKey(c.First)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, vault.ErrDestroyed) {
		return nil, fmt.Errorf("key %s stands in the file %s, which is not here: %w", id, c.First, ErrNoKey)
	}
	if err != nil {
		return nil, err
	}
	if key.Public().ID != id {
		return nil, fmt.Errorf("key %s stands in a file, and %s is the file of %s: %w", id, c.First, key.Public().ID, ErrNoKey)
	}
	return key, nil
}

// endKeys notes since when older keys are not needed, and destroys those of which that is longer ago than backups are kept. A parcel that
// waits for its fee, or stands in quarantine, needs its key.
func (c *Centre) endKeys(ctx context.Context, tx pgx.Tx) error {
	now := c.Now().UTC()
	_, err := tx.Exec(ctx, `
		WITH older AS (SELECT k.id, k.retired_at > $2 OR EXISTS (SELECT FROM portal.parcel p WHERE p.centre_key = k.id AND p.taken_at IS NULL)
		       OR EXISTS (SELECT FROM portal.blind_key b WHERE b.for_centre_key IN (k.id, '')) AS needed
		  FROM portal.centre_key k WHERE k.retired_at IS NOT NULL AND k.destroyed_at IS NULL)
		UPDATE portal.centre_key k SET idle_at = CASE WHEN o.needed THEN NULL ELSE $1::timestamptz END
		  FROM older o WHERE o.id = k.id AND o.needed = (k.idle_at IS NOT NULL)`, now, now.Add(-handingOver))
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `UPDATE portal.centre_key SET destroyed_at = $1 WHERE destroyed_at IS NULL AND idle_at <= $2 RETURNING id`,
		now, now.Add(-c.Backups))
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, id := range list {
		if _, err := tx.Exec(ctx, `UPDATE visa_parcel_key SET wrapped = NULL WHERE centre_key = $1`, id); err != nil {
			return err
		}
		entry := taker().Entry(now, audit.Erasure, "portal_key", id)
		entry.Decision = "destroyed"
		if err := auditlog.Insert(ctx, tx, entry); err != nil {
			return err
		}
		c.Log.InfoContext(ctx, "a key that nothing for the centre is sealed for any more is destroyed", "key", id)
	}
	return nil
}

// dropFirst destroys the file of a key that is destroyed in the database, whichever process did that.
func (c *Centre) dropFirst(ctx context.Context) error {
	if c.First == "" {
		return nil
	}
	key, err := vault.ReadPrivateKey(c.First)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, vault.ErrDestroyed): // and not removed: the power failed between
		return vault.DestroyPrivateKey(c.First)
	case err != nil:
		return fmt.Errorf("keys for the portal: %w", err)
	}
	var ended bool
	err = c.DB.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM portal.centre_key WHERE id = $1 AND destroyed_at IS NOT NULL)`, key.Public().ID).Scan(&ended)
	if err != nil {
		return fmt.Errorf("keys for the portal: %w", err)
	}
	if !ended {
		return nil
	}
	return vault.DestroyPrivateKey(c.First)
}
