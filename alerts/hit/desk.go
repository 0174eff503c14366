package hit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// PurposeOfHits is the purpose that reads and writes of hits are audited with.
const PurposeOfHits = "hit_handling"

// Writer makes the records of a crossing point's hits. All fields are needed.
type Writer struct {
	Station string
	Zone    *time.Location
	// Status is what is written now: provisional while the centre is out of reach.
	Status func() border.Status
	Now    func() time.Time
	NewID  func() uuid.UUID
}

// Write applies an event to the hit and makes what keeps it.
func (w Writer) Write(actor audit.Actor, h *Hit, e Event) (Step, error) {
	now := w.Now().UTC().Truncate(time.Microsecond) // as the database keeps it
	e.Hit, e.Seq, e.By, e.At = h.ID, len(h.Course)+1, actor.Name, now
	if err := h.Apply(e); err != nil {
		return Step{}, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return Step{}, fmt.Errorf("hit %s, step %d: %w", h.ID, e.Seq, err)
	}
	entry := actor.Entry(now, audit.Alteration, "hit", h.ID.String())
	entry.Purpose, entry.Decision = PurposeOfHits, string(e.Kind)
	record := border.Record{
		ID: w.NewID(), Kind: border.HitEvent, File: h.File(), Subject: h.ID, Station: w.Station, Lane: h.Raise.Lane, Officer: actor.Name,
		Zone: w.Zone.String(), EventTime: now, RecordedAt: now, Origin: border.Live, Status: w.Status(), Body: body,
	}
	return Step{Event: e, Record: record, Entry: entry}, nil
}

// File is the traveller's file: known from the beginning, or since a decision.
func (h *Hit) File() uuid.UUID {
	for n := len(h.Referrals) - 1; n >= 0; n-- {
		if h.Referrals[n].File != uuid.Nil {
			return h.Referrals[n].File
		}
	}
	return h.Raise.File
}

// Desk is the work on the hits of a crossing point. It is safe for concurrent use: the store keeps two steps of a hit apart.
type Desk struct {
	store  Store
	writer Writer
}

// NewDesk makes the desk.
func NewDesk(store Store, writer Writer) *Desk { return &Desk{store, writer} }

// Queue is a page of hits as the actor asked for it.
func (d *Desk) Queue(ctx context.Context, actor audit.Actor, q Query) (Page, error) {
	q.Owner, q.Now = actor.Name, d.writer.Now()
	return d.store.Queue(ctx, q, d.look(actor, "queue"))
}

// Version changes whenever the queue does.
func (d *Desk) Version(ctx context.Context) (Version, error) { return d.store.Version(ctx) }

// Look opens a hit: a read of everything about a person, and audited as one.
func (d *Desk) Look(ctx context.Context, actor audit.Actor, id uuid.UUID) (Dossier, error) {
	return d.store.Dossier(ctx, id, d.look(actor, id.String()))
}

// OfInspection are the hits on one traveller at one inspection. The caller has audited the read of his case.
func (d *Desk) OfInspection(ctx context.Context, inspection uuid.UUID) ([]Item, error) {
	return d.store.OfInspection(ctx, inspection)
}

func (d *Desk) look(actor audit.Actor, what string) audit.Entry {
	entry := actor.Entry(d.writer.Now(), audit.Consultation, "hit", what)
	entry.Purpose = PurposeOfHits
	return entry
}

// change writes the steps of one act. Each is chosen from the hit as the one before left it.
func (d *Desk) change(ctx context.Context, actor audit.Actor, id uuid.UUID, acts ...func(*Hit) (Event, error)) error {
	return d.store.Change(ctx, id, func(h *Hit) ([]Step, error) {
		steps := make([]Step, 0, len(acts))
		for _, act := range acts {
			e, err := act(h)
			if err != nil {
				return nil, err
			}
			step, err := d.writer.Write(actor, h, e)
			if err != nil {
				return nil, err
			}
			steps = append(steps, step)
		}
		return steps, nil
	})
}

func always(e Event) func(*Hit) (Event, error) { return func(*Hit) (Event, error) { return e, nil } }

// Claim gives a hit that nobody has to the actor. ErrClaimed when somebody else was first.
func (d *Desk) Claim(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return d.change(ctx, actor, id, always(Event{Kind: Claimed}))
}

// TakeOver gives somebody else's hit to the actor, a supervisor: the caller has made sure of that.
func (d *Desk) TakeOver(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return errReasonMissing
	}
	return d.change(ctx, actor, id, always(Event{Kind: Claimed, Note: reason}))
}

// Release puts the actor's hit back.
func (d *Desk) Release(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return d.change(ctx, actor, id, always(Event{Kind: Released}))
}

// Judge keeps the actor's word. Not the same person ends the hit; that it is remembered, a supervisor must agree to (Clear).
func (d *Desk) Judge(ctx context.Context, actor audit.Actor, id uuid.UUID, j Judgement) error {
	j.Remark = strings.TrimSpace(j.Remark)
	acts := []func(*Hit) (Event, error){always(Event{Kind: Judged, Judgement: &j})}
	if !j.Same {
		acts = append(acts, always(Event{Kind: Closed, Outcome: &Outcome{Code: OutcomeNotSame}}))
	}
	return d.change(ctx, actor, id, acts...)
}

// Ask asks the owner to confirm, within the time that the list gives him.
func (d *Desk) Ask(ctx context.Context, actor audit.Actor, id uuid.UUID, message string) error {
	return d.change(ctx, actor, id, func(h *Hit) (Event, error) {
		by := d.writer.Now().UTC().Truncate(time.Microsecond).Add(h.Policy().ConfirmWithin)
		return Event{Kind: Asked, Question: &Question{Reference: Reference(h.ID), Message: strings.TrimSpace(message), AnswerBy: by}}, nil
	})
}

// Reference is what an owner answers by: short enough to be said over the telephone.
func Reference(id uuid.UUID) string {
	s := strings.ToUpper(strings.ReplaceAll(id.String(), "-", ""))
	return s[:4] + "-" + s[4:8] + "-" + s[8:12]
}

// Note keeps an answer that the owner gave by telephone or letter to the actor, whose hit it is. That it confirms, a second person vouches
// for before anybody is held on it (Hit.NeedsSecond).
func (d *Desk) Note(ctx context.Context, actor audit.Actor, id uuid.UUID, a Answer) error {
	a.By, a.Text, a.Instructions = strings.TrimSpace(a.By), strings.TrimSpace(a.Text), strings.TrimSpace(a.Instructions)
	return d.change(ctx, actor, id, func(h *Hit) (Event, error) {
		if h.Question == nil {
			return Event{}, ErrNotJudged
		}
		a.At, a.Noted = d.writer.Now().UTC().Truncate(time.Microsecond), true
		return Event{Kind: Answered, Answer: &a}, h.Owned(actor.Name)
	})
}

// End closes the actor's hit with an outcome, or proposes it to a second person where two must agree.
func (d *Desk) End(ctx context.Context, actor audit.Actor, id uuid.UUID, o Outcome) error {
	o.Remark, o.Override, o.Second = strings.TrimSpace(o.Remark), strings.TrimSpace(o.Override), ""
	return d.change(ctx, actor, id, func(h *Hit) (Event, error) {
		if !h.NeedsConfirmation(o) {
			o.Override = "" // the owner has confirmed: there is nothing to override
		}
		if h.NeedsSecond(o) {
			return Event{Kind: Proposed, Outcome: &o}, nil
		}
		return Event{Kind: Closed, Outcome: &o}, nil
	})
}

// Agree closes a hit as the second person, with what was proposed at seen, the number of the step that he was shown. The caller has
// made sure that the actor is a supervisor, and that it is he who agrees.
func (d *Desk) Agree(ctx context.Context, actor audit.Actor, id uuid.UUID, seen int) error {
	return d.change(ctx, actor, id, func(h *Hit) (Event, error) {
		if h.Proposal == nil {
			return Event{}, ErrNoProposal
		}
		o := *h.Proposal
		o.Second = actor.Name
		return Event{Kind: Closed, Outcome: &o}, h.stillAt(seen)
	})
}

// Decline is the second person's refusal to agree, with a reason.
func (d *Desk) Decline(ctx context.Context, actor audit.Actor, id uuid.UUID, seen int, reason string) error {
	return d.change(ctx, actor, id, func(h *Hit) (Event, error) {
		return Event{Kind: Declined, Note: strings.TrimSpace(reason)}, h.stillAt(seen)
	})
}

// stillAt reports that what was asked to be agreed to is not what the second person was shown. What the counter or the timer noted since
// changes nothing of it.
func (h *Hit) stillAt(seen int) error {
	for _, e := range h.Course[min(max(seen, 0), len(h.Course)):] {
		if e.Kind != Viewed && e.Kind != Referred && e.Kind != Escalated {
			return ErrMoved
		}
	}
	return nil
}

// Reopen undoes the outcome, with a reason; the actor works on.
func (d *Desk) Reopen(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	return d.change(ctx, actor, id, always(Event{Kind: Reopened, Note: strings.TrimSpace(reason)}))
}

// Clear remembers that the traveller is not the person of the alert, as a supervisor agrees: the caller has made sure of that.
func (d *Desk) Clear(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return d.change(ctx, actor, id, func(h *Hit) (Event, error) {
		until := d.writer.Now().UTC().Truncate(time.Microsecond).Add(h.Policy().ClearedFor)
		return Event{Kind: Cleared, Clearing: &Clearing{
			Traveller: TravellerKey(h.Raise.Identity, h.Raise.Document), File: h.File(), Alert: h.Raise.Alert, AlertVersion: h.Raise.AlertVersion,
			Until: until,
		}}, nil
	})
}

// Restore takes that back, with a reason.
func (d *Desk) Restore(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	return d.change(ctx, actor, id, always(Event{Kind: Restored, Note: strings.TrimSpace(reason)}))
}
