package desk

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// screenEvery is how long open applications wait to be held against the lists anew when nothing is known to have changed: what had no answer
// is asked again then.
const screenEvery = time.Minute

// screening is a walk over the open applications whose alerts were asked on older lists.
type screening struct {
	mu    sync.Mutex
	lists int64     // the change of the lists that the walk is made for
	after uuid.UUID // where it stands
	on    bool      // it is under way
	next  time.Time // when one begins without a change
}

// screen asks the alert checks of one batch of open applications whose answers are older than the lists, so that a new alert shows in the queue
// by itself. More says that the walk goes on.
func (d *Desk) screen(ctx context.Context) (more bool, err error) {
	s := &d.walk
	s.mu.Lock()
	defer s.mu.Unlock()
	newest, err := d.c.Store.NewestList(ctx)
	if err != nil {
		return false, err
	}
	if !s.on && newest == s.lists && d.c.Now().Before(s.next) {
		return false, nil
	}
	if d.c.Refresh != nil {
		if err := d.c.Refresh(ctx); err != nil {
			return false, err
		}
	}
	if !s.on || newest != s.lists {
		s.on, s.lists, s.after = true, newest, uuid.Nil
	}
	list, err := d.c.Store.ToScreen(ctx, s.lists, s.after, atOnce)
	if err != nil {
		return false, err
	}
	for _, id := range list {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		s.after, err = id, errors.Join(err, d.screenOne(ctx, id, s.lists))
	}
	if s.on = len(list) == atOnce; !s.on {
		s.next = d.c.Now().Add(screenEvery)
	}
	return s.on, err
}

// screenOne asks the alert checks of one application. What says the same as before changes nothing but which lists it was asked on, and an
// answer that does not come takes none away: it is asked again with the next walk, and before every decision.
func (d *Desk) screenOne(ctx context.Context, id uuid.UUID, lists int64) error {
	c, err := d.c.Store.Load(ctx, id)
	if err != nil || c.Application == nil {
		return err
	}
	var plan []Planned
	for _, p := range d.c.Checks {
		if p.Alert {
			plan = append(plan, p)
		}
	}
	answers := d.ask(ctx, c, plan, lists)
	_, err = d.c.Store.Act(ctx, system, At{ID: id}, func(c *Case) (Change, error) { return c.screened(answers, lists), nil })
	return err
}

// screened is what the answers of alert checks change.
func (c *Case) screened(answers []Event, lists int64) (change Change) {
	if !c.State.Open() {
		return change
	}
	change.Screened = lists
	for _, e := range answers {
		k, there := c.check(e.Finding.Check)
		switch {
		case e.Finding.Outcome == border.NotChecked:
			change.Screened = 0
		case k.Lists > lists: // somebody asked on newer lists meanwhile
		case !there || k.Pending || !sameAnswer(k.Finding, *e.Finding):
			change.Events = append(change.Events, e)
		}
	}
	return change
}
