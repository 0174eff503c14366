package central

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb"
	"github.com/openbmis/openbmis/ui/desk"
	"github.com/openbmis/openbmis/ui/web"
)

// openScreening makes the screening of events and alerts with its store. Who is expected is told by openBoard.
func (a *app) openScreening() {
	a.hits = screeningdb.New(a.db.DB, a.tools.Now, func(dataset string) { a.line.tellNews(dataset) })
	a.screening = screening.NewWorker(screening.Config{Store: a.hits, Now: a.tools.Now, Log: a.tools.Log, Back: a.cfg.ScreenBack})
}

// takeOver is how often a process of the centre looks whether another one still screens.
const takeOver = 5 * time.Second

// runScreening screens behind everything else: it has one connection for its lock and takes one at a time for its work.
func (a *app) runScreening(ctx context.Context, behind *errgroup.Group) {
	if b := a.boarding; b != nil {
		behind.Go(func() error { return b.runOutside(ctx) })
	}
	behind.Go(func() error { return a.hits.Alone(ctx, takeOver, a.runAlone) })
	behind.Go(func() error { return a.screening.Lists.Run(ctx, a.tools.Log) })
	behind.Go(func() error { return a.every(ctx, time.Hour, "forget old hits", a.hits.Forget) })
}

// registerDesk registers the pages about hits.
func (a *app) registerDesk(s *web.Server) { desk.Register(s, a.hits) }
