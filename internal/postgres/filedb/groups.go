package filedb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
)

// groupsLock is held while it is worked out who is one person: two words at once would each miss the other.
const groupsLock = 0x66696c65

// Files that were one person with the given ones, and all that words lead to from there, with the words.
const reachedWords = `
WITH RECURSIVE reached (id) AS (
	SELECT g.id FROM traveller t JOIN traveller g ON g.group_id = t.group_id WHERE t.id = ANY ($1)
	UNION
	SELECT CASE WHEN l.a = r.id THEN l.b ELSE l.a END FROM reached r JOIN file_link l ON l.a = r.id OR l.b = r.id
)
SELECT l.id, l.at, l.a, l.b, l.verdict, l.supersedes FROM file_link l
WHERE l.a IN (SELECT id FROM reached) OR l.b IN (SELECT id FROM reached)`

const groupMembers = `SELECT g.id FROM traveller t JOIN traveller g ON g.group_id = t.group_id WHERE t.id = ANY ($1)`

const setGroups = `UPDATE traveller t SET group_id = n.group_id FROM unnest($1::uuid[], $2::uuid[]) AS n (id, group_id)
	WHERE t.id = n.id AND t.group_id <> n.group_id`

// Tasks whose question is answered: the files are one person now, or a standing word says that they are not.
const settleTasks = `
UPDATE duplicate_task d SET closed_at = $2, closed_by = $3
FROM traveller x, traveller y
WHERE x.id = d.a AND y.id = d.b AND d.closed_at IS NULL AND (d.a = ANY ($1) OR d.b = ANY ($1))
  AND NOT EXISTS (SELECT FROM unnest($4::uuid[], $5::uuid[]) AS c (a, b) WHERE c.a = d.a AND c.b = d.b)
  AND (x.group_id = y.group_id OR EXISTS (
	SELECT FROM file_link l WHERE l.verdict = 'different' AND (l.a, l.b) IN ((d.a, d.b), (d.b, d.a))
	  AND NOT EXISTS (SELECT FROM file_link s WHERE s.id <> l.id AND s.supersedes @> ARRAY[l.id])))`

const openConflicts = `
INSERT INTO duplicate_task (a, b, codes, opened_at)
SELECT c.a, c.b, ARRAY['contradiction'], $3 FROM unnest($1::uuid[], $2::uuid[]) AS c (a, b)
	JOIN traveller x ON x.id = c.a JOIN traveller y ON y.id = c.b
ON CONFLICT (a, b) DO UPDATE SET codes = array_append(array_remove(duplicate_task.codes, 'contradiction'), 'contradiction'),
	opened_at = CASE WHEN duplicate_task.closed_at IS NULL THEN duplicate_task.opened_at ELSE excluded.opened_at END, closed_at = NULL, closed_by = NULL`

func lockGroups(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, groupsLock)
	return err
}

// words are the words about the files, about the rest of their persons, and about all files that words lead to.
func words(ctx context.Context, q Querier, files []uuid.UUID) ([]file.Decided, error) {
	rows, err := q.Query(ctx, reachedWords, files)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (w file.Decided, err error) {
		err = row.Scan(&w.ID, &w.At, &w.A, &w.B, &w.Verdict, &w.Supersedes)
		return w, err
	})
}

// regroup works out anew who is one person, for the files and all that are or were joined with them. by is the record that caused it;
// nil when the centre's data did. The caller holds lockGroups.
func regroup(ctx context.Context, tx pgx.Tx, files []uuid.UUID, at time.Time, by *uuid.UUID) error {
	if len(files) == 0 {
		return nil
	}
	said, err := words(ctx, tx, files)
	if err != nil {
		return fmt.Errorf("words about files: %w", err)
	}
	grouping := file.Groups(said)
	rows, err := tx.Query(ctx, groupMembers, files)
	if err != nil {
		return err
	}
	members, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return err
	}
	for _, id := range members {
		if _, named := grouping.Of[id]; !named {
			grouping.Of[id] = id
		}
	}
	return store(ctx, tx, grouping, at, by)
}

func store(ctx context.Context, tx pgx.Tx, g file.Grouping, at time.Time, by *uuid.UUID) error {
	all := make([]uuid.UUID, 0, len(g.Of))
	for id := range g.Of {
		all = append(all, id)
	}
	rows, err := tx.Query(ctx, `SELECT id FROM traveller WHERE id = ANY ($1) ORDER BY id FOR UPDATE`, all)
	if err != nil {
		return err
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return err
	}
	// A group is named by its smallest file that is known here: a word may lead over a file that the station has never met.
	smallest, groups := map[uuid.UUID]uuid.UUID{}, make([]uuid.UUID, len(known))
	for n, id := range known {
		root := g.Of[id]
		if _, named := smallest[root]; !named {
			smallest[root] = id
		}
		groups[n] = smallest[root]
	}
	as, bs := make([]uuid.UUID, len(g.Conflicts)), make([]uuid.UUID, len(g.Conflicts))
	for n, c := range g.Conflicts {
		as[n], bs[n] = c.A, c.B
	}
	b := &pgx.Batch{}
	b.Queue(setGroups, known, groups)
	b.Queue(settleTasks, known, at, by, as, bs)
	b.Queue(openConflicts, as, bs, at)
	return tx.SendBatch(ctx, b).Close()
}
