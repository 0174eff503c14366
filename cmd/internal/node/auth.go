package node

import (
	"io"
	"log/slog"
	"runtime"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/accounts"
)

// Tools are what is handed in to everything: clock, randomness, ids, log.
type Tools struct {
	Now    func() time.Time
	Random io.Reader
	NewID  func() uuid.UUID
	Log    *slog.Logger
	// Database changes how the pool is opened; nothing in production.
	Database []postgres.Option
	// Hash is what a hash of a password or PIN costs; nothing in production, which is auth.OWASPParams.
	Hash auth.Params
}

// Auth makes the service of sign-in and sessions over a program's database.
func Auth(t Tools, db *postgres.DB, key []byte, post string, session config.Session) (*auth.Service, error) {
	if t.Hash == (auth.Params{}) {
		t.Hash = auth.OWASPParams()
	}
	hasher, err := auth.NewHasher(t.Hash, max(runtime.GOMAXPROCS(0), 2), t.Random)
	if err != nil {
		return nil, err
	}
	policy := auth.DefaultPolicy()
	policy.IdleLock, policy.Absolute = session.IdleLock, session.Lifetime
	policy.SeenEvery = min(policy.SeenEvery, session.IdleLock/4)
	return auth.NewService(auth.Config{
		Store: accounts.New(db), Hasher: hasher, Policy: policy, Key: key, Post: post,
		Now: t.Now, Random: t.Random, NewID: t.NewID, Logger: t.Log,
	})
}
