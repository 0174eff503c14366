package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// Authenticate finds the open session of a token and counts the request as an
// act of its person. ErrNoSession when there is none. A session that is locked,
// or locks now for idleness, comes back with Locked set: the caller must then
// offer nothing but unlocking and signing out.
//
// It costs one indexed query, and one small update every Policy.SeenEvery.
func (s *Service) Authenticate(ctx context.Context, token string) (Session, error) {
	session, err := s.Inspect(ctx, token)
	if err != nil || session.Locked {
		return session, err
	}
	now := s.Now()
	if now.Sub(session.LastSeen) < s.Policy.SeenEvery {
		return session, nil
	}
	if err := s.Store.Touch(ctx, session.ID, now); err != nil {
		return Session{}, fmt.Errorf("noting an act of the session: %w", err)
	}
	session.LastSeen = now
	return session, nil
}

// Inspect is Authenticate for requests that the page makes by itself (event
// streams, polling): they do not keep a session from locking.
func (s *Service) Inspect(ctx context.Context, token string) (Session, error) {
	record, err := s.find(ctx, token)
	if err != nil {
		return Session{}, err
	}
	if record.LockedAt.IsZero() && s.idle(record, s.Now()) {
		return s.lock(ctx, record.ID, "idle")
	}
	return record.current(), nil
}

// find gives the living session of a token, locked or not.
func (s *Service) find(ctx context.Context, token string) (SessionRecord, error) {
	hash, ok := hashToken(token)
	if !ok {
		return SessionRecord{}, ErrNoSession
	}
	record, err := s.Store.SessionByToken(ctx, hash)
	if problem.KindOf(err) == problem.NotFound {
		return SessionRecord{}, ErrNoSession
	}
	if err != nil {
		return SessionRecord{}, fmt.Errorf("finding a session: %w", err)
	}
	if !record.alive(s.Now()) {
		return SessionRecord{}, ErrNoSession
	}
	return record, nil
}

func (r SessionRecord) alive(now time.Time) bool {
	return r.EndedAt.IsZero() && now.Before(r.ExpiresAt) && !r.User.Disabled
}

// current is the record as the rest of the program may see it.
func (r SessionRecord) current() Session {
	session := r.Session
	session.Locked = !r.LockedAt.IsZero()
	return session
}

// idle tells whether the session has to be locked. LastSeen may be SeenEvery
// behind the last act, so it is early by that much at most and never late.
func (s *Service) idle(record SessionRecord, now time.Time) bool {
	return now.Sub(record.LastSeen) >= s.Policy.IdleLock
}

// Lock locks a session at its person's wish (key, card removed).
func (s *Service) Lock(ctx context.Context, session Session) (Session, error) {
	return s.lock(ctx, session.ID, "asked")
}

// lock is safe to repeat: the second time changes and audits nothing. For
// idleness it looks again, since the person may have acted meanwhile.
func (s *Service) lock(ctx context.Context, id uuid.UUID, why string) (Session, error) {
	var session Session
	err := s.change(ctx, id, func(tx Tx, record *SessionRecord) error {
		now := s.Now()
		due := why != "idle" || s.idle(*record, now)
		if !record.LockedAt.IsZero() || !due {
			session = record.current()
			return nil
		}
		record.LockedAt, record.UnlockFailures = now, 0
		session = record.current()
		entry := record.Actor(s.Post).Entry(now, audit.Lock, "session", id.String())
		entry.Decision = why
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return Session{}, fmt.Errorf("locking a session: %w", err)
	}
	return session, nil
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, session Session) error {
	return s.end(ctx, session, "signed out")
}

func (s *Service) end(ctx context.Context, session Session, why string) error {
	err := s.change(ctx, session.ID, func(tx Tx, record *SessionRecord) error {
		return s.endIn(ctx, tx, record, why)
	})
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

func (s *Service) endIn(ctx context.Context, tx Tx, record *SessionRecord, why string) error {
	now := s.Now()
	record.EndedAt, record.EndReason = now, why
	entry := record.Actor(s.Post).Entry(now, audit.Logout, "session", record.ID.String())
	entry.Decision = why
	return tx.Audit(ctx, entry)
}

// change reads a living session under a lock, lets act alter it, saves it and
// tells the watches. ErrNoSession when it has ended meanwhile.
func (s *Service) change(ctx context.Context, id uuid.UUID, act func(Tx, *SessionRecord) error) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		record, err := tx.Session(ctx, id)
		if problem.KindOf(err) == problem.NotFound {
			return ErrNoSession
		}
		if err != nil {
			return err
		}
		if !record.EndedAt.IsZero() || record.User.Disabled {
			return ErrNoSession
		}
		if err := act(tx, &record); err != nil {
			return err
		}
		return tx.SaveSession(ctx, record)
	})
	s.watches.look()
	return err
}

// SetPlace moves an open session to another lane and workstation, and to
// another language; empty values leave what is there.
func (s *Service) SetPlace(ctx context.Context, session Session, lane, workstation, language string) (Session, error) {
	if session.Locked {
		return Session{}, ErrLocked
	}
	if err := checkPlace(lane, workstation, language); err != nil {
		return Session{}, err
	}
	var moved Session
	err := s.change(ctx, session.ID, func(tx Tx, record *SessionRecord) error {
		if !record.LockedAt.IsZero() {
			return ErrLocked
		}
		record.Lane = orElse(lane, record.Lane)
		record.Workstation = orElse(workstation, record.Workstation)
		record.Language = orElse(language, record.Language)
		moved = record.current()
		if lane == "" && workstation == "" {
			return nil // a language alone is nobody's business
		}
		entry := record.Actor(s.Post).Entry(s.Now(), audit.Administration, "session", record.ID.String())
		entry.Decision = "moved"
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return Session{}, fmt.Errorf("moving a session: %w", err)
	}
	return moved, nil
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
