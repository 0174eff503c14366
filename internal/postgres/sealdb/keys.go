package sealdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/vault"
)

// Key is a person's data key as a database keeps it: wrapped under a generation of the key-encryption key; Wrapped is nil once it is
// destroyed.
type Key struct {
	ID         uuid.UUID
	Generation string
	Wrapped    []byte
}

// Open gives the key: vault.ErrDestroyed when it or its generation is gone.
func (k Key) Open(w vault.Wrapping) (*vault.DataKey, error) {
	if k.Wrapped == nil {
		return nil, fmt.Errorf("data key %s: %w", k.ID, vault.ErrDestroyed)
	}
	return w.Unwrap(k.ID, k.Generation, k.Wrapped)
}

// FindKey opens the key that a query of id, generation and wrapped found; nil when there is none. One whose generation is gone is as good
// as none: what it sealed is lost, what comes need not be.
func FindKey(row pgx.Row, w vault.Wrapping) (*vault.DataKey, error) {
	var k Key
	err := row.Scan(&k.ID, &k.Generation, &k.Wrapped)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // no key: no error either
	}
	if err != nil {
		return nil, err
	}
	opened, err := k.Open(w)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, nil //nolint:nilnil // as above
	}
	return opened, err
}

// NewKey makes a person's key, and the row by which it is kept.
func NewKey(id uuid.UUID, random io.Reader, w vault.Wrapping) (*vault.DataKey, Key, error) {
	k, err := vault.NewDataKey(id, random)
	if err != nil {
		return nil, Key{}, err
	}
	generation, wrapped, err := w.Wrap(k)
	return k, Key{id, generation, wrapped}, err
}

// Destroy destroys keys in the caller's transaction, with what they sealed, and lays a tombstone for each, of which the centre is told.
// ground is a code. The caller has locked the keys, and writes the audit entry.
func (t Tables) Destroy(ctx context.Context, tx pgx.Tx, keys []uuid.UUID, ground string, now time.Time) error {
	b := &pgx.Batch{}
	b.Queue(t.sql(`UPDATE {key} SET wrapped = NULL, destroyed_at = $2 WHERE id = ANY ($1)`), keys, now)
	b.Queue(t.sql(`UPDATE {item} SET {mark} = NULL WHERE key_id = ANY ($1)`), keys)
	b.Queue(t.sql(`UPDATE {blob} SET sealed = NULL, state = 'destroyed', dropped_at = $2
		WHERE digest IN (SELECT digest FROM {item} WHERE key_id = ANY ($1))`), keys, now)
	b.Queue(t.sql(`INSERT INTO {tombstone} (key_id, ground, destroyed_at) SELECT unnest($1::uuid[]), $2, $3`), keys, ground, now)
	return tx.SendBatch(ctx, b).Close()
}

// atOnce bounds one transaction of the upkeep.
const atOnce = 500

// Rotate wraps every key with the current generation. Nothing that was sealed is touched.
func (s *Store) Rotate(ctx context.Context) error {
	return s.wrap(s.o.Tables.Rotate(ctx, s.o.DB, s.o.Wrapping), "keys")
}

// Maintain wraps every key with the current generation, and destroys the generations that no key needs and that were last used before an instant:
// the age of the oldest backup.
func (t Tables) Maintain(ctx context.Context, db *postgres.DB, w vault.Wrapping, before time.Time) error {
	if err := t.Rotate(ctx, db, w); err != nil {
		return err
	}
	return t.Retire(ctx, db.Pool, w, before)
}

// Rotate wraps every key with the current generation, in transactions that end soon.
func (t Tables) Rotate(ctx context.Context, db *postgres.DB, w vault.Wrapping) error {
	current, err := w.Current()
	if err != nil {
		return err
	}
	for after, n := uuid.Nil, 1; n > 0; {
		err := db.InTx(ctx, func(tx pgx.Tx) (err error) {
			after, n, err = t.rewrap(ctx, tx, w, current, after, atOnce)
			return err
		})
		if err != nil {
			return fmt.Errorf("rotate keys: %w", err)
		}
	}
	return nil
}

// rewrap wraps keys of other generations with the current one, in order of id after a given one, at most limit. It gives the last id and
// how many it looked at. A key whose generation is gone stays as it is: nobody opens it.
func (t Tables) rewrap(ctx context.Context, tx pgx.Tx, w vault.Wrapping, current string, after uuid.UUID, limit int) (uuid.UUID, int, error) {
	rows, err := tx.Query(ctx, t.sql(`SELECT id, generation, wrapped FROM {key} WHERE wrapped IS NOT NULL AND generation <> $1 AND id > $2
		ORDER BY id LIMIT $3 FOR UPDATE`), current, after, limit)
	if err != nil {
		return after, 0, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Key])
	if err != nil {
		return after, 0, err
	}
	b := &pgx.Batch{}
	for _, k := range list {
		after = k.ID
		key, err := k.Open(w)
		if errors.Is(err, vault.ErrDestroyed) {
			continue
		}
		if err != nil {
			return after, 0, err
		}
		generation, wrapped, err := w.Wrap(key)
		if err != nil {
			return after, 0, err
		}
		b.Queue(t.sql(`UPDATE {key} SET generation = $2, wrapped = $3 WHERE id = $1`), k.ID, generation, wrapped)
	}
	if b.Len() == 0 {
		return after, len(list), nil
	}
	return after, len(list), tx.SendBatch(ctx, b).Close()
}

// Retire destroys the generations that no key here is wrapped with any more and that were last used longer ago than backups are kept.
func (s *Store) Retire(ctx context.Context, kept time.Duration) error {
	return s.wrap(s.o.Tables.Retire(ctx, s.o.DB.Pool, s.o.Wrapping, s.o.Now().Add(-kept)), "retire keys")
}

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Retire destroys the generations that were last used before an instant and that no key is wrapped with. A generation is in use until
// the next one begins.
func (t Tables) Retire(ctx context.Context, q rowQuerier, w vault.Wrapping, before time.Time) error {
	list, err := w.Generations()
	if err != nil {
		return err
	}
	for n, generation := range list {
		if n == len(list)-1 {
			break // the current one
		}
		ended, err := time.Parse("2006-01", list[n+1])
		if err != nil {
			return err
		}
		if ended.AddDate(0, 1, 0).After(before) { // its keys were wrapped anew in the month after it, at the latest
			break
		}
		var used bool
		err = q.QueryRow(ctx, t.sql(`SELECT EXISTS (SELECT FROM {key} WHERE wrapped IS NOT NULL AND generation = $1)`), generation).Scan(&used)
		if err != nil {
			return err
		}
		if used {
			continue
		}
		if err := w.Destroy(generation); err != nil {
			return err
		}
	}
	return nil
}
