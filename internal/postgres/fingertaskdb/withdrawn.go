package fingertaskdb

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/problem"
)

// ErrWithdrawn answers a verdict about prints that are nobody's: the decision that they stood with was undone, and no other settled them yet.
var ErrWithdrawn = problem.New(problem.Conflict, "adjudication.withdrawn")

// undone is what the service says when it opens a task again.
const undone = "the decision that the prints stood with was undone"

// Withdrawn opens the tasks of a taking again that people decided, with all that followed from it, in the transaction that undoes the decision
// the prints stood with: their words were about a file that the prints are no longer of.
func (s *Store) Withdrawn(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error {
	rows, err := tx.Query(ctx, `SELECT id FROM finger_task WHERE taking = $1 AND decided_at IS NOT NULL ORDER BY id`, taking)
	if err != nil {
		return fmt.Errorf("tasks of taking %s: %w", taking, err)
	}
	tasks, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("tasks of taking %s: %w", taking, err)
	}
	for _, id := range tasks {
		if err := s.open(ctx, tx, id); err != nil {
			return fmt.Errorf("task %s: %w", id, err)
		}
	}
	return nil
}

// open opens a decided task again, and leaves it to whoever claims it.
func (s *Store) open(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	t, err := load(ctx, tx, id, " FOR NO KEY UPDATE")
	if err != nil {
		return err
	}
	for _, e := range []fingers.Event{{Step: fingers.Reopened, Note: undone}, {Step: fingers.Released}} {
		step, err := s.cfg.Writer.Write(s.service(""), t, e)
		if err != nil {
			return err
		}
		if err := s.write(ctx, tx, t, step); err != nil {
			return err
		}
	}
	return nil
}

// standing refuses a verdict about prints that are nobody's now.
func standing(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error {
	var apart bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM finger_taking WHERE id = $1 AND crossing_id IS NULL)`, taking).Scan(&apart)
	if err == nil && apart {
		return ErrWithdrawn
	}
	return err
}
