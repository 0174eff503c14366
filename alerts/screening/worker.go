package screening

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
)

// Config is what a Worker needs. Passengers may be nil: nobody is expected.
type Config struct {
	Store      Store
	Passengers Passengers
	Now        func() time.Time
	Log        *slog.Logger
	// Lists, which may be nil, are those that other parts of the centre ask too; the worker keeps them up to date.
	Lists *Lists
	// Back is how far back crossings are searched for a changed alert; 0 is DefaultBack. People inside are searched whenever they came.
	Back time.Duration
}

// DefaultBack is how far back crossings are searched.
const DefaultBack = 90 * 24 * time.Hour

const (
	pageEvents = 500  // events of one transaction
	pagePeople = 2000 // people of one step of a run
	pageAlerts = 5000 // alerts read at once
	every      = 500 * time.Millisecond
)

// Worker screens. One Worker works at a time: see the store's lock.
type Worker struct {
	Config
	run   searching
	nudge chan struct{}
}

// NewWorker makes a Worker.
func NewWorker(c Config) *Worker {
	if c.Back == 0 {
		c.Back = DefaultBack
	}
	if c.Lists == nil {
		c.Lists = NewLists(c.Store, c.Now)
	}
	return &Worker{Config: c, nudge: make(chan struct{}, 1)}
}

// Nudge says that there is something to do. It never waits.
func (w *Worker) Nudge() {
	select {
	case w.nudge <- struct{}{}:
	default:
	}
}

// Run screens until ctx ends. A failure is logged without what failed: it is shown on the board, and tried again.
func (w *Worker) Run(ctx context.Context) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if _, err := w.Round(ctx); err != nil && ctx.Err() == nil {
			w.Log.WarnContext(ctx, "screening", "code", codeOf(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-w.nudge:
		}
	}
}

// Drain works until nothing is left to do.
func (w *Worker) Drain(ctx context.Context) error {
	for {
		more, err := w.Round(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// Round takes in changes of alerts, screens a page of arrivals, and goes one step on with a run. It reports whether there may be more.
// Arrivals go first: between two steps of a long run nobody waits longer than for one.
func (w *Worker) Round(ctx context.Context) (more bool, err error) {
	if err := safely(func() error { return w.refresh(ctx) }); err != nil {
		return false, err
	}
	arrived, failed := w.arrivals(ctx)
	moved, err := w.step(ctx)
	return arrived || moved, errors.Join(failed, err)
}

// arrivals screens a page of events. Notes that cannot be screened, whatever the reason, wait; the next round takes others.
func (w *Worker) arrivals(ctx context.Context) (more bool, err error) {
	var a Arrivals
	err = safely(func() (err error) {
		if a, err = w.Store.Arrivals(ctx, pageEvents); err != nil || len(a.Notes) == 0 {
			return err
		}
		found, err := w.screen(ctx, w.Lists.Catalogue(), a.People, false)
		if err != nil {
			return err
		}
		return w.Store.Screened(ctx, a, found)
	})
	if err != nil && ctx.Err() == nil && len(a.Notes) > 0 {
		err = errors.Join(err, w.Store.Failed(ctx, a.Notes, codeOf(err)))
	}
	return err == nil && len(a.Notes) > 0, err
}

// screen finds what people meet and their stations did not report, on the alerts as they stand. What a station reported, or cleared, on
// an earlier version of one is no answer. changed says that the alerts are what is new: then neither is what it reported on no version.
func (w *Worker) screen(ctx context.Context, c *Catalogue, people []Person, changed bool) ([]Found, error) {
	candidates, keys := candidates(c, people, traveldoc.DateOf(w.Now().UTC()), !changed)
	if len(keys) == 0 {
		return nil, nil
	}
	now, err := w.Store.Alerts(ctx, keys)
	if err != nil {
		return nil, err
	}
	var list []Found
	for _, m := range candidates {
		a, there := now[m.Key]
		if !there || !(Change{Alert: a}).Active() || !applies(a, m.person) {
			continue
		}
		switch version, held := m.held[m.Key]; {
		case held && (version >= a.Version || version == 0 && !changed):
		case changed, held: // what was met there, or cleared, was another version
			list = append(list, found(m.person, m.Candidate, a, AlertChanged))
		default:
			list = append(list, found(m.person, m.Candidate, a, m.person.late()))
		}
	}
	return list, nil
}

// candidate is a person beside an alert.
type candidate struct {
	Candidate
	person Person
	held   map[string]int
}

// join is a list with what another one has besides.
func join(list, more []Candidate) []Candidate {
	for _, m := range more {
		if !slices.ContainsFunc(list, func(c Candidate) bool { return c.Key == m.Key }) {
			list = append(list, m)
		}
	}
	return list
}

func candidates(c *Catalogue, people []Person, today traveldoc.Date, arrived bool) (list []candidate, keys []string) {
	for _, p := range people {
		met := c.Search(p, today)
		if day := p.day(); arrived && day != today { // what was in force when he crossed may be over
			met = join(met, c.Search(p, day))
		}
		if len(met) == 0 {
			continue
		}
		held := p.held()
		for _, m := range met {
			list, keys = append(list, candidate{m, p, held}), append(keys, m.Key)
		}
	}
	return list, keys
}
