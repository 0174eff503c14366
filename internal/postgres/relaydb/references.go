package relaydb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/replication"
)

// Sink is where the rows of a dataset go to be used, for example the tables an alert list is searched in. It is called within
// the transaction that moves the dataset's version, so that the two never disagree. An error undoes the whole update.
type Sink interface {
	// Clear forgets all rows: a snapshot follows.
	Clear(ctx context.Context, tx pgx.Tx) error
	// Apply takes changes in order. A put replaces the row of its key, if there is one.
	Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error
}

// References keeps a station's reference data: the rows byte for byte, their digest and version, and the sinks they are used
// from. It implements replication.ReferenceStore.
type References struct {
	db    *postgres.DB
	sinks map[string]Sink
	now   func() time.Time
}

var _ replication.ReferenceStore = (*References)(nil)

// NewReferences makes the store of the datasets that have a sink.
func NewReferences(db *postgres.DB, sinks map[string]Sink, now func() time.Time) *References {
	return &References{db: db, sinks: maps.Clone(sinks), now: now}
}

// Datasets are the names of the datasets the station takes, in order.
func (r *References) Datasets() []string { return slices.Sorted(maps.Keys(r.sinks)) }

// Status is how the station stands with every dataset it takes.
func (r *References) Status(ctx context.Context) ([]replication.DatasetStatus, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT name, coalesce(version, 0), applied_at, confirmed_at
		FROM unnest($1::text[]) AS name LEFT JOIN ref_cursor ON dataset = name ORDER BY name COLLATE "C"`, r.Datasets())
	if err != nil {
		return nil, fmt.Errorf("reference data: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s replication.DatasetStatus, err error) {
		var applied, confirmed *time.Time
		err = row.Scan(&s.Dataset, &s.Version, &applied, &confirmed)
		if applied != nil {
			s.AppliedAt = applied.UTC()
		}
		if confirmed != nil {
			s.ConfirmedAt = confirmed.UTC()
		}
		return s, err
	})
}

// ApplyChanges leads a dataset from one version to another.
func (r *References) ApplyChanges(ctx context.Context, dataset string, from int64, to replication.DatasetVersion, changes []replication.Change) error {
	return r.update(ctx, dataset, func(u *update) error {
		if u.version != from {
			return fmt.Errorf("%w: %d, changes follow %d", replication.ErrVersion, u.version, from)
		}
		if err := checkGapless(from, to.Version, changes); err != nil {
			return err
		}
		if err := u.apply(ctx, changes); err != nil {
			return err
		}
		return u.finish(ctx, to)
	})
}

// checkGapless holds that the changes are whole versions, each one more than the one before.
func checkGapless(from, to int64, changes []replication.Change) error {
	at := from
	for i := range changes {
		if v := changes[i].Version; v != at && v != at+1 || v == from {
			return fmt.Errorf("%w: change of version %d follows version %d", replication.ErrVersion, v, at)
		}
		at = changes[i].Version
	}
	if at != to {
		return fmt.Errorf("%w: changes end at %d, %d expected", replication.ErrVersion, at, to)
	}
	return nil
}

// Replace takes a snapshot in place of what there is.
func (r *References) Replace(ctx context.Context, dataset string, stream replication.SnapshotStream) error {
	return r.update(ctx, dataset, func(u *update) error {
		if err := u.clear(ctx); err != nil {
			return err
		}
		if err := u.takeRows(ctx, stream); err != nil {
			return err
		}
		for {
			changes, to, err := stream.NextChanges(ctx)
			if err != nil {
				return err
			}
			if len(changes) == 0 {
				return errors.Join(u.goesBack(to), u.finish(ctx, to))
			}
			if err := u.apply(ctx, changes); err != nil {
				return err
			}
		}
	})
}

// Confirm remembers that the version is the centre's newest, as of its seal.
func (r *References) Confirm(ctx context.Context, dataset string, now replication.DatasetVersion) error {
	return r.update(ctx, dataset, func(u *update) error {
		if u.version != now.Version {
			return fmt.Errorf("%w: %d, the centre confirms %d", replication.ErrVersion, u.version, now.Version)
		}
		if !bytes.Equal(u.digest, now.Digest) {
			return fmt.Errorf("%w %d: the station has %x, the centre confirms %x", replication.ErrDigest, u.version, u.digest, now.Digest)
		}
		return u.keepSeal(ctx, now, false)
	})
}

// Held is the version of a dataset that the station has, with its seal; version 0 when there is none.
func (r *References) Held(ctx context.Context, dataset string) (v replication.DatasetVersion, err error) {
	var at *time.Time
	err = r.db.Pool.QueryRow(ctx, `SELECT version, digest, sealed_at, seal, seal_chain FROM ref_cursor WHERE dataset = $1`, dataset).
		Scan(&v.Version, &v.Digest, &at, &v.Seal.Value, &v.Seal.Chain)
	if postgres.IsNoRows(err) {
		return replication.DatasetVersion{Digest: new(replication.ContentDigest).Sum()}, nil
	}
	if err != nil {
		return v, fmt.Errorf("dataset %s: %w", dataset, err)
	}
	if at != nil {
		v.Seal.At = at.UTC()
	}
	return v, nil
}

// Verify counts all rows of a dataset anew; ErrDigest when they are not those of its version.
func (r *References) Verify(ctx context.Context, dataset string) error {
	held, err := r.Held(ctx, dataset)
	if err != nil || held.Version == 0 {
		return err // looking at what there is not must not make it be there
	}
	return r.update(ctx, dataset, func(u *update) error {
		counted, err := u.count(ctx)
		if err == nil && !bytes.Equal(counted.Sum(), u.digest) {
			err = fmt.Errorf("%w %d: the rows give %x, %x expected", replication.ErrDigest, u.version, counted.Sum(), u.digest)
		}
		return err
	})
}

// update runs fn in a transaction that holds the dataset's cursor.
func (r *References) update(ctx context.Context, dataset string, fn func(*update) error) error {
	sink, taken := r.sinks[dataset]
	if !taken {
		return fmt.Errorf("dataset %q: not taken at this station", dataset)
	}
	err := r.db.InTx(ctx, func(tx pgx.Tx) error {
		u, err := lockDataset(ctx, tx, dataset, r.now())
		if err != nil {
			return err
		}
		u.sink = sink
		return fn(u)
	})
	if err != nil {
		return fmt.Errorf("dataset %s: %w", dataset, err)
	}
	return nil
}
