package central

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/ui/passengers"
	"github.com/openbmis/openbmis/ui/web"
)

// registerPassengers registers the screens of passenger data.
func (a *app) registerPassengers(s *web.Server) {
	passengers.Register(s, passengers.Options{Store: a.passengers.store, Board: a.boarding.store, Hub: a.passengers.hub})
}

// watchPassengers nudges those who watch flights in this process when another process of the centre has applied messages.
func (a *app) watchPassengers(ctx context.Context, behind *errgroup.Group) {
	var seen int64
	behind.Go(func() error {
		return a.every(ctx, lookEvery, "look for passenger data", func(ctx context.Context) error {
			last, err := a.passengers.store.LastChange(ctx)
			if err == nil && last != seen {
				seen = last
				a.passengers.hub.Nudge()
			}
			return err
		})
	})
}
