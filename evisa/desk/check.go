package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// OfApplication is a check that looks at more of an application than a subject has: the journey, the portrait, who else applied.
type OfApplication interface {
	border.Check
	// Of is the check for one application.
	Of(a *evisa.Application) border.Check
}

// SubjectOf is what the checks look at of an application: the traveller as he would arrive, today. Scan is the application's id.
// training accepts the codes of specimens. A zone that cannot be read is left out, and the document check says so.
func SubjectOf(a *evisa.Application, now time.Time, training bool) border.Subject {
	s := border.Subject{
		Identity: a.Identity, Document: a.Document, Direction: border.Entry, Mode: border.Air, At: now.UTC(), Today: traveldoc.DateOf(now.UTC()), Scan: a.ID,
	}
	s.MRZ = ZoneOf(a, s.Today, training)
	return s
}

// ask asks checks side by side and gives an event for each answer. A check that fails, or takes too long, has no answer.
func (d *Desk) ask(ctx context.Context, c *Case, plan []Planned, lists int64) []Event {
	subject := SubjectOf(c.Application, d.c.Now(), d.c.Training)
	events := make([]Event, len(plan))
	var wait sync.WaitGroup
	for n, p := range plan {
		wait.Go(func() {
			f := d.one(ctx, c, p, subject)
			events[n] = Event{Kind: EventChecked, Detail: Detail{Finding: &f}}
			if p.Alert {
				events[n].Lists = lists
			}
		})
	}
	wait.Wait()
	return events
}

// one asks one check.
func (d *Desk) one(ctx context.Context, c *Case, p Planned, s border.Subject) (f border.Finding) {
	ctx, cancel := context.WithTimeout(ctx, p.Deadline)
	defer cancel()
	check, begun := p.Check, d.c.Now()
	switch of := check.(type) {
	case OfApplication:
		check = of.Of(c.Application)
	case OfCase:
		check = of.OfCase(c)
	}
	f, err := safely(func() (border.Finding, error) { return check.Check(ctx, s) })
	if err != nil {
		reason := border.ReasonFailed
		if ctx.Err() != nil {
			reason = border.ReasonTimeout
		}
		d.c.Log.WarnContext(ctx, "check of an application", "check", p.Check.Name(), "reason", reason, "kind", problem.KindOf(err).String())
		f = border.Unanswered(p.Check.Name(), border.Source{Name: p.Check.Name()}, reason)
	}
	f.Check, f.At, f.Took = p.Check.Name(), begun.UTC(), d.c.Now().Sub(begun)
	f.Evidence = border.KeptEvidence(f.Evidence)
	return f
}

// safely makes an error of a panic of a check: one that is broken must not take the others with it. What it says may hold a person's data.
func safely(ask func() (border.Finding, error)) (f border.Finding, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("check of an application panicked")
		}
	}()
	return ask()
}

// sameAnswer reports whether two findings of a check ask the same of an officer.
func sameAnswer(a, b border.Finding) bool {
	if a.Outcome != b.Outcome || a.Reason != b.Reason {
		return false
	}
	keys := func(f border.Finding) (all []string) {
		for _, h := range hitsOf(f) {
			all = append(all, h.Key+string(h.Severity))
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(keys(a), keys(b))
}

func (c *Case) check(name string) (Checked, bool) {
	n := slices.IndexFunc(c.Checks, func(k Checked) bool { return k.Name == name })
	if n < 0 {
		return Checked{}, false
	}
	return c.Checks[n], true
}

// system is the part that makes the checks, in audit entries.
var system = Doer{Actor: audit.Actor{ID: "visadesk", Name: "visadesk", Role: "system"}, System: true} //nolint:gochecknoglobals // a value

// Examine asks the checks of an application that have no answer yet, and makes it the desk's once each was asked.
func (d *Desk) Examine(ctx context.Context, id uuid.UUID) error {
	lists, err := d.c.Store.NewestList(ctx)
	if err != nil {
		return err
	}
	c, err := d.c.Store.Load(ctx, id)
	if err != nil || c.Application == nil || !c.State.Open() {
		return err
	}
	answers := d.ask(ctx, c, d.unanswered(c), lists)
	_, err = d.c.Store.Act(ctx, system, At{ID: id}, func(c *Case) (Change, error) { return d.examined(c, answers), nil })
	return err
}

// unanswered are the checks that were not asked or gave no answer.
func (d *Desk) unanswered(c *Case) (plan []Planned) {
	for _, p := range d.c.Checks {
		if k, there := c.check(p.Check.Name()); !there || k.Pending || k.Finding.Outcome == border.NotChecked {
			plan = append(plan, p)
		}
	}
	return plan
}

// examined is what answers change: nothing where they say what is known already.
func (d *Desk) examined(c *Case, answers []Event) (change Change) {
	if !c.State.Open() || c.State == evisa.Waiting {
		return change
	}
	missing := false
	for _, e := range answers {
		k, there := c.check(e.Finding.Check)
		missing = missing || e.Finding.Outcome == border.NotChecked
		if !there || k.Pending || !sameAnswer(k.Finding, *e.Finding) {
			change.Events = append(change.Events, e)
		}
	}
	if c.State == evisa.Received {
		change.Events = append(change.Events, Event{Kind: EventExamined})
	}
	if missing {
		change.CheckAgain = d.c.Now().Add(backoff(d.c.Now().Sub(c.ReceivedAt)))
	}
	return change
}

// Waits between the attempts of a check without an answer: a tenth of how long it waits already.
const (
	leastWait = 15 * time.Second
	mostWait  = time.Hour
)

func backoff(since time.Duration) time.Duration { return min(max(since/10, leastWait), mostWait) }

// Recheck asks every check of an application anew.
func (d *Desk) Recheck(ctx context.Context, actor audit.Actor, at At) error {
	lists, err := d.c.Store.NewestList(ctx)
	if err != nil {
		return err
	}
	if d.c.Refresh != nil {
		if err := d.c.Refresh(ctx); err != nil {
			return ErrNotEvaluated.Because(err)
		}
	}
	c, err := d.c.Store.Load(ctx, at.ID)
	if err != nil {
		return err
	}
	if c.Application == nil {
		return ErrState
	}
	answers := d.ask(ctx, c, d.c.Checks, lists)
	_, err = d.act(ctx, actor, at, func(c *Case) (Change, error) {
		if err := c.may(ActRecheck, Officer{actor.ID, actor.Name}); err != nil {
			return Change{}, err
		}
		change := d.examined(c, nil)
		change.Events = append(slices.Clone(answers), change.Events...)
		return change, nil
	})
	return err
}
