package screen

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
)

// Config is what a Worker needs.
type Config struct {
	Manifests apipnr.Manifests
	Store     Store
	Hits      Hits
	Checks    board.Checks
	Policy    board.Policy
	Now       func() time.Time
	Log       *slog.Logger
	// Within is how long the checks of one person may take; 0 is DefaultWithin.
	Within time.Duration
}

// DefaultWithin is how long the checks of one person may take: nobody waits at a gate for them.
const DefaultWithin = 10 * time.Second

const (
	notesAtOnce = 500
	lookAgain   = 10 * time.Second // a round at least so often: another process may have left work
	afterFault  = time.Second
	firstAgain  = 30 * time.Second // until a check without an answer is made again; doubled each time, up to mostAgain
	mostAgain   = 15 * time.Minute
	// outsideWithin is how long one round waits for services outside: what the State's own lists found waits no longer. firstLate is how soon
	// their answers are looked for after that; the intervals grow as the others.
	outsideWithin = 250 * time.Millisecond
	firstLate     = time.Second
)

// Worker screens. One Worker works at a time.
type Worker struct{ Config }

// NewWorker makes a Worker.
func NewWorker(c Config) *Worker {
	if c.Within == 0 {
		c.Within = DefaultWithin
	}
	return &Worker{c}
}

// Run screens until ctx ends. A failure is logged without what failed, and tried again.
func (w *Worker) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.Manifests.Nudged(apipnr.WorkScreen):
		case <-w.Store.Again():
		case <-timer.C:
		}
		next, err := w.drain(ctx)
		wait := lookAgain
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			w.Log.WarnContext(ctx, "screening before arrival", "code", codeOf(err))
			wait = afterFault
		case !next.IsZero():
			wait = min(max(next.Sub(w.Now()), 0), lookAgain)
		}
		timer.Reset(wait)
	}
}

// codeOf is all that is said of a failure: its words may name a person.
func codeOf(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "timeout"
	}
	return "failed"
}

func (w *Worker) drain(ctx context.Context) (time.Time, error) {
	for {
		more, next, err := w.Round(ctx)
		if err != nil || !more {
			return next, err
		}
	}
}

// Round screens the oldest notes and those whose checks are made again, and says whether there may be more, and when the next is due.
func (w *Worker) Round(ctx context.Context) (more bool, next time.Time, err error) {
	notes, err := w.Manifests.Notes(ctx, apipnr.WorkScreen, notesAtOnce)
	if err != nil {
		return false, next, err
	}
	due, next, err := w.Store.Due(ctx, notesAtOnce)
	if err != nil || len(notes)+len(due) == 0 {
		return false, next, err
	}
	tries := map[uuid.UUID]int{}
	var persons []uuid.UUID
	for _, a := range due {
		tries[a.Person] = a.Tries
		persons = append(persons, a.Person)
	}
	for _, n := range notes {
		persons = append(persons, n.Person)
	}
	slices.SortFunc(persons, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	persons = slices.Compact(persons)
	if err := w.screen(ctx, persons, tries); err != nil {
		if err := w.oneByOne(ctx, persons, tries, notes, err); err != nil {
			return false, next, err
		}
	}
	return true, next, w.Manifests.Done(ctx, apipnr.WorkScreen, notes)
}

// screen looks at persons as they are now.
func (w *Worker) screen(ctx context.Context, ids []uuid.UUID, tries map[uuid.UUID]int) error {
	results, gone, err := w.read(ctx, ids)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		if err := w.Store.Drop(ctx, gone); err != nil {
			return err
		}
	}
	if len(results) == 0 {
		return nil
	}
	found := make([]uuid.UUID, len(results))
	for n, r := range results {
		found[n] = r.Person.ID
	}
	opinions, err := w.Store.Opinions(ctx, found)
	if err != nil {
		return err
	}
	w.ask(ctx, results, opinions, tries)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := w.Hits.Expect(ctx, results); err != nil {
		return err
	}
	return w.Store.Keep(ctx, results)
}

// read reads persons who are still to come. gone are the others.
func (w *Worker) read(ctx context.Context, ids []uuid.UUID) (results []Result, gone []uuid.UUID, err error) {
	persons, err := w.Manifests.Persons(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	var flights []uuid.UUID
	for _, p := range persons {
		flights = append(flights, p.Flight)
	}
	slices.SortFunc(flights, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	known, err := w.Manifests.FlightsByID(ctx, slices.Compact(flights))
	if err != nil {
		return nil, nil, err
	}
	byID := make(map[uuid.UUID]apipnr.ExpectedFlight, len(known))
	for _, f := range known {
		byID[f.ID] = f
	}
	there := make(map[uuid.UUID]bool, len(persons))
	for _, p := range persons {
		f, is := byID[p.Flight]
		if is && w.comes(p, f) {
			there[p.ID] = true
			results = append(results, Result{Person: p, Flight: f, Passenger: PassengerOf(p, f)})
		}
	}
	gone = slices.DeleteFunc(slices.Clone(ids), func(id uuid.UUID) bool { return there[id] })
	return results, gone, nil
}

// landed is how long after the arrival somebody may still be before the counter.
const landed = 24 * time.Hour

// comes reports whether the person is still to come: neither cancelled nor left behind nor long here.
func (w *Worker) comes(p apipnr.Expected, f apipnr.ExpectedFlight) bool {
	switch {
	case p.Masked, p.Status == apipnr.StatusCancelled, p.Status == apipnr.StatusNotOnBoard, f.Status == apipnr.FlightCancelled:
		return false
	}
	return f.ArrivesAt.IsZero() || w.Now().Before(f.ArrivesAt.Add(landed))
}

// PassengerOf is an expected person as the checks look at him.
func PassengerOf(p apipnr.Expected, f apipnr.ExpectedFlight) board.Passenger {
	return board.Passenger{
		Occasion: p.ID, Kind: p.Kind, Identity: p.Identity, Documents: p.Documents, Flight: f.Flight, DepartsAt: f.DepartsAt, ArrivesAt: f.ArrivesAt,
	}
}

// ask runs the checks of all, as many at once as there are processors and some more that wait for the database.
func (w *Worker) ask(ctx context.Context, results []Result, opinions map[uuid.UUID][]board.Opinion, tries map[uuid.UUID]int) {
	patience, end := context.WithTimeout(ctx, outsideWithin)
	defer end()
	next := make(chan *Result)
	var all sync.WaitGroup
	for range min(len(results), 4*runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for r := range next {
				w.one(ctx, patience, r, opinions[r.Person.ID], tries[r.Person.ID])
			}
		})
	}
	for n := range results {
		next <- &results[n]
	}
	close(next)
	all.Wait()
}

func (w *Worker) one(ctx, patience context.Context, r *Result, opinions []board.Opinion, tries int) {
	ctx, cancel := context.WithTimeout(ctx, w.Within)
	defer cancel()
	r.Began = w.Now()
	findings := w.Checks.Ask(ctx, patience, r.Passenger)
	r.At, r.Findings = w.Now(), findings
	r.Ruling = w.Policy.Decide(findings, opinions)
	r.Words = w.Policy.Say(r.Ruling)
	if Lacking(findings) {
		r.Tries = tries + 1
		r.Recheck = r.At.Add(w.again(findings, tries))
	}
}

// again is how long until the checks are made again: soon where a service outside alone has not answered yet, since the question goes on.
func (w *Worker) again(findings []border.Finding, tries int) time.Duration {
	if !lacking(findings, board.ReasonLate) {
		return min(firstLate<<min(tries, 10), backOff(tries))
	}
	return backOff(tries)
}

func backOff(tries int) time.Duration {
	d := firstAgain
	for range tries {
		if d *= 2; d >= mostAgain {
			return mostAgain
		}
	}
	return d
}

// Lacking reports whether a check has no answer that it may have later. What the carrier did not send comes with another message, not
// with time.
func Lacking(findings []border.Finding) bool { return lacking(findings) }

func lacking(findings []border.Finding, but ...string) bool {
	return slices.ContainsFunc(findings, func(f border.Finding) bool {
		return f.Outcome == border.NotChecked && f.Reason != border.ReasonDataInsufficient && f.Reason != board.ReasonVisa &&
			!slices.Contains(but, f.Reason)
	})
}
