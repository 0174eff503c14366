package recheckdb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// isOpen are the changes that nobody has acknowledged. What waits may show a change already; the partial indexes serve both halves.
const isOpen = `(k.state = 'changed' and k.acknowledged_at is null or k.state = 'waiting' and jsonb_array_length(coalesce(k.result->'changes', '[]')) > 0)`

// What is settled is counted over 30 days, as far back as a shift looks: the list itself goes back to the beginning.
const selectCounts = `
select count(*) filter (where k.state = 'waiting'), count(*) filter (where k.state = 'confirmed'),
	count(*) filter (where k.state = 'changed'), count(*) filter (where k.state = 'annulled'), count(*) filter (where ` + isOpen + `),
	min(k.decided_at) filter (where k.state = 'waiting')
from recheck k where k.state = 'waiting' or k.state = 'changed' and k.acknowledged_at is null or k.tried_at > now() - interval '30 days'`

// Counts are numbers alone.
func (s *Store) Counts(ctx context.Context) (c recheck.Counts, err error) {
	err = counts(ctx, s.db.Pool, &c)
	return c, wrap(err, "count decisions that were checked again")
}

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func counts(ctx context.Context, q rowQuerier, c *recheck.Counts) error {
	var oldest *time.Time
	err := q.QueryRow(ctx, selectCounts).Scan(&c.Waiting, &c.Confirmed, &c.Changed, &c.Annulled, &c.Open, &oldest)
	if oldest != nil {
		c.Oldest = oldest.UTC()
	}
	return err
}

// views are the condition and the order of each view. The list is read by keyset: the time by which it is sorted, then the id.
func views(view string) (condition, by, direction, compare string) {
	switch view {
	case recheck.ViewOpen:
		return isOpen, "k.decided_at", "desc", "<"
	case recheck.ViewWaiting:
		return `k.state = 'waiting'`, "k.decided_at", "asc", ">"
	}
	return `k.state <> 'waiting' and not ` + isOpen, "k.tried_at", "desc", "<"
}

const selectItems = `select k.crossing_id, d.event, k.decided_at, k.state, k.ground, k.result, k.tried_at, k.acknowledged_at, k.acknowledged_by, k.note
from recheck k join decision d using (crossing_id) `

// Page is a part of a view with the counts of the same moment.
func (s *Store) Page(ctx context.Context, view string, after recheck.Cursor, limit int, entry audit.Entry) (p recheck.Page, err error) {
	condition, by, direction, compare := views(view)
	query := selectItems + `where ` + condition + ` and ($1::timestamptz is null or (` + by + `, k.crossing_id) ` + compare + ` ($1, $2))
		order by ` + by + ` ` + direction + `, k.crossing_id ` + direction + ` limit $3`
	err = pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if err := counts(ctx, tx, &p.Counts); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, query, instantOrNull(after.At), after.ID, limit+1)
		if err != nil {
			return err
		}
		if p.Items, err = pgx.CollectRows(rows, itemRow); err != nil {
			return err
		}
		entry.ResultCount = min(len(p.Items), limit)
		return auditlog.Insert(ctx, tx, entry)
	})
	if len(p.Items) > limit {
		p.Items = p.Items[:limit]
		p.Next = cursorOf(p.Items[limit-1], view)
	}
	return p, wrap(err, "decisions that were checked again")
}

func cursorOf(i recheck.Item, view string) recheck.Cursor {
	if view == recheck.ViewDone {
		return recheck.Cursor{At: i.TriedAt, ID: i.Event.CrossingID}
	}
	return recheck.Cursor{At: i.DecidedAt, ID: i.Event.CrossingID}
}

func itemRow(row pgx.CollectableRow) (i recheck.Item, err error) {
	var id uuid.UUID
	var event, result []byte
	var tried, acknowledged *time.Time
	if err = row.Scan(&id, &event, &i.DecidedAt, &i.State, &i.Ground, &result, &tried, &acknowledged, &i.AcknowledgedBy, &i.Note); err != nil {
		return i, err
	}
	if json.Unmarshal(event, &i.Event) != nil { // shown all the same, by its id
		i.Event = border.CrossingEvent{}
	}
	i.Event.CrossingID = id
	i.Result = resultOf(result)
	i.TriedAt, i.AcknowledgedAt = instant(tried), instant(acknowledged)
	return i, nil
}

// Item is one decision with what came of it.
func (s *Store) Item(ctx context.Context, crossing uuid.UUID, entry audit.Entry) (i recheck.Item, err error) {
	err = s.db.InTx(ctx, func(tx pgx.Tx) error {
		if i, err = one(ctx, tx, crossing, ""); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	return i, wrap(err, "decision that was checked again")
}

func one(ctx context.Context, tx pgx.Tx, crossing uuid.UUID, lock string) (recheck.Item, error) {
	rows, err := tx.Query(ctx, selectItems+`where k.crossing_id = $1`+lock, crossing)
	if err != nil {
		return recheck.Item{}, err
	}
	item, err := pgx.CollectExactlyOneRow(rows, itemRow)
	if postgres.IsNoRows(err) {
		return item, recheck.ErrUnknown
	}
	return item, err
}

// Acknowledge writes that a supervisor has read what changed.
func (s *Store) Acknowledge(
	ctx context.Context, crossing uuid.UUID, note, by string, at time.Time, write func(recheck.Item) (border.Record, error), entry audit.Entry,
) error {
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		item, err := one(ctx, tx, crossing, " for update of k")
		switch {
		case err != nil:
			return err
		case item.State != string(recheck.Changed):
			return recheck.ErrNotChanged
		case !item.AcknowledgedAt.IsZero():
			return recheck.ErrAcknowledged
		}
		record, err := write(item)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update recheck set acknowledged_at = $2, acknowledged_by = $3, note = $4 where crossing_id = $1`, crossing, at, by, note)
		if err != nil {
			return err
		}
		return recorddb.Append(ctx, tx, record, entry)
	})
	if err == nil {
		s.nudge()
	}
	return wrap(err, "acknowledge a change")
}

func instantOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
