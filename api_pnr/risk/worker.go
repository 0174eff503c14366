package risk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Found is a rule's hit on a person, with its explanation.
type Found struct {
	Rule    uuid.UUID
	Version int
	Terms   []Term
	// Basis is the digest of the explanation: the same values give the same one.
	Basis [sha256.Size]byte
}

// Evaluated is what the rules answered about a person.
type Evaluated struct {
	Person apipnr.Expected
	Links  []Link
	Hits   []Found
	// Faults are the versions that could not be asked: of the person they say nothing, neither that he is hit nor that he is not.
	Faults []Version
}

// Sweep is a version that was activated and that persons who are already expected are still to be held against.
type Sweep struct {
	Rule    uuid.UUID
	Version int
}

// Store is what the worker needs of the database; riskdb.Store is one.
type Store interface {
	// Active are the versions that are active, whatever their dates.
	Active(ctx context.Context) ([]Version, error)
	// Changed gets a value when rules changed or a dry run was asked for.
	Changed() <-chan struct{}
	// Past is what was known before the flight departed, of each person, by id.
	Past(ctx context.Context, flight apipnr.ExpectedFlight, persons []apipnr.Expected, links map[uuid.UUID][]Link) (map[uuid.UUID]*Past, error)
	// Keep stores links and hits, and counts faults; asked are the versions that were asked, so that a hit is known to have lapsed that is
	// not found again. A hit of a person and a version with a fault has not lapsed.
	Keep(ctx context.Context, flight apipnr.ExpectedFlight, asked []Version, list []Evaluated) error
	// Sweeps are those that are not done; Swept ends one.
	Sweeps(ctx context.Context) ([]Sweep, error)
	Swept(ctx context.Context, s Sweep, persons int) error
	// Run takes the next dry run; false when none waits. Progress tells how far it is, and whether it is to end.
	Run(ctx context.Context) (DryRun, Version, bool, error)
	Progress(ctx context.Context, id uuid.UUID, done, total int, hits []RunHit) (cancelled bool, err error)
	Finish(ctx context.Context, id uuid.UUID, state RunState, r Result) error
	// Known are those of the persons about whom something was found.
	Known(ctx context.Context, flight apipnr.ExpectedFlight, persons []apipnr.Expected) (map[uuid.UUID]string, error)
}

// Worker holds persons against rules: when they are new or changed, and when a rule is. It is nudged; it never looks by the clock but at
// midnight, when rules begin and end.
type Worker struct {
	store     Store
	manifests apipnr.Manifests
	language  *Language
	now       func() time.Time
	log       *slog.Logger
	programs  map[string]*Program // by rule and version; a version never changes
}

// NewWorker makes a worker.
func NewWorker(store Store, manifests apipnr.Manifests, l *Language, now func() time.Time, log *slog.Logger) *Worker {
	return &Worker{store: store, manifests: manifests, language: l, now: now, log: log, programs: map[string]*Program{}}
}

// retry is how long the worker rests after a failure: what was not done stays noted.
const retry = 5 * time.Second

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) error {
	for {
		err := w.Once(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was told to end
		}
		wait := w.toMidnight()
		if err != nil {
			w.log.WarnContext(ctx, "risk rules: work failed, and is done again", "error", err)
			wait = retry
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-w.manifests.Nudged(apipnr.WorkRisk):
		case <-w.store.Changed():
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (w *Worker) toMidnight() time.Duration {
	now := w.now().UTC()
	return now.Truncate(24 * time.Hour).Add(24*time.Hour + time.Second).Sub(now)
}

// Once does all that waits: people first, then rules, then one dry run after another, between which people come first again.
func (w *Worker) Once(ctx context.Context) error {
	for {
		if err := w.people(ctx); err != nil {
			return err
		}
		run, version, found, err := w.store.Run(ctx)
		if err != nil || !found {
			return err
		}
		if err := w.try(ctx, run, version); err != nil {
			return err
		}
	}
}

// people holds new and changed persons against the rules, and everybody who is expected against new rules.
func (w *Worker) people(ctx context.Context) error {
	for {
		asked, err := w.asked(ctx)
		if err != nil {
			return err
		}
		swept, err := w.sweep(ctx, asked)
		if err != nil {
			return err
		}
		noted, err := w.notes(ctx, asked)
		if err != nil || !noted && !swept {
			return err
		}
	}
}

// question is a version with its program; nil: it cannot be asked.
type question struct {
	Version
	program *Program
}

// asked are the versions in force today.
func (w *Worker) asked(ctx context.Context) ([]question, error) {
	active, err := w.store.Active(ctx)
	if err != nil {
		return nil, err
	}
	var list []question
	for _, v := range active {
		if !v.InForce(w.now()) {
			continue
		}
		p, err := w.program(v)
		if err != nil {
			// It compiled when it was written: the language has changed since. The others go on, and the rule's page says so.
			w.log.ErrorContext(ctx, "risk rule does not compile any more", "rule", v.Code, "version", v.Number)
		}
		list = append(list, question{v, p})
	}
	return list, nil
}

func (w *Worker) program(v Version) (*Program, error) {
	key := fmt.Sprintf("%s/%d", v.Rule, v.Number)
	if p := w.programs[key]; p != nil {
		return p, nil
	}
	p, err := w.language.Read(v.CEL, v.Lists)
	if err == nil {
		w.programs[key] = p
	}
	return p, err
}

// notesAtOnce bounds what is taken up at a time.
const notesAtOnce = 1000

func (w *Worker) notes(ctx context.Context, asked []question) (some bool, err error) {
	notes, err := w.manifests.Notes(ctx, apipnr.WorkRisk, notesAtOnce)
	if err != nil || len(notes) == 0 {
		return false, err
	}
	changed := map[uuid.UUID]map[uuid.UUID]bool{} // by flight
	for _, n := range notes {
		if changed[n.Flight] == nil {
			changed[n.Flight] = map[uuid.UUID]bool{}
		}
		changed[n.Flight][n.Person] = true
	}
	for flight, persons := range changed {
		if _, err := w.flight(ctx, flight, asked, persons); err != nil {
			return false, err
		}
	}
	return true, w.manifests.Done(ctx, apipnr.WorkRisk, notes)
}

// flight holds the persons of a flight against rules: those named and the others of their reservations; nil: everybody.
func (w *Worker) flight(ctx context.Context, id uuid.UUID, asked []question, only map[uuid.UUID]bool) (int, error) {
	flights, err := w.manifests.FlightsByID(ctx, []uuid.UUID{id})
	if err != nil || len(flights) == 0 {
		return 0, err
	}
	all, err := w.manifests.OfFlight(ctx, id)
	if err != nil {
		return 0, err
	}
	list, err := w.evaluate(ctx, flights[0], all, concerned(all, only), asked)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	versions := make([]Version, 0, len(asked))
	for _, q := range asked {
		versions = append(versions, q.Version)
	}
	return len(list), w.store.Keep(ctx, flights[0], versions, list)
}

// concerned are the persons named, with the others of their reservations, whose companions have changed.
func concerned(all []apipnr.Expected, only map[uuid.UUID]bool) (list []apipnr.Expected) {
	bookings := map[string]bool{}
	for _, p := range all {
		if only[p.ID] && p.Locator != "" {
			bookings[p.Locator] = true
		}
	}
	for _, p := range all {
		if !p.Masked && (only == nil || only[p.ID] || bookings[p.Locator]) {
			list = append(list, p)
		}
	}
	return list
}

func (w *Worker) evaluate(ctx context.Context, flight apipnr.ExpectedFlight, all, persons []apipnr.Expected, asked []question) ([]Evaluated, error) {
	links := w.links(persons)
	past, err := w.store.Past(ctx, flight, persons, links)
	if err != nil {
		return nil, err
	}
	others := Together(all)
	list := make([]Evaluated, 0, len(persons))
	for _, p := range persons {
		e := Evaluated{Person: p, Links: links[p.ID]}
		if p.Status != apipnr.StatusCancelled {
			facts := w.language.Facts(Subject{Person: p, Flight: flight, Companions: others(p), Past: past[p.ID]})
			if err = w.ask(ctx, facts, asked, &e); err != nil {
				return nil, err
			}
		}
		list = append(list, e)
	}
	return list, nil
}

func (w *Worker) links(persons []apipnr.Expected) map[uuid.UUID][]Link {
	links := make(map[uuid.UUID][]Link, len(persons))
	for _, p := range persons {
		links[p.ID] = w.language.Links(p)
	}
	return links
}

func (w *Worker) ask(ctx context.Context, facts *Facts, asked []question, e *Evaluated) error {
	for _, q := range asked {
		if q.program == nil {
			e.Faults = append(e.Faults, q.Version)
			continue
		}
		answer, err := q.program.Ask(facts)
		if err != nil {
			w.log.WarnContext(ctx, "risk rule met its limit of cost", "rule", q.Code, "version", q.Number, "person", facts.Person.ID)
			e.Faults = append(e.Faults, q.Version)
			continue
		}
		if answer != True {
			continue
		}
		found := Found{Rule: q.Rule, Version: q.Number, Terms: q.program.Explain(facts)}
		if found.Basis, err = basis(found.Terms); err != nil {
			return err
		}
		e.Hits = append(e.Hits, found)
	}
	return nil
}

// basis is the digest of conditions, answers and values; where a value was told does not matter: a message that repeats it changes nothing.
func basis(terms []Term) ([sha256.Size]byte, error) {
	bare := make([]Term, 0, len(terms))
	for _, t := range terms {
		values := make([]Value, 0, len(t.Values))
		for _, v := range t.Values {
			values = append(values, Value{Field: v.Field, Known: v.Known, Text: v.Text})
		}
		bare = append(bare, Term{CEL: t.CEL, Answer: t.Answer, Values: values})
	}
	bytes, err := json.Marshal(bare)
	return sha256.Sum256(bytes), err
}

// sweep holds everybody who is still expected against versions that were activated since.
func (w *Worker) sweep(ctx context.Context, asked []question) (some bool, err error) {
	sweeps, err := w.store.Sweeps(ctx)
	if err != nil {
		return false, err
	}
	for _, s := range sweeps {
		for _, q := range asked {
			if q.Rule != s.Rule || q.Number != s.Version || q.program == nil { // it is swept when it can be asked
				continue
			}
			n, err := w.everybody(ctx, []question{q})
			if err == nil {
				err = w.store.Swept(ctx, s, n)
			}
			if err != nil {
				return some, err
			}
			some = true
		}
	}
	return some, nil
}

const pendingAtOnce = 1000

func (w *Worker) everybody(ctx context.Context, asked []question) (persons int, err error) {
	after, seen := uuid.Nil, map[uuid.UUID]bool{}
	for {
		page, err := w.manifests.Pending(ctx, w.now(), after, pendingAtOnce)
		if err != nil || len(page) == 0 {
			return persons, err
		}
		after = page[len(page)-1].ID
		for _, p := range page {
			if seen[p.Flight] {
				continue
			}
			seen[p.Flight] = true
			n, err := w.flight(ctx, p.Flight, asked, nil)
			if err != nil {
				return persons, err
			}
			persons += n
		}
	}
}

// errCancelled ends a dry run that somebody cancelled.
var errCancelled = errors.New("dry run cancelled")

// try does a dry run. What fails in it is the run's failure, and said; only the database's own failure is the worker's.
func (w *Worker) try(ctx context.Context, run DryRun, v Version) error {
	tally := NewTally(run.From, run.To)
	err := w.fly(ctx, run, v, tally)
	state := RunDone
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // it begins anew with the next process
	case errors.Is(err, errCancelled):
		state = RunCancelled
	case err != nil:
		w.log.WarnContext(ctx, "dry run of a risk rule failed", "dry_run", run.ID, "error", err)
		state = RunFailed
	}
	return w.store.Finish(ctx, run.ID, state, tally.Result())
}

func (w *Worker) fly(ctx context.Context, run DryRun, v Version, tally *Tally) error {
	program, err := w.program(v)
	if err != nil {
		return err
	}
	flights, err := w.manifests.Flown(ctx, run.From.First(), run.To.First().AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	for i, f := range flights {
		hits, err := w.flown(ctx, f, program, tally)
		if err != nil {
			return err
		}
		cancelled, err := w.store.Progress(ctx, run.ID, i+1, len(flights), hits)
		if err != nil {
			return err
		}
		if cancelled {
			return errCancelled
		}
		if err := w.people(ctx); err != nil { // people who are expected come before flights that are past
			return err
		}
	}
	return nil
}

func (w *Worker) flown(ctx context.Context, flight apipnr.ExpectedFlight, p *Program, tally *Tally) (hits []RunHit, err error) {
	all, err := w.manifests.OfFlight(ctx, flight.ID)
	if err != nil {
		return nil, err
	}
	persons := travelled(all, tally)
	past, err := w.store.Past(ctx, flight, persons, w.links(persons))
	if err != nil {
		return nil, err
	}
	known, err := w.store.Known(ctx, flight, persons)
	if err != nil {
		return nil, err
	}
	tally.Flight()
	others := Together(all)
	for _, one := range persons {
		facts := w.language.Facts(Subject{Person: one, Flight: flight, Companions: others(one), Past: past[one.ID]})
		departs, _ := facts.departs()
		answer, err := p.Ask(facts)
		if err != nil {
			tally.Fault()
		}
		tally.Person(departs, facts, p, answer, known[one.ID] != "")
		if answer == True {
			hits = append(hits, RunHit{Person: one.ID, Flight: flight.ID, Departs: departs, Known: known[one.ID] != ""})
		}
	}
	return hits, nil
}

// travelled leaves out who was taken off and who is masked.
func travelled(all []apipnr.Expected, tally *Tally) (list []apipnr.Expected) {
	for _, p := range all {
		switch {
		case p.Masked:
			tally.Masked()
		case p.Status != apipnr.StatusCancelled:
			list = append(list, p)
		}
	}
	return list
}
