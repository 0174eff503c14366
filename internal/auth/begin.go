package auth

import (
	"context"
	"fmt"

	"github.com/openbmis/openbmis/internal/audit"
)

// begin opens the session of a successful attempt under a fresh token.
func (s *Service) begin(ctx context.Context, c candidate) (string, Session, error) {
	token, hash, err := newToken(s.Random)
	if err != nil {
		return "", Session{}, err
	}
	record := s.newRecord(c, hash)
	err = s.Store.InTx(ctx, func(tx Tx) error {
		account, err := tx.Account(ctx, c.account.ID)
		if err != nil {
			return err
		}
		if account.Disabled || account.PasswordHash != c.account.PasswordHash {
			return ErrNoSession // changed while we were hashing
		}
		if c.freshPassword != "" {
			account.PasswordHash = c.freshPassword
			if err := tx.SaveAccount(ctx, account); err != nil {
				return err
			}
		}
		return s.beginIn(ctx, tx, c, record)
	})
	if err != nil {
		return "", Session{}, fmt.Errorf("beginning a session: %w", err)
	}
	s.endPrevious(ctx, c.Previous)
	return token, record.Session, nil
}

func (s *Service) beginIn(ctx context.Context, tx Tx, c candidate, record SessionRecord) error {
	if err := tx.ForgetFailures(ctx, c.accountKey); err != nil {
		return err
	}
	if err := tx.CreateSession(ctx, record); err != nil {
		return err
	}
	entry := record.Actor(s.Post).Entry(s.Now(), audit.Login, "session", record.ID.String())
	entry.Decision, entry.ResultCount = "admitted", c.refused
	return tx.Audit(ctx, entry)
}

func (s *Service) newRecord(c candidate, token TokenHash) SessionRecord {
	now := s.Now()
	language := c.Language
	if language == "" {
		language = c.account.Language
	}
	return SessionRecord{
		Session: Session{
			ID: s.NewID(), User: c.account.User, Lane: c.Lane, Workstation: c.Workstation,
			Language: language, CreatedAt: now, LastSeen: now, ExpiresAt: now.Add(s.Policy.Absolute),
		},
		Token: token,
	}
}

// endPrevious ends the session that the browser had before, if it had one. The
// new session stands either way, so a failure is told to the operator only.
func (s *Service) endPrevious(ctx context.Context, token string) {
	record, err := s.find(ctx, token)
	if err != nil {
		return // no session, nothing to end
	}
	if err := s.end(ctx, record.Session, "replaced"); err != nil {
		s.Logger.WarnContext(ctx, "the session replaced at sign-in was not ended", "session", record.ID, "error", err)
	}
}
