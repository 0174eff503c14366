package fingertaskdb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

// latestName is a person's name as the document seen last shows it; empty where the file is not known here.
const latestName = `coalesce((SELECT trim(BOTH ', ' FROM d.surname || ', ' || d.given_names) FROM traveller_document d
    WHERE d.traveller_id = %s ORDER BY d.first_seen DESC, d.number_folded LIMIT 1), '')`

// ofSearch is a number of the search that raised a task.
const ofSearch = `coalesce((SELECT (r.body -> 'search' ->> '%s')::int FROM record r
    WHERE r.subject = finger_task.id AND r.kind = 'fingerprint.event' AND r.body ->> 'step' = 'raised' ORDER BY r.event_time, r.id LIMIT 1), 0)`

var itemColumns = `id, ground, place, candidate_station, score, raised_at, stage, owner, verdict, decided_at, contested, ` + //nolint:gochecknoglobals // a constant
	fmt.Sprintf(latestName, "file_id") + `, ` + fmt.Sprintf(latestName, "candidate_file") + `, ` + fmt.Sprintf(ofSearch, "found") + `, ` + fmt.Sprintf(ofSearch, "more")

func condition(f fingers.TaskFilter) string {
	return map[fingers.TaskFilter]string{
		fingers.TasksOpen:       `decided_at IS NULL`,
		fingers.TasksWaiting:    `decided_at IS NULL AND owner = ''`,
		fingers.TasksMine:       `decided_at IS NULL AND owner <> '' AND owner = $1`,
		fingers.TasksCandidates: `decided_at IS NULL AND ground = 'candidate'`,
		fingers.TasksMismatches: `decided_at IS NULL AND ground = 'mismatch'`,
		fingers.TasksDone:       `decided_at > $2`,
	}[f]
}

// One repeatable transaction sees one state: the numbers on the filters are the numbers of rows behind them.
func countsSQL() string {
	sql := `SELECT `
	for n, f := range fingers.TaskFilters() {
		if n > 0 {
			sql += `, `
		}
		sql += `count(*) FILTER (WHERE ` + condition(f) + `)`
	}
	return sql + ` FROM finger_task WHERE decided_at IS NULL OR decided_at > $2`
}

func queueSQL(f fingers.TaskFilter) string {
	const given = ` AND $1::text IS NOT NULL AND $2::timestamptz IS NOT NULL`
	if f == fingers.TasksDone {
		return `SELECT ` + itemColumns + ` FROM finger_task WHERE ` + condition(f) + given +
			` AND ($3::timestamptz = 'epoch' OR (decided_at, id) < ($3, $4)) ORDER BY decided_at DESC, id DESC LIMIT $5`
	}
	return `SELECT ` + itemColumns + ` FROM finger_task WHERE ` + condition(f) + given +
		` AND (raised_at, id) > ($3, $4) ORDER BY raised_at, id LIMIT $5`
}

// Queue is a page of tasks: the longest wait first; of the decided ones the newest.
func (s *Store) Queue(ctx context.Context, q fingers.TaskQuery, entry audit.Entry) (page fingers.TaskPage, err error) {
	err = pgx.BeginTxFunc(ctx, s.cfg.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if page, err = queue(ctx, tx, q); err != nil {
			return err
		}
		entry.ResultCount = len(page.Items)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return fingers.TaskPage{}, fmt.Errorf("queue of tasks about prints: %w", err)
	}
	return page, nil
}

func queue(ctx context.Context, tx pgx.Tx, q fingers.TaskQuery) (page fingers.TaskPage, err error) {
	if q.After == (fingers.TaskCursor{}) {
		q.After.At = time.Unix(0, 0).UTC()
	}
	since := q.Now.Add(-fingers.TasksDoneWithin)
	filters := fingers.TaskFilters()
	counts, into := make([]int, len(filters)), make([]any, len(filters))
	for n := range filters {
		into[n] = &counts[n]
	}
	if err := tx.QueryRow(ctx, countsSQL(), q.Owner, since).Scan(into...); err != nil {
		return page, err
	}
	page.Counts = make(map[fingers.TaskFilter]int, len(filters))
	for n, f := range filters {
		page.Counts[f] = counts[n]
	}
	rows, err := tx.Query(ctx, queueSQL(q.Filter), q.Owner, since, q.After.At, q.After.ID, fingers.TaskPageSize+1)
	if err != nil {
		return page, err
	}
	if page.Items, err = pgx.CollectRows(rows, itemRow); err != nil {
		return page, err
	}
	if len(page.Items) > fingers.TaskPageSize {
		page.Items = page.Items[:fingers.TaskPageSize]
		page.Next = cursorOf(page.Items[fingers.TaskPageSize-1], q.Filter)
	}
	return page, nil
}

func cursorOf(i fingers.TaskItem, f fingers.TaskFilter) fingers.TaskCursor {
	if f == fingers.TasksDone {
		return fingers.TaskCursor{At: i.DecidedAt, ID: i.ID}
	}
	return fingers.TaskCursor{At: i.RaisedAt, ID: i.ID}
}

func itemRow(row pgx.CollectableRow) (i fingers.TaskItem, err error) {
	var decided *time.Time
	err = row.Scan(&i.ID, &i.Ground, &i.Place, &i.Elsewhere, &i.Score, &i.RaisedAt, &i.Stage, &i.Owner, &i.Verdict, &decided, &i.Contested,
		&i.Name, &i.Other, &i.Found, &i.More)
	i.RaisedAt = i.RaisedAt.UTC()
	if decided != nil {
		i.DecidedAt = decided.UTC()
	}
	return i, err
}

// Version changes whenever the queue does.
func (s *Store) Version(ctx context.Context) (v fingers.TaskVersion, err error) {
	err = s.cfg.DB.Pool.QueryRow(ctx, `SELECT count(*), coalesce((SELECT max(changed_at) FROM finger_task), 'epoch') FROM finger_task
		WHERE decided_at IS NULL`).Scan(&v.Open, &v.ChangedAt)
	if err != nil {
		return v, fmt.Errorf("version of the queue of tasks about prints: %w", err)
	}
	return v, nil
}
