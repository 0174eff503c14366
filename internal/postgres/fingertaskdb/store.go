package fingertaskdb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// Settler changes what prints are in the transaction of a verdict; fingerdb.Store is one.
type Settler interface {
	// MakeReferences makes the prints of a taking that did not match its file the file's after all: somebody says that they are the
	// person's. It is no error when they are gone.
	MakeReferences(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error
	// Dispute takes that back.
	Dispute(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error
	// Separate gives the prints of a taking that did not match its file a link of their own, of a person without a file: somebody says that the
	// bearer is not the document's holder. Return takes that back. Neither is an error when the prints are gone.
	Separate(ctx context.Context, tx pgx.Tx, p fingers.Parting) error
	Return(ctx context.Context, tx pgx.Tx, p fingers.Parting) error
}

// Config is what a Store is made of.
type Config struct {
	DB     *postgres.DB
	Writer fingers.TaskWriter
	// Prints is nil where no prints are kept: then nobody raises a mismatch either.
	Prints Settler
	// Space is what the disk has left; nil when nobody knows. Without room nobody works on tasks; they are raised all the same.
	Space func() pgcluster.Space
	// Nudge is called after each commit that has something for the centre; it must not block.
	Nudge func()
	// Changed is called after each commit that changes the queue; it must not block. Nil: nobody waits for it.
	Changed func()
}

// Store implements fingers.TaskStore, and raises tasks within other areas' transactions.
type Store struct{ cfg Config }

var _ fingers.TaskStore = (*Store)(nil)

// New makes the store.
func New(cfg Config) *Store {
	if cfg.Changed == nil {
		cfg.Changed = func() {}
	}
	return &Store{cfg: cfg}
}

// Committed tells those who wait that a transaction with steps of tasks was committed.
func (s *Store) Committed() {
	s.cfg.Nudge()
	s.cfg.Changed()
}

// Change reads the task under a lock, lets act choose a step, and writes it with what follows from it.
func (s *Store) Change(ctx context.Context, id uuid.UUID, act func(*fingers.Task) (fingers.Act, error)) error {
	if s.cfg.Space != nil && s.cfg.Space() != pgcluster.Ample {
		return postgres.ErrFull
	}
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		t, err := load(ctx, tx, id, " FOR NO KEY UPDATE")
		if err != nil {
			return err
		}
		step, err := act(t)
		if err != nil {
			return err
		}
		return s.write(ctx, tx, t, step)
	})
	if err != nil {
		return fmt.Errorf("task %s: %w", id, err)
	}
	s.Committed()
	return nil
}

const updateTask = `
UPDATE finger_task SET stage = $2, owner = $3, verdict = $4, contested = $5, decided_at = $6, steps = $7, changed_at = clock_timestamp()
WHERE id = $1`

// write keeps a step that t has taken.
func (s *Store) write(ctx context.Context, tx pgx.Tx, t *fingers.Task, step fingers.Act) error {
	if err := recorddb.Append(ctx, tx, step.Record, step.Entry); err != nil {
		return err
	}
	if err := s.settle(ctx, tx, t, step); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, updateTask, t.ID, t.Stage(), t.Owner, t.Verdict(), t.Contested, instantOrNull(t.DecidedAt), len(t.Course))
	return err
}

// load is the task as its records left it.
func load(ctx context.Context, tx pgx.Tx, id uuid.UUID, lock string) (*fingers.Task, error) {
	var steps int
	err := tx.QueryRow(ctx, `SELECT steps FROM finger_task WHERE id = $1`+lock, id).Scan(&steps)
	if postgres.IsNoRows(err) {
		return nil, fingers.ErrNoSuchTask
	}
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, body FROM record WHERE subject = $1 AND kind = $2`, id, border.FingerprintEvent)
	if err != nil {
		return nil, err
	}
	course, err := pgx.CollectRows(rows, stepRow)
	if err != nil {
		return nil, err
	}
	if len(course) != steps {
		return nil, fmt.Errorf("%d steps are kept, %d were taken", len(course), steps)
	}
	t, err := fingers.FoldTask(id, course)
	if err != nil {
		return nil, err
	}
	taking, err := takingOf(ctx, tx, t.Taking)
	if err == nil && taking != nil {
		t.TakenBy = taking.Taking.Officer
	}
	return t, err
}

func stepRow(row pgx.CollectableRow) (s fingers.TaskStep, err error) {
	var body []byte
	if err := row.Scan(&s.Record, &body); err != nil {
		return s, err
	}
	if err := json.Unmarshal(body, &s.Event); err != nil {
		return s, fmt.Errorf("a step cannot be read: %w", err)
	}
	return s, nil
}

func idOrNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func instantOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
