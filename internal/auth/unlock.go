package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// Unlock opens a locked session again with the PIN, or with the password, which
// always works and is the only way for a user without a PIN. The session goes
// on under a fresh token; the old one opens nothing any more.
//
// Problems: unlock_refused (argument "left": attempts that remain), and
// ErrNoSession after MaxUnlockAttempts wrong ones, when the session has ended.
func (s *Service) Unlock(ctx context.Context, token, secret string) (string, Session, error) {
	record, err := s.find(ctx, token)
	if err != nil {
		return "", Session{}, err
	}
	if record.LockedAt.IsZero() {
		return "", Session{}, problem.New(problem.Conflict, "session_not_locked")
	}
	attempt, err := s.countUnlock(ctx, record)
	if err != nil {
		return "", Session{}, err
	}
	match, err := s.ownSecret(ctx, record.User, secret)
	if err != nil {
		return "", Session{}, fmt.Errorf("unlocking: %w", err)
	}
	if !match {
		return "", Session{}, s.unlockRefused(ctx, record, attempt)
	}
	return s.reopen(ctx, record)
}

// countUnlock counts the attempt before its secret is looked at, so that
// attempts made together cannot be more than the limit.
func (s *Service) countUnlock(ctx context.Context, record SessionRecord) (attempt int, err error) {
	err = s.change(ctx, record.ID, func(_ Tx, r *SessionRecord) error {
		if r.UnlockFailures >= MaxUnlockAttempts {
			return ErrNoSession
		}
		r.UnlockFailures++
		attempt = r.UnlockFailures
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("unlocking: %w", err)
	}
	return attempt, nil
}

// ownSecret tells whether secret is the user's PIN or password. What has the
// form of a PIN is compared as one; a password is never that short.
func (s *Service) ownSecret(ctx context.Context, user User, secret string) (bool, error) {
	account, err := s.Store.AccountByID(ctx, user.ID)
	if err != nil {
		return false, err
	}
	return s.secretOf(ctx, account, secret)
}

// secretOf is ownSecret of an account at hand. It costs one hash, also for the zero account, which no secret matches.
func (s *Service) secretOf(ctx context.Context, account Account, secret string) (bool, error) {
	stored := account.PasswordHash
	prepared, ok := preparePIN(secret)
	if ok && account.PINHash != "" && len(prepared) <= MaxPINDigits {
		stored = account.PINHash
	} else {
		prepared, ok = preparePassword(secret)
	}
	match, _, err := s.Hasher.Verify(ctx, prepared, stored)
	return ok && match, err
}

func (s *Service) unlockRefused(ctx context.Context, record SessionRecord, attempt int) error {
	last := attempt >= MaxUnlockAttempts
	err := s.change(ctx, record.ID, func(tx Tx, r *SessionRecord) error {
		entry := r.Actor(s.Post).Entry(s.Now(), audit.Denied, "session", r.ID.String())
		entry.Decision = "unlock"
		if err := tx.Audit(ctx, entry); err != nil {
			return err
		}
		if last {
			return s.endIn(ctx, tx, r, "unlock attempts")
		}
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("unlocking: %w", err)
	case last:
		return ErrNoSession
	}
	return problem.New(problem.Forbidden, "unlock_refused").At("pin").With("left", MaxUnlockAttempts-attempt)
}

func (s *Service) reopen(ctx context.Context, record SessionRecord) (string, Session, error) {
	token, hash, err := newToken(s.Random)
	if err != nil {
		return "", Session{}, err
	}
	var open Session
	err = s.change(ctx, record.ID, func(tx Tx, r *SessionRecord) error {
		if r.Token != record.Token {
			return ErrNoSession // somebody else unlocked it meanwhile
		}
		now := s.Now()
		r.Token, r.LastSeen, r.UnlockFailures = hash, now, 0
		r.LockedAt = time.Time{}
		open = r.current()
		entry := r.Actor(s.Post).Entry(now, audit.Login, "session", r.ID.String())
		entry.Decision = "unlocked"
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return "", Session{}, fmt.Errorf("unlocking: %w", err)
	}
	return token, open, nil
}
