package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
)

// selectSession reads sessions with their users; scanSession knows the order of its columns.
const selectSession = `
SELECT s.id, s.token_hash, s.lane, s.workstation, s.language, s.created_at, s.last_seen, s.expires_at,
       s.locked_at, s.unlock_failures, s.ended_at, s.end_reason,
       a.id, a.login, a.display_name, a.role, a.agency, a.language, a.disabled, a.must_change_password, a.pin_hash <> '', a.created_at
FROM session s JOIN account a ON a.id = s.account_id `

// scanner is a row of pgx or of database/sql.
type scanner interface{ Scan(dest ...any) error }

func scanSession(row scanner) (auth.SessionRecord, error) {
	var (
		r             auth.SessionRecord
		token         []byte
		locked, ended *time.Time
	)
	err := row.Scan(&r.ID, &token, &r.Lane, &r.Workstation, &r.Language, &r.CreatedAt, &r.LastSeen, &r.ExpiresAt,
		&locked, &r.UnlockFailures, &ended, &r.EndReason,
		&r.User.ID, &r.User.Login, &r.User.DisplayName, &r.User.Role, &r.User.Agency, &r.User.Language, &r.User.Disabled,
		&r.User.MustChangePassword, &r.User.HasPIN, &r.User.CreatedAt)
	if err != nil {
		return auth.SessionRecord{}, err
	}
	copy(r.Token[:], token)
	r.LockedAt, r.EndedAt = orZero(locked), orZero(ended)
	for _, at := range []*time.Time{&r.CreatedAt, &r.LastSeen, &r.ExpiresAt, &r.User.CreatedAt} {
		*at = at.UTC()
	}
	return r, nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func errSessionUnknown() error { return problem.New(problem.NotFound, "session_unknown") }

// SessionByToken finds a session and its user: one query on a unique index.
func (s *Store) SessionByToken(ctx context.Context, token auth.TokenHash) (auth.SessionRecord, error) {
	found, err := s.sessions(ctx, "WHERE s.token_hash = $1", token[:])
	switch {
	case err != nil:
		return auth.SessionRecord{}, err
	case len(found) == 0:
		return auth.SessionRecord{}, errSessionUnknown()
	}
	return found[0], nil
}

// Sessions finds those of the ids that exist.
func (s *Store) Sessions(ctx context.Context, ids []uuid.UUID) ([]auth.SessionRecord, error) {
	return s.sessions(ctx, "WHERE s.id = ANY($1)", ids)
}

// ExpiredSessions lists sessions that expired and were not ended, the oldest first.
func (s *Store) ExpiredSessions(ctx context.Context, now time.Time, limit int) ([]auth.SessionRecord, error) {
	return s.sessions(ctx, "WHERE s.ended_at IS NULL AND s.expires_at <= $1 ORDER BY s.expires_at LIMIT $2", now, limit)
}

func (s *Store) sessions(ctx context.Context, where string, args ...any) ([]auth.SessionRecord, error) {
	rows, err := s.db.Pool.Query(ctx, selectSession+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading sessions: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (auth.SessionRecord, error) { return scanSession(row) })
	if err != nil {
		return nil, fmt.Errorf("reading sessions: %w", err)
	}
	return found, nil
}

// Touch notes that the person of a session acted.
func (s *Store) Touch(ctx context.Context, id uuid.UUID, at time.Time) error {
	const update = `UPDATE session SET last_seen = $2
		WHERE id = $1 AND last_seen < $2 AND locked_at IS NULL AND ended_at IS NULL`
	if _, err := s.db.Pool.Exec(ctx, update, id, at); err != nil {
		return fmt.Errorf("updating a session: %w", err)
	}
	return nil
}

// Prune deletes sessions that ended, and failures whose last one was, before the instant.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	for _, statement := range []string{
		`DELETE FROM session WHERE ended_at < $1`,
		`DELETE FROM login_failure WHERE last_at < $1`,
	} {
		if _, err := s.db.Pool.Exec(ctx, statement, before); err != nil {
			return fmt.Errorf("deleting what is over: %w", err)
		}
	}
	return nil
}
