package auth

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
)

// Account is a user with the hashes of his secrets, as PHC strings. It passes
// between Service and Store only.
type Account struct {
	User
	PasswordHash string
	// PINHash is empty while no PIN is set.
	PINHash string
}

// SessionRecord is a session as the Store keeps it. LockedAt says whether it is
// locked; Session.Locked is not looked at.
type SessionRecord struct {
	Session
	Token TokenHash
	// LockedAt and EndedAt are zero while the session is open.
	LockedAt time.Time
	EndedAt  time.Time
	// EndReason says why it ended: a short word for operators.
	EndReason string
	// UnlockFailures counts wrong PINs and passwords since the lock.
	UnlockFailures int
}

// Store keeps accounts and sessions. What is not found is a problem of kind
// NotFound; a login that exists already is one of kind Conflict.
type Store interface {
	// AccountByLogin finds the account of a normalised login.
	AccountByLogin(ctx context.Context, login string) (Account, error)
	// AccountByID finds an account, disabled or not.
	AccountByID(ctx context.Context, id uuid.UUID) (Account, error)
	// Users lists all users by login.
	Users(ctx context.Context) ([]User, error)
	// SessionByToken finds a session and its user in one indexed query. It
	// gives ended and expired ones too.
	SessionByToken(ctx context.Context, token TokenHash) (SessionRecord, error)
	// Sessions finds those of the ids that exist, in one query.
	Sessions(ctx context.Context, ids []uuid.UUID) ([]SessionRecord, error)
	// ExpiredSessions lists up to limit sessions that expired before now and
	// have not been ended.
	ExpiredSessions(ctx context.Context, now time.Time, limit int) ([]SessionRecord, error)
	// Touch notes that the person of an open session acted. It never moves
	// the instant backwards.
	Touch(ctx context.Context, id uuid.UUID, at time.Time) error
	// Failures of an account or source; zero when nothing is remembered.
	Failures(ctx context.Context, key string) (Failures, error)
	// CountRefused adds one to the refused attempts of a remembered key.
	CountRefused(ctx context.Context, key string) error
	// Prune deletes sessions that ended, and failures whose last one was,
	// before the instant.
	Prune(ctx context.Context, before time.Time) error
	// InTx runs act in one transaction, which is rolled back when it fails.
	InTx(ctx context.Context, act func(Tx) error) error
}

// Tx is what a Store does inside a transaction. Whatever it reads is locked
// until the transaction ends.
type Tx interface {
	CreateAccount(ctx context.Context, account Account) error
	Account(ctx context.Context, id uuid.UUID) (Account, error)
	SaveAccount(ctx context.Context, account Account) error

	CreateSession(ctx context.Context, record SessionRecord) error
	// Session locks the session's row only, not its user's.
	Session(ctx context.Context, id uuid.UUID) (SessionRecord, error)
	SaveSession(ctx context.Context, record SessionRecord) error
	// EndSessions ends all open sessions of a user but the one kept, and tells
	// how many there were.
	EndSessions(ctx context.Context, user, keep uuid.UUID, at time.Time, reason string) (int, error)

	// Failures waits for other transactions on the same key.
	Failures(ctx context.Context, key string) (Failures, error)
	SetFailures(ctx context.Context, key string, failures Failures) error
	ForgetFailures(ctx context.Context, key string) error

	// Audit writes an entry that stands or falls with the transaction.
	Audit(ctx context.Context, entry audit.Entry) error
}
