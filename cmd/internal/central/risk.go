package central

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/postgres/riskdb"
	riskui "github.com/openbmis/openbmis/ui/risk"
	"github.com/openbmis/openbmis/ui/web"
)

// riskWork is the rules over passenger data, with what holds expected persons against them.
type riskWork struct {
	store    *riskdb.Store
	worker   *risk.Worker
	language *risk.Language
}

// openRisk makes the rules' store and worker over the store of passenger data.
func (a *app) openRisk() error {
	language, err := risk.NewLanguage()
	if err != nil {
		return fmt.Errorf("risk rules: %w", err)
	}
	people := a.passengers.store
	store := riskdb.New(riskdb.Options{
		DB: a.db.DB, Keys: people, Manifests: people, Language: language, Now: a.tools.Now, NewID: a.tools.NewID, Boarding: a.boarding.store,
	})
	a.risk = &riskWork{store: store, worker: risk.NewWorker(store, people, language, a.tools.Now, a.tools.Log), language: language}
	return nil
}

// runRisk evaluates behind everything else, in one process of the centre at a time.
func (a *app) runRisk(ctx context.Context, behind *errgroup.Group) {
	behind.Go(func() error { return a.risk.store.Alone(ctx, takeOver, a.risk.worker.Run) })
}

// registerRisk registers the pages about rules and their hits.
func (a *app) registerRisk(s *web.Server) {
	if a.risk == nil { // while only the routes are asked for
		riskui.Register(s, (*riskdb.Store)(nil), apipnr.Manifests(nil), nil)
		return
	}
	riskui.Register(s, a.risk.store, a.passengers.store, a.risk.language)
}
