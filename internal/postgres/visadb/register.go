package visadb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// Options are what a Register is made of; all but Uses and Told are needed.
type Options struct {
	DB *postgres.DB
	// Wrapping wraps the data keys of applications and the key of the index.
	Wrapping vault.Wrapping
	Random   io.Reader
	Now      func() time.Time
	NewID    func() uuid.UUID
	// QueryKey makes the keyed hashes of what was searched for, in the audit log.
	QueryKey []byte
	// Policy has the types, whose bounds hold for terms.
	Policy evisa.Policy
	// Uses tells of entries; nil: none is known.
	Uses Uses
	// Told are told of every visa that was issued or has changed, in this order.
	Told []Told
}

// Querier is what a pool and a transaction have in common.
type Querier interface {
	postgres.Execer
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Used is what the centre knows of the use of a visa.
type Used struct {
	Uses []evisa.Use
	// Case says that posts used it without knowing of each other, and nobody has decided yet.
	Case bool
}

// Uses tells what is known of the use of visas, by number; numbers of which nothing is known may be left out.
type Uses interface {
	Uses(ctx context.Context, q Querier, numbers []evisa.Number) (map[evisa.Number]Used, error)
}

// Told is told of a visa that was issued or has changed, in the transaction that did it; its error undoes the change. nth counts everything
// that became of the visa, on earlier passports too: of two tellings the one with the higher number is the newer.
type Told func(ctx context.Context, tx pgx.Tx, v evisa.Visa, nth int) error

// Register is the register of visas. It is safe for concurrent use.
type Register struct {
	o    Options
	keys *sealdb.Subjects
}

// New makes the register.
func New(o Options) *Register { return &Register{o: o, keys: newKeys(o)} }

// WithUses sets who tells of entries, before the register is used.
func (r *Register) WithUses(u Uses) *Register {
	r.o.Uses = u
	return r
}

// WithTold adds who is told of visas, before the register is used.
func (r *Register) WithTold(t Told) *Register {
	r.o.Told = append(r.o.Told, t)
	return r
}

// clock is the present instant as the database keeps it.
func (r *Register) clock() time.Time { return micro(r.o.Now()) }

func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func noRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
