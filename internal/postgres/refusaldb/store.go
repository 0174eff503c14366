package refusaldb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
	"github.com/openbmis/openbmis/internal/problem"
)

// Problems that a Store answers with.
var (
	ErrNone      = problem.New(problem.NotFound, "refusal.none")
	ErrOtherCopy = problem.New(problem.Conflict, "refusal.other_copy") // another copy was counted meanwhile
)

// Config is what a Store is made of.
type Config struct {
	DB   *postgres.DB
	Post border.Post
	// Status is what a record made now is: provisional while the centre is out of reach.
	Status func() border.Status
	// Reasons names the version of the table of reasons in use.
	Reasons string
	Now     func() time.Time
	NewID   func() uuid.UUID
	Nudge   func() // called after each commit that has something for the centre; must not block
}

// Store reads refusals and counts their copies.
type Store struct{ cfg Config }

// New makes the store.
func New(cfg Config) *Store { return &Store{cfg: cfg} }

// Form is what the standard form states: the decision whole, and what became of it.
type Form struct {
	Event    border.CrossingEvent
	Annulled bool
	Copies   int // made so far
}

const selectForm = `
SELECT d.event, exists (SELECT FROM correction c WHERE c.crossing_id = d.crossing_id),
       (SELECT count(*) FROM refusal_print p WHERE p.crossing_id = d.crossing_id)
FROM decision d WHERE d.crossing_id = $1 AND d.verdict = 'refuse' AND d.event -> 'refusal' IS NOT NULL`

func form(ctx context.Context, tx pgx.Tx, crossing uuid.UUID, lock string) (Form, error) {
	var f Form
	err := tx.QueryRow(ctx, selectForm+lock, crossing).Scan(&f.Event, &f.Annulled, &f.Copies)
	if postgres.IsNoRows(err) {
		return f, ErrNone
	}
	return f, err
}

// Form reads one refusal; the read is audited in the same transaction.
func (s *Store) Form(ctx context.Context, actor audit.Actor, crossing uuid.UUID) (f Form, err error) {
	entry := actor.Entry(s.cfg.Now(), audit.Consultation, "refusal", crossing.String())
	entry.Purpose, entry.ResultCount = border.PurposeOfControl, 1
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if f, err = form(ctx, tx, crossing, ""); err != nil {
			return err
		}
		return auditlog.Insert(ctx, tx, entry)
	})
	if err != nil {
		return Form{}, fmt.Errorf("refusal %s: %w", crossing, err)
	}
	return f, nil
}

// Issue counts a copy of the form that is made now: its row, its record, its audit entry and its event in one transaction. The form
// comes back with the copy counted. number is what stands on the copy already, 0 for nothing: when another copy took it meanwhile,
// nothing is counted and ErrOtherCopy comes back.
func (s *Store) Issue(ctx context.Context, actor audit.Actor, crossing uuid.UUID, medium string, number int) (f Form, err error) {
	err = s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		if f, err = form(ctx, tx, crossing, " FOR UPDATE OF d"); err != nil {
			return err
		}
		if f, err = form(ctx, tx, crossing, ""); err != nil { // what was counted while the row was waited for
			return err
		}
		f.Copies++
		if number != 0 && number != f.Copies {
			return ErrOtherCopy
		}
		return s.issue(ctx, tx, actor, f, medium)
	})
	if err != nil {
		return Form{}, fmt.Errorf("copy of refusal %s: %w", crossing, err)
	}
	s.cfg.Nudge()
	return f, nil
}

const insertPrint = `INSERT INTO refusal_print (crossing_id, copy, language, printed_at, officer) VALUES ($1, $2, $3, $4, $5)`

func (s *Store) issue(ctx context.Context, tx pgx.Tx, actor audit.Actor, f Form, medium string) error {
	now, e := s.cfg.Now(), f.Event
	body := refusal.Issued{
		Crossing: e.CrossingID, Number: e.Refusal.Number, Copy: f.Copies, Language: e.Refusal.Language, Medium: medium,
		Reasons: s.cfg.Reasons, PrintedAt: now,
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, insertPrint, e.CrossingID, f.Copies, e.Refusal.Language, now, actor.Name); err != nil {
		return err
	}
	record := border.Record{
		ID: s.cfg.NewID(), Kind: border.RefusalIssued, File: e.TravellerID, Subject: e.CrossingID, Station: s.cfg.Post.Station,
		Lane: actor.Lane, Officer: actor.Name, Zone: s.cfg.Post.Zone.String(), EventTime: now, RecordedAt: now, Origin: border.Live,
		Status: s.cfg.Status(), Body: raw,
	}
	entry := actor.Entry(now, audit.Disclosure, "refusal", e.CrossingID.String())
	entry.Purpose, entry.ResultCount, entry.Decision = border.PurposeOfControl, 1, medium
	return recorddb.Append(ctx, tx, record, entry)
}
