// Package scoredb keeps, for every flight and for the carrier through whose door messages about it came, the card of what was sent against
// what is owed, and the notices that carriers are sent when something is missing, incomplete or could not be used. It looks whenever
// messages were read, and otherwise sleeps until the grace of the next push ends.
//
// It must never keep anything of a person: it counts. It must never let what came through one carrier's door count for another, nor let
// anything of screening, hits or decisions in.
package scoredb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
)

// Options are what a Store is made of. All are needed.
type Options struct {
	DB        *postgres.DB
	Manifests apipnr.Manifests
	Courier   apipnr.Courier
	Policy    score.Policy
	// Country says whether letters are a State's code.
	Country func(letters string) (code string, known bool)
	Now     func() time.Time
	Log     *slog.Logger
}

// Store keeps cards and notices. It is safe for concurrent use.
type Store struct {
	Options
	looking sync.Mutex          // one round at a time
	seen    map[int64]time.Time // readings that were looked at and are not behind the cursor yet, by when they were made
}

// New makes a Store.
func New(o Options) *Store { return &Store{Options: o, seen: map[int64]time.Time{}} }

// clock is the present instant as the database keeps it.
func (s *Store) clock() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func (s *Store) known(state string) bool {
	_, known := s.Country(state)
	return known
}

func wrap(err error, doing string) error {
	var known *problem.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("score of carriers: %s: %w", doing, err)
}

const (
	// settle is how long after a nudge it is looked: what is being read by then is read together.
	settle = 2 * time.Second
	// atLeast is how often it is looked without a nudge: another process may have read messages.
	atLeast = 30 * time.Second
	// retry is when a round that failed is made again.
	retry = 10 * time.Second
)

// Run looks after each nudge and when the next push is due, until ctx ends. One process at a time may run it.
func (s *Store) Run(ctx context.Context, nudges <-chan struct{}) error {
	for {
		wait := retry
		next, err := s.Look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was asked to end
		case err != nil:
			s.Log.WarnContext(ctx, "score of carriers", "error", err)
		case next.IsZero():
			wait = atLeast
		default:
			wait = min(max(next.Sub(s.Now())+time.Millisecond, time.Millisecond), atLeast)
		}
		if !pause(ctx, wait, nudges) {
			return nil
		}
	}
}

// pause waits, or until shortly after a nudge. It reports whether to go on; a closed channel of nudges is as none.
func pause(ctx context.Context, wait time.Duration, nudges <-chan struct{}) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	case _, open := <-nudges:
		if open {
			timer.Reset(min(settle, wait))
		}
	}
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
