package evidencedb

import (
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/sealdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

// MaxExhibit is the largest exhibit that is kept, in bytes in clear: an uncompressed page of 600 dpi in colour.
const MaxExhibit = 48 << 20

// version is the form in which exhibits are written now.
const version = 1

// Answers of the store.
var (
	// ErrNoExhibit says that there is no such exhibit with this crossing.
	ErrNoExhibit = problem.New(problem.NotFound, "exhibit.none")
	// ErrDestroyed says that the person's key was destroyed: nobody reads the exhibit any more.
	ErrDestroyed = problem.New(problem.NotFound, "exhibit.destroyed")
	// ErrElsewhere says that the bytes are not kept here: they have gone to the centre, or have not come from their station yet.
	ErrElsewhere = problem.New(problem.NotFound, "exhibit.elsewhere")
	// ErrTooLarge answers a reading with something larger than MaxExhibit.
	ErrTooLarge = problem.New(problem.Invalid, "exhibit.too_large").At("reading").With("max", MaxExhibit>>20)
)

// Options are what a store is made of; all are needed.
type Options struct {
	DB       *postgres.DB
	Wrapping vault.Wrapping
	Random   io.Reader
	Now      func() time.Time
	NewID    func() uuid.UUID
}

// Store implements stationdb.Exhibits and the station's side of replication.BlobOutbox (by sealdb.Store).
type Store struct {
	*sealdb.Store
	o Options
}

// New makes the store.
func New(o Options) *Store {
	return &Store{sealdb.New(sealdb.Options{Tables: tables(), What: "evidence", DB: o.DB, Wrapping: o.Wrapping, Now: o.Now}), o}
}

func tables() sealdb.Tables {
	return sealdb.Tables{Key: "person_key", Item: "exhibit", Blob: "exhibit_blob", Tombstone: "key_tombstone", Mark: "fingerprint"}
}

func wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(doing+": %w", append(args, err)...)
}
