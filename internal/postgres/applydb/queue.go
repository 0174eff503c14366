package applydb

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/vault"
)

func insertAudit(ctx context.Context, db postgres.Execer, e audit.Entry) error {
	return auditlog.Insert(ctx, db, e)
}

// openStates are those of which somebody at the desk still has to do something; the words are those of the index.
const openStates = `state IN ('received', 'examined', 'asked', 'interview', 'proposed', 'appealed')`

// where collects conditions with their arguments.
type where struct {
	parts []string
	args  []any
}

// add adds a condition whose places are "?".
func (w *where) add(condition string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.parts = append(w.parts, condition)
}

func (w *where) String() string { return strings.Join(w.parts, " AND ") }

// snapshot runs fn in a transaction that sees one state of the database.
func (s *Store) snapshot(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.o.DB.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, fn)
}

// Queue is a page of applications with the counts of the same snapshot.
func (s *Store) Queue(ctx context.Context, actor audit.Actor, q desk.Query, at time.Time) (page desk.Page, err error) {
	page.At = at
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		w, err := s.conditions(ctx, q, actor, at)
		if err != nil {
			return err
		}
		if page.Counts, err = counts(ctx, tx, actor, at); err != nil {
			return err
		}
		if page.Counts.Matching = page.Counts.Open; w.String() != openStates {
			err = tx.QueryRow(ctx, `SELECT count(*) FROM visa_application WHERE `+w.String(), w.args...).Scan(&page.Counts.Matching)
		}
		if err != nil {
			return err
		}
		if page.Rows, err = s.rows(ctx, tx, w, q.After, at); err != nil {
			return err
		}
		if len(page.Rows) > desk.PageSize {
			page.Rows = page.Rows[:desk.PageSize]
			last := page.Rows[desk.PageSize-1]
			page.Next = desk.Cursor{Rank: rank(last.Humanitarian || last.FamilyReunification), Due: last.Due, ID: last.ID}
		}
		return s.auditQueue(ctx, tx, actor, q, len(page.Rows))
	})
	if err != nil {
		return desk.Page{}, wrap(err, "queue of applications")
	}
	return page, nil
}

func (s *Store) auditQueue(ctx context.Context, tx pgx.Tx, actor audit.Actor, q desk.Query, n int) error {
	entry := s.entry(actor, audit.Consultation, uuid.Nil)
	entry.ObjectID, entry.ResultCount = "", n
	if q.Reference != "" || q.Document != "" {
		hash, err := audit.QueryHMAC(s.o.QueryKey, q.Reference, q.Document)
		if err != nil {
			return err
		}
		entry.QueryHMAC = hash
	}
	return auditlog.Insert(ctx, tx, entry)
}

// conditions are what a query narrows to.
func (s *Store) conditions(ctx context.Context, q desk.Query, actor audit.Actor, at time.Time) (*where, error) {
	w := &where{}
	if q.Reference != "" {
		reference, err := evisa.ParseReference(q.Reference)
		w.add("reference = ?", string(reference))
		return w, err
	}
	if q.Document != "" {
		return w, s.byDocument(ctx, w, q.Document)
	}
	if q.State == "" {
		w.add(openStates)
	} else {
		w.add("state = ?", string(q.State))
	}
	if q.Type != "" {
		w.add("type = ?", q.Type)
	}
	switch q.Owner {
	case desk.Mine:
		w.add("owner_id = ?", actor.ID)
	case desk.Nobodys:
		w.add("owner_id = ''")
	case desk.Anybodys:
	}
	if q.Risk != "" {
		w.add("risk_points >= ?", desk.PointsOf(q.Risk))
	}
	if q.Overdue {
		w.add(openStates+" AND due_at < ?", micro(at))
	}
	if q.Humanitarian {
		w.add("rank = 0")
	}
	if q.ToSecond {
		w.add("state = 'proposed' AND proposed_by <> ?", actor.ID)
	}
	return w, nil
}

func (s *Store) byDocument(ctx context.Context, w *where, number string) error {
	term := documentTerm(number)
	if term == "" {
		w.add("false")
		return nil
	}
	key, err := s.indexKey(ctx)
	if err != nil {
		return err
	}
	mark, err := newMark(key, markDocument, term)
	w.add("id IN (SELECT application_id FROM visa_application_mark WHERE kind = 1 AND mark = ?)", mark)
	return err
}

// counts are of the open applications; the indexes of the closed ones grow for ever.
func counts(ctx context.Context, tx pgx.Tx, actor audit.Actor, at time.Time) (c desk.Counts, err error) {
	c.ByState, c.ByType = map[evisa.State]int{}, map[string]int{}
	rows, err := tx.Query(ctx, `SELECT state, type, count(*), count(*) FILTER (WHERE owner_id = $1), count(*) FILTER (WHERE owner_id = ''),
			count(*) FILTER (WHERE due_at < $2), count(*) FILTER (WHERE rank = 0),
			count(*) FILTER (WHERE state = 'proposed' AND proposed_by <> $1), count(*) FILTER (WHERE risk_points >= $3)
		FROM visa_application WHERE `+openStates+` GROUP BY state, type`, actor.ID, micro(at), desk.PointsOf(desk.High))
	if err != nil {
		return c, err
	}
	var state evisa.State
	var kind string
	var n, mine, nobodys, overdue, humanitarian, second, high int
	_, err = pgx.ForEachRow(rows, []any{&state, &kind, &n, &mine, &nobodys, &overdue, &humanitarian, &second, &high}, func() error {
		c.Open, c.Mine, c.Nobodys, c.Overdue = c.Open+n, c.Mine+mine, c.Nobodys+nobodys, c.Overdue+overdue
		c.Humanitarian, c.ToSecond, c.High = c.Humanitarian+humanitarian, c.ToSecond+second, c.High+high
		c.ByState[state] += n
		c.ByType[kind] += n
		return nil
	})
	if err != nil {
		return c, err
	}
	return c, tx.QueryRow(ctx, `SELECT count(*) FROM visa_application_parcel p WHERE sealed IS NOT NULL
		AND NOT EXISTS (SELECT FROM visa_parcel_quarantine q WHERE q.parcel_id = p.id AND q.state IN ('waiting', 'set_aside'))`).Scan(&c.Parked)
}

const rowColumns = `a.id, a.version, a.reference, a.group_id, a.lead, a.nationality, a.type, a.purpose, a.state, a.sent_at, a.received_at, a.due_at,
	a.arrival, a.owner_id, a.owner_name, a.risk, a.humanitarian, a.family, a.hits_open, a.not_checked, a.appeal, a.replied, a.set_aside, a.refund_due,
	a.sealed, k.id, k.generation, k.wrapped, (SELECT count(*) FROM visa_application g WHERE g.group_id = a.group_id)`

// rows are a page of rows, and one more where there is one. The page is cut before its group and its keys are looked up.
func (s *Store) rows(ctx context.Context, tx pgx.Tx, w *where, after desk.Cursor, at time.Time) ([]desk.Row, error) {
	page := &where{append([]string{}, w.parts...), append([]any{}, w.args...)}
	if !after.Zero() {
		page.add("(rank, due_at, id) > (?, ?, ?)", after.Rank, micro(after.Due), after.ID)
	}
	rows, err := tx.Query(ctx, `SELECT `+rowColumns+` FROM (
			SELECT * FROM visa_application WHERE `+page.String()+` ORDER BY rank, due_at, id LIMIT `+fmt.Sprint(desk.PageSize+1)+`) a
		LEFT JOIN visa_application_key k ON k.subject = a.id::text ORDER BY a.rank, a.due_at, a.id`, page.args...)
	if err != nil {
		return nil, err
	}
	opened := s.opener()
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (desk.Row, error) { return s.scanRow(r, opened, at) })
}

func (s *Store) scanRow(r pgx.CollectableRow, opened *opener, at time.Time) (row desk.Row, err error) {
	var received, arrival *time.Time
	var risk, sealed []byte
	var key keyRow
	err = r.Scan(&row.ID, &row.Version, &row.Reference, &row.Group, &row.Lead, &row.Nationality, &row.Type, &row.Purpose, &row.State, &row.SentAt, &received,
		&row.Due, &arrival, &row.Owner.ID, &row.Owner.Name, &risk, &row.Humanitarian, &row.FamilyReunification, &row.Hits, &row.NotChecked, &row.Appeal,
		&row.Replied, &row.SetAside, &row.Refund, &sealed, &key.id, &key.generation, &key.wrapped, &row.GroupSize)
	if err != nil {
		return row, err
	}
	if err := json.Unmarshal(risk, &row.Risk); err != nil {
		return row, fmt.Errorf("stored risk of application %s: %w", row.ID, err)
	}
	for into, from := range map[*time.Time]*time.Time{&row.ReceivedAt: received, &row.Arrival: arrival} {
		if from != nil {
			*into = from.UTC()
		}
	}
	row.SentAt, row.Due = row.SentAt.UTC(), row.Due.UTC()
	row.Overdue = row.State.Open() && row.State != evisa.Waiting && row.Due.Before(at)
	about, err := opened.summary(row.ID, key, sealed)
	row.Name = about.Name
	return row, err
}

// keyRow is a key as a row has it; all nil where there is none.
type keyRow struct {
	id         *uuid.UUID
	generation *string
	wrapped    []byte
}

// opener opens summaries.
type opener struct{ w vault.Wrapping }

func (s *Store) opener() *opener { return &opener{s.o.Wrapping} }

// summary is what is sealed of an application; empty once it is erased.
func (o *opener) summary(id uuid.UUID, k keyRow, sealed []byte) (about summary, err error) {
	if k.id == nil || k.wrapped == nil || sealed == nil {
		return about, nil
	}
	key, err := o.w.Unwrap(*k.id, *k.generation, k.wrapped)
	if err != nil {
		return about, err
	}
	return about, open(key, place(summaryKind, id), sealed, &about)
}
