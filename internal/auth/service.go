package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// ErrNoSession is the answer to a token that opens nothing: unknown, ended,
// expired, or of a disabled user. The person has to sign in.
var ErrNoSession = problem.New(problem.Forbidden, "session_over")

// ErrLocked is the answer to an act that an open session is needed for.
var ErrLocked = problem.New(problem.Forbidden, "session_locked")

// Service is the door: sign-in, sessions, and the keeping of accounts. Every
// act of it writes its audit entry in the same transaction.
type Service struct {
	Config
	doors   doors
	watches *watches
}

// Config is what a Service is made of. All fields but Logger are needed.
type Config struct {
	Store  Store
	Hasher *Hasher
	Policy Policy
	// Key makes keyed hashes of sources and of login names nobody has: people
	// type passwords into the login field. At least 32 bytes, kept outside the
	// database.
	Key []byte
	// Post is the border crossing point, for audit entries; "central" at the centre.
	Post   string
	Now    func() time.Time
	Random io.Reader
	NewID  func() uuid.UUID
	Logger *slog.Logger
}

// NewService checks that everything is there.
func NewService(c Config) (*Service, error) {
	switch {
	case c.Store == nil || c.Hasher == nil || c.Now == nil || c.Random == nil || c.NewID == nil:
		return nil, errors.New("auth service: expected store, hasher, clock, randomness and ids")
	case len(c.Key) < 32:
		return nil, fmt.Errorf("auth service: key of %d bytes, expected at least 32", len(c.Key))
	case c.Policy.IdleLock <= 0 || c.Policy.Absolute <= 0 || c.Policy.WatchEvery <= 0 || c.Policy.Unconfirmed <= 0:
		return nil, errors.New("auth service: expected the policy's durations to be above zero")
	case c.Policy.SeenEvery >= c.Policy.IdleLock:
		return nil, errors.New("auth service: expected SeenEvery to be below IdleLock")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{Config: c, watches: newWatches()}, nil
}

// keyed gives the keyed hash of a value that must not be readable later.
func (s *Service) keyed(kind, value string) []byte {
	mac := hmac.New(sha256.New, s.Key)
	_, _ = io.WriteString(mac, kind+"\x00"+value) // a hash never fails to be written
	return mac.Sum(nil)
}

func (s *Service) keyedHex(kind, value string) string {
	return kind + ":" + hex.EncodeToString(s.keyed(kind, value))
}

// Actor is the session's person and place for an audit entry.
func (s Session) Actor(post string) audit.Actor {
	return audit.Actor{
		ID: s.User.ID.String(), Name: s.User.Login, Role: string(s.User.Role),
		Post: post, Lane: s.Lane, Workstation: s.Workstation,
	}
}
