package passengerdb

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// querier is what a pool and a transaction have in common.
type querier interface {
	postgres.Execer
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// subjects are the keys that are wrapped with w.
func (s *Store) subjects(w vault.Wrapping) *sealdb.Subjects {
	return sealdb.NewSubjects(sealdb.SubjectOptions{Table: "passenger_key", DB: s.o.DB, Wrapping: w, Random: s.o.Random, Now: s.o.Now, NewID: s.o.NewID})
}

// FlightSubject names a flight's key in passenger_key.
func FlightSubject(flight uuid.UUID) string { return "flight/" + flight.String() }

// EscrowSubject names the key of a flight's copies in escrow.
func EscrowSubject(flight uuid.UUID) string { return "escrow/" + flight.String() }

// RawSubject names the key of the messages that were received on a day (UTC).
func RawSubject(day time.Time) string { return "raw/" + day.UTC().Format(time.DateOnly) }

// Maintain wraps every key with the current generation of its wrapping, and destroys the generations that no key needs and that were last
// used longer ago than backups are kept.
func (s *Store) Maintain(ctx context.Context, backups time.Duration) error {
	before := s.o.Now().Add(-backups)
	if err := (sealdb.Tables{Key: "passenger_data_key"}).Maintain(ctx, s.o.DB, s.o.Wrapping, before); err != nil {
		return wrap(err, "keys of passenger data")
	}
	return wrap(sealdb.Tables{Key: "passenger_escrow_key"}.Maintain(ctx, s.o.DB, s.o.Escrow, before), "keys of passenger data")
}
