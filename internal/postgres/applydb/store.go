package applydb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

// Purpose is why the desk reads and writes, in audit entries.
const Purpose = "VISA_DECISION"

// Options are what a Store is made of; all but Portal, Histories, Overstays and Changed are needed.
type Options struct {
	DB *postgres.DB
	// Wrapping wraps the keys of applications.
	Wrapping vault.Wrapping
	Random   io.Reader
	Now      func() time.Time
	NewID    func() uuid.UUID
	Rules    desk.Rules
	// QueryKey makes the keyed hashes of what was searched for, in the audit log.
	QueryKey []byte
	// Issue makes a visa, in the transaction of the decision.
	Issue func(ctx context.Context, tx pgx.Tx, g evisa.Grant) (evisa.Visa, error)
	// Portal tells applicants; nil: there is none.
	Portal Portal
	// Histories tell of stays and refusals at the border; nil: those checks have no answer.
	Histories Histories
	// Changed is called after something is to be checked. It must not block.
	Changed func()
}

// Portal is what the desk tells applicants through.
type Portal interface {
	// Tell puts what an applicant may know where he finds it, and writes that there is news.
	Tell(ctx context.Context, tx pgx.Tx, told evisa.Told, email, language string) error
	// RefundWanted asks that a fee goes back. The id makes asking twice asking once.
	RefundWanted(ctx context.Context, tx pgx.Tx, id, group uuid.UUID, amount evisa.Money) error
	// Forget takes away what is shown of an application whose time is over.
	Forget(ctx context.Context, tx pgx.Tx, application uuid.UUID) error
}

// Histories tell what is known of a traveller at the border (centraldb.Reader).
type Histories interface {
	History(ctx context.Context, traveller uuid.UUID, purpose string, entry audit.Entry) (central.History, error)
}

// Store keeps applications. It is safe for concurrent use.
type Store struct {
	o    Options
	keys *sealdb.Subjects
}

var _ desk.Store = (*Store)(nil)

// New makes the store.
func New(o Options) *Store {
	if o.Changed == nil {
		o.Changed = func() {}
	}
	return &Store{o: o, keys: newKeys(o)}
}

// OnChange sets what is told that something is to be checked; before the store is used.
func (s *Store) OnChange(changed func()) { s.o.Changed = changed }

// clock is the present instant as the database keeps it.
func (s *Store) clock() time.Time { return micro(s.o.Now()) }

func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// wrap says what was being done; a problem for people stays as it is.
func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	if known := postgres.Problem(err); problem.KindOf(known) != problem.Internal {
		return known
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func noRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// querier is what a pool and a transaction have in common.
type querier interface {
	postgres.Execer
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}
