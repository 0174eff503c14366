package hitdb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// Dossier is a hit with everything that is known of it.
func (s *Store) Dossier(ctx context.Context, id uuid.UUID, entry audit.Entry) (d hit.Dossier, err error) {
	err = pgx.BeginTxFunc(ctx, s.cfg.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if d.Hit, err = load(ctx, tx, id, ""); err != nil {
			return err
		}
		if err := around(ctx, tx, &d); err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return hit.Dossier{}, fmt.Errorf("hit %s: %w", id, err)
	}
	return d, nil
}

const (
	selectOthers = `SELECT ` + itemColumns + ` FROM hit WHERE id <> $1 AND (inspection_id = $2 OR crossing_id = $3)` + strongest

	selectEarlier = `SELECT ` + itemColumns + ` FROM hit WHERE file_id = $1 AND alert = $2 AND id <> $3 AND closed_at IS NOT NULL
ORDER BY closed_at DESC, id LIMIT 20`

	countEarlier = `SELECT count(*) FROM hit WHERE file_id = $1 AND alert = $2 AND id <> $3 AND closed_at IS NOT NULL`

	selectDecisions = `SELECT crossing_id, decided_at, lane, verdict, officer FROM decision WHERE inspection_id = $1 OR crossing_id = $2
ORDER BY decided_at DESC`

	selectCase = `SELECT id FROM referral WHERE inspection_id = $1 ORDER BY opened_at DESC LIMIT 1`

	selectPortrait = `SELECT EXISTS (SELECT FROM scan_exhibit s JOIN exhibit e ON e.id = s.exhibit_id
    WHERE s.scan_id = $1 AND s.current AND (e.kind = 'portrait' OR e.kind = 'chip' AND e.name = 'DG2'))`
)

// around reads what belongs to the hit, in one round trip.
func around(ctx context.Context, tx pgx.Tx, d *hit.Dossier) error {
	r := d.Hit.Raise
	b := &pgx.Batch{}
	b.Queue(selectOthers, d.Hit.ID, idOrNull(r.Inspection), idOrNull(r.Crossing)).Query(collect(&d.Others, itemRow))
	b.Queue(selectEarlier, idOrNull(d.Hit.File()), r.Alert, d.Hit.ID).Query(collect(&d.Earlier, itemRow))
	b.Queue(countEarlier, idOrNull(d.Hit.File()), r.Alert, d.Hit.ID).QueryRow(func(row pgx.Row) error { return row.Scan(&d.EarlierAll) })
	b.Queue(selectDecisions, idOrNull(r.Inspection), idOrNull(r.Crossing)).Query(collect(&d.Crossings, crossingRow))
	b.Queue(selectCase, idOrNull(r.Inspection)).QueryRow(func(row pgx.Row) error { return maybe(row.Scan(&d.Case)) })
	b.Queue(selectPortrait, idOrNull(r.Inspection)).QueryRow(func(row pgx.Row) error { return row.Scan(&d.Portrait) })
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	known, err := readBook(ctx, tx, []string{alerts.RowKey(r.Alert), alerts.ListKey(r.List)})
	d.Alert, d.List = known.alerts[r.Alert], known.lists[r.List]
	return err
}

func collect[T any](into *[]T, read pgx.RowToFunc[T]) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, read)
		return err
	}
}

func crossingRow(row pgx.CollectableRow) (c hit.Crossing, err error) {
	err = row.Scan(&c.ID, &c.At, &c.Lane, &c.Verdict, &c.Officer)
	c.At = c.At.UTC()
	return c, err
}

func maybe(err error) error {
	if postgres.IsNoRows(err) {
		return nil
	}
	return err
}

// Picture is a picture of an alert that this hit is about; ErrNoSuchHit when it has none of that name. The read is audited.
func (s *Store) Picture(ctx context.Context, id uuid.UUID, digest string, entry audit.Entry) (alerts.Picture, error) {
	var p alerts.Picture
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT p.data FROM hit h JOIN ref_row a ON a.dataset = $3 AND a.key = 'a:' || h.alert
			JOIN ref_row p ON p.dataset = $3 AND p.key = $4
			WHERE h.id = $1 AND (a.data::jsonb -> 'subject' -> 'pictures') ? $2`, id, digest, alerts.ListsDataset, alerts.PictureKey(digest)).Scan(&p)
		if postgres.IsNoRows(err) {
			return hit.ErrNoSuchHit
		}
		if err != nil {
			return err
		}
		entry.ResultCount = 1
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return p, fmt.Errorf("picture of hit %s: %w", id, err)
	}
	return p, nil
}
