package protectiondb

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/traveldoc"
)

// Signal records that somebody needs protection: it stops every refusal of the traveller and opens a case for the service of the
// kind, or adds to the one that is open. ErrNoSuchPerson when the scan is not of the actor's lane.
func (s *Store) Signal(ctx context.Context, actor audit.Actor, signal protection.Signal) error {
	if err := signal.Check(); err != nil {
		return err
	}
	err := s.cfg.DB.InTx(ctx, func(tx pgx.Tx) error { return s.SignalTx(ctx, tx, actor, signal) })
	if err != nil {
		return fmt.Errorf("service case: %w", err)
	}
	s.cfg.Nudge()
	return nil
}

// SignalTx is Signal in the caller's transaction, for a case of the second line that ends with protection. Wake the relay after the
// commit.
func (s *Store) SignalTx(ctx context.Context, tx pgx.Tx, actor audit.Actor, signal protection.Signal) error {
	if err := signal.Check(); err != nil {
		return err
	}
	who, err := lockPerson(ctx, tx, signal.Inspection)
	if err != nil {
		return err
	}
	if who.lane != actor.Lane && !signal.AnyLane {
		return protection.ErrNoSuchPerson
	}
	now := s.cfg.Now()
	if err := stop(ctx, tx, signal.Inspection, who, now); err != nil {
		return err
	}
	c, err := s.open(ctx, tx, signal)
	if err != nil {
		return err
	}
	if c.State != "" && c.LiftedAt.IsZero() && len(signal.Signs) == 0 && strings.TrimSpace(signal.Note) == "" {
		return nil // said before, and stopped: it adds nothing
	}
	step := protection.Event{Act: protection.Signalled, By: actor.Name, At: now, Signs: signal.Signs, Note: strings.TrimSpace(signal.Note)}
	if c.State == "" {
		step.Opening = &protection.Opening{
			Inspection: signal.Inspection, Kind: signal.Kind, Service: s.cfg.Services[signal.Kind], Lane: who.lane,
			DueAt: now.Add(s.cfg.AcknowledgeWithin), Identity: who.identity, Document: who.document,
		}
	}
	if step, err = c.Take(step); err != nil {
		return err
	}
	if err := keep(ctx, tx, c); err != nil {
		return err
	}
	return s.write(ctx, tx, actor, c, step)
}

// OpenReferral is the open case of the second line about the inspection, and who works it; the zero id when there is none.
func (s *Store) OpenReferral(ctx context.Context, inspection uuid.UUID) (id uuid.UUID, owner string, err error) {
	err = s.cfg.DB.Pool.QueryRow(ctx, `SELECT id, owner FROM referral WHERE inspection_id = $1 AND closed_at IS NULL ORDER BY opened_at DESC LIMIT 1`,
		inspection).Scan(&id, &owner)
	if postgres.IsNoRows(err) {
		return uuid.Nil, "", nil
	}
	if err != nil {
		return uuid.Nil, "", fmt.Errorf("case of an inspection: %w", err)
	}
	return id, owner, nil
}

// open is the open case of the inspection and kind, or a new one. The scan's row is locked: two signals at once follow each other.
func (s *Store) open(ctx context.Context, tx pgx.Tx, signal protection.Signal) (*protection.Case, error) {
	var id uuid.UUID
	err := tx.QueryRow(ctx, `SELECT id FROM protection_case WHERE inspection_id = $1 AND kind = $2 AND closed_at IS NULL FOR UPDATE`,
		signal.Inspection, signal.Kind).Scan(&id)
	if postgres.IsNoRows(err) {
		return &protection.Case{ID: s.cfg.NewID()}, nil
	}
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, id)
}

// person is who was scanned.
type person struct {
	lane     string
	identity traveldoc.Identity
	document traveldoc.Document
}

// lockPerson reads the scan and keeps its row: a refusal of the same inspection waits, and then meets the stop.
func lockPerson(ctx context.Context, tx pgx.Tx, inspection uuid.UUID) (person, error) {
	var p person
	err := tx.QueryRow(ctx, `SELECT lane, identity, document FROM scan WHERE id = $1 FOR UPDATE`, inspection).Scan(&p.lane, &p.identity, &p.document)
	if postgres.IsNoRows(err) {
		return p, protection.ErrNoSuchPerson
	}
	return p, err
}
