package secondlinedb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// One statement sees one state: the numbers on the filters are the numbers of rows behind them. The condition on the owner is one of
// three, never a value: a plan for "any owner" would not use the index of a person's own.
const selectQueue = `
WITH counted AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE owner = $1) AS mine, count(*) FILTER (WHERE owner = '') AS unclaimed
    FROM referral WHERE closed_at IS NULL
), page AS (
    SELECT id, opened_at, lane, direction, referred_by, reason, severity, surname, given_names, owner, claimed_at, steps
    FROM referral WHERE closed_at IS NULL AND (opened_at, id) > ($2, $3)%s
    ORDER BY opened_at, id LIMIT $4
)
SELECT c.n, c.mine, c.unclaimed, p.id, p.opened_at, p.lane, p.direction, p.referred_by, p.reason, p.severity, p.surname, p.given_names,
    p.owner, p.claimed_at, p.steps
FROM counted c LEFT JOIN page p ON true ORDER BY p.opened_at, p.id`

func queueSQL(f secondline.Filter) string {
	condition := map[secondline.Filter]string{secondline.Mine: " AND owner = $1", secondline.Unclaimed: " AND owner = ''"}[f]
	return fmt.Sprintf(selectQueue, condition)
}

// Queue is a page of open cases, oldest first.
func (s *Store) Queue(ctx context.Context, q secondline.Query, entry audit.Entry) (page secondline.Page, err error) {
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if page, err = queue(ctx, tx, q); err != nil {
			return err
		}
		entry.ResultCount = len(page.Items)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return secondline.Page{}, fmt.Errorf("queue of the second line: %w", err)
	}
	return page, nil
}

func queue(ctx context.Context, tx pgx.Tx, q secondline.Query) (page secondline.Page, err error) {
	rows, err := tx.Query(ctx, queueSQL(q.Filter), q.Owner, q.After.At, q.After.ID, secondline.PageSize+1)
	if err != nil {
		return page, err
	}
	defer rows.Close()
	for rows.Next() {
		var r itemRow
		if err := r.scan(rows, &page.Counts); err != nil {
			return page, err
		}
		if r.ID != nil {
			page.Items = append(page.Items, r.item())
		}
	}
	if len(page.Items) > secondline.PageSize {
		page.Items = page.Items[:secondline.PageSize]
		last := page.Items[secondline.PageSize-1]
		page.Next = secondline.Cursor{At: last.OpenedAt, ID: last.ID}
	}
	return page, rows.Err()
}

const selectVersion = `
SELECT (SELECT count(*) FROM referral WHERE closed_at IS NULL), coalesce((SELECT max(changed_at) FROM referral), 'epoch')`

// Version changes whenever the queue does.
func (s *Store) Version(ctx context.Context) (v secondline.Version, err error) {
	if err := s.cfg.DB.Pool.QueryRow(ctx, selectVersion).Scan(&v.Open, &v.ChangedAt); err != nil {
		return v, fmt.Errorf("version of the second line's queue: %w", err)
	}
	return v, nil
}

const selectOutcomes = `
SELECT id, inspection_id, surname, given_names, outcome, closed_at FROM referral
WHERE lane = $1 AND closed_at > $2 ORDER BY closed_at DESC, id LIMIT 50`

// Outcomes are the outcomes of cases from a lane, as the first line may see them.
func (s *Store) Outcomes(ctx context.Context, lane string, since time.Time, entry *audit.Entry) (results []secondline.Result, err error) {
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectOutcomes, lane, since)
		if err != nil {
			return err
		}
		results, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r secondline.Result, err error) {
			err = row.Scan(&r.Case, &r.Inspection, &r.Surname, &r.GivenNames, &r.Outcome, &r.At)
			r.Outcome = r.Outcome.ForFirstLine()
			return r, err
		})
		if err != nil || entry == nil {
			return err
		}
		entry.ResultCount = len(results)
		return auditlog.Insert(ctx, tx, *entry)
	})
	if err != nil {
		return nil, fmt.Errorf("outcomes of lane %s: %w", lane, err)
	}
	return results, nil
}
