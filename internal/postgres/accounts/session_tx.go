package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/auth"
)

// CreateSession inserts a session.
func (t *tx) CreateSession(ctx context.Context, r auth.SessionRecord) error {
	const insert = `
		INSERT INTO session (id, token_hash, account_id, lane, workstation, language, created_at, last_seen, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	_, err := t.exec.Exec(ctx, insert, r.ID, r.Token[:], r.User.ID, r.Lane, r.Workstation, r.Language,
		r.CreatedAt, r.LastSeen, r.ExpiresAt)
	if err != nil {
		return fmt.Errorf("inserting a session: %w", err)
	}
	return nil
}

// Session finds a session and locks its row.
func (t *tx) Session(ctx context.Context, id uuid.UUID) (auth.SessionRecord, error) {
	row := t.gorm.Statement.ConnPool.QueryRowContext(ctx, selectSession+"WHERE s.id = $1 FOR UPDATE OF s", id)
	record, err := scanSession(row)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return auth.SessionRecord{}, errSessionUnknown()
	case err != nil:
		return auth.SessionRecord{}, fmt.Errorf("reading a session: %w", err)
	}
	return record, nil
}

// SaveSession writes every column of a session that can change.
func (t *tx) SaveSession(ctx context.Context, r auth.SessionRecord) error {
	const update = `
		UPDATE session SET token_hash = $2, lane = $3, workstation = $4, language = $5, last_seen = $6, locked_at = $7,
		       unlock_failures = $8, ended_at = $9, end_reason = $10
		WHERE id = $1`
	tag, err := t.exec.Exec(ctx, update, r.ID, r.Token[:], r.Lane, r.Workstation, r.Language, r.LastSeen,
		orNull(r.LockedAt), r.UnlockFailures, orNull(r.EndedAt), r.EndReason)
	if err != nil {
		return fmt.Errorf("updating a session: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errSessionUnknown()
	}
	return nil
}

// EndSessions ends all open sessions of a user but one.
func (t *tx) EndSessions(ctx context.Context, user, keep uuid.UUID, at time.Time, reason string) (int, error) {
	const update = `UPDATE session SET ended_at = $3, end_reason = $4 WHERE account_id = $1 AND id <> $2 AND ended_at IS NULL`
	tag, err := t.exec.Exec(ctx, update, user, keep, at, reason)
	if err != nil {
		return 0, fmt.Errorf("ending sessions: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
