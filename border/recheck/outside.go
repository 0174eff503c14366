package recheck

import (
	"context"
	"slices"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// Link is the line to an outside service, which one check of the plan asks. It comes and goes apart from the centre: what waits for it is
// asked again when it is back, whether or not the centre is.
type Link interface {
	// CheckName is the check's name.
	CheckName() string
	// Answers is since when the service answers after its last outage (zero: there was none), and whether it does now.
	Answers() (since time.Time, now bool)
}

// stepOutside asks outside services again that answer, about decisions that wait for them, and says how many decisions it looked at.
func (w *Worker) stepOutside(ctx context.Context) (int, error) {
	sum := 0
	for _, link := range w.cfg.Links {
		since, answers := link.Answers()
		if !answers {
			continue
		}
		list, err := w.cfg.Store.PendingOn(ctx, link.CheckName(), w.cfg.Now(), since, batch)
		if err != nil {
			return sum, err
		}
		if err := w.sideBySide(ctx, list, func(ctx context.Context, p Pending) error { return w.outsideAgain(ctx, p, link.CheckName()) }); err != nil {
			return sum, err
		}
		sum += len(list)
	}
	return sum, nil
}

// outsideAgain makes one check again and keeps what every other check said.
func (w *Worker) outsideAgain(ctx context.Context, p Pending, check string) error {
	r := Result{Outcome: Annulled}
	if !p.Annulled && p.Fault == nil {
		asks := func(name string) bool { return name == check }
		now := w.inspect(ctx, w.only(asks), SubjectOf(p, nil, w.cfg.Zone, w.cfg.Training))
		r = Compare(p.Event.Findings, now).over(p.before(), asks)
		r.Partial = p.Event.Status == border.Provisional && (p.Last == nil || p.Last.Partial)
		if r.Outcome = outcomeOf(r); r.Partial {
			r.Outcome = NotChecked // the centre's data has not spoken yet
		}
	} else if p.Fault != nil {
		r = w.unreadable(p)
	}
	r.Crossing, r.Attempt, r.At = p.Event.CrossingID, p.Attempts+1, w.cfg.Now()
	next := r.At.Add(pause(r.Attempt))
	if r.Partial && !named(r.Waiting, check) {
		next = r.At
	}
	return w.settle(ctx, p, r, next)
}

// only is the part of the plan whose checks are asked for.
func (w *Worker) only(asks func(check string) bool) []border.Planned {
	return slices.DeleteFunc(slices.Clone(w.cfg.Plan), func(p border.Planned) bool { return !asks(p.Check.Name()) })
}

// outside reports whether a check asks an outside service.
func (w *Worker) outside(check string) bool {
	return slices.ContainsFunc(w.cfg.Links, func(l Link) bool { return l.CheckName() == check })
}

// asks tells which checks are made again for a decision: all, but of those that ask outside only what has no answer yet. What a service
// answered once is not sent to it again.
func (w *Worker) asks(p Pending) func(check string) bool {
	before := p.before()
	return func(check string) bool { return !w.outside(check) || named(before.Waiting, check) }
}

// before is what is known of a decision so far: the last result, or what had no answer when it was made.
func (p Pending) before() Result {
	if p.Last != nil {
		return *p.Last
	}
	var r Result
	for _, f := range p.Event.Findings {
		if f.Outcome == border.NotChecked && f.Reason != border.ReasonDataInsufficient {
			r.Waiting = append(r.Waiting, Change{Check: f.Check, After: f.Outcome, Reason: f.Reason, Source: f.Source})
		}
	}
	return r
}

// over is r with what an earlier result says of checks that were not asked now.
func (r Result) over(earlier Result, asked func(check string) bool) Result {
	keep := func(list, now []Change) []Change {
		kept := slices.DeleteFunc(slices.Clone(list), func(c Change) bool { return asked(c.Check) })
		return append(kept, now...)
	}
	r.Changes, r.Answered, r.Waiting = keep(earlier.Changes, r.Changes), keep(earlier.Answered, r.Answered), keep(earlier.Waiting, r.Waiting)
	return r
}

func named(list []Change, check string) bool {
	return slices.ContainsFunc(list, func(c Change) bool { return c.Check == check })
}

// settle keeps a result with its record, when it is worth one, and its audit entry.
func (w *Worker) settle(ctx context.Context, p Pending, r Result, next time.Time) error {
	if err := ctx.Err(); err != nil {
		return err // findings of a check that was cut off are none
	}
	entry := w.actor().Entry(r.At, audit.Consultation, "crossing", p.Event.CrossingID.String())
	entry.Purpose, entry.Decision, entry.ResultCount = border.PurposeOfControl, string(r.Outcome), 1
	var record *border.Record
	if worthTelling(r, p) {
		made, err := w.record(p, r)
		if err != nil {
			return err
		}
		record = &made
	}
	_, err := w.cfg.Store.Settle(ctx, r, next, record, entry)
	return err
}
