package portaldb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
)

// InsertDraft keeps a new draft.
func (t *portalTx) InsertDraft(ctx context.Context, d apply.DraftRow) error {
	return t.run(ctx, "draft", `
		INSERT INTO portal.draft (id, version, language, generation, wrapped, sealed, email_mark, started_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		d.ID, d.Version, d.Language, d.Generation, d.Wrapped, d.Sealed, d.EmailMark, d.StartedAt, d.ExpiresAt)
}

// Draft reads a draft and keeps it for this transaction alone.
func (t *portalTx) Draft(ctx context.Context, id uuid.UUID) (d apply.DraftRow, err error) {
	var sent []byte
	var paid *time.Time
	err = t.QueryRow(ctx, `
		SELECT id, version, language, generation, wrapped, sealed, email_mark, started_at, expires_at, sent, paid_at
		  FROM portal.draft WHERE id = $1 FOR UPDATE`, id).
		Scan(&d.ID, &d.Version, &d.Language, &d.Generation, &d.Wrapped, &d.Sealed, &d.EmailMark, &d.StartedAt, &d.ExpiresAt, &sent, &paid)
	if err != nil {
		return d, none("draft", err)
	}
	if sent != nil {
		d.Sent = &apply.Sent{}
		if err := json.Unmarshal(sent, d.Sent); err != nil {
			return d, fmt.Errorf("draft: what it became: %w", err)
		}
		if paid != nil {
			d.Sent.State = evisa.Received
		}
	}
	return d, nil
}

// UpdateDraft keeps a draft's new body, version and times.
func (t *portalTx) UpdateDraft(ctx context.Context, d apply.DraftRow) error {
	return t.must(ctx, "draft", `
		UPDATE portal.draft SET version = $2, language = $3, generation = $4, wrapped = $5, sealed = $6, email_mark = $7, expires_at = $8
		 WHERE id = $1 AND sent_at IS NULL AND version < $2`,
		d.ID, d.Version, d.Language, d.Generation, d.Wrapped, d.Sealed, d.EmailMark, d.ExpiresAt)
}

// CloseDraft takes a draft's body and key away: it was sent. What was not taken into a parcel goes too.
func (t *portalTx) CloseDraft(ctx context.Context, id uuid.UUID, sent apply.Sent) error {
	text, err := json.Marshal(sent)
	if err != nil {
		return fmt.Errorf("draft: what it became: %w", err)
	}
	var paid *time.Time
	if sent.Fee.Zero() {
		paid = &sent.At
	}
	err = t.must(ctx, "close draft", `
		UPDATE portal.draft SET version = version + 1, generation = '', wrapped = NULL, sealed = NULL, email_mark = NULL, sent_at = $2, sent = $3, paid_at = $4
		 WHERE id = $1 AND sent_at IS NULL`, id, sent.At, text, paid)
	if err != nil {
		return err
	}
	if err := t.run(ctx, "files of draft", `DELETE FROM portal.file WHERE draft_id = $1`, id); err != nil {
		return err
	}
	if paid == nil {
		return nil
	}
	return t.wake(ctx)
}

// wake tells the centre that there is something to take, once the transaction is committed.
func (t *portalTx) wake(ctx context.Context) error {
	return t.run(ctx, "tell the centre", `SELECT pg_notify($1, '')`, ParcelChannel)
}

// DeleteDraft takes away all that is kept of a draft, with its files, links and sessions, and the parcels that nobody paid for. What makes
// an application findable stays: should its fee come in late, the centre is told and gives it back.
func (t *portalTx) DeleteDraft(ctx context.Context, id uuid.UUID) error {
	if err := t.run(ctx, "parcels of draft", `DELETE FROM portal.parcel WHERE group_id = $1 AND held`, id); err != nil {
		return err
	}
	return t.must(ctx, "draft", `DELETE FROM portal.draft WHERE id = $1`, id)
}

// DraftsOf are the drafts of an address that were not sent, the newest first.
func (t *portalTx) DraftsOf(ctx context.Context, emailMark []byte, most int) ([]uuid.UUID, error) {
	return t.ids(ctx, "drafts of an address", `SELECT id FROM portal.draft WHERE email_mark = $1 AND sent_at IS NULL ORDER BY expires_at DESC LIMIT $2`,
		emailMark, most)
}

// Expired are drafts, and applications that nobody paid for, whose time is over. One of which a payment is on its way is left.
func (t *portalTx) Expired(ctx context.Context, now time.Time, most int) ([]uuid.UUID, error) {
	return t.ids(ctx, "drafts whose time is over", `
		SELECT d.id FROM portal.draft d WHERE d.expires_at <= $1 AND d.paid_at IS NULL
		   AND NOT EXISTS (SELECT FROM portal.payment_order o WHERE o.group_id = d.id AND o.state IN ('pending', 'paid'))
		 ORDER BY d.expires_at LIMIT $2 FOR UPDATE OF d SKIP LOCKED`, now, most)
}

func (t *portalTx) ids(ctx context.Context, what, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := t.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return ids, nil
}

// Generations are those of keys that drafts are still wrapped with.
func (t *portalTx) Generations(ctx context.Context) ([]string, error) {
	rows, err := t.Query(ctx, `SELECT DISTINCT generation FROM portal.draft WHERE wrapped IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("generations of keys: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// InsertFile keeps a file.
func (t *portalTx) InsertFile(ctx context.Context, f apply.FileRow) error {
	return t.run(ctx, "file", `INSERT INTO portal.file (id, draft_id, sealed, at) VALUES ($1, $2, $3, $4)`, f.ID, f.Draft, f.Sealed, f.At)
}

// File reads a file of a draft.
func (t *portalTx) File(ctx context.Context, draft, id uuid.UUID) (f apply.FileRow, err error) {
	err = t.QueryRow(ctx, `SELECT id, draft_id, sealed, at FROM portal.file WHERE draft_id = $1 AND id = $2`, draft, id).
		Scan(&f.ID, &f.Draft, &f.Sealed, &f.At)
	return f, none("file", err)
}

// DeleteFile takes a file away.
func (t *portalTx) DeleteFile(ctx context.Context, draft, id uuid.UUID) error {
	return t.run(ctx, "file", `DELETE FROM portal.file WHERE draft_id = $1 AND id = $2`, draft, id)
}
