package central

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/ui/unmask"
	"github.com/openbmis/openbmis/ui/web"
)

// enforceEvery is how often it is looked whether the time of passenger data is over.
const enforceEvery = 10 * time.Minute

// verifyEvery is how often it is looked whether somebody changed what carriers sent.
const verifyEvery = 6 * time.Hour

// openLaw reads the profile that is in force: one always is.
func (a *app) openLaw() (err error) {
	if a.law, err = law.Load(a.cfg.PassengerLaw); err != nil {
		return fmt.Errorf("BMIS_PASSENGER_LAW: %w", err)
	}
	return nil
}

// runLaw masks and deletes passenger data when its time is over, with everything that follows it.
func (a *app) runLaw(ctx context.Context, behind *errgroup.Group) {
	behind.Go(func() error { return a.every(ctx, enforceEvery, "law of passenger data", a.enforceLaw) })
	behind.Go(func() error {
		return a.every(ctx, verifyEvery, "verify the chain of carriers' messages", func(ctx context.Context) error {
			_, err := a.passengers.store.VerifyChain(ctx)
			return err
		})
	})
}

func (a *app) enforceLaw(ctx context.Context) error {
	for {
		done, err := a.passengers.store.Enforce(ctx, a.law, a.lawFollowers()...)
		if done.Flights+done.Messages > 0 {
			a.tools.Log.InfoContext(ctx, "law of passenger data", "profile", a.law.ID, "version", a.law.Version,
				"flights", done.Flights, "persons", done.Persons, "messages", done.Messages)
		}
		if err != nil {
			return err
		}
		dialogues, more, err := a.boarding.store.Retain(ctx, a.law)
		if dialogues > 0 {
			a.tools.Log.InfoContext(ctx, "law of the dialogue with carriers", "profile", a.law.ID, "version", a.law.Version, "flights", dialogues)
		}
		if err != nil {
			return err
		}
		if !done.More && !more {
			return a.enforceAtDoor(ctx)
		}
	}
}

// enforceAtDoor ends what the carriers' door still holds of messages whose time is over. What was never kept is said aloud.
func (a *app) enforceAtDoor(ctx context.Context) error {
	if a.carriers == nil || a.carriers.door == nil {
		return nil
	}
	done, err := a.carriers.door.Purge(ctx, a.tools.Now().Add(-a.law.Raw))
	if done.Parked > 0 {
		a.tools.Log.ErrorContext(ctx, "law of passenger data: messages that were laid aside have ended without being kept", "messages", done.Parked)
	}
	if done.Sent > 0 {
		a.tools.Log.InfoContext(ctx, "law of passenger data: messages to carriers have ended", "messages", done.Sent)
	}
	return err
}

// lawFollowers are those who keep something of persons beside the manifests.
func (a *app) lawFollowers() []passengerdb.Follower {
	return []passengerdb.Follower{a.risk.store, a.boarding.store}
}

// registerLaw registers the pages of unmasking and of the law.
func (a *app) registerLaw(s *web.Server) {
	if a.passengers == nil { // while only the routes are asked for
		unmask.Register(s, nil, a.law)
		return
	}
	unmask.Register(s, a.passengers.store, a.law)
}
