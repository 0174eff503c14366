package secondlinedb

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
)

// EvidenceConfig is what Evidence is made of.
type EvidenceConfig struct {
	DB     *postgres.DB
	Files  *filedb.Attachments
	Post   border.Post
	Status func() border.Status
	Now    func() time.Time
	NewID  func() uuid.UUID
	Nudge  func() // called after each commit; must not block
}

// Evidence keeps what is attached to cases.
type Evidence struct{ cfg EvidenceConfig }

// NewEvidence makes it.
func NewEvidence(cfg EvidenceConfig) *Evidence { return &Evidence{cfg: cfg} }

// Attach keeps an upload with the actor's open case.
func (e *Evidence) Attach(ctx context.Context, actor audit.Actor, id uuid.UUID, upload file.Upload) error {
	now := e.cfg.Now()
	err := e.cfg.DB.InTx(ctx, func(tx pgx.Tx) error {
		c, err := load(ctx, tx, id, " FOR NO KEY UPDATE OF r")
		if err != nil {
			return err
		}
		if err := c.Owned(actor.Name); err != nil {
			return err
		}
		record := border.Record{
			ID: e.cfg.NewID(), File: c.Referred.TravellerID, Subject: id, Station: e.cfg.Post.Station, Lane: actor.Lane, Officer: actor.Name,
			Zone: e.cfg.Post.Zone.String(), EventTime: now, RecordedAt: now, Origin: border.Live, Status: e.cfg.Status(),
		}
		entry := actor.Entry(now, audit.Collection, "referral", id.String())
		entry.Purpose, entry.Decision = secondline.PurposeOfExamination, "attached"
		_, err = e.cfg.Files.Put(ctx, tx, record, upload, entry)
		return err
	})
	if err != nil {
		return fmt.Errorf("attach to case %s: %w", id, err)
	}
	e.cfg.Nudge()
	return nil
}

// Of lists what is attached to a case, oldest first. The caller has audited the read of the case.
func (e *Evidence) Of(ctx context.Context, id uuid.UUID) ([]file.Attached, error) {
	return e.cfg.Files.Of(ctx, e.cfg.DB.Pool, id)
}

// Open gives one attachment of the case; the read is audited.
func (e *Evidence) Open(ctx context.Context, actor audit.Actor, id, attachment uuid.UUID) (file.Evidence, []byte, error) {
	entry := actor.Entry(e.cfg.Now(), audit.Consultation, "attachment", attachment.String())
	entry.Purpose = secondline.PurposeOfExamination
	return e.cfg.Files.Open(ctx, id, attachment, entry)
}
