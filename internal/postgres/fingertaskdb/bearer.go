package fingertaskdb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
)

// part moves the prints of a mismatch apart from the holder's, or back: of one that the centre found between two stations the link as a whole.
func (s *Store) part(ctx context.Context, tx pgx.Tx, do func(Settler, context.Context, pgx.Tx, fingers.Parting) error, t *fingers.Task,
	step fingers.Act,
) error {
	if s.cfg.Prints == nil {
		return errNoPrints
	}
	p := fingers.Parting{Task: t.ID, Taking: t.Taking, By: step.Event.By, At: step.Event.At, Entry: step.Entry}
	if !s.disputed(t) {
		p.Holder = t.Candidacy.CandidateLink
	}
	return do(s.cfg.Prints, ctx, tx, p)
}

const (
	// partedOf is the link of a bearer of another person's document in a task, with the file whose link it becomes when both are one person:
	// the prints of the task's taking were separated, or the candidate is such a bearer. Two of them have no file that could take both.
	partedOf = `SELECT coalesce(own.link, other.link), CASE WHEN own.link IS NULL THEN mine.id WHEN other.link IS NULL THEN theirs.id END
		FROM (SELECT coalesce((SELECT file_id FROM finger_taking WHERE id = $1), (SELECT file_id FROM file_alias WHERE foreign_id = $3),
				(SELECT id FROM traveller WHERE id = $3)) AS id) AS mine
			CROSS JOIN (SELECT coalesce((SELECT file_id FROM finger_link WHERE link = $2), (SELECT file_id FROM file_alias WHERE foreign_id = $4),
				(SELECT id FROM traveller WHERE id = $4)) AS id) AS theirs
			LEFT JOIN finger_bearer own ON own.taking = $1 AND own.returned_at IS NULL
			LEFT JOIN finger_bearer other ON other.link = $2 AND other.returned_at IS NULL
		WHERE own.link IS NOT NULL OR other.link IS NOT NULL`
	linkParted = `INSERT INTO finger_link (link, file_id, crossing_id, since) SELECT b.link, $2, t.crossing_id, $3
		FROM finger_bearer b JOIN finger_taking t ON t.id = b.taking WHERE b.link = $1 AND t.crossing_id IS NOT NULL ON CONFLICT (link) DO NOTHING`
	markParted   = `UPDATE finger_bearer SET joined_by = $2 WHERE link = $1`
	unlinkParted = `DELETE FROM finger_link WHERE link IN (SELECT link FROM finger_bearer WHERE joined_by = $1)`
	unmarkParted = `UPDATE finger_bearer SET joined_by = NULL WHERE joined_by = $1`
)

// joinBearer: where one side of a candidate is a bearer of another person's document, "same person" makes his link the other side's file's, and
// no two files one: the file that he showed is not his. It reports whether the task is about one.
func joinBearer(ctx context.Context, tx pgx.Tx, t *fingers.Task, at time.Time) (bool, error) {
	c := t.Candidacy
	var link uuid.UUID
	var file *uuid.UUID
	rows, err := tx.Query(ctx, partedOf, t.Taking, c.CandidateLink, c.File, c.CandidateFile)
	if err != nil {
		return false, err
	}
	n := 0
	if _, err := pgx.ForEachRow(rows, []any{&link, &file}, func() error { n++; return nil }); err != nil || n == 0 {
		return false, err
	}
	if file == nil {
		return true, nil
	}
	tag, err := tx.Exec(ctx, linkParted, link, *file, at)
	if err != nil || tag.RowsAffected() == 0 {
		return true, err
	}
	_, err = tx.Exec(ctx, markParted, link, t.ID)
	return true, err
}

// freeBearer takes joinBearer back.
func freeBearer(ctx context.Context, tx pgx.Tx, task uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue(unlinkParted, task)
	b.Queue(unmarkParted, task)
	return tx.SendBatch(ctx, b).Close()
}

const selectParted = `SELECT link, task, by, since, taking = $1 FROM finger_bearer WHERE (taking = $1 OR link = $2) AND returned_at IS NULL`

// bearers says which side of a task is the bearer of another person's document. What another station found the candidacy says.
func bearers(ctx context.Context, tx pgx.Tx, d *fingers.Dossier) error {
	c := d.Task.Candidacy
	if c.CandidateBearer != uuid.Nil {
		d.Bearer = &fingers.Bearer{Link: c.CandidateLink, Task: c.CandidateBearer}
	}
	rows, err := tx.Query(ctx, selectParted, d.Task.Taking, c.CandidateLink)
	if err != nil {
		return err
	}
	var b fingers.Bearer
	var own bool
	_, err = pgx.ForEachRow(rows, []any{&b.Link, &b.Task, &b.By, &b.Since, &own}, func() error {
		found := b
		found.Since = b.Since.UTC()
		if own {
			d.Separated = &found
		} else {
			d.Bearer = &found
		}
		return nil
	})
	return err
}
