package protectiondb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/traveldoc"
)

// Step adds a step of the service to a case.
func (s *Store) Step(ctx context.Context, actor audit.Actor, id uuid.UUID, e protection.Event) error {
	e.By, e.At, e.Opening, e.Note = actor.Name, s.cfg.Now(), nil, strings.TrimSpace(e.Note)
	if e.Act == protection.Signalled {
		return protection.ErrNotNow
	}
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		c, err := lockCase(ctx, tx, id)
		if err != nil {
			return err
		}
		if e, err = c.Take(e); err != nil {
			return err
		}
		if e.Act == protection.Lifted {
			if err := lift(ctx, tx, c, e.At); err != nil {
				return err
			}
		}
		if err := keep(ctx, tx, c); err != nil {
			return err
		}
		return s.write(ctx, tx, actor, c, e)
	})
	if err != nil {
		return fmt.Errorf("service case %s: %w", id, err)
	}
	s.cfg.Nudge()
	return nil
}

// lockCase reads a case and keeps the scan's row before the case's, in the order of a signal.
func lockCase(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*protection.Case, error) {
	var found uuid.UUID
	err := tx.QueryRow(ctx, `SELECT id FROM scan WHERE id = (SELECT inspection_id FROM protection_case WHERE id = $1) FOR UPDATE`, id).Scan(&found)
	if err == nil {
		err = tx.QueryRow(ctx, `SELECT id FROM protection_case WHERE id = $1 FOR UPDATE`, id).Scan(&found)
	}
	if postgres.IsNoRows(err) {
		return nil, protection.ErrNoSuchCase
	}
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, id)
}

// Case reads one case whole, and whether refusal of the person is stopped now; the read is audited in the same transaction.
func (s *Store) Case(ctx context.Context, actor audit.Actor, id uuid.UUID) (c *protection.Case, stopped bool, err error) {
	entry := actor.Entry(s.cfg.Now(), audit.Consultation, ObjectKind, id.String())
	entry.Purpose, entry.ResultCount = PurposeOfService, 1
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if c, err = load(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT protection_stopped($1)`, c.Inspection).Scan(&stopped); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return nil, false, fmt.Errorf("service case %s: %w", id, err)
	}
	return c, stopped, nil
}

// PageSize is how many cases one page of the queue has.
const PageSize = 25

// Filter says which cases a queue shows.
type Filter string

// The filters.
const (
	Waiting Filter = "waiting" // not confirmed yet
	Working Filter = "working" // confirmed and open
	Closed  Filter = "closed"
)

// Filters are all filters, in the order shown.
func Filters() []Filter { return []Filter{Waiting, Working, Closed} }

// Place is where a row stands in the queue.
type Place struct {
	At time.Time
	ID uuid.UUID
}

// Row is a case in the queue.
type Row struct {
	ID       uuid.UUID
	Kind     protection.Kind
	Service  string
	State    protection.State
	OpenedAt time.Time
	DueAt    time.Time
	ClosedAt *time.Time
	Identity traveldoc.Identity
	Document traveldoc.Document
	Stopped  bool // refusal of the person is stopped
}

// Overdue reports whether the service should have confirmed the case by now and has not.
func (r Row) Overdue(now time.Time) bool { return r.State == protection.Open && now.After(r.DueAt) }

// Queue is a page of cases with the counts of all filters, as they stood at the same moment.
type Queue struct {
	Rows    []Row
	Next    *Place
	Counts  map[Filter]int
	Overdue int // of those waiting
	// Version changes whenever the queue does, by a step or by the clock, and tells nothing of anybody.
	Version string
}

const version = `SELECT count(*) || '-' || coalesce(sum(steps), 0) || '-' || count(*) FILTER (WHERE state = 'opened' AND due_at < $1) FROM protection_case`

// Version is Queue.Version alone: no read of anybody's data.
func (s *Store) Version(ctx context.Context) (v string, err error) {
	if err = s.cfg.DB.Pool.QueryRow(ctx, version, s.cfg.Now()).Scan(&v); err != nil {
		return "", fmt.Errorf("service cases: %w", err)
	}
	return v, nil
}

const columns = `
SELECT c.id, c.kind, c.service, c.state, c.opened_at, c.due_at, c.closed_at, c.identity, c.document,
       exists (SELECT FROM protection_stop p WHERE p.inspection_id = c.inspection_id AND p.lifted_at IS NULL)
FROM protection_case c `

// The oldest stands first, for it waits longest; of those closed the newest.
const (
	openRows = columns + `WHERE c.closed_at IS NULL AND (c.state = 'opened') = $1
  AND ($2::timestamptz IS NULL OR (c.opened_at, c.id) > ($2, $3)) ORDER BY c.opened_at, c.id LIMIT $4`
	closedRows = columns + `WHERE c.closed_at IS NOT NULL
  AND ($1::timestamptz IS NULL OR (c.closed_at, c.id) < ($1, $2)) ORDER BY c.closed_at DESC, c.id DESC LIMIT $3`
	counts = `SELECT count(*) FILTER (WHERE state = 'opened'), count(*) FILTER (WHERE closed_at IS NULL AND state <> 'opened'),
       count(*) FILTER (WHERE closed_at IS NOT NULL), count(*) FILTER (WHERE state = 'opened' AND due_at < $1) FROM protection_case`
)

// Queue reads a page; the read is audited in the same transaction.
func (s *Store) Queue(ctx context.Context, actor audit.Actor, filter Filter, after *Place) (q Queue, err error) {
	entry := actor.Entry(s.cfg.Now(), audit.Consultation, ObjectKind, "")
	entry.Purpose = PurposeOfService
	err = pgx.BeginTxFunc(ctx, s.cfg.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if err := tx.SendBatch(ctx, s.batch(filter, after, &q)).Close(); err != nil {
			return err
		}
		q.trim(filter)
		entry.ResultCount = len(q.Rows)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return Queue{}, fmt.Errorf("service cases: %w", err)
	}
	return q, nil
}

func (s *Store) batch(filter Filter, after *Place, q *Queue) *pgx.Batch {
	var at *time.Time
	var id uuid.UUID
	if after != nil {
		at, id = &after.At, after.ID
	}
	b := &pgx.Batch{}
	rows := b.Queue(openRows, filter == Waiting, at, id, PageSize+1)
	if filter == Closed {
		b = &pgx.Batch{}
		rows = b.Queue(closedRows, at, id, PageSize+1)
	}
	rows.Query(func(rows pgx.Rows) (err error) {
		q.Rows, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
		return err
	})
	b.Queue(version, s.cfg.Now()).QueryRow(func(row pgx.Row) error { return row.Scan(&q.Version) })
	b.Queue(counts, s.cfg.Now()).QueryRow(func(row pgx.Row) error {
		var waiting, working, closed int
		err := row.Scan(&waiting, &working, &closed, &q.Overdue)
		q.Counts = map[Filter]int{Waiting: waiting, Working: working, Closed: closed}
		return err
	})
	return b
}

// trim takes the row too many away that tells of a next page.
func (q *Queue) trim(filter Filter) {
	if len(q.Rows) <= PageSize {
		return
	}
	q.Rows = q.Rows[:PageSize]
	last := q.Rows[PageSize-1]
	q.Next = &Place{At: last.OpenedAt, ID: last.ID}
	if filter == Closed {
		q.Next.At = *last.ClosedAt
	}
}
