package sealdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/vault"
)

// SubjectOptions are what Subjects are made of; all are needed.
type SubjectOptions struct {
	// Table keeps the keys. Its columns are id, subject (unique), generation, wrapped, created_at.
	Table    string
	DB       *postgres.DB
	Wrapping vault.Wrapping
	Random   io.Reader
	Now      func() time.Time
	NewID    func() uuid.UUID
}

// Subjects are the data keys of what a store has many of (applications, flights, days), one for each by its name, made when it is first needed
// and destroyed with it; and the key of the store's keyed hashes. They are safe for concurrent use.
type Subjects struct {
	o     SubjectOptions
	mu    sync.Mutex
	index *vault.DataKey
}

// NewSubjects makes them.
func NewSubjects(o SubjectOptions) *Subjects { return &Subjects{o: o} }

// querier is what a pool and a transaction have in common.
type querier interface {
	postgres.Execer
	rowQuerier
}

// Find opens the key of a subject: vault.ErrDestroyed when it is gone, pgx.ErrNoRows when there never was one.
func (s *Subjects) Find(ctx context.Context, q rowQuerier, subject string) (*vault.DataKey, error) {
	var k Key
	sql := Tables{Key: s.o.Table}.sql(`SELECT id, generation, wrapped FROM {key} WHERE subject = $1`)
	if err := q.QueryRow(ctx, sql, subject).Scan(&k.ID, &k.Generation, &k.Wrapped); err != nil {
		return nil, err
	}
	return k.Open(s.o.Wrapping)
}

// Make opens the key of a subject, and makes it when there never was one.
func (s *Subjects) Make(ctx context.Context, q querier, subject string) (*vault.DataKey, error) {
	k, err := s.Find(ctx, q, subject)
	if !errors.Is(err, pgx.ErrNoRows) {
		return k, err
	}
	made, row, err := NewKey(s.o.NewID(), s.o.Random, s.o.Wrapping)
	if err != nil {
		return nil, err
	}
	tag, err := q.Exec(ctx, Tables{Key: s.o.Table}.sql(`INSERT INTO {key} (id, subject, generation, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (subject) DO NOTHING`), row.ID, subject, row.Generation, row.Wrapped, s.o.Now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return nil, err
	}
	if tag.RowsAffected() == 1 {
		return made, nil
	}
	return s.Find(ctx, q, subject) // another process was first
}

// Index gives the key of the keyed hashes, which is made once, in a transaction of its own: what fails around it must not take it away while it
// is remembered.
func (s *Subjects) Index(ctx context.Context) (*vault.DataKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index != nil {
		return s.index, nil
	}
	k, err := s.Make(ctx, s.o.DB.Pool, "index")
	s.index = k
	return k, err
}

// Maintain wraps every key with the current generation of its wrapping, and destroys the generations that no key needs and that were last used
// longer ago than backups are kept.
func (s *Subjects) Maintain(ctx context.Context, backups time.Duration) error {
	return Tables{Key: s.o.Table}.Maintain(ctx, s.o.DB, s.o.Wrapping, s.o.Now().Add(-backups))
}

// Seal seals a value's JSON under a key for one place.
func Seal(key *vault.DataKey, at vault.Place, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(at, plain)
}

// Open reads what Seal sealed for the place. Its error says no more of the place than the first part of its kind, and nothing of what was sealed.
func Open(key *vault.DataKey, at vault.Place, sealed []byte, into any) error {
	plain, err := key.Open(at, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, into); err != nil { // which may repeat what was read
		what, _, _ := strings.Cut(at.Kind, "/") // after it may stand a number
		return fmt.Errorf("%s: it does not hold what was written", what)
	}
	return nil
}
