package auth

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// Fields of a form in which a second person signs; problems of Witness are at them.
const (
	FieldWitness = "witness"
	FieldSecret  = "secret"
)

// Witness verifies that a second person, who holds the permission, signs at the open session of a first with his own PIN or
// password. It begins no session. The caller writes what was signed, with the login that comes back, in his own transaction.
//
// Problems: witness_self (nobody signs for himself), witness_refused (login or secret wrong, or account disabled: one answer, one
// cost), witness_not_allowed (the role does not hold the permission), witness_setup (the password is still a generated one),
// sign_in_wait (too many failures, of the second person's account or at the first's session; argument "seconds").
func (s *Service) Witness(ctx context.Context, first Session, need Permission, login, secret string) (User, error) {
	if normalised, err := NormaliseLogin(login); err == nil && normalised == first.User.Login {
		return User{}, problem.New(problem.Invalid, "witness_self").At(FieldWitness)
	}
	return s.prove(ctx, first, need, login, secret)
}

// Confirm verifies that the person of the open session is at the keyboard, by his own PIN or password, before he signs what weighs
// more than a click. Problems as of Witness.
func (s *Service) Confirm(ctx context.Context, session Session, secret string) error {
	_, err := s.prove(ctx, session, SessionOwn, session.User.Login, secret)
	return err
}

// prove verifies the secret of a login's account at a session.
func (s *Service) prove(ctx context.Context, first Session, need Permission, login, secret string) (User, error) {
	if first.Locked {
		return User{}, ErrLocked
	}
	c := candidate{Attempt: Attempt{Login: login, Lane: first.Lane, Workstation: first.Workstation}, login: login}
	if normalised, err := NormaliseLogin(login); err == nil {
		c.login, c.loginIsValid = normalised, true
	}
	leave, err := s.enterAsWitness(ctx, first, c.login)
	if err != nil {
		return User{}, fmt.Errorf("a second person signs: %w", err)
	}
	defer leave()
	if err := s.look(ctx, &c); err != nil {
		return User{}, err
	}
	c.sourceKey = witnessKey(first.User.ID)
	if err := s.brakeAt(ctx, &c, s.Policy.Account); err != nil { // a session is no hall full of people
		return User{}, err
	}
	match, err := s.secretOf(ctx, c.account, secret)
	if err != nil {
		return User{}, fmt.Errorf("a second person signs: %w", err)
	}
	if refusal := c.whyNot(match, need); refusal != nil {
		return User{}, s.refuseWitness(ctx, first, c, refusal)
	}
	return c.account.User, s.admitWitness(ctx, first, c)
}

// witnessKey counts failures at one person's sessions over all the second persons tried there.
func witnessKey(first uuid.UUID) string { return "witness:" + first.String() }

// enterAsWitness waits at the first's door, then at the one that the second's sign-in uses too, so that no burst of guesses passes
// the brake together.
func (s *Service) enterAsWitness(ctx context.Context, first Session, login string) (leave func(), err error) {
	own, err := s.doors.enter(ctx, witnessKey(first.User.ID))
	if err != nil {
		return nil, err
	}
	other, err := s.doors.enter(ctx, s.keyedHex("login", login))
	if err != nil {
		own()
		return nil, err
	}
	return func() { other(); own() }, nil
}

// whyNot is the refusal of a candidate for a signature; nil when he may. What is wrong with the account is told only to who knew
// its secret.
func (c candidate) whyNot(match bool, need Permission) *problem.Error {
	switch {
	case !c.known() || !match || c.account.Disabled:
		return problem.New(problem.Forbidden, "witness_refused").At(FieldSecret)
	case c.account.MustChangePassword:
		return problem.New(problem.Forbidden, "witness_setup").At(FieldWitness)
	case !Allowed(c.account.Role, need):
		return problem.New(problem.Forbidden, "witness_not_allowed").At(FieldWitness)
	}
	return nil
}

func (s *Service) refuseWitness(ctx context.Context, first Session, c candidate, refusal *problem.Error) error {
	now := s.Now()
	entry := first.Actor(s.Post).Entry(now, audit.Denied, "user", "")
	entry.Decision, entry.ResultCount = refusal.Code, c.refused
	if c.known() {
		entry.ObjectID = c.account.ID.String()
	} else {
		entry.QueryHMAC = s.keyed("login", c.login)
	}
	guessed := refusal.Code == "witness_refused"
	err := s.Store.InTx(ctx, func(tx Tx) error {
		for _, key := range []string{c.accountKey, c.sourceKey} {
			if !guessed {
				break // he knew the secret
			}
			if err := countFailure(ctx, tx, key, s.Policy.Account, now); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return fmt.Errorf("refusing a second person's signature: %w", err)
	}
	return refusal
}

// admitWitness notes that the second person proved himself at the first's session. The account is read again under its lock: it may
// have been shut, or given another secret, while the hash was made.
func (s *Service) admitWitness(ctx context.Context, first Session, c candidate) error {
	user := c.account.User
	entry := audit.Actor{
		ID: user.ID.String(), Name: user.Login, Role: string(user.Role), Post: s.Post, Lane: first.Lane, Workstation: first.Workstation,
	}.Entry(s.Now(), audit.Login, "session", first.ID.String())
	entry.Decision, entry.ResultCount = "signed as second person", c.refused
	if user.ID == first.User.ID {
		entry.Decision = "confirmed"
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		account, err := tx.Account(ctx, user.ID)
		if err != nil {
			return err
		}
		if account.Disabled || account.Role != user.Role || account.PasswordHash != c.account.PasswordHash || account.PINHash != c.account.PINHash {
			return problem.New(problem.Forbidden, "witness_refused").At(FieldSecret)
		}
		for _, key := range []string{c.accountKey, c.sourceKey} {
			if err := tx.ForgetFailures(ctx, key); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return fmt.Errorf("a second person signs: %w", err)
	}
	return nil
}
