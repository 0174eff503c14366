package portaldb

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/apply"
)

// InsertSession keeps a browser's session.
func (t *portalTx) InsertSession(ctx context.Context, s apply.SessionRow) error {
	return t.run(ctx, "session", `INSERT INTO portal.session (digest, draft_id, application_id, until) VALUES ($1, $2, $3, $4)`,
		s.Digest, optional(s.Draft), optional(s.Application), s.Until)
}

// Session reads the one of a token's digest that has not ended.
func (t *portalTx) Session(ctx context.Context, digest []byte, now time.Time) (s apply.SessionRow, err error) {
	var draft, application *uuid.UUID
	err = t.QueryRow(ctx, `SELECT digest, draft_id, application_id, until FROM portal.session WHERE digest = $1 AND until > $2`, digest, now).
		Scan(&s.Digest, &draft, &application, &s.Until)
	if draft != nil {
		s.Draft = *draft
	}
	if application != nil {
		s.Application = *application
	}
	return s, none("session", err)
}

// ExtendSession lets a session last longer.
func (t *portalTx) ExtendSession(ctx context.Context, digest []byte, until time.Time) error {
	return t.run(ctx, "session", `UPDATE portal.session SET until = $2 WHERE digest = $1 AND until < $2`, digest, until)
}

// DeleteSession ends a session.
func (t *portalTx) DeleteSession(ctx context.Context, digest []byte) error {
	return t.run(ctx, "session", `DELETE FROM portal.session WHERE digest = $1`, digest)
}

// InsertLink keeps a link; those of the draft before it end.
func (t *portalTx) InsertLink(ctx context.Context, l apply.LinkRow) error {
	if err := t.run(ctx, "link", `DELETE FROM portal.link WHERE draft_id = $1`, l.Draft); err != nil {
		return err
	}
	return t.run(ctx, "link", `INSERT INTO portal.link (digest, draft_id, until) VALUES ($1, $2, $3)`, l.Digest, l.Draft, l.Until)
}

// UseLink gives a link's draft and ends the link: of two that use it at once, one finds it.
func (t *portalTx) UseLink(ctx context.Context, digest []byte, now time.Time) (draft uuid.UUID, err error) {
	err = t.QueryRow(ctx, `DELETE FROM portal.link WHERE digest = $1 AND until > $2 RETURNING draft_id`, digest, now).Scan(&draft)
	return draft, none("link", err)
}
