package station

import (
	"context"
	"time"

	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/postgres/recheckdb"
	"github.com/openbmis/openbmis/ui/rechecks"
	"github.com/openbmis/openbmis/ui/web"
)

// rechecking is the checking again of decisions that were made without the centre.
type rechecking struct {
	store *recheckdb.Store
	hub   *central.Hub // tells the open pages
}

func (a *app) openRechecks() {
	a.rechecks = rechecking{store: recheckdb.New(a.db.DB, a.link.wake).Raising(a.hitStore()), hub: central.NewHub()}
}

// recheck runs until ctx ends.
func (a *app) recheck(ctx context.Context) error {
	defer a.rechecks.hub.Close()
	return recheck.NewWorker(recheck.Config{
		Store: a.rechecks.store, Readings: a.evidence, Training: a.training(), Ready: a.dataConfirmed, Plan: a.lastingPlan(), Links: append(a.outsideLinks(), a.visaLinks()...), Station: a.cfg.ID, Zone: a.cfg.Zone,
		Told: a.rechecks.hub.Nudge, Now: a.tools.Now, NewID: a.tools.NewID, Log: a.tools.Log,
	}).Run(ctx)
}

// dataConfirmed is since when all reference data is known to be the centre's newest, in the database and in memory. It is not ready
// while the centre is away, nor before every dataset was confirmed at least once.
func (a *app) dataConfirmed(ctx context.Context) (since time.Time, ready bool, err error) {
	if !a.link.Online() {
		return time.Time{}, false, nil
	}
	datasets, err := a.link.references.Status(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	since = a.list.currentAt()
	for _, d := range datasets {
		if d.ConfirmedAt.Before(since) {
			since = d.ConfirmedAt
		}
	}
	return since, !since.IsZero(), nil
}

func (a *app) registerRechecks(s *web.Server) {
	rechecks.Register(s, &recheck.Desk{
		Reader: a.rechecks.store, Station: a.cfg.ID, Zone: a.cfg.Zone, Now: a.tools.Now, NewID: a.tools.NewID,
	}, a.rechecks.hub)
}
