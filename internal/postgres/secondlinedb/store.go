package secondlinedb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
	"github.com/openbmis/openbmis/internal/postgres/refusaldb"
)

// Decisions writes decisions; stationdb.Store is the one way.
type Decisions interface {
	Write(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (border.CrossingEvent, error)
}

// Hits keeps the hits of the crossing point; hitdb.Store does. What is judged in a case is judged of its hits, in one transaction.
type Hits interface {
	// FoundAgain raises the hits of checks that were run again on a scan.
	FoundAgain(ctx context.Context, tx pgx.Tx, scan border.Scan, findings []border.Finding) error
	// JudgedInCase writes a case's word on an entry into the way of its hit. An entry that is no alert's has none.
	JudgedInCase(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, j secondline.Judgement, by string, entry audit.Entry) error
	// Committed is called after the transaction.
	Committed()
}

// Prints keeps travellers' prints; fingerdb.Store does. Each says whether there was anything.
type Prints interface {
	// Conclude lets a decision that ends a case stand in the place of the one that referred the traveller.
	Conclude(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, e border.CrossingEvent, entry audit.Entry) (bool, error)
	// Withdraw takes back what the referral made of the prints: the traveller stands in his lane again, undecided.
	Withdraw(ctx context.Context, tx pgx.Tx, inspection uuid.UUID, c border.CorrectionEvent, entry audit.Entry) (bool, error)
	// Committed is called after the transaction.
	Committed()
}

// Config is what a Store is made of. Prints is nil where none are taken. Protect may be nil: then the outcome protection is not to be had. Hits may be nil: then a case's
// hits are its own.
type Config struct {
	DB        *postgres.DB
	Decisions Decisions
	Hits      Hits
	Prints    Prints
	Protect   Protect
	Zone      *time.Location
	// Space is what the disk has left; nil when nobody knows. Without room nothing is decided here, as at the counters.
	Space func() pgcluster.Space
	Nudge func() // called after each commit that has something for the centre; must not block
}

// Store implements secondline.Store.
type Store struct{ cfg Config }

var _ secondline.Store = (*Store)(nil)

// New makes the store.
func New(cfg Config) *Store { return &Store{cfg: cfg} }

// Change reads the case under a lock, lets act choose the step, and writes it.
func (s *Store) Change(ctx context.Context, id uuid.UUID, act func(*secondline.Case) (secondline.Step, error)) (step secondline.Step, err error) {
	if s.cfg.Space != nil && s.cfg.Space() != pgcluster.Ample {
		return step, postgres.ErrFull
	}
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		c, err := load(ctx, tx, id, " FOR NO KEY UPDATE OF r")
		if err != nil {
			return err
		}
		if step, err = act(c); err != nil {
			return err
		}
		return s.write(ctx, tx, c, &step)
	})
	if err != nil {
		return secondline.Step{}, fmt.Errorf("case %s: %w", id, err)
	}
	s.cfg.Nudge()
	if s.cfg.Hits != nil {
		s.cfg.Hits.Committed()
	}
	if s.cfg.Prints != nil && (step.Decision != nil || step.Reopen) {
		s.cfg.Prints.Committed()
	}
	return step, nil
}

const updateCase = `
UPDATE referral SET owner = $2, claimed_at = $3, steps = $4, changed_at = clock_timestamp(), outcome = $5, closed_at = $6 WHERE id = $1`

// write writes the step that c has taken.
func (s *Store) write(ctx context.Context, tx pgx.Tx, c *secondline.Case, step *secondline.Step) error {
	if err := recorddb.Append(ctx, tx, step.Record, step.Entry); err != nil {
		return err
	}
	if err := s.hits(ctx, tx, c, step); err != nil {
		return err
	}
	var outcome secondline.Outcome
	if c.End != nil {
		outcome = c.End.Outcome
	}
	_, err := tx.Exec(ctx, updateCase, c.ID(), c.Owner, instantOrNull(c.ClaimedAt), len(c.Course), outcome, instantOrNull(c.EndedAt))
	if err != nil {
		return err
	}
	switch {
	case step.Decision != nil:
		return s.decide(ctx, tx, c, step)
	case step.Reopen:
		return s.reopen(ctx, tx, c, step)
	case step.Protect != nil:
		if s.cfg.Protect == nil {
			return secondline.ErrNoProtection
		}
		return s.cfg.Protect(ctx, tx, step.Protect.Actor, step.Protect.Signal)
	}
	return nil
}

// hits writes what a step says of alerts into the way of the hits.
func (s *Store) hits(ctx context.Context, tx pgx.Tx, c *secondline.Case, step *secondline.Step) error {
	if s.cfg.Hits == nil {
		return nil
	}
	switch e := step.Event; e.Kind {
	case secondline.HitJudged:
		return s.cfg.Hits.JudgedInCase(ctx, tx, c.Inspection, *e.Judgement, e.By, step.Entry)
	case secondline.Rechecked:
		scan, err := scanOf(ctx, tx, c.Inspection)
		if err != nil {
			return err
		}
		return s.cfg.Hits.FoundAgain(ctx, tx, scan, e.Run.Findings)
	default:
		return nil
	}
}

func (s *Store) decide(ctx context.Context, tx pgx.Tx, c *secondline.Case, step *secondline.Step) (err error) {
	if form := step.Decision.Refusal; form != nil {
		if form.Number, err = refusaldb.Number(ctx, tx, step.Decision.Station, step.Decision.CrossedAt.In(s.cfg.Zone)); err != nil {
			return err
		}
	}
	written, err := s.cfg.Decisions.Write(ctx, tx, c.Inspection, *step.Decision, step.DecisionEntry)
	if postgres.Constraint(err) == "refusal_stopped" {
		return secondline.ErrRefusalStops // the cause stays where it is: it must not reach a log
	}
	step.Decision = &written
	if err == nil && s.cfg.Prints != nil {
		_, err = s.cfg.Prints.Conclude(ctx, tx, c.Inspection, written, step.DecisionEntry)
	}
	return err
}

const reopenScan = `UPDATE scan SET status = 'open', closed_at = NULL WHERE id = $1 AND status = 'decided'`

// reopen opens the traveller's scan again in its lane. One that is open already, or was decided again, is left as it is.
func (s *Store) reopen(ctx context.Context, tx pgx.Tx, c *secondline.Case, step *secondline.Step) error {
	tag, err := tx.Exec(ctx, reopenScan, c.Inspection)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return border.ErrScanNotOpen
	}
	if s.cfg.Prints == nil {
		return nil
	}
	_, err = s.cfg.Prints.Withdraw(ctx, tx, c.Inspection, border.CorrectionEvent{
		CrossingID: c.ID(), Station: step.Record.Station, Lane: step.Record.Lane, Officer: step.Record.Officer, CorrectedAt: step.Event.At,
	}, step.Entry)
	return err
}

func instantOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
