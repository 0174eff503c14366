package station

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	fingersui "github.com/openbmis/openbmis/ui/fingers"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// fingerWork is the taking of prints at the counters of a station that has readers.
type fingerWork struct {
	desk    *fingers.Desk
	readers *laneReaders
}

// openFingers reads the policy and makes the clients of the readers' agents; a station without one takes no prints. It asks nothing yet: a
// reader that is away must not keep the station from starting.
func (a *app) openFingers() error {
	policy, err := fingers.LoadPolicy(a.cfg.Fingers.Policy)
	if err != nil {
		return err
	}
	a.prints.policy = policy
	if !a.cfg.Fingers.Taken() {
		return nil
	}
	readers, err := openReaders(a.cfg.Fingers, a.tools.Now)
	if err != nil {
		return fmt.Errorf("fingerprint reader: %w", err)
	}
	a.fingers = &fingerWork{readers: readers}
	a.fingers.desk = fingers.NewDesk(fingers.DeskConfig{
		Store: a.prints.store, Policy: policy, Readers: readers.Readers, State: a.cfg.State, Station: a.cfg.ID, Changed: a.renewPrints,
		Now: a.tools.Now, NewID: a.tools.NewID,
	})
	return nil
}

// sweepEvery is how often it is looked for prints in memory that nobody will keep.
const sweepEvery = time.Minute

// sweepPrints forgets them until ctx ends.
func (a *app) sweepPrints(ctx context.Context) error {
	if a.fingers == nil {
		return nil
	}
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	a.fingers.desk.Sweep(ctx, tick.C)
	return nil
}

// renewPrints has the check of prints asked again. A traveller who was decided meanwhile needs no answer.
func (a *app) renewPrints(ctx context.Context, lane string, scan uuid.UUID) {
	if _, err := a.desk.Renew(ctx, lane, scan, fingers.CheckName); err != nil {
		a.tools.Log.InfoContext(ctx, "check of prints not asked again", "error", err)
	}
}

// fingerChecks are the check of prints, where they are taken.
func (a *app) fingerChecks() []border.Check {
	if a.fingers == nil {
		return nil
	}
	return []border.Check{fingers.NewCheck(fingers.CheckConfig{
		Store: a.prints.store, Policy: a.prints.policy, Engine: a.prints.engine, Loading: a.prints.gallery.Loading, Apart: a.prints.tasks, Bearers: a.prints.store,
		Readers: a.fingers.readers.Readers, Failed: a.fingers.desk.Failed, State: a.cfg.State, Station: a.cfg.ID, Now: a.tools.Now, NewID: a.tools.NewID,
	})}
}

// registerFingers registers the screen on which prints are taken, and tells whether there is one.
func (a *app) registerFingers(s *web.Server) bool {
	if a.fingers == nil {
		return false
	}
	fingersui.New(fingersui.Options{
		Desk: a.fingers.desk, Inspections: a.desk, Store: a.prints.store, Readers: a.fingers.readers.Readers, Lanes: a.lanes(), NewID: a.tools.NewID,
	}).Register(s)
	return true
}

// readerStanding is how the reader of a lane stands, for the header; nil where there is none.
func (a *app) readerStanding(lane string) *counterview.ReaderStanding {
	if a.fingers == nil {
		return nil
	}
	return a.fingers.readers.standing(lane)
}

// watchReaders asks the readers now and then how they are, until ctx ends.
func (a *app) watchReaders(ctx context.Context) error {
	if a.fingers == nil {
		return nil
	}
	return a.fingers.readers.run(ctx)
}

// lastingPlan is the checks that can be made again without the traveller: his prints are compared while he stands there, and searched for
// in the background.
func (a *app) lastingPlan() []border.Planned {
	var plan []border.Planned
	for _, p := range a.desk.Plan() {
		if p.Check.Name() != fingers.CheckName {
			plan = append(plan, p)
		}
	}
	return plan
}
