package centraldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/replication"
)

// Reference is the reference data that stations pull; it implements replication.DatasetSource.
type Reference struct{ db *postgres.DB }

// NewReference makes a Reference.
func NewReference(db *postgres.DB) *Reference { return &Reference{db} }

// Versions is the newest version of every dataset.
func (r *Reference) Versions(ctx context.Context) (map[string]replication.DatasetVersion, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT d.dataset, d.version, v.digest FROM ref_dataset d JOIN ref_version v USING (dataset, version)`)
	if err != nil {
		return nil, fmt.Errorf("read dataset versions: %w", err)
	}
	versions := map[string]replication.DatasetVersion{}
	var name string
	var v replication.DatasetVersion
	_, err = pgx.ForEachRow(rows, []any{&name, &v.Version, &v.Digest}, func() error {
		versions[name] = replication.DatasetVersion{Version: v.Version, Digest: append([]byte(nil), v.Digest...)}
		return nil
	})
	return versions, wrap(err, "read dataset versions")
}

// Changes gives whole versions after one, until limit changes are reached.
func (r *Reference) Changes(
	ctx context.Context, dataset string, after int64, limit int,
) (changes []replication.Change, reached replication.DatasetVersion, err error) {
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			WITH upto AS (SELECT max(version) AS v FROM (
				SELECT version FROM ref_change WHERE dataset = $1 AND version > $2 ORDER BY version, n LIMIT $3) AS first)
			SELECT c.version, c.op, c.key, c.row::text, v.signed_by FROM ref_change c JOIN ref_version v USING (dataset, version), upto
			WHERE c.dataset = $1 AND c.version > $2 AND c.version <= upto.v ORDER BY c.version, c.n`, dataset, after, max(limit, 1))
		if err != nil {
			return err
		}
		if changes, err = pgx.CollectRows(rows, scanChange); err != nil {
			return err
		}
		if len(changes) == 0 {
			reached, err = newestVersion(ctx, tx, dataset)
			return tooOld(err, after, reached)
		}
		if changes[0].Version != after+1 {
			return replication.ErrTooOld
		}
		reached, err = versionAt(ctx, tx, dataset, changes[len(changes)-1].Version)
		return err
	})
	return changes, reached, wrap(err, "changes of dataset "+dataset)
}

// tooOld tells a reader whose version is not the newest although no change follows it that the changes are gone.
func tooOld(err error, after int64, newest replication.DatasetVersion) error {
	if err == nil && after != newest.Version {
		return replication.ErrTooOld
	}
	return err
}

func scanChange(row pgx.CollectableRow) (c replication.Change, err error) {
	var data *string
	err = row.Scan(&c.Version, &c.Op, &c.Key, &data, &c.SignedBy)
	if data != nil {
		c.Data = []byte(*data)
	}
	return c, err
}

// Rows gives the present content in bytewise order of key.
func (r *Reference) Rows(
	ctx context.Context, dataset, afterKey string, limit int,
) (list []replication.Row, now replication.DatasetVersion, err error) {
	err = snapshot(ctx, r.db, func(tx pgx.Tx) error {
		if now, err = newestVersion(ctx, tx, dataset); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT key, row::text FROM ref_row WHERE dataset = $1 AND key > $2 ORDER BY key LIMIT $3`, dataset, afterKey, limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r replication.Row, err error) {
			var data string
			err = row.Scan(&r.Key, &data)
			r.Data = []byte(data)
			return r, err
		})
		return err
	})
	return list, now, wrap(err, "rows of dataset "+dataset)
}

// newestVersion is {0, digest of nothing} for a dataset that was never written.
func newestVersion(ctx context.Context, tx pgx.Tx, dataset string) (v replication.DatasetVersion, err error) {
	err = tx.QueryRow(ctx, `SELECT d.version, v.digest FROM ref_dataset d JOIN ref_version v USING (dataset, version) WHERE d.dataset = $1`,
		dataset).Scan(&v.Version, &v.Digest)
	if errors.Is(err, pgx.ErrNoRows) {
		return replication.DatasetVersion{Digest: new(replication.ContentDigest).Sum()}, nil
	}
	return v, wrap(err, "read version")
}

func versionAt(ctx context.Context, tx pgx.Tx, dataset string, version int64) (v replication.DatasetVersion, err error) {
	v.Version = version
	err = tx.QueryRow(ctx, `SELECT digest FROM ref_version WHERE dataset = $1 AND version = $2`, dataset, version).Scan(&v.Digest)
	return v, wrap(err, "read version")
}

// publish writes the next version of a dataset in the caller's transaction and says which it is. The lock on the dataset's row
// makes versions gapless and their order that of the commits.
func publish(
	ctx context.Context, tx pgx.Tx, dataset, signedBy string, at time.Time, changes []replication.Change,
) (version int64, err error) {
	keys := make([]string, len(changes))
	for i := range changes {
		keys[i] = changes[i].Key
	}
	var next nextVersion
	if err := next.lock(ctx, tx, dataset, at); err != nil {
		return 0, err
	}
	old, err := readRows(ctx, tx, dataset, keys)
	if err != nil {
		return 0, err
	}
	return next.write(ctx, tx, signedBy, at, changes, old)
}

// publishOver is publish for a dataset that nobody else writes: the caller has read the rows that the changes touch.
func publishOver(
	ctx context.Context, tx pgx.Tx, dataset, signedBy string, at time.Time, changes []replication.Change, old map[string]string,
) (version int64, err error) {
	var next nextVersion
	if err := next.lock(ctx, tx, dataset, at); err != nil {
		return 0, err
	}
	return next.write(ctx, tx, signedBy, at, changes, old)
}

// readRows reads the present rows of some keys.
func readRows(ctx context.Context, tx pgx.Tx, dataset string, keys []string) (map[string]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT r.key, r.row::text FROM unnest($2::text[]) AS k(key) JOIN ref_row r ON r.dataset = $1 AND r.key = k.key`, dataset, keys)
	if err != nil {
		return nil, fmt.Errorf("rows of dataset %s: %w", dataset, err)
	}
	old := make(map[string]string, len(keys))
	var key, row string
	_, err = pgx.ForEachRow(rows, []any{&key, &row}, func() error {
		old[key] = row
		return nil
	})
	return old, wrap(err, "rows of dataset "+dataset)
}

// nextVersion is a version of a dataset in the making.
type nextVersion struct {
	dataset string
	version int64
	digest  *replication.ContentDigest
}

func (v *nextVersion) lock(ctx context.Context, tx pgx.Tx, dataset string, at time.Time) (err error) {
	var state []byte
	v.dataset = dataset
	err = tx.QueryRow(ctx, `
		INSERT INTO ref_dataset AS d (dataset, changed_at) VALUES ($1, $2) ON CONFLICT (dataset) DO UPDATE SET changed_at = excluded.changed_at
		RETURNING d.version + 1, d.state`, dataset, at).Scan(&v.version, &state)
	if err != nil {
		return fmt.Errorf("lock dataset %s: %w", dataset, err)
	}
	v.digest, err = replication.LoadContentDigest(state)
	return wrap(err, "dataset "+dataset)
}

// write stores the changes, the content that results and its digest, each with one statement. old are the present rows of the keys;
// it is brought up to date.
func (v *nextVersion) write(
	ctx context.Context, tx pgx.Tx, signedBy string, at time.Time, changes []replication.Change, old map[string]string,
) (version int64, err error) {
	n := len(changes)
	ops, keys, rows, places := make([]string, n), make([]string, n), make([]*string, n), make([]int32, n)
	for i := range changes {
		c := &changes[i]
		c.Version = v.version
		if err := c.Check(); err != nil {
			return 0, fmt.Errorf("dataset %s: %w", v.dataset, err)
		}
		ops[i], keys[i], rows[i], places[i] = string(c.Op), c.Key, v.count(c, old), int32(i)
	}
	out := new(pgx.Batch)
	v.replaceRows(out, keys, old)
	out.Queue(`
		INSERT INTO ref_change (dataset, version, n, op, key, row)
		SELECT $1, $2, u.n, u.op, u.key, u.row::json FROM unnest($3::integer[], $4::text[], $5::text[], $6::text[]) AS u(n, op, key, row)`,
		v.dataset, v.version, places, ops, keys, rows)
	out.Queue(`UPDATE ref_dataset SET version = $2, state = $3 WHERE dataset = $1`, v.dataset, v.version, v.digest.Bytes())
	out.Queue(`INSERT INTO ref_version (dataset, version, digest, signed_by, changed_at) VALUES ($1, $2, $3, $4, $5)`,
		v.dataset, v.version, v.digest.Sum(), signedBy, at)
	return v.version, wrap(tx.SendBatch(ctx, out).Close(), "dataset "+v.dataset)
}

// count carries the digest on over one change, and keeps old what the content is after it. It gives the row as it is stored.
func (v *nextVersion) count(c *replication.Change, old map[string]string) *string {
	if before, has := old[c.Key]; has {
		v.digest.Remove(c.Key, []byte(before))
		delete(old, c.Key)
	}
	if c.Op != replication.OpPut {
		return nil
	}
	v.digest.Add(c.Key, c.Data)
	text := string(c.Data)
	old[c.Key] = text
	return &text
}

// replaceRows makes the rows of the keys what the content says.
func (v *nextVersion) replaceRows(out *pgx.Batch, keys []string, content map[string]string) {
	var gone, put, rows []string
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		row, has := content[key]
		switch {
		case seen[key]:
		case has:
			put, rows = append(put, key), append(rows, row)
		default:
			gone = append(gone, key)
		}
		seen[key] = true
	}
	if len(gone) > 0 {
		out.Queue(`DELETE FROM ref_row WHERE dataset = $1 AND key = ANY($2)`, v.dataset, gone)
	}
	if len(put) > 0 {
		out.Queue(`
			INSERT INTO ref_row (dataset, key, row) SELECT $1, u.key, u.row::json FROM unnest($2::text[], $3::text[]) AS u(key, row)
			ON CONFLICT (dataset, key) DO UPDATE SET row = excluded.row`, v.dataset, put, rows)
	}
}
