package fingerdb

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/replication"
)

// Impressions is how many prints of a finger are references of a file: the best.
const Impressions = 3

// Bounds of a taking.
const (
	maxPrints  = 20 // two impressions of ten fingers
	maxOpened  = 64 // prints of one answer
	maxDueOnce = 16
)

// Answers of the store.
var (
	// ErrDestroyed says that the person's key was destroyed or the print erased: nobody reads it any more.
	ErrDestroyed = problem.New(problem.NotFound, "fingers.print_gone")
	// ErrTaking answers a taking that is not whole: a slot without its print, a print without its slot, no finger.
	ErrTaking = problem.New(problem.Invalid, "fingers.not_whole").At("slots")
)

// Tasks opens tasks of adjudication in the caller's transaction.
type Tasks interface {
	// Raise opens the task of a candidacy about a taking, unless it is there or people have said already that the two are different. search
	// is nil for a mismatch.
	Raise(ctx context.Context, tx pgx.Tx, taking uuid.UUID, c fingers.Candidacy, search *fingers.Search) error
	// Withdrawn opens the tasks of a taking again that people decided: the decision that it stood with is undone.
	Withdrawn(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error
	// Committed is called after a commit that may have raised some.
	Committed()
}

// Options are what a store is made of.
type Options struct {
	DB       *postgres.DB
	Wrapping vault.Wrapping
	Random   io.Reader
	Now      func() time.Time
	NewID    func() uuid.UUID
	// Station and Zone are the post's; Status is what is written now (nil: confirmed).
	Station string
	Zone    *time.Location
	Status  func() border.Status
	// Tasks opens tasks; nil: candidates stay in the records alone.
	Tasks Tasks
	// Nudge is called after each commit that has something for the centre, Changed after each that changes the gallery or makes a search
	// due. Neither may block; nil: nobody waits.
	Nudge, Changed func()
}

// Store implements fingers.Store, fingers.Queue, fingers.Enrolments, stationdb.Prints, and the station's side of replication.BlobOutbox.
type Store struct {
	*sealdb.Store
	o          Options
	unreadable *fingers.Unopened
}

var (
	_ fingers.Store      = (*Store)(nil)
	_ fingers.Queue      = (*Store)(nil)
	_ fingers.Enrolments = (*Store)(nil)
)

// New makes the store.
func New(o Options) *Store {
	if o.Nudge == nil {
		o.Nudge = func() {}
	}
	if o.Changed == nil {
		o.Changed = func() {}
	}
	if o.Status == nil {
		o.Status = func() border.Status { return border.Confirmed }
	}
	return &Store{sealdb.New(sealdb.Options{Tables: tables(), What: "prints", DB: o.DB, Wrapping: o.Wrapping, Now: o.Now}), o, &fingers.Unopened{}}
}

// Raising is the store that opens tasks too.
func (s *Store) Raising(t Tasks) *Store {
	with := *s
	with.o.Tasks = t
	return &with
}

func tables() sealdb.Tables {
	return sealdb.Tables{
		Key: "biometric.link_key", Item: "biometric.sealed", Blob: "biometric.blob", Tombstone: "biometric.key_tombstone", Mark: "mark",
		Kind: replication.KindOfPrints,
	}
}

// Committed tells those who wait that a transaction with prints was committed.
func (s *Store) Committed() {
	s.o.Nudge()
	s.o.Changed()
	if s.o.Tasks != nil {
		s.o.Tasks.Committed()
	}
}

// service is who acts where nobody does.
func (s *Store) service(lane string) audit.Actor {
	return audit.Actor{ID: fingers.CheckName, Name: fingers.CheckName, Role: "service", Post: s.o.Station, Lane: lane}
}

func wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(doing+": %w", append(args, err)...)
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
