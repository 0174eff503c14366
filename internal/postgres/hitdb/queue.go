package hitdb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

const itemColumns = `id, coalesce(inspection_id, '00000000-0000-0000-0000-000000000000'), raised_at, retro, lane, check_name, alert,
    alert_version, subject, category, action, band, score, rank, safety, surname, given_names, stage, owner, place, due_at, closed_at, outcome,
    judged, late_answer, simulator`

// One repeatable transaction sees one state: the numbers on the filters are the numbers of rows behind them.
const selectCounts = `
SELECT count(*) FILTER (WHERE closed_at IS NULL),
    count(*) FILTER (WHERE closed_at IS NULL AND owner = '' AND stage <> 'asked'),
    count(*) FILTER (WHERE closed_at IS NULL AND owner = $1),
    count(*) FILTER (WHERE closed_at IS NULL AND stage = 'asked'),
    count(*) FILTER (WHERE closed_at IS NULL AND stage = 'proposed'),
    count(*) FILTER (WHERE closed_at > $2)
FROM hit WHERE closed_at IS NULL OR closed_at > $2`

// The condition is one of six, never a value: a plan for "any owner" would not use the index of a person's own. Parameters of it: $1 who
// asks, $2 how far back the closed ones go.
func condition(f hit.Filter) string {
	return map[hit.Filter]string{
		hit.Open:    `closed_at IS NULL`,
		hit.Waiting: `closed_at IS NULL AND owner = '' AND stage <> 'asked'`,
		hit.Mine:    `closed_at IS NULL AND owner <> '' AND owner = $1`,
		hit.AskedOf: `closed_at IS NULL AND stage = 'asked'`,
		hit.Second:  `closed_at IS NULL AND stage = 'proposed'`,
		hit.Done:    `closed_at > $2`,
	}[f]
}

func queueSQL(f hit.Filter) string {
	if f == hit.Done {
		return `SELECT ` + itemColumns + ` FROM hit WHERE ` + condition(f) + ` AND $1::text IS NOT NULL AND $3::int IS NOT NULL AND $4::int IS NOT NULL
    AND ($5::timestamptz = 'epoch' OR (closed_at, id) < ($5, $6)) ORDER BY closed_at DESC, id DESC LIMIT $7`
	}
	return `SELECT ` + itemColumns + ` FROM hit WHERE ` + condition(f) + ` AND $1::text IS NOT NULL AND $2::timestamptz IS NOT NULL
    AND (place, rank, raised_at, id) > ($3, $4, $5, $6) ORDER BY place, rank, raised_at, id LIMIT $7`
}

// Queue is a page of hits: the escalated ones first, then the most urgent alert, then the longest wait; the closed ones newest first.
func (s *Store) Queue(ctx context.Context, q hit.Query, entry audit.Entry) (page hit.Page, err error) {
	err = pgx.BeginTxFunc(ctx, s.cfg.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if page, err = queue(ctx, tx, q); err != nil {
			return err
		}
		entry.ResultCount = len(page.Items)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return hit.Page{}, fmt.Errorf("queue of hits: %w", err)
	}
	return page, nil
}

func queue(ctx context.Context, tx pgx.Tx, q hit.Query) (page hit.Page, err error) {
	if q.After == (hit.Cursor{}) {
		q.After = hit.Cursor{Place: -1, At: time.Unix(0, 0).UTC()}
	}
	since := q.Now.Add(-hit.DoneWithin)
	c := &page.Counts
	err = tx.QueryRow(ctx, selectCounts, q.Owner, since).Scan(&c.Open, &c.Waiting, &c.Mine, &c.Asked, &c.Second, &c.Done)
	if err != nil {
		return page, err
	}
	rows, err := tx.Query(ctx, queueSQL(q.Filter), q.Owner, since, q.After.Place, q.After.Rank, q.After.At, q.After.ID, hit.PageSize+1)
	if err != nil {
		return page, err
	}
	if page.Items, err = pgx.CollectRows(rows, itemRow); err != nil {
		return page, err
	}
	if len(page.Items) > hit.PageSize {
		page.Items = page.Items[:hit.PageSize]
		page.Next = cursorOf(page.Items[hit.PageSize-1], q.Filter)
	}
	return page, nil
}

func cursorOf(i hit.Item, f hit.Filter) hit.Cursor {
	if f == hit.Done {
		return hit.Cursor{At: i.ClosedAt, ID: i.ID}
	}
	c := hit.Cursor{Place: 1, Rank: i.Rank, At: i.RaisedAt, ID: i.ID}
	if i.Escalated {
		c.Place = 0
	}
	return c
}

func itemRow(row pgx.CollectableRow) (i hit.Item, err error) {
	var place int
	var due, closed *time.Time
	err = row.Scan(&i.ID, &i.Inspection, &i.RaisedAt, &i.Retro, &i.Lane, &i.Check, &i.Alert, &i.AlertVersion, &i.Subject, &i.Category, &i.Action,
		&i.Band, &i.Score, &i.Rank, &i.Safety, &i.Surname, &i.GivenNames, &i.Stage, &i.Owner, &place, &due, &closed, &i.Outcome, &i.Judged,
		&i.LateAnswer, &i.Simulator)
	i.RaisedAt, i.Escalated, i.Due, i.ClosedAt = i.RaisedAt.UTC(), place == 0, instant(due), instant(closed)
	return i, err
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

const selectVersion = `
SELECT count(*), count(*) FILTER (WHERE place = 0), coalesce((SELECT max(changed_at) FROM hit), 'epoch') FROM hit WHERE closed_at IS NULL`

// Version changes whenever the queue does.
func (s *Store) Version(ctx context.Context) (v hit.Version, err error) {
	if err := s.cfg.DB.Pool.QueryRow(ctx, selectVersion).Scan(&v.Open, &v.Escalated, &v.ChangedAt); err != nil {
		return v, fmt.Errorf("version of the queue of hits: %w", err)
	}
	return v, nil
}

// OfInspection are the hits on one traveller at one inspection, the strongest first.
func (s *Store) OfInspection(ctx context.Context, inspection uuid.UUID) ([]hit.Item, error) {
	rows, err := s.cfg.DB.Pool.Query(ctx, `SELECT `+itemColumns+` FROM hit WHERE inspection_id = $1`+strongest, inspection)
	if err != nil {
		return nil, fmt.Errorf("hits of inspection %s: %w", inspection, err)
	}
	items, err := pgx.CollectRows(rows, itemRow)
	if err != nil {
		return nil, fmt.Errorf("hits of inspection %s: %w", inspection, err)
	}
	return items, nil
}

const strongest = ` ORDER BY rank, CASE band WHEN 'certain' THEN 0 WHEN 'probable' THEN 1 ELSE 2 END, score DESC, alert`
