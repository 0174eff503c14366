package passengerdb

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/vault"
)

// Options are what a Store is made of; all but Zone, Country, Space and Kept are needed.
type Options struct {
	DB *postgres.DB
	// Wrapping wraps the data keys of days and flights; Escrow, other keys, those of the copies that an agreed unmasking opens.
	Wrapping, Escrow vault.Wrapping
	Random           io.Reader
	Now              func() time.Time
	NewID            func() uuid.UUID
	// Zone is the time zone of an airport by its code; nil when it is not known.
	Zone func(airport string) *time.Location
	// Country is the code of ICAO Doc 9303-3 of a State's code of two or three letters.
	Country func(code string) (string, bool)
	// QueryKey makes the keyed hashes of what was searched for, in the audit log.
	QueryKey []byte
	// Space, when it is set, refuses what is new while the disk is nearly full: carriers then keep it until there is room.
	Space func() pgcluster.Space
	// Changed is called after persons or flights were changed, or their screening was. It must not block.
	Changed func()
	// Kept is called after something was kept that waits to be read. It must not block.
	Kept func()
}

// Store is the store of passenger data. It is safe for concurrent use.
type Store struct {
	o      Options
	keys   keyring
	keeper keeper
	bodies dayKeys
	nudges map[apipnr.Work]chan struct{}
}

var (
	_ apipnr.Keeper    = (*Store)(nil)
	_ apipnr.Manifests = (*Store)(nil)
)

// New makes the store.
func New(o Options) *Store {
	if o.Zone == nil {
		o.Zone = func(string) *time.Location { return nil }
	}
	if o.Space == nil {
		o.Space = func() pgcluster.Space { return pgcluster.Ample }
	}
	if o.Country == nil {
		o.Country = func(code string) (string, bool) { return code, false }
	}
	s := &Store{o: o, nudges: map[apipnr.Work]chan struct{}{}}
	for _, w := range apipnr.Works() {
		s.nudges[w] = make(chan struct{}, 1)
		s.nudges[w] <- struct{}{} // what an earlier process left
	}
	return s
}

// Options are what the store was made of.
func (s *Store) Options() Options { return s.o }

// OnKept sets what is called after something was kept; before the store is used.
func (s *Store) OnKept(kept func()) { s.o.Kept = kept }

func (s *Store) tools() manifest.Tools {
	return manifest.Tools{NewID: s.o.NewID, Country: s.o.Country}
}

// clock is the present instant as the database keeps it.
func (s *Store) clock() time.Time { return micro(s.o.Now()) }

func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Nudged gets a value whenever notes of a work may have come.
func (s *Store) Nudged(work apipnr.Work) <-chan struct{} { return s.nudges[work] }

// Nudge says that notes have come. It never blocks.
func (s *Store) Nudge() {
	for _, c := range s.nudges {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	if s.o.Changed != nil {
		s.o.Changed()
	}
}

// keyring keeps the keys that every message needs: the index's and the day's.
type keyring struct {
	mu    sync.Mutex
	index *vault.DataKey
	day   string
	raw   *vault.DataKey
}

// indexKey gives the key of the keyed hashes, which is made once.
func (s *Store) indexKey(ctx context.Context) (*vault.DataKey, error) {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	if s.keys.index != nil {
		return s.keys.index, nil
	}
	k, err := s.subjects(s.o.Wrapping).Make(ctx, s.o.DB.Pool, "index")
	s.keys.index = k
	return k, wrap(err, "key of the index")
}

// rawKey gives the key of the messages that are received on a day (UTC).
func (s *Store) rawKey(ctx context.Context, at time.Time) (*vault.DataKey, error) {
	day := at.UTC().Format(time.DateOnly)
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	if s.keys.day == day {
		return s.keys.raw, nil
	}
	k, err := s.subjects(s.o.Wrapping).Make(ctx, s.o.DB.Pool, RawSubject(at))
	if err != nil {
		return nil, wrap(err, "key of the day")
	}
	s.keys.day, s.keys.raw = day, k
	return k, nil
}
