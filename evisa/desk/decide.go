package desk

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// Propose proposes a decision to a second officer.
func (d *Desk) Propose(ctx context.Context, actor audit.Actor, at At, wanted Decision) error {
	_, err := d.fresh(ctx, actor, at, func(c *Case, lists int64) (Change, error) {
		if err := c.may(ActPropose, Officer{actor.ID, actor.Name}); err != nil {
			return Change{}, err
		}
		decision, err := d.complete(c, wanted)
		if err != nil {
			return Change{}, err
		}
		return Change{Events: []Event{{Kind: EventProposed, Detail: Detail{Decision: &decision}}}, Lists: lists, Seen: true}, nil
	})
	return err
}

// Decide approves or refuses. Where a second officer is wanted it is a proposal: the outcome's state says so.
func (d *Desk) Decide(ctx context.Context, actor audit.Actor, at At, wanted Decision) (Outcome, error) {
	by := Officer{actor.ID, actor.Name}
	return d.fresh(ctx, actor, at, func(c *Case, lists int64) (Change, error) {
		act := ActRefuse
		if wanted.Approve {
			act = ActApprove
		}
		err := c.may(act, by)
		if errors.Is(err, ErrSecond) {
			act, err = ActPropose, c.may(ActPropose, by)
		}
		if err != nil {
			return Change{}, err
		}
		decision, err := d.complete(c, wanted)
		if err != nil {
			return Change{}, err
		}
		if act == ActPropose {
			return Change{Events: []Event{{Kind: EventProposed, Detail: Detail{Decision: &decision}}}, Lists: lists, Seen: true}, nil
		}
		return d.decided(c, decision, by, Officer{}, lists), nil
	})
}

// Confirm decides what another officer proposed. Who confirms has seen the whole, as it is now.
func (d *Desk) Confirm(ctx context.Context, actor audit.Actor, at At, reason string) (Outcome, error) {
	by := Officer{actor.ID, actor.Name}
	return d.fresh(ctx, actor, at, func(c *Case, lists int64) (Change, error) {
		if err := c.may(ActConfirm, by); err != nil {
			return Change{}, err
		}
		decision := c.Proposal.Decision
		if err := d.inTime(c, decision); err != nil {
			return Change{}, err
		}
		change := d.decided(c, decision, by, c.Proposal.By, lists)
		change.Events[0].Reason = strings.TrimSpace(reason)
		return change, nil
	})
}

// Return gives a proposal back to the desk.
func (d *Desk) Return(ctx context.Context, actor audit.Actor, at At, reason string) error {
	return d.simple(ctx, actor, at, ActReturn, func(*Case) (Event, error) {
		said, err := text(reason, "reason", MaxReason, ErrReason)
		return Event{Kind: EventReturned, Detail: Detail{Reason: said}}, err
	})
}

// decided is the change of a decision.
func (d *Desk) decided(c *Case, decision Decision, by, first Officer, lists int64) Change {
	e := Event{Kind: EventRefused, Detail: Detail{Decision: &decision, First: first.ID, FirstName: first.Name, Seconded: !first.Zero()}}
	change := Change{Lists: lists, Seen: true}
	if decision.Approve {
		e.Kind = EventApproved
		change.Grant = d.grant(c, decision, by, first)
	} else {
		e.AppealUntil = stay.AddDays(traveldoc.DateOf(d.c.Now().UTC()), d.Policy().Appeal)
	}
	change.Events = []Event{e}
	return change
}

func (d *Desk) grant(c *Case, decision Decision, by, first Officer) *evisa.Grant {
	t, _ := d.Policy().Type(c.Application.Type) // inTime refused what the policy does not have
	g := &evisa.Grant{
		Application: *c.Application, Type: t.Code, Kind: t.Kind, Terms: decision.Terms, Authority: d.Policy().Authority,
		Officer: by.Name, At: d.c.Now().UTC(),
	}
	if !first.Zero() {
		g.Officer, g.Second = first.Name, by.Name
	}
	return g
}

// complete holds a decision against the policy and the case, and fills in what follows from them.
func (d *Desk) complete(c *Case, wanted Decision) (Decision, error) {
	wanted.Reason = strings.TrimSpace(wanted.Reason)
	if wanted.Approve {
		wanted.Grounds, wanted.Letter = nil, ""
		if c.unconfirmed() {
			return wanted, ErrUnconfirmed
		}
		if c.doubtful() && wanted.Reason == "" {
			return wanted, ErrReason.At("reason").With("max", MaxReason)
		}
		return wanted, d.inTime(c, wanted)
	}
	wanted.Terms = evisa.Terms{}
	if len(wanted.Grounds) == 0 {
		return wanted, ErrGrounds.At("grounds")
	}
	for _, code := range wanted.Grounds {
		if _, known := d.Policy().Ground(code); !known {
			return wanted, ErrGrounds.At("grounds")
		}
	}
	wanted.Grounds = inPolicyOrder(d.Policy(), wanted.Grounds)
	if strings.TrimSpace(wanted.Letter) == "" {
		wanted.Letter = d.refusalLetter(c, wanted.Grounds)
	}
	var err error
	wanted.Letter, err = letter(wanted.Letter, "letter", ErrText)
	if err == nil && len(wanted.Reason) > 0 {
		wanted.Reason, err = text(wanted.Reason, "reason", MaxReason, ErrReason)
	}
	return wanted, err
}

func inPolicyOrder(p evisa.Policy, codes []string) (all []string) {
	for _, g := range p.Grounds {
		if slices.Contains(codes, g.Code) {
			all = append(all, g.Code)
		}
	}
	return all
}

// inTime holds the terms of an approval against the type and the travel document on the day of the decision.
func (d *Desk) inTime(c *Case, decision Decision) error {
	if !decision.Approve {
		return nil
	}
	t, known := d.Policy().Type(c.Application.Type)
	wrong := func(field string) error { return ErrTerms.At(field) }
	terms, today := decision.Terms, traveldoc.DateOf(d.c.Now().UTC())
	switch {
	case !known:
		return wrong("type")
	case terms.From.IsZero() || terms.From.Precision() != traveldoc.PrecisionDay:
		return wrong("from")
	case terms.Until.IsZero() || terms.Until.Precision() != traveldoc.PrecisionDay || terms.Until.Before(terms.From) || terms.Until.Before(today):
		return wrong("until")
	case stay.DaysBetween(terms.From, terms.Until)+1 > t.ValidDays:
		return ErrTerms.At("until").With("max", t.ValidDays)
	case !c.Application.Document.ExpiryDate.IsZero() && c.Application.Document.ExpiryDate.Before(terms.Until):
		return wrong("until")
	case terms.Days < 1 || terms.Days > t.StayDays || terms.Days > stay.DaysBetween(terms.From, terms.Until)+1:
		return wrong("days")
	case terms.Entries < 0 || t.Entries > 0 && (terms.Entries == 0 || terms.Entries > t.Entries):
		return wrong("entries")
	}
	for _, code := range terms.Conditions {
		if _, known := d.Policy().Condition(code); !known {
			return wrong("conditions")
		}
	}
	if len(terms.Ports) > 200 || slices.Contains(terms.Ports, "") {
		return wrong("ports")
	}
	return nil
}

// tries bounds how often a decision is begun again because the lists of alerts changed meanwhile.
const tries = 3

// fresh acts on a case whose alert checks were asked after the newest change of the lists. What they find then that was not known is
// written down and makes the act fail with ErrListsChanged: the officer has not seen it.
func (d *Desk) fresh(ctx context.Context, actor audit.Actor, at At, do func(c *Case, lists int64) (Change, error)) (out Outcome, err error) {
	for range tries {
		var newest int64
		var answers []Event
		if newest, answers, err = d.askAlerts(ctx, at.ID); err != nil {
			return out, err
		}
		surprised := false
		out, err = d.act(ctx, actor, at, func(c *Case) (Change, error) {
			if surprised = c.surprised(answers); surprised {
				return Change{Events: answers}, nil
			}
			change, err := do(c, newest)
			change.Events = append(slices.Clone(answers), change.Events...)
			return change, err
		})
		if err == nil && surprised {
			return out, ErrListsChanged
		}
		if !errors.Is(err, ErrListsChanged) {
			return out, err
		}
	}
	return out, ErrListsChanged
}

// askAlerts asks the alert checks of a case whose answers are older than the newest change of the lists. The case is read before the
// transaction of the act: what it sends never changes.
func (d *Desk) askAlerts(ctx context.Context, id uuid.UUID) (newest int64, answers []Event, err error) {
	if newest, err = d.c.Store.NewestList(ctx); err != nil {
		return 0, nil, err
	}
	if d.c.Refresh != nil {
		if err := d.c.Refresh(ctx); err != nil {
			return 0, nil, ErrNotEvaluated.Because(err)
		}
	}
	c, err := d.c.Store.Load(ctx, id)
	if err != nil || c.Application == nil {
		return newest, nil, err
	}
	var again []Planned
	for _, p := range d.c.Checks {
		if k, there := c.check(p.Check.Name()); p.Alert && there && (k.Pending || k.Lists < newest) {
			again = append(again, p)
		}
	}
	return newest, d.ask(ctx, c, again, newest), nil
}

// surprised reports whether answers say something else than the case knows.
func (c *Case) surprised(answers []Event) bool {
	return slices.ContainsFunc(answers, func(e Event) bool {
		k, there := c.check(e.Finding.Check)
		return !there || k.Pending || !sameAnswer(k.Finding, *e.Finding)
	})
}
