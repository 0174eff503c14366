// Package groupdb keeps groups and their manifests in a crossing point's PostgreSQL database, and knows with whom minors came in. A
// group is changed in the transaction of its record, its audit entry and its event for the centre; no manifest is ever changed.
package groupdb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// Store implements group.Store.
type Store struct {
	db    *postgres.DB
	nudge func()
}

var _ group.Store = (*Store)(nil)

// New makes the store. nudge is called after each commit that has something for the centre; it must not block.
func New(db *postgres.DB, nudge func()) *Store { return &Store{db: db, nudge: nudge} }

// write writes the record with what change does, in one transaction.
func (s *Store) write(ctx context.Context, record border.Record, entry audit.Entry, change func(pgx.Tx) error) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		return recorddb.Append(ctx, tx, record, entry)
	})
	if err != nil {
		return fmt.Errorf("group %s: %w", record.Subject, err)
	}
	s.nudge()
	return nil
}

// Open keeps a new group.
func (s *Store) Open(ctx context.Context, g group.Group, record border.Record, entry audit.Entry) error {
	return s.write(ctx, record, entry, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO border_group (id, kind, label, size, lane, direction, opened_at, opened_by, manifest)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, g.ID, g.Kind, g.Label, g.Size, g.Lane, g.Direction, g.OpenedAt, g.OpenedBy, g.Manifest)
		return err
	})
}

// Note writes an event that does not change the group.
func (s *Store) Note(ctx context.Context, record border.Record, entry audit.Entry) error {
	return s.write(ctx, record, entry, func(pgx.Tx) error { return nil })
}

// Close writes the closing.
func (s *Store) Close(ctx context.Context, id uuid.UUID, closing group.Closing, record border.Record, entry audit.Entry) error {
	return s.write(ctx, record, entry, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE border_group SET closed_at = $2, closing = $3 WHERE id = $1 AND closed_at IS NULL`, id, closing.At, closing)
		if err == nil && tag.RowsAffected() == 0 {
			return group.ErrClosed
		}
		return err
	})
}

const openIn = `SELECT id, kind, label, size, lane, direction, opened_at, opened_by FROM border_group
WHERE lane = $1 AND closed_at IS NULL ORDER BY opened_at DESC, id`

// OpenIn are all groups of a lane that are not closed, without their manifests: one that nobody sees is never closed.
func (s *Store) OpenIn(ctx context.Context, lane string) ([]group.Group, error) {
	rows, err := s.db.Pool.Query(ctx, openIn, lane)
	if err != nil {
		return nil, fmt.Errorf("groups of lane %s: %w", lane, err)
	}
	open, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g group.Group, err error) {
		err = row.Scan(&g.ID, &g.Kind, &g.Label, &g.Size, &g.Lane, &g.Direction, &g.OpenedAt, &g.OpenedBy)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("groups of lane %s: %w", lane, err)
	}
	return open, nil
}

const loadGroup = `SELECT id, kind, label, size, lane, direction, opened_at, opened_by, manifest, closing FROM border_group WHERE id = $1`

// A scan that was put aside is no member; the decision that stands is the last that was not annulled.
const loadSeen = `
SELECT s.id, s.scanned_at, s.identity, s.document, coalesce(d.verdict, ''), coalesce(d.crossing_id, '00000000-0000-0000-0000-000000000000')
FROM scan s LEFT JOIN LATERAL (
    SELECT d.verdict, d.crossing_id FROM decision d
    WHERE d.inspection_id = s.id AND s.status <> 'open' AND d.referral IS NULL
      AND NOT EXISTS (SELECT FROM correction c WHERE c.crossing_id = d.crossing_id)
    ORDER BY d.decided_at DESC LIMIT 1
) d ON true
WHERE s.circumstances ? 'group' AND s.circumstances ->> 'group' = $1 AND s.status <> 'dismissed'
ORDER BY s.scanned_at, s.id`

// Load is a group with its members' scans, in one round trip; with an entry it is a read of people's data and is audited in its
// transaction.
func (s *Store) Load(ctx context.Context, id uuid.UUID, entry *audit.Entry) (g group.Group, seen []group.Seen, err error) {
	if entry == nil {
		g, seen, err = load(ctx, s.db.Pool, id)
	} else {
		err = s.db.InTx(ctx, func(tx pgx.Tx) (err error) {
			if g, seen, err = load(ctx, tx, id); err != nil {
				return err
			}
			with := *entry
			with.ResultCount = len(g.Manifest.People) + len(seen)
			return auditlog.Insert(ctx, tx, with)
		})
	}
	if err != nil {
		return group.Group{}, nil, fmt.Errorf("group %s: %w", id, err)
	}
	return g, seen, nil
}

type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func load(ctx context.Context, db batcher, id uuid.UUID) (g group.Group, seen []group.Seen, err error) {
	b := &pgx.Batch{}
	b.Queue(loadGroup, id).QueryRow(func(row pgx.Row) error {
		return row.Scan(&g.ID, &g.Kind, &g.Label, &g.Size, &g.Lane, &g.Direction, &g.OpenedAt, &g.OpenedBy, &g.Manifest, &g.Closing)
	})
	b.Queue(loadSeen, id.String()).Query(func(rows pgx.Rows) (err error) {
		seen, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (s group.Seen, err error) {
			err = row.Scan(&s.Scan, &s.At, &s.Identity, &s.Document, &s.Verdict, &s.Crossing)
			return s, err
		})
		return err
	})
	if err = db.SendBatch(ctx, b).Close(); postgres.IsNoRows(err) {
		err = group.ErrNone
	}
	return g, seen, err
}
