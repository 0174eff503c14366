package desk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// Longest texts, in characters.
const (
	MaxReason = 1000
	MaxLetter = 8000
)

// Claim makes an application the officer's. From another he takes it over, which wants a reason.
func (d *Desk) Claim(ctx context.Context, actor audit.Actor, at At, reason string) error {
	_, err := d.act(ctx, actor, at, func(c *Case) (Change, error) {
		by := Officer{actor.ID, actor.Name}
		if err := c.may(ActClaim, by); err == nil {
			return one(Event{Kind: EventClaimed}), nil
		}
		if err := c.may(ActTakeOver, by); err != nil {
			return Change{}, err
		}
		said, err := text(reason, "reason", MaxReason, ErrReason)
		if err != nil {
			return Change{}, err
		}
		return one(Event{Kind: EventClaimed, Detail: Detail{Reason: said}}), nil
	})
	return err
}

// Release gives an application back to everybody.
func (d *Desk) Release(ctx context.Context, actor audit.Actor, at At) error {
	return d.simple(ctx, actor, at, ActRelease, func(*Case) (Event, error) { return Event{Kind: EventReleased}, nil })
}

// Note writes a note beside an application, for the desk alone.
func (d *Desk) Note(ctx context.Context, actor audit.Actor, at At, note string) error {
	return d.simple(ctx, actor, at, ActNote, func(*Case) (Event, error) {
		said, err := text(note, "text", MaxLetter, ErrText)
		return Event{Kind: EventNoted, Detail: Detail{Text: said}}, err
	})
}

// Judge says whether a hit is on the applicant.
func (d *Desk) Judge(ctx context.Context, actor audit.Actor, at At, j Judgement) error {
	return d.simple(ctx, actor, at, ActJudge, func(c *Case) (e Event, err error) {
		if _, found := c.hit(j.Check, j.Hit); !found {
			return e, ErrHit.At("hit")
		}
		if j.Same != SamePerson && j.Same != NotSame {
			return e, ErrVerdict.At("same")
		}
		if j.Reason, err = text(j.Reason, "reason", MaxReason, ErrReason); err != nil {
			return e, err
		}
		return Event{Kind: EventJudged, Detail: Detail{Judgement: &j}}, nil
	})
}

// Ask asks the applicant for more.
func (d *Desk) Ask(ctx context.Context, actor audit.Actor, at At, a Asking) error {
	return d.simple(ctx, actor, at, ActAsk, func(*Case) (e Event, err error) {
		for _, kind := range a.Kinds {
			if !slices.Contains(evisa.FileKinds(), kind) {
				return e, ErrKinds.At("kinds")
			}
		}
		said, err := letter(a.Text, "text", ErrText)
		if err != nil {
			return e, err
		}
		if a.Days == 0 {
			a.Days = d.Policy().Reply
		}
		if a.Days < 1 || a.Days > 365 {
			return e, ErrDays.At("days")
		}
		r := evisa.Request{ID: d.c.NewID(), Kinds: a.Kinds, Text: said, Until: d.c.Now().UTC().AddDate(0, 0, a.Days)}
		return Event{Kind: EventAsked, Detail: Detail{Request: &r}}, nil
	})
}

// Invite asks the applicant to come. What came of it an officer writes down: from the interview's time on the application is due, and it lapses
// when nothing was written down within the policy's days of a reply.
func (d *Desk) Invite(ctx context.Context, actor audit.Actor, at At, i Invitation) error {
	return d.simple(ctx, actor, at, ActInvite, func(*Case) (e Event, err error) {
		if i.When.Before(d.c.Now()) || i.When.After(d.c.Now().AddDate(1, 0, 0)) {
			return e, ErrWhen.At("when")
		}
		place, err := text(i.Place, "place", MaxReason, ErrPlace)
		if err != nil {
			return e, err
		}
		said, err := letter(i.Text, "text", ErrText)
		if err != nil {
			return e, err
		}
		r := evisa.Request{ID: d.c.NewID(), Text: said, Until: i.When.UTC(), Place: place, When: i.When.UTC()}
		return Event{Kind: EventInvited, Detail: Detail{Request: &r}}, nil
	})
}

// Interviewed writes down what came of an interview; the application is the desk's again.
func (d *Desk) Interviewed(ctx context.Context, actor audit.Actor, at At, i Interviewed) error {
	return d.simple(ctx, actor, at, ActInterview, func(*Case) (e Event, err error) {
		if i.Notes, err = text(i.Notes, "notes", MaxLetter, ErrText); err != nil {
			return e, err
		}
		return Event{Kind: EventInterviewed, Detail: Detail{Interview: &i}}, nil
	})
}

// simple is an act of one event.
func (d *Desk) simple(ctx context.Context, actor audit.Actor, at At, act Act, do func(c *Case) (Event, error)) error {
	_, err := d.act(ctx, actor, at, func(c *Case) (Change, error) {
		if err := c.may(act, Officer{actor.ID, actor.Name}); err != nil {
			return Change{}, err
		}
		e, err := do(c)
		if err != nil {
			return Change{}, err
		}
		return one(e), nil
	})
	return err
}

func one(e Event) Change { return Change{Events: []Event{e}} }

// text is what somebody typed, without what nobody sees around it; a problem when it is empty or too long.
func text(typed, field string, most int, wrong *problem.Error) (string, error) {
	said := strings.TrimSpace(typed)
	if said == "" || utf8.RuneCountInString(said) > most || !utf8.ValidString(said) || strings.ContainsRune(said, 0) {
		return "", wrong.At(field).With("max", most)
	}
	return said, nil
}
