package stationdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const openScans = `select ` + scanColumns + ` from scan where lane = $1 and status = 'open' order by scanned_at, id`

const recentDecisions = `
select d.crossing_id, d.decided_at, s.direction, d.verdict, i.identity ->> 'surname', i.identity ->> 'given_names',
       (i.document ->> 'issuing_state') || ' ' || (i.document ->> 'number'),
       exists (select from correction c where c.crossing_id = d.crossing_id)
from decision d join inspection i on i.id = d.inspection_id join scan s on s.id = d.inspection_id
where d.lane = $1 and d.referral is null order by d.decided_at desc limit $2`

// Look is what a lane shows, in one round trip; with an entry it is a read of people's data and is audited in its transaction.
func (s *Store) Look(ctx context.Context, lane string, recent int, entry *audit.Entry) (border.LaneView, error) {
	var view border.LaneView
	var err error
	if entry == nil {
		err = look(ctx, s.db.Pool, lane, recent, &view)
	} else {
		err = s.db.InTx(ctx, func(tx pgx.Tx) error {
			if err := look(ctx, tx, lane, recent, &view); err != nil {
				return err
			}
			entry.ResultCount = len(view.Open) + len(view.Recent)
			return auditlog.Insert(ctx, tx, *entry)
		})
	}
	if err != nil {
		return border.LaneView{}, fmt.Errorf("look at lane %s: %w", lane, err)
	}
	return view, nil
}

type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func look(ctx context.Context, db batcher, lane string, recent int, view *border.LaneView) error {
	b := &pgx.Batch{}
	b.Queue(openScans, lane).Query(func(rows pgx.Rows) (err error) {
		view.Open, err = pgx.CollectRows(rows, scanRow)
		return err
	})
	b.Queue(recentDecisions, lane, recent).Query(func(rows pgx.Rows) (err error) {
		view.Recent, err = pgx.CollectRows(rows, recentRow)
		return err
	})
	return db.SendBatch(ctx, b).Close()
}

func recentRow(row pgx.CollectableRow) (border.RecentCrossing, error) {
	var r border.RecentCrossing
	err := row.Scan(&r.CrossingID, &r.At, &r.Direction, &r.Verdict, &r.Surname, &r.GivenNames, &r.Document, &r.Annulled)
	return r, err
}

// The day before the last scan bounds what is looked at: who was put aside so much later than he was scanned had all his answers.
const lastDismissed = `
with last as (select max(scanned_at) as at from scan)
select ` + scanColumns + ` from scan
where scanned_at > (select at from last) - interval '1 day' and status = 'dismissed' and closed_at > (select at from last) - $1::interval
order by scanned_at, id limit $2`

// LastDismissed are the scans that were put aside within a time of the last scan, or after it.
func (s *Store) LastDismissed(ctx context.Context, within time.Duration, limit int) ([]border.Scan, error) {
	rows, err := s.db.Pool.Query(ctx, lastDismissed, within, limit)
	if err != nil {
		return nil, fmt.Errorf("last scans put aside: %w", err)
	}
	scans, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("last scans put aside: %w", err)
	}
	return scans, nil
}
