package recheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Pending is a decision that waits to be checked again.
type Pending struct {
	Event    border.CrossingEvent
	Scan     uuid.UUID  // of the inspection that led to it
	MRZ      string     // as the reader sent it; empty when typed
	Repairs  []mrz.Edit // what the officer put right in it
	Annulled bool
	Attempts int     // made so far
	Last     *Result // of the last attempt; nil before the first
	Fault    error   // why the decision cannot be read; never personal data
}

// Store keeps what waits and what came of it.
type Store interface {
	// Pending are decisions that are due at an instant and were made before confirmed, in the order in which they were made.
	Pending(ctx context.Context, due, confirmed time.Time, limit int) ([]Pending, error)
	// PendingOn are decisions that wait for the answer of a check, and are due at an instant or were not tried since another (since its
	// service is back), in the order in which they were made.
	PendingOn(ctx context.Context, check string, due, since time.Time, limit int) ([]Pending, error)
	// Settle keeps the result of a decision that still waits, with its record, unless that is nil, and the audit entry, in one
	// transaction; an outcome that is not final is due again at next. It says whether the decision still waited.
	Settle(ctx context.Context, result Result, next time.Time, record *border.Record, entry audit.Entry) (bool, error)
}

// Readings gives what was read of documents.
type Readings interface {
	// KeptReading is the reading that stands of a scan, whole: nil when nothing was read, border.ErrReadingGone when it can be had no
	// more. The look is audited.
	KeptReading(ctx context.Context, scan uuid.UUID, entry audit.Entry) (*reader.Reading, error)
}

// Config is what a worker is made of.
type Config struct {
	Store    Store
	Readings Readings // nil where no reader gives anything beside the zone
	// Training is the desk's: it accepts the codes of specimens.
	Training bool
	// Ready says since when the station's reference data is confirmed, all of it, and whether the centre can be reached: only decisions
	// made before are checked again, and only then.
	Ready func(ctx context.Context) (confirmed time.Time, ready bool, err error)
	Plan  []border.Planned // the desk's
	// Links are the lines to outside services that checks of the plan ask.
	Links []Link
	// Station and Zone are the crossing point's, for records.
	Station string
	Zone    *time.Location
	Every   time.Duration // how often it looks; 5 s when 0
	Told    func()        // called after results; must not block
	Now     func() time.Time
	NewID   func() uuid.UUID
	Log     *slog.Logger
}

// Worker checks decisions again. One runs at a station.
type Worker struct {
	cfg Config
}

// NewWorker makes a worker.
func NewWorker(cfg Config) *Worker {
	if cfg.Every <= 0 {
		cfg.Every = 5 * time.Second
	}
	return &Worker{cfg}
}

// What a worker takes on at once, so that the counters keep the machine.
const (
	batch      = 32
	sideBySide = 2
)

// ActorName is who checks again in records and in the audit log: nobody decides.
const ActorName = "recheck"

// Run looks now and then, until ctx ends. What goes wrong is told in the log and tried again: nothing that waits is lost by it.
func (w *Worker) Run(ctx context.Context) error {
	tick := time.NewTicker(w.cfg.Every)
	defer tick.Stop()
	for told := ""; ; {
		err := w.Drain(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			told = ""
		case err.Error() != told:
			told = err.Error()
			w.cfg.Log.Warn("decisions not checked again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Drain checks everything again that is due, as long as the centre stays within reach.
func (w *Worker) Drain(ctx context.Context) error {
	for {
		n, err := w.Step(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// Step checks one batch again and says how many decisions it looked at. While the centre is away or its data is not confirmed, only what
// waits for outside services is asked.
func (w *Worker) Step(ctx context.Context) (int, error) {
	outside, err := w.stepOutside(ctx)
	if err != nil {
		return outside, err
	}
	confirmed, ready, err := w.cfg.Ready(ctx)
	if err != nil || !ready {
		return outside, err
	}
	list, err := w.cfg.Store.Pending(ctx, w.cfg.Now(), confirmed, batch)
	if err != nil {
		return outside, err
	}
	return outside + len(list), w.sideBySide(ctx, list, w.again)
}

func (w *Worker) sideBySide(ctx context.Context, list []Pending, again func(context.Context, Pending) error) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(sideBySide)
	for _, p := range list {
		all.Go(func() error { return again(ctx, p) })
	}
	err := all.Wait()
	if len(list) > 0 && w.cfg.Told != nil {
		w.cfg.Told()
	}
	return err
}

func (w *Worker) again(ctx context.Context, p Pending) error {
	result, err := w.result(ctx, p)
	if err != nil {
		return err
	}
	return w.settle(ctx, p, result, result.At.Add(pause(result.Attempt)))
}

// worthTelling: every final result, the first that is not, and what changed while another check still had no answer.
func worthTelling(r Result, p Pending) bool {
	return r.Outcome.Final() || p.Last == nil || len(r.Changes) > len(p.Last.Changes)
}

// pause is how long after an attempt the next is due.
func pause(attempt int) time.Duration {
	return min(time.Minute<<min(attempt-1, 4), 15*time.Minute)
}

func (w *Worker) result(ctx context.Context, p Pending) (Result, error) {
	r := Result{Outcome: Annulled}
	switch {
	case p.Annulled:
	case p.Fault != nil:
		r = w.unreadable(p)
	default:
		now, err := w.findings(ctx, p)
		if err != nil {
			return r, err
		}
		asks := w.asks(p)
		r = Compare(p.Event.Findings, now).over(p.before(), func(check string) bool { return !w.outside(check) || asks(check) })
		r.Outcome = outcomeOf(r)
	}
	r.Crossing, r.Attempt, r.At = p.Event.CrossingID, p.Attempts+1, w.cfg.Now()
	return r, nil
}

// unreadable is the result of a decision that this release cannot read.
func (w *Worker) unreadable(p Pending) Result {
	w.cfg.Log.Error("decision cannot be checked again", "crossing", p.Event.CrossingID, "error", p.Fault)
	return Result{Outcome: NotChecked, Waiting: []Change{{Check: "decision", Reason: border.ReasonFailed}}}
}

// findings are what the checks say now that can still be asked. Without the reading, the checks that rest on it keep what they said.
func (w *Worker) findings(ctx context.Context, p Pending) ([]border.Finding, error) {
	reading, err := w.reading(ctx, p)
	plan := w.only(w.asks(p))
	if errors.Is(err, border.ErrReadingGone) {
		plan, err = border.WithoutReading(plan), nil
	}
	if err != nil {
		return nil, err
	}
	now := w.inspect(ctx, plan, SubjectOf(p, reading, w.cfg.Zone, w.cfg.Training))
	if reading == nil { // of a document that no reader read nothing more is ever read: such an answer is awaited in vain
		now = slices.DeleteFunc(now, func(f border.Finding) bool { return f.Outcome == border.NotChecked && border.RestsOnReading(f.Check) })
	}
	return now, nil
}

func (w *Worker) reading(ctx context.Context, p Pending) (*reader.Reading, error) {
	if w.cfg.Readings == nil {
		return nil, nil //nolint:nilnil // nothing is ever read here
	}
	entry := w.actor().Entry(w.cfg.Now(), audit.Consultation, "inspection", p.Scan.String())
	entry.Purpose, entry.Decision = border.PurposeOfControl, "check_again"
	return w.cfg.Readings.KeptReading(ctx, p.Scan, entry)
}

func (w *Worker) actor() audit.Actor {
	return audit.Actor{ID: ActorName, Name: ActorName, Role: "service", Post: w.cfg.Station}
}

// inspect runs a plan; the findings are in its order.
func (w *Worker) inspect(ctx context.Context, plan []border.Planned, s border.Subject) []border.Finding {
	found := map[string]border.Finding{}
	border.Inspect(ctx, w.cfg.Now, s, plan, func(f border.Finding) { found[f.Check] = f })
	findings := make([]border.Finding, 0, len(plan))
	for _, planned := range plan {
		findings = append(findings, found[planned.Check.Name()])
	}
	return findings
}

// SubjectOf is what the checks looked at when it was decided, as the desk made it of the scan.
func SubjectOf(p Pending, reading *reader.Reading, zone *time.Location, training bool) border.Subject {
	e := p.Event
	scan := border.Scan{
		ID: p.Scan, Lane: e.Lane, At: e.ScannedAt, Direction: e.Direction, Mode: e.Mode, Purpose: e.Purpose, MRZ: p.MRZ,
		Identity: e.Identity, Document: e.Document, Reading: reading,
		Circumstances: border.Circumstances{
			Category: e.Category, Basis: e.Basis, Particulars: e.Particulars, Group: e.Group, Guardian: e.Guardian, Vehicle: e.Vehicle,
			Repairs: p.Repairs,
		},
	}
	s, err := border.SubjectOf(scan, zone, training)
	if err != nil { // a zone that this release cannot read any more: what was recorded of it is checked
		scan.MRZ = ""
		s, _ = border.SubjectOf(scan, zone, training) // without a zone there is nothing to go wrong
	}
	s.Again = true
	return s
}

func (w *Worker) record(p Pending, r Result) (border.Record, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return border.Record{}, fmt.Errorf("recheck of %s: %w", r.Crossing, err)
	}
	return border.Record{
		ID: w.cfg.NewID(), Kind: border.DecisionRechecked, File: p.Event.TravellerID, Subject: r.Crossing, Station: w.cfg.Station,
		Lane: p.Event.Lane, Officer: ActorName, Zone: w.cfg.Zone.String(), EventTime: r.At, RecordedAt: r.At, Origin: border.Live,
		Status: border.Confirmed, Body: body,
	}, nil
}
