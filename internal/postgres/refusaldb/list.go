package refusaldb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// PageSize is how many refusals one page of the list has.
const PageSize = 50

// Query asks for the refusals decided on a calendar day at the post. At most one of Reason, Nationality and Annulled narrows it, so
// that each count leads to exactly its rows.
type Query struct {
	Day         traveldoc.Date
	Reason      string
	Nationality string
	Annulled    bool // those that were annulled; otherwise those that stand
	// After continues behind a row of an earlier page.
	After *Place
}

// Place is where a row stands in the list.
type Place struct {
	At time.Time
	ID uuid.UUID
}

// Row is a refusal in the list.
type Row struct {
	Place
	Identity    traveldoc.Identity
	Document    traveldoc.Document
	Refusal     border.Refusal
	Officer     string
	Provisional bool
	Copies      int
}

// Count is how many refusals stand behind a code.
type Count struct {
	Code string
	N    int
}

// List is one page, and the counts of the whole day as they stood at the same moment.
type List struct {
	Rows          []Row
	Next          *Place // nil on the last page
	Total         int    // that stand
	Annulled      int
	ByReason      []Count // one refusal counts under each of its reasons
	ByNationality []Count
}

// theDay are the refusals of a day: $1 the first instant, $2 the first of the day after, $3 whether those annulled are meant.
const theDay = `
FROM decision d JOIN inspection i ON i.id = d.inspection_id
WHERE d.verdict = 'refuse' AND d.event -> 'refusal' IS NOT NULL AND d.decided_at >= $1 AND d.decided_at < $2
  AND $3 = exists (SELECT FROM correction c WHERE c.crossing_id = d.crossing_id)`

const selectRows = `
SELECT d.decided_at, d.crossing_id, i.identity, i.document, d.event -> 'refusal', d.officer, d.status = 'provisional',
       (SELECT count(*) FROM refusal_print p WHERE p.crossing_id = d.crossing_id)` + theDay + `
  AND ($4 = '' OR d.event -> 'refusal' -> 'reasons' ? $4) AND ($5 = '' OR i.identity ->> 'nationality' = $5)
  AND ($6::timestamptz IS NULL OR (d.decided_at, d.crossing_id) < ($6, $7))
ORDER BY d.decided_at DESC, d.crossing_id DESC LIMIT $8`

const (
	countAll           = `SELECT count(*)` + theDay
	countByReason      = `SELECT r.code, count(*) FROM (SELECT jsonb_array_elements_text(d.event -> 'refusal' -> 'reasons') AS code` + theDay + `) r GROUP BY 1 ORDER BY 2 DESC, 1`
	countByNationality = `SELECT i.identity ->> 'nationality', count(*)` + theDay + ` GROUP BY 1 ORDER BY 2 DESC, 1`
)

// List reads a page of a day's refusals with the day's counts, all of one snapshot; the read is audited in the same transaction.
func (s *Store) List(ctx context.Context, actor audit.Actor, q Query) (l List, err error) {
	entry := actor.Entry(s.cfg.Now(), audit.Consultation, "refusals", q.Day.String())
	entry.Purpose = border.PurposeOfControl
	err = pgx.BeginTxFunc(ctx, s.cfg.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if err := tx.SendBatch(ctx, s.batch(q, &l)).Close(); err != nil {
			return err
		}
		entry.ResultCount = min(len(l.Rows), PageSize)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return List{}, fmt.Errorf("refusals of a day: %w", err)
	}
	if len(l.Rows) > PageSize {
		l.Rows = l.Rows[:PageSize]
		l.Next = &l.Rows[PageSize-1].Place
	}
	return l, nil
}

func (s *Store) batch(q Query, l *List) *pgx.Batch {
	from, to := s.span(q.Day)
	var after *time.Time
	var id uuid.UUID
	if q.After != nil {
		after, id = &q.After.At, q.After.ID
	}
	b := &pgx.Batch{}
	b.Queue(selectRows, from, to, q.Annulled, q.Reason, q.Nationality, after, id, PageSize+1).Query(func(rows pgx.Rows) (err error) {
		l.Rows, err = pgx.CollectRows(rows, row)
		return err
	})
	b.Queue(countAll, from, to, false).QueryRow(func(r pgx.Row) error { return r.Scan(&l.Total) })
	b.Queue(countAll, from, to, true).QueryRow(func(r pgx.Row) error { return r.Scan(&l.Annulled) })
	for statement, into := range map[string]*[]Count{countByReason: &l.ByReason, countByNationality: &l.ByNationality} {
		b.Queue(statement, from, to, false).Query(func(rows pgx.Rows) (err error) {
			*into, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Count])
			return err
		})
	}
	return b
}

// span is the day at the post: not always 24 hours.
func (s *Store) span(day traveldoc.Date) (from, to time.Time) {
	at := func(d int) time.Time {
		return time.Date(day.Year(), time.Month(day.Month()), d, 0, 0, 0, 0, s.cfg.Post.Zone)
	}
	return at(day.Day()), at(day.Day() + 1)
}

func row(r pgx.CollectableRow) (Row, error) {
	var w Row
	err := r.Scan(&w.At, &w.ID, &w.Identity, &w.Document, &w.Refusal, &w.Officer, &w.Provisional, &w.Copies)
	return w, err
}
