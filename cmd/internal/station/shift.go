package station

import (
	"context"

	"github.com/a-h/templ"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/filedb"
	"github.com/openbmis/openbmis/internal/postgres/shiftdb"
	"github.com/openbmis/openbmis/ui/shifts"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// newShifts makes the shifts of the crossing point: their pages, and the record of lanes, which follows the sessions.
func (a *app) newShifts() *shifts.Handlers {
	lanes := make([]shiftdb.Lane, len(a.cfg.Lanes))
	for n, l := range a.cfg.Lanes {
		lanes[n] = shiftdb.Lane{Name: l.Name, Direction: border.Direction(l.Direction)}
	}
	store := shiftdb.New(shiftdb.Config{
		DB: a.pool(), Station: a.cfg.ID, Zone: a.cfg.Zone, Lanes: lanes, Now: a.tools.Now, NewID: a.tools.NewID, Wake: a.link.wake,
	})
	return shifts.New(shifts.Options{Shifts: store, Door: a.auth, Post: a.place(), Tasks: a.tasks(store)})
}

// tasks are what may wait for a supervisor.
func (a *app) tasks(store *shiftdb.Store) []shifts.Task {
	files := filedb.New(filedb.Options{DB: a.pool()})
	return []shifts.Task{
		{Code: "unsigned", Href: "/shifts/all", Need: auth.ShiftLead, Count: store.Unsigned},
		{Code: "referrals", Href: "/secondline", Need: auth.SecondLineWork, Count: store.OpenReferrals},
		{Code: "rechecks", Href: "/rechecks", Need: auth.RecheckView, Count: a.openChanges},
		{Code: "duplicates", Href: "/duplicates", Need: auth.DuplicateDecide, Count: files.CountDuplicates},
	}
}

// openChanges is how many decisions came out otherwise when they were checked again, and nobody has said that he read it.
func (a *app) openChanges(ctx context.Context) (int, error) {
	c, err := a.rechecks.store.Counts(ctx)
	return c.Open, err
}

func shiftNav() view.NavItem {
	return view.NavItem{Href: "/shifts", Label: text.ShiftTitle, Need: auth.ShiftWork}
}

// withShifts adds to the header what it says of shifts.
func (a *app) withShifts(status func(*web.Context) (templ.Component, error)) func(*web.Context) (templ.Component, error) {
	return func(c *web.Context) (templ.Component, error) {
		first, err := status(c)
		if err != nil {
			return nil, err
		}
		second, err := a.shifts.Badge(c)
		if err != nil { // no page fails for it
			a.tools.Log.Warn("the header says nothing of shifts", "error", err)
			return first, nil
		}
		return templ.Join(first, second), nil
	}
}

// followShifts keeps the record of lanes and of the line until ctx ends.
func (a *app) followShifts(ctx context.Context) error {
	online := a.link.Online
	if a.cfg.Centre.URL == "" && a.cfg.Centre.NATSURL == "" {
		online = nil // no centre: nothing is away
	}
	return a.shifts.Follow(ctx, shifts.DefaultTiming(), online, a.tools.Now, a.tools.Log)
}
