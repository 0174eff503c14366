package station

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/postgres/fingertaskdb"
	"github.com/openbmis/openbmis/ui/adjudication"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// taskWriter makes the records of tasks about prints.
func (a *app) taskWriter() fingers.TaskWriter {
	return fingers.TaskWriter{Station: a.cfg.ID, Zone: a.cfg.Zone, Status: a.status, Now: a.tools.Now, NewID: a.tools.NewID}
}

// taskSink takes what the centre found for this station.
func (a *app) taskSink() fingertaskdb.Sink { return fingertaskdb.Sink{Station: a.cfg.ID} }

func taskNav() []view.NavItem { return adjudication.Nav() }

func (a *app) registerTasks(s *web.Server) {
	o := adjudication.Options{Station: a.cfg.ID, Witness: a.auth, Every: queueEvery}
	if a.prints != nil {
		o.Desk, o.Watcher, o.Prints, o.Told = fingers.NewTaskDesk(a.prints.tasks, a.taskWriter()), a.prints.hub, a.prints.store, a.prints.tasks
		o.Evidence = lender{a.link.connection, a.cfg.ID}
		if a.fingers != nil {
			o.Finder = fingers.NewFinder(fingers.FinderConfig{
				Bearers: a.prints.store,
				Readers: a.fingers.readers.Readers, Engine: a.prints.engine, Loading: a.prints.gallery.Loading, Policy: a.prints.policy, Station: a.cfg.ID,
				Files: a.prints.tasks, Now: a.tools.Now, NewID: a.tools.NewID,
			})
		}
	}
	adjudication.Register(s, o)
}

// toldEvery is how often it is looked whether the centre told of a candidate; toldAtOnce is how many are taken at once.
const (
	toldEvery  = time.Second
	toldAtOnce = 50
)

// followTasks makes tasks of what the centre told, until ctx ends. What fails is told in the log once and tried again.
func (a *app) followTasks(ctx context.Context) error {
	tick := time.NewTicker(toldEvery)
	defer tick.Stop()
	for told := ""; ; {
		switch _, err := a.prints.tasks.TakeTold(ctx, toldAtOnce); {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			told = ""
		case err.Error() != told:
			told = err.Error()
			a.tools.Log.WarnContext(ctx, "candidates of the centre not taken", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// printsOfRefusal is what a form of refusal says of the prints of an inspection.
func (a *app) printsOfRefusal(ctx context.Context, inspection uuid.UUID) (string, error) {
	taking, err := a.prints.store.Of(ctx, inspection)
	if err != nil {
		return "", err
	}
	return fingers.OfRefusal(taking), nil
}
