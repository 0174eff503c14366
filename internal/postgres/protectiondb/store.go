package protectiondb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
)

// ObjectKind is what audit entries call a case: a name that tells an auditor's list nothing.
const ObjectKind = "service_case"

// PurposeOfService is the purpose that the service's reads and steps are audited with.
const PurposeOfService = "service"

// Config is what a Store is made of.
type Config struct {
	DB   *postgres.DB
	Post border.Post
	// Status is what a record made now is: provisional while the centre is out of reach.
	Status func() border.Status
	// Services names the service of each kind, for people; a kind that is not in it goes to the built-in one (an empty name).
	Services map[protection.Kind]string
	// AcknowledgeWithin is how long the service has to confirm a case before it escalates.
	AcknowledgeWithin time.Duration
	Now               func() time.Time
	NewID             func() uuid.UUID
	Nudge             func() // called after each commit that has something for the centre; must not block
}

// Store keeps cases and stops.
type Store struct{ cfg Config }

// New makes the store.
func New(cfg Config) *Store { return &Store{cfg: cfg} }

// write appends the step's record with its audit entry. The record names no individual file: nothing that reads a file meets it.
func (s *Store) write(ctx context.Context, tx pgx.Tx, actor audit.Actor, c *protection.Case, e protection.Event) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	record := border.Record{
		ID: s.cfg.NewID(), Kind: border.ProtectionEvent, Subject: c.ID, Station: s.cfg.Post.Station, Lane: actor.Lane,
		Officer: actor.Name, Zone: s.cfg.Post.Zone.String(), EventTime: e.At, RecordedAt: e.At, Origin: border.Live,
		Status: s.cfg.Status(), Body: raw,
	}
	verb, purpose := audit.Alteration, PurposeOfService
	if e.Act == protection.Signalled {
		verb, purpose = audit.Collection, border.PurposeOfControl
	}
	entry := actor.Entry(e.At, verb, ObjectKind, c.ID.String())
	entry.Purpose = purpose
	return recorddb.Append(ctx, tx, record, entry)
}

// load reads a case from its records.
func load(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*protection.Case, error) {
	rows, err := tx.Query(ctx, `SELECT body FROM record WHERE subject = $1 AND kind = $2 ORDER BY (body ->> 'seq')::int`, id, border.ProtectionEvent)
	if err != nil {
		return nil, err
	}
	events, err := pgx.CollectRows(rows, pgx.RowTo[protection.Event])
	if err != nil {
		return nil, err
	}
	return protection.Fold(id, events)
}

// keep writes the row that the queue reads.
func keep(ctx context.Context, tx pgx.Tx, c *protection.Case) error {
	_, err := tx.Exec(ctx, `
INSERT INTO protection_case (id, inspection_id, kind, service, state, opened_at, due_at, acknowledged_at, closed_at, identity, document, steps)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE SET state = $5, acknowledged_at = $8, closed_at = $9, steps = $12`,
		c.ID, c.Inspection, c.Kind, c.Service, c.State, c.OpenedAt, c.DueAt, orNull(c.AcknowledgedAt), orNull(c.ClosedAt), c.Identity, c.Document,
		len(c.Events))
	return err
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
