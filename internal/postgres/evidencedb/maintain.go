package evidencedb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/vault"
)

// Keeping is how long things stay.
type Keeping struct {
	// Sent is how long bytes stay here after the centre confirmed them.
	Sent time.Duration
	// Generations is how long a key-encryption key stays after the month in which it was used last: the time for which backups are
	// kept. With it dies what older backups hold.
	Generations time.Duration
}

// atOnce bounds one transaction of the upkeep.
const atOnce = 500

// Maintain wraps keys anew after the month has changed, destroys generations whose time is over, and drops bytes that the centre has
// and whose time here is over. What it does is idempotent and may stop anywhere.
func (s *Store) Maintain(ctx context.Context, keep Keeping) error {
	return errors.Join(s.Rotate(ctx), s.retire(ctx, keep.Generations), s.drop(ctx, keep.Sent))
}

// Rotate wraps every key with the current generation. Nothing that was sealed is touched.
func (s *Store) Rotate(ctx context.Context) error {
	current, err := s.o.Wrapping.Current()
	if err != nil {
		return wrap(err, "rotate evidence keys")
	}
	for after := uuid.Nil; ; {
		var n int
		err := s.o.DB.InTx(ctx, func(tx pgx.Tx) (err error) {
			after, n, err = Rewrap(ctx, tx, s.o.Wrapping, current, after, atOnce)
			return err
		})
		if err != nil || n == 0 {
			return wrap(err, "rotate evidence keys")
		}
	}
}

// Rewrap wraps keys of other generations with the current one, in order of id after a given one, at most limit. It gives the last id and
// how many it looked at. A key whose generation is gone stays as it is: nobody opens it.
func Rewrap(ctx context.Context, tx pgx.Tx, w vault.Wrapping, current string, after uuid.UUID, limit int) (uuid.UUID, int, error) {
	rows, err := tx.Query(ctx, `SELECT id, generation, wrapped FROM person_key WHERE wrapped IS NOT NULL AND generation <> $1 AND id > $2
		ORDER BY id LIMIT $3 FOR UPDATE`, current, after, limit)
	if err != nil {
		return after, 0, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k wrappedKey, err error) {
		err = row.Scan(&k.id, &k.generation, &k.wrapped)
		return k, err
	})
	if err != nil {
		return after, 0, err
	}
	b := &pgx.Batch{}
	for _, k := range list {
		after = k.id
		key, err := w.Unwrap(k.id, k.generation, k.wrapped)
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
		b.Queue(`UPDATE person_key SET generation = $2, wrapped = $3 WHERE id = $1`, k.id, generation, wrapped)
	}
	if b.Len() == 0 {
		return after, len(list), nil
	}
	return after, len(list), tx.SendBatch(ctx, b).Close()
}

// retire destroys the generations that wrap nothing here any more and whose last month is longer ago than backups are kept.
func (s *Store) retire(ctx context.Context, kept time.Duration) error {
	return Retire(ctx, s.o.DB.Pool, s.o.Wrapping, s.o.Now().Add(-kept))
}

// Retire destroys the generations that were last used before an instant and that no key is wrapped with. A generation is in use until
// the next one begins.
func Retire(ctx context.Context, q rowQuerier, w vault.Wrapping, before time.Time) error {
	list, err := w.Generations()
	if err != nil {
		return wrap(err, "retire evidence keys")
	}
	for n, generation := range list {
		if n == len(list)-1 {
			break // the current one
		}
		ended, err := time.Parse("2006-01", list[n+1])
		if err != nil {
			return wrap(err, "retire evidence keys")
		}
		if ended.AddDate(0, 1, 0).After(before) { // its keys were wrapped anew in the month after it, at the latest
			break
		}
		var used bool
		err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM person_key WHERE wrapped IS NOT NULL AND generation = $1)`, generation).Scan(&used)
		if err != nil {
			return wrap(err, "retire evidence keys")
		}
		if used {
			continue
		}
		if err := w.Destroy(generation); err != nil {
			return wrap(err, "retire evidence keys")
		}
	}
	return nil
}

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// dropSent forgets bytes that the centre has. Those of an undecided scan stay: a desk may ask for them. An exhibit whose bytes are gone
// is not the same as one that is read again: the fingerprint goes too, and the next reading is kept anew.
const dropSent = `WITH due AS (
		SELECT b.digest FROM exhibit_blob b JOIN exhibit e USING (digest)
		WHERE b.state = 'sent' AND b.sealed IS NOT NULL AND b.sent_at < $1
			AND NOT EXISTS (SELECT FROM scan_exhibit x JOIN scan s ON s.id = x.scan_id WHERE x.exhibit_id = e.id AND s.status = 'open')
		ORDER BY b.sent_at LIMIT $3 FOR UPDATE OF b, e SKIP LOCKED),
	unmarked AS (UPDATE exhibit SET fingerprint = NULL WHERE digest IN (SELECT digest FROM due))
	UPDATE exhibit_blob SET sealed = NULL, dropped_at = $2 WHERE digest IN (SELECT digest FROM due)`

func (s *Store) drop(ctx context.Context, kept time.Duration) error {
	for {
		now := s.o.Now()
		tag, err := s.o.DB.Pool.Exec(ctx, dropSent, now.Add(-kept), now, atOnce)
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(err, "drop evidence that the centre has")
		}
	}
}
