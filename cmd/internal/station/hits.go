package station

import (
	"context"
	"time"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/ui/hits"
	"github.com/openbmis/openbmis/ui/web"
)

// hitWork is what the station does about hits.
type hitWork struct {
	hub  *central.Hub  // tells the open pages
	news chan struct{} // tells the worker that the centre said something
}

func newHitWork() *hitWork { return &hitWork{hub: central.NewHub(), news: make(chan struct{}, 1)} }

// changed says that the centre told something of hits. It never blocks.
func (w *hitWork) changed() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

func (a *app) hitWriter() hit.Writer {
	return hit.Writer{
		Station: a.cfg.ID, Zone: a.cfg.Zone, Status: func() border.Status { return a.desk.Status() }, // the desk is made after its store
		Now: a.tools.Now, NewID: a.tools.NewID,
	}
}

// hitStore is where hits are kept.
func (a *app) hitStore() *hitdb.Store {
	return hitdb.New(hitdb.Config{
		DB: a.pool(), Writer: a.hitWriter(), Space: a.space, Nudge: a.link.wake, Changed: a.hits.hub.Nudge,
	})
}

// hitDesk is the work on hits.
func (a *app) hitDesk() *hit.Desk { return hit.NewDesk(a.hitStore(), a.hitWriter()) }

// decisions is the one way by which a decision is written: with what readers gave, and with its hits.
func (a *app) decisions() *stationdb.Store {
	return stationdb.New(a.pool(), a.tools.NewID, a.link.wake).Keeping(a.evidence).Raising(a.hitStore()).Enrolling(a.prints.store).Expecting(stationdb.AllArrivals{a.arrivals(), visaregdb.Uses{}})
}

// remembering makes a check remember who was found not to be the person of an alert.
func (a *app) remembering(check border.Check) border.Check {
	return hit.Remembering(check, hitdb.NewPairs(a.pool()), a.cfg.Zone)
}

// raise raises the hits of a check as soon as it answers. What it does not come to write, the decision raises.
func (a *app) raise(ctx context.Context, scan border.Scan, f border.Finding) {
	if err := a.hitStore().Found(ctx, scan, f); err != nil {
		a.tools.Log.WarnContext(ctx, "hit not raised before the decision", "check", f.Check, "error", err)
	}
}

func (a *app) registerHits(s *web.Server) {
	o := hits.Options{Desk: a.hitDesk(), Witness: a.auth, Watcher: a.hits.hub, Pictures: a.hitStore(), Told: a.hitStore(), Every: queueEvery}
	o.Reports = map[string]hits.Reporter{}
	for _, adapter := range a.outside {
		o.Reports[adapter.Name] = adapter
	}
	if a.evidence != nil {
		o.Readings = a.evidence
	}
	hits.Register(s, o)
}

// followEvery is how often timers of hits are looked at.
const followEvery = time.Second

// followHits keeps the timers and takes what the centre tells, until ctx ends. Scans that were left undecided are checked first: what
// they hit must not wait for somebody to open their lane.
func (a *app) followHits(ctx context.Context) error {
	defer a.hits.hub.Close()
	lanes := make([]string, len(a.cfg.Lanes))
	for n, l := range a.cfg.Lanes {
		lanes[n] = l.Name
	}
	if err := a.desk.Resume(ctx, lanes); err != nil && ctx.Err() == nil {
		a.tools.Log.WarnContext(ctx, "undecided scans not checked again", "error", err)
	}
	return hit.NewWorker(hit.WorkerConfig{
		Chores: a.hitStore(), Every: followEvery, News: a.hits.news, Now: a.tools.Now, Log: a.tools.Log,
	}).Run(ctx)
}
