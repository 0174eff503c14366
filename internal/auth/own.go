package auth

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// ChangePassword sets the session's user a new password. It needs the present
// one, and ends the user's other sessions.
//
// Problems: password_wrong at field "current", password_same, and those of
// CheckPassword.
func (s *Service) ChangePassword(ctx context.Context, session Session, current, chosen string) error {
	if err := s.confirm(ctx, session, current); err != nil {
		return err
	}
	if err := CheckPassword(chosen, session.User.Login); err != nil {
		return err
	}
	prepared, _ := preparePassword(chosen)
	if before, _ := preparePassword(current); before == prepared {
		return problem.New(problem.Invalid, "password_same").At("password")
	}
	hash, err := s.Hasher.Hash(ctx, prepared)
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	return s.alter(ctx, alteration{
		by: session.Actor(s.Post), user: session.User.ID, what: "password changed",
		endSessions: true, keep: session.ID,
		act: func(a *Account) { a.PasswordHash, a.MustChangePassword = hash, false },
	})
}

// SetPIN sets the session's user the PIN that unlocks his sessions. It needs
// the password.
//
// Problems: password_wrong at field "current", and those of CheckPIN.
func (s *Service) SetPIN(ctx context.Context, session Session, password, pin string) error {
	if err := s.confirm(ctx, session, password); err != nil {
		return err
	}
	return s.setPIN(ctx, session.Actor(s.Post), session.User.ID, pin)
}

func (s *Service) setPIN(ctx context.Context, by audit.Actor, user uuid.UUID, pin string) error {
	if err := CheckPIN(pin); err != nil {
		return err
	}
	digits, _ := preparePIN(pin)
	hash, err := s.Hasher.Hash(ctx, digits)
	if err != nil {
		return fmt.Errorf("setting a PIN: %w", err)
	}
	return s.alter(ctx, alteration{
		by: by, user: user, what: "pin set",
		act: func(a *Account) { a.PINHash, a.HasPIN = hash, true },
	})
}

// confirm asks for the password of an open session's user again. Wrong ones
// count against the account as at sign-in.
func (s *Service) confirm(ctx context.Context, session Session, password string) error {
	if session.Locked {
		return ErrLocked
	}
	leave, err := s.doors.enter(ctx, userKey(session.User.ID))
	if err != nil {
		return fmt.Errorf("confirming a password: %w", err)
	}
	defer leave()
	account, err := s.Store.AccountByID(ctx, session.User.ID)
	if err != nil {
		return fmt.Errorf("confirming a password: %w", err)
	}
	failures, err := s.Store.Failures(ctx, userKey(account.ID))
	if err != nil {
		return fmt.Errorf("confirming a password: %w", err)
	}
	if wait := s.Policy.Account.Wait(failures, s.Now()); wait > 0 {
		return waitProblem(wait)
	}
	prepared, usable := preparePassword(password)
	match, _, err := s.Hasher.Verify(ctx, prepared, account.PasswordHash)
	if err != nil {
		return fmt.Errorf("confirming a password: %w", err)
	}
	if !usable || !match {
		return s.unconfirmed(ctx, session)
	}
	return nil
}

func (s *Service) unconfirmed(ctx context.Context, session Session) error {
	now := s.Now()
	entry := session.Actor(s.Post).Entry(now, audit.Denied, "user", session.User.ID.String())
	entry.Decision = "password"
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if err := countFailure(ctx, tx, userKey(session.User.ID), s.Policy.Account, now); err != nil {
			return err
		}
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return fmt.Errorf("confirming a password: %w", err)
	}
	return problem.New(problem.Invalid, "password_wrong").At("current")
}
