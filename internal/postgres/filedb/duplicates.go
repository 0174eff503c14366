package filedb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

const nameOfFile = `(SELECT trim(BOTH ', ' FROM d.surname || ', ' || d.given_names) FROM traveller_document d
	WHERE d.traveller_id = %s ORDER BY d.first_seen DESC, d.number_folded LIMIT 1)`

var openTasks = fmt.Sprintf(`SELECT k.a, k.b, k.codes, k.opened_at, coalesce(%s, ''), coalesce(%s, ''),
	coalesce((SELECT l.verdict FROM file_link l WHERE (l.a, l.b) IN ((k.a, k.b), (k.b, k.a)) ORDER BY l.at DESC, l.id LIMIT 1), '')
	FROM duplicate_task k`, fmt.Sprintf(nameOfFile, "k.a"), fmt.Sprintf(nameOfFile, "k.b")) //nolint:gochecknoglobals // a constant

func taskRow(row pgx.CollectableRow) (t file.Task, err error) {
	err = row.Scan(&t.A, &t.B, &t.Codes, &t.OpenedAt, &t.NameA, &t.NameB, &t.Last)
	return t, err
}

// CountDuplicates is how many tasks are open: as many as Duplicates shows in all.
func (f *Files) CountDuplicates(ctx context.Context) (n int, err error) {
	if err = f.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM duplicate_task WHERE closed_at IS NULL`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count duplicates: %w", err)
	}
	return n, nil
}

// Duplicates are the open tasks, oldest first, after the given one (nil: from the first), and how many there are in all. The look is
// audited.
func (f *Files) Duplicates(ctx context.Context, after *file.Task, limit int, entry audit.Entry) (tasks []file.Task, total int, err error) {
	at, pair := time.Time{}, file.Pair{}
	if after != nil {
		at, pair = after.OpenedAt, after.Pair
	}
	err = f.snapshot(ctx, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(openTasks+` WHERE k.closed_at IS NULL AND (k.opened_at, k.a, k.b) > ($1, $2, $3) ORDER BY k.opened_at, k.a, k.b LIMIT $4`,
			at, pair.A, pair.B, limit).Query(func(rows pgx.Rows) (err error) {
			tasks, err = pgx.CollectRows(rows, taskRow)
			return err
		})
		b.Queue(`SELECT count(*) FROM duplicate_task WHERE closed_at IS NULL`).QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		entry.ResultCount = len(tasks)
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("duplicates: %w", err)
	}
	return tasks, total, nil
}

// Compare shows the persons of two files side by side; the look is audited.
func (f *Files) Compare(ctx context.Context, pair file.Pair, entry audit.Entry) (c file.Comparison, err error) {
	c.Pair = file.PairOf(pair.A, pair.B)
	err = f.snapshot(ctx, func(tx pgx.Tx) error {
		if c.A, err = f.load(ctx, tx, c.Pair.A); err != nil {
			return err
		}
		if c.B, err = f.load(ctx, tx, c.Pair.B); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, openTasks+` WHERE k.closed_at IS NULL AND k.a = $1 AND k.b = $2`, c.Pair.A, c.Pair.B)
		if err != nil {
			return err
		}
		tasks, err := pgx.CollectRows(rows, taskRow)
		if err != nil {
			return err
		}
		if len(tasks) == 1 {
			c.Task = &tasks[0]
		}
		for _, w := range c.A.Words {
			if file.PairOf(w.A, w.B) == c.Pair {
				c.Words = append(c.Words, w)
			}
		}
		if c.Heads, err = headsOf(ctx, tx, c.Pair); err != nil {
			return err
		}
		entry.ResultCount = 2
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return file.Comparison{}, fmt.Errorf("compare files: %w", err)
	}
	return c, nil
}

// Link writes a person's word on two files, and works out anew who is one person. seen are the words that the person saw standing:
// file.ErrLinkChanged when others stand by now. The record brings id, author, place, times, origin and status.
func (f *Files) Link(ctx context.Context, r border.Record, link file.Link, seen []uuid.UUID, entry audit.Entry) error {
	err := f.DB.InTx(ctx, func(tx pgx.Tx) error { return LinkIn(ctx, tx, r, link, seen, entry) })
	if err != nil {
		return fmt.Errorf("link of files: %w", err)
	}
	f.Nudge()
	return nil
}

// LinkIn is Files.Link in the caller's transaction. Wake the relay after the commit.
func LinkIn(ctx context.Context, tx pgx.Tx, r border.Record, link file.Link, seen []uuid.UUID, entry audit.Entry) error {
	pair := file.PairOf(link.A, link.B)
	link.A, link.B = pair.A, pair.B
	if err := link.Check(); err != nil {
		return err
	}
	if err := lockGroups(ctx, tx); err != nil {
		return err
	}
	heads, err := headsOf(ctx, tx, pair)
	switch {
	case err != nil:
		return err
	case !sameIDs(heads, seen):
		return file.ErrLinkChanged
	case link.Ground == file.GroundUndo && len(heads) == 0:
		return file.ErrNothingToUndo
	}
	return keepLink(ctx, tx, r, link, heads, entry)
}

func keepLink(ctx context.Context, tx pgx.Tx, r border.Record, link file.Link, heads []uuid.UUID, entry audit.Entry) error {
	var known int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM traveller WHERE id IN ($1, $2)`, link.A, link.B).Scan(&known); err != nil {
		return err
	}
	if known != 2 {
		return file.ErrNoSuchFile
	}
	body, err := json.Marshal(link)
	if err != nil {
		return err
	}
	r.Kind, r.File, r.Supersedes, r.Body = border.FileLinked, link.A, heads, body
	if err := recorddb.Append(ctx, tx, r, entry); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO file_link (id, told_a, told_b, a, b, verdict, ground, evidence, at, supersedes, source)
		VALUES ($1, $2, $3, $2, $3, $4, $5, $6, $7, $8, 'local')`, r.ID, link.A, link.B, link.Verdict, link.Ground, link.Evidence, r.EventTime, ids(heads))
	if err != nil {
		return err
	}
	if err := regroup(ctx, tx, []uuid.UUID{link.A, link.B}, r.RecordedAt, &r.ID); err != nil {
		return err
	}
	if link.Ground != file.GroundUndo {
		return nil
	}
	_, err = tx.Exec(ctx, `INSERT INTO duplicate_task (a, b, codes, opened_at) VALUES ($1, $2, ARRAY['undone'], $3)
		ON CONFLICT (a, b) DO UPDATE SET closed_at = NULL, closed_by = NULL, opened_at = $3,
			codes = array_append(array_remove(duplicate_task.codes, 'undone'), 'undone')`, link.A, link.B, r.RecordedAt)
	return err
}

// headsOf are the words that stand about a pair.
func headsOf(ctx context.Context, q Querier, pair file.Pair) ([]uuid.UUID, error) {
	said, err := words(ctx, q, []uuid.UUID{pair.A, pair.B})
	if err != nil {
		return nil, err
	}
	var heads []uuid.UUID
	for _, h := range file.Heads(said, pair) {
		heads = append(heads, h.ID)
	}
	return heads, nil
}

func sameIDs(a, b []uuid.UUID) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(id uuid.UUID) bool { return !slices.Contains(b, id) })
}

// Heads are the words that stand about a pair, for a form that will take their place.
func (f *Files) Heads(ctx context.Context, pair file.Pair) ([]uuid.UUID, error) {
	return headsOf(ctx, f.DB.Pool, pair)
}
