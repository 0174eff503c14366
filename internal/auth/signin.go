package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// Attempt is what a person at the sign-in page hands over.
type Attempt struct {
	Login, Password string
	// Source is the network address without port; it is kept as a keyed hash.
	Source string
	// Lane and Workstation are where the person sits; empty at the centre.
	Lane, Workstation string
	// Language is the choice made on the page; empty for the user's own.
	Language string
	// Previous is the token the browser already had: it ends when this attempt
	// succeeds, so that nobody can plant a session.
	Previous string
}

// candidate is an attempt with what is known about it.
type candidate struct {
	Attempt
	account       Account // zero when nobody has the login
	login         string  // normalised, or as typed when no account can have it
	loginIsValid  bool
	accountKey    string
	sourceKey     string
	refused       int    // attempts turned away unread since the last failure
	freshPassword string // the hash under today's costs, when the stored one is of other costs
	refusal       string // for the audit entry only; empty when the password is right
}

func (c candidate) known() bool { return c.account.ID != uuid.Nil }

// SignIn checks login and password and begins a session. It gives the token
// for the cookie, which is not kept anywhere.
//
// Problems: sign_in_refused (login or password wrong, or account disabled: one
// answer, one cost), sign_in_wait (too many failures; argument "seconds").
func (s *Service) SignIn(ctx context.Context, a Attempt) (string, Session, error) {
	if err := a.checkPlace(); err != nil {
		return "", Session{}, err
	}
	c := candidate{Attempt: a, login: a.Login}
	if login, err := NormaliseLogin(a.Login); err == nil {
		c.login, c.loginIsValid = login, true
	}
	leave, err := s.doors.enter(ctx, s.keyedHex("login", c.login))
	if err != nil {
		return "", Session{}, fmt.Errorf("signing in: %w", err)
	}
	defer leave()
	if err := s.look(ctx, &c); err != nil {
		return "", Session{}, err
	}
	if err := s.brake(ctx, &c); err != nil {
		return "", Session{}, err
	}
	if err := s.compare(ctx, &c); err != nil {
		return "", Session{}, err
	}
	if c.refusal != "" {
		return "", Session{}, s.refuse(ctx, c)
	}
	return s.begin(ctx, c)
}

// look finds the account. Its brake is counted under the user's id, so that it
// can be released without the key; a login nobody has is counted the same way.
func (s *Service) look(ctx context.Context, c *candidate) error {
	c.sourceKey = s.keyedHex("source", c.Source)
	c.accountKey = s.keyedHex("login", c.login)
	if !c.loginIsValid {
		return nil
	}
	account, err := s.Store.AccountByLogin(ctx, c.login)
	switch {
	case problem.KindOf(err) == problem.NotFound:
		return nil
	case err != nil:
		return fmt.Errorf("signing in: %w", err)
	}
	c.account, c.accountKey = account, userKey(account.ID)
	return nil
}

func userKey(id uuid.UUID) string { return "user:" + id.String() }

// brake turns the attempt away when account or source has to wait.
func (s *Service) brake(ctx context.Context, c *candidate) error {
	return s.brakeAt(ctx, c, s.Policy.Source)
}

func (s *Service) brakeAt(ctx context.Context, c *candidate, source Brake) error {
	var wait time.Duration
	for _, at := range []struct {
		key   string
		brake Brake
	}{{c.accountKey, s.Policy.Account}, {c.sourceKey, source}} {
		failures, err := s.Store.Failures(ctx, at.key)
		if err != nil {
			return fmt.Errorf("signing in: %w", err)
		}
		c.refused += failures.Refused
		own := at.brake.Wait(failures, s.Now())
		if own == 0 {
			continue
		}
		wait = max(wait, own)
		if err := s.Store.CountRefused(ctx, at.key); err != nil {
			return fmt.Errorf("signing in: %w", err)
		}
	}
	if wait > 0 {
		return waitProblem(wait)
	}
	return nil
}

func waitProblem(wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	return problem.New(problem.Forbidden, "sign_in_wait").With("seconds", seconds)
}

// compare spends one hash on every attempt, whatever is known of the account.
func (s *Service) compare(ctx context.Context, c *candidate) error {
	password, usable := preparePassword(c.Password)
	match, stale, err := s.Hasher.Verify(ctx, password, c.account.PasswordHash)
	if err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	switch {
	case !c.known():
		c.refusal = "unknown"
	case !usable || !match:
		c.refusal = "password"
	case c.account.Disabled:
		c.refusal = "disabled"
	case stale:
		c.freshPassword, err = s.Hasher.Hash(ctx, password)
	}
	if err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	return nil
}

// refuse counts the failure and audits it, in one transaction.
func (s *Service) refuse(ctx context.Context, c candidate) error {
	now := s.Now()
	entry := s.attemptEntry(c, audit.Denied, "user", "")
	entry.Decision = c.refusal
	if c.known() {
		entry.ObjectID = c.account.ID.String()
	} else {
		entry.QueryHMAC = s.keyed("login", c.login)
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if err := countFailure(ctx, tx, c.accountKey, s.Policy.Account, now); err != nil {
			return err
		}
		if err := countFailure(ctx, tx, c.sourceKey, s.Policy.Source, now); err != nil {
			return err
		}
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return fmt.Errorf("refusing a sign-in: %w", err)
	}
	return problem.New(problem.Forbidden, "sign_in_refused")
}

func countFailure(ctx context.Context, tx Tx, key string, brake Brake, now time.Time) error {
	failures, err := tx.Failures(ctx, key)
	if err != nil {
		return err
	}
	return tx.SetFailures(ctx, key, brake.Next(failures, now))
}

// attemptEntry starts an entry about an attempt. Its result count is the number
// of attempts that were turned away unread before it.
func (s *Service) attemptEntry(c candidate, verb audit.Verb, kind, id string) audit.Entry {
	entry := audit.Actor{ID: "sign-in", Post: s.Post, Lane: c.Lane, Workstation: c.Workstation}.
		Entry(s.Now(), verb, kind, id)
	entry.ResultCount = c.refused
	return entry
}
