package relaydb

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/replication"
)

// update is a transaction over one dataset, whose cursor it holds locked.
type update struct {
	tx      pgx.Tx
	dataset string
	sink    Sink
	now     time.Time

	version int64
	digest  []byte
	sealed  *time.Time
	content *replication.ContentDigest // of the rows as of now, within the transaction
}

func lockDataset(ctx context.Context, tx pgx.Tx, dataset string, now time.Time) (*update, error) {
	empty := new(replication.ContentDigest)
	_, err := tx.Exec(ctx, `INSERT INTO ref_cursor (dataset, version, digest, digest_state, confirmed_at) VALUES ($1, 0, $2, '', $3)
		ON CONFLICT (dataset) DO NOTHING`, dataset, empty.Sum(), now)
	if err != nil {
		return nil, err
	}
	u := &update{tx: tx, dataset: dataset, now: now}
	var state []byte
	err = tx.QueryRow(ctx, `SELECT version, digest, digest_state, sealed_at FROM ref_cursor WHERE dataset = $1 FOR UPDATE`, dataset).
		Scan(&u.version, &u.digest, &state, &u.sealed)
	if err != nil {
		return nil, err
	}
	u.content, err = replication.LoadContentDigest(state)
	return u, err
}

func (u *update) clear(ctx context.Context) error {
	u.content = new(replication.ContentDigest)
	if _, err := u.tx.Exec(ctx, `DELETE FROM ref_row WHERE dataset = $1`, u.dataset); err != nil {
		return err
	}
	return u.sink.Clear(ctx, u.tx)
}

// takeRows stores a snapshot's rows; their keys rise, so none comes twice.
func (u *update) takeRows(ctx context.Context, stream replication.SnapshotStream) error {
	last := ""
	for {
		rows, err := stream.NextRows(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		puts := make([]replication.Change, len(rows))
		values := make([][]any, len(rows))
		for i, row := range rows {
			if row.Key <= last {
				return fmt.Errorf("snapshot: rows are not in order of key")
			}
			last = row.Key
			u.content.Add(row.Key, row.Data)
			puts[i] = replication.Change{Op: replication.OpPut, Key: row.Key, Data: row.Data}
			values[i] = []any{u.dataset, row.Key, []byte(row.Data)}
		}
		if _, err := u.tx.CopyFrom(ctx, pgx.Identifier{"ref_row"}, []string{"dataset", "key", "data"}, pgx.CopyFromRows(values)); err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		if err := u.sink.Apply(ctx, u.tx, puts); err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
	}
}

// apply stores changes. The digest is kept up to date with the rows that are really there: one that was altered behind our
// back makes it wrong as soon as it is touched.
func (u *update) apply(ctx context.Context, changes []replication.Change) error {
	rows, err := u.present(ctx, changes)
	if err != nil {
		return err
	}
	touched := map[string]bool{}
	for i := range changes {
		c := &changes[i]
		touched[c.Key] = true
		if old, there := rows[c.Key]; there {
			u.content.Remove(c.Key, old)
			delete(rows, c.Key)
		}
		if c.Op == replication.OpPut {
			u.content.Add(c.Key, c.Data)
			rows[c.Key] = c.Data
		}
	}
	var keys, puts, data []string
	for key := range touched {
		keys = append(keys, key)
		if row, there := rows[key]; there {
			puts, data = append(puts, key), append(data, string(row))
		}
	}
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM ref_row WHERE dataset = $1 AND key = ANY ($2)`, u.dataset, keys)
	b.Queue(`INSERT INTO ref_row (dataset, key, data) SELECT $1, n.key, n.data::json FROM unnest($2::text[], $3::text[]) AS n (key, data)`, u.dataset, puts, data)
	if err := u.tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return u.sink.Apply(ctx, u.tx, changes)
}

func (u *update) present(ctx context.Context, changes []replication.Change) (map[string][]byte, error) {
	keys := make([]string, len(changes))
	for i := range changes {
		keys[i] = changes[i].Key
	}
	rows, err := u.tx.Query(ctx, `SELECT key, data::text FROM ref_row WHERE dataset = $1 AND key = ANY ($2)`, u.dataset, keys)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	var key, data string
	_, err = pgx.ForEachRow(rows, []any{&key, &data}, func() error { out[key] = []byte(data); return nil })
	return out, err
}

// finish moves the version, if the content is what that version should be.
func (u *update) finish(ctx context.Context, to replication.DatasetVersion) error {
	if sum := u.content.Sum(); !bytes.Equal(sum, to.Digest) {
		return fmt.Errorf("%w %d: %x, %x expected", replication.ErrDigest, to.Version, sum, to.Digest)
	}
	_, err := u.tx.Exec(ctx, `UPDATE ref_cursor SET version = $2, digest = $3, digest_state = $4, applied_at = $5 WHERE dataset = $1`,
		u.dataset, to.Version, to.Digest, u.content.Bytes(), u.now)
	if err != nil {
		return err
	}
	return u.keepSeal(ctx, to, true)
}

// keepSeal keeps what the centre signed. The version is as old as that says, and never older than it was known to be: what the centre
// signed earlier makes nothing younger. A station whose clock is behind knows no later instant than its own.
func (u *update) keepSeal(ctx context.Context, to replication.DatasetVersion, moved bool) error {
	if !moved && u.sealed != nil && !to.Seal.At.After(*u.sealed) {
		return nil
	}
	as := to.Seal.At
	if u.now.Before(as) {
		as = u.now
	}
	_, err := u.tx.Exec(ctx, `UPDATE ref_cursor SET sealed_at = $2, seal = $3, seal_chain = $4,
		confirmed_at = CASE WHEN sealed_at IS NULL THEN $5 ELSE greatest(confirmed_at, $5) END WHERE dataset = $1`,
		u.dataset, to.Seal.At, to.Seal.Value, to.Seal.Chain, as)
	return err
}

// goesBack is ErrSeal for content that the station has had before and that nobody has vouched for since.
func (u *update) goesBack(to replication.DatasetVersion) error {
	if to.Version > u.version || u.sealed == nil || to.Seal.At.After(*u.sealed) {
		return nil
	}
	return fmt.Errorf("%w: version %d of %s is not younger than version %d of %s, which the station has",
		replication.ErrSeal, to.Version, to.Seal.At.Format(time.RFC3339Nano), u.version, u.sealed.UTC().Format(time.RFC3339Nano))
}

// count reads every row.
func (u *update) count(ctx context.Context) (*replication.ContentDigest, error) {
	rows, err := u.tx.Query(ctx, `SELECT key, data::text FROM ref_row WHERE dataset = $1`, u.dataset)
	if err != nil {
		return nil, err
	}
	counted := new(replication.ContentDigest)
	var key, data string
	_, err = pgx.ForEachRow(rows, []any{&key, &data}, func() error { counted.Add(key, []byte(data)); return nil })
	return counted, err
}
