package hitdb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// Config is what a Store is made of.
type Config struct {
	DB     *postgres.DB
	Writer hit.Writer
	// Space is what the disk has left; nil when nobody knows. Without room nobody works on hits, as nothing is decided at the counters;
	// they are raised all the same.
	Space func() pgcluster.Space
	// Nudge is called after each commit that has something for the centre; it must not block.
	Nudge func()
	// Changed is called after each commit that changes the queue; it must not block. Nil: nobody waits for it.
	Changed func()
}

// Store implements hit.Store, and raises hits within other areas' transactions.
type Store struct{ cfg Config }

var _ hit.Store = (*Store)(nil)

// New makes the store.
func New(cfg Config) *Store {
	if cfg.Changed == nil {
		cfg.Changed = func() {}
	}
	return &Store{cfg: cfg}
}

// Committed tells those who wait that a transaction with steps of hits was committed.
func (s *Store) Committed() {
	s.cfg.Nudge()
	s.cfg.Changed()
}

// Change reads the hit under a lock, lets act choose the steps, and writes them.
func (s *Store) Change(ctx context.Context, id uuid.UUID, act func(*hit.Hit) ([]hit.Step, error)) error {
	if s.cfg.Space != nil && s.cfg.Space() != pgcluster.Ample {
		return postgres.ErrFull
	}
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error { return s.change(ctx, tx, id, act) })
	if err != nil {
		return fmt.Errorf("hit %s: %w", id, err)
	}
	s.Committed()
	return nil
}

func (s *Store) change(ctx context.Context, tx pgx.Tx, id uuid.UUID, act func(*hit.Hit) ([]hit.Step, error)) error {
	h, err := load(ctx, tx, id, " FOR NO KEY UPDATE")
	if err != nil {
		return err
	}
	steps, err := act(h)
	if err != nil || len(steps) == 0 {
		return err
	}
	return s.write(ctx, tx, h, steps)
}

// write keeps steps that h has taken.
func (s *Store) write(ctx context.Context, tx pgx.Tx, h *hit.Hit, steps []hit.Step) error {
	for _, step := range steps {
		if err := recorddb.Append(ctx, tx, step.Record, step.Entry); err != nil {
			return err
		}
		if err := keepClearing(ctx, tx, h, step.Event); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, updateHit, h.ID, idOrNull(h.File()), h.Stage(), h.Owner, place(h), instantOrNull(h.Due()), judged(h), len(h.Course),
		h.LateAnswer, outcome(h), instantOrNull(h.ClosedAt))
	return err
}

const updateHit = `
UPDATE hit SET file_id = coalesce($2, file_id), stage = $3, owner = $4, place = $5, due_at = $6, judged = $7, steps = $8, late_answer = $9,
    outcome = $10, closed_at = $11, changed_at = clock_timestamp() WHERE id = $1`

func place(h *hit.Hit) int {
	if h.Escalated {
		return 0
	}
	return 1
}

func judged(h *hit.Hit) string {
	switch {
	case h.Judgement == nil:
		return ""
	case h.Judgement.Same:
		return "same"
	}
	return "not_same"
}

func outcome(h *hit.Hit) string {
	if h.Outcome == nil {
		return ""
	}
	return h.Outcome.Code
}

// load is the hit as its records left it.
func load(ctx context.Context, tx pgx.Tx, id uuid.UUID, lock string) (*hit.Hit, error) {
	var steps int
	err := tx.QueryRow(ctx, `SELECT steps FROM hit WHERE id = $1`+lock, id).Scan(&steps)
	if postgres.IsNoRows(err) {
		return nil, hit.ErrNoSuchHit
	}
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT body FROM record WHERE subject = $1 AND kind = $2 ORDER BY (body ->> 'seq')::int`, id, border.HitEvent)
	if err != nil {
		return nil, err
	}
	course, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e hit.Event, err error) {
		var body []byte
		if err := row.Scan(&body); err != nil {
			return e, err
		}
		if err := json.Unmarshal(body, &e); err != nil {
			return e, fmt.Errorf("a step cannot be read: %w", err)
		}
		return e, nil
	})
	if err != nil {
		return nil, err
	}
	if len(course) != steps {
		return nil, fmt.Errorf("%d steps are kept, %d were taken", len(course), steps)
	}
	return hit.Fold(id, course)
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
