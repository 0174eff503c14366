package group

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// Store keeps groups. Every writing method writes the group, the record, the audit entry and the event for the centre in one
// transaction.
type Store interface {
	// Open keeps a new group.
	Open(ctx context.Context, g Group, record border.Record, entry audit.Entry) error
	// Load is a group with its members' scans that were not put aside, and the decisions that stand on them. entry, when it is not
	// nil, is written in the same transaction with the number of people shown. ErrNone when there is no such group.
	Load(ctx context.Context, id uuid.UUID, entry *audit.Entry) (Group, []Seen, error)
	// OpenIn are the groups of a lane that are not closed, the newest first, without their manifests.
	OpenIn(ctx context.Context, lane string) ([]Group, error)
	// Note writes an event that does not change the group.
	Note(ctx context.Context, record border.Record, entry audit.Entry) error
	// Close writes the closing; ErrClosed when the group has one.
	Close(ctx context.Context, id uuid.UUID, closing Closing, record border.Record, entry audit.Entry) error
}

// Config is what Groups are made of.
type Config struct {
	Desk  *border.Desk
	Store Store
	Now   func() time.Time
	NewID func() uuid.UUID
}

// Groups are the groups of a crossing point. Each lane works on its own.
type Groups struct {
	cfg Config

	mu      sync.Mutex
	current map[place]uuid.UUID // the newest open group; uuid.Nil: none. A lane that is not in it was not looked up yet.
}

type place struct {
	lane string
	kind Kind
}

// New makes them.
func New(cfg Config) *Groups { return &Groups{cfg: cfg, current: map[place]uuid.UUID{}} }

// Current is the newest group of a kind that is open in the actor's lane; uuid.Nil when none is. It is asked at every scan, and looked
// up once.
func (s *Groups) Current(ctx context.Context, actor audit.Actor, kind Kind) (uuid.UUID, error) {
	at := place{actor.Lane, kind}
	s.mu.Lock()
	id, known := s.current[at]
	s.mu.Unlock()
	if known {
		return id, nil
	}
	open, err := s.cfg.Store.OpenIn(ctx, actor.Lane)
	if err != nil {
		return uuid.Nil, err
	}
	for _, g := range open {
		if g.Kind == kind {
			id = g.ID
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, known := s.current[at]; known { // somebody was faster
		return now, nil
	}
	s.current[at] = id
	return id, nil
}

// forget has the lane looked up again: a group was opened or closed.
func (s *Groups) forget(lane string, kind Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.current, place{lane, kind})
}

// Open opens a group in the actor's lane.
func (s *Groups) Open(ctx context.Context, actor audit.Actor, g Group) (Group, error) {
	g.Label = strings.TrimSpace(g.Label)
	if err := g.Check(); err != nil {
		return g, err
	}
	g.ID, g.Lane, g.OpenedAt, g.OpenedBy = s.cfg.NewID(), actor.Lane, s.cfg.Now(), actor.Name
	record, err := s.record(actor, g.ID, Event{Kind: Opened, Group: &g})
	if err != nil {
		return g, err
	}
	defer s.forget(g.Lane, g.Kind)
	return g, s.cfg.Store.Open(ctx, g, record, s.entry(actor, audit.Collection, g.ID, string(Opened)))
}

// OpenIn are the groups of the actor's lane that are not closed.
func (s *Groups) OpenIn(ctx context.Context, actor audit.Actor) ([]Group, error) {
	return s.cfg.Store.OpenIn(ctx, actor.Lane)
}

// Look is a group of the actor's lane as a page that is opened shows it: a read of people's data, and audited as one.
func (s *Groups) Look(ctx context.Context, actor audit.Actor, id uuid.UUID) (Group, Tally, error) {
	entry := s.entry(actor, audit.Consultation, id, "")
	return s.state(ctx, actor, id, &entry)
}

// State is a group after an act of the actor, which has its own audit entry.
func (s *Groups) State(ctx context.Context, actor audit.Actor, id uuid.UUID) (Group, Tally, error) {
	return s.state(ctx, actor, id, nil)
}

func (s *Groups) state(ctx context.Context, actor audit.Actor, id uuid.UUID, entry *audit.Entry) (Group, Tally, error) {
	g, seen, err := s.cfg.Store.Load(ctx, id, entry)
	if err != nil {
		return g, Tally{}, err
	}
	if g.Lane != actor.Lane {
		return Group{}, Tally{}, ErrNone
	}
	lane, err := s.cfg.Desk.Lane(ctx, actor, 0)
	if err != nil {
		return g, Tally{}, err
	}
	waiting := map[uuid.UUID]*border.Inspection{}
	for _, i := range lane.Waiting {
		waiting[i.Scan.ID] = i
	}
	for n := range seen {
		if seen[n].Verdict != "" {
			continue
		}
		seen[n].Outcome, seen[n].Pending = border.NotChecked, true
		if i := waiting[seen[n].Scan]; i != nil {
			seen[n].Outcome, seen[n].Pending = Sum(i)
		}
	}
	return g, Reconcile(g, seen), nil
}

// Sum is the sum of an inspection's checks: a hit first, then what is not checked; pending while it may still become worse.
func Sum(i *border.Inspection) (outcome border.Outcome, pending bool) {
	answers, _ := i.Answers() // nobody waits here for the next one
	outcome = border.NoHit
	for _, a := range answers {
		switch {
		case a.Pending:
			pending = true
		case a.Finding.Outcome == border.Hit:
			return border.Hit, false
		case a.Finding.Outcome == border.NotChecked:
			outcome = border.NotChecked
		}
	}
	return outcome, pending && outcome == border.NoHit
}

// AdmitClean admits everybody of the group who waits clean, each with a record of his own, and says how many could not be.
func (s *Groups) AdmitClean(ctx context.Context, actor audit.Actor, id uuid.UUID) (admitted, left int, err error) {
	g, tally, err := s.State(ctx, actor, id)
	if err != nil {
		return 0, 0, err
	}
	if g.Closing != nil {
		return 0, 0, ErrClosed
	}
	event := Event{Kind: Admitted}
	for _, m := range tally.Members {
		if m.State != Clean {
			continue
		}
		crossing, err := s.cfg.Desk.Decide(ctx, actor, m.Seen.Scan, border.Decision{Verdict: border.Admit})
		if err != nil {
			event.Left++ // he stays where he is, and the page shows him
			continue
		}
		event.Crossings = append(event.Crossings, crossing.CrossingID)
	}
	if len(event.Crossings)+event.Left == 0 {
		return 0, 0, problem.New(problem.Conflict, "group.nobody_clean")
	}
	return len(event.Crossings), event.Left, s.note(ctx, actor, g.ID, event)
}

// Cancel undoes every admission of the group that can still be undone. Decisions and corrections both stay; who was admitted stands
// in the lane again.
func (s *Groups) Cancel(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) (undone, left int, err error) {
	g, tally, err := s.State(ctx, actor, id)
	if err != nil {
		return 0, 0, err
	}
	if g.Closing != nil {
		return 0, 0, ErrClosed
	}
	event := Event{Kind: Cancelled}
	for _, m := range tally.Members {
		if m.State != Crossed {
			continue
		}
		_, err := s.cfg.Desk.Undo(ctx, actor, m.Seen.Crossing, reason)
		if problem.KindOf(err) == problem.Invalid && err != nil {
			return 0, 0, err // the reason is none; nobody was undone
		}
		if err != nil {
			event.Left++
			continue
		}
		event.Crossings = append(event.Crossings, m.Seen.Crossing)
	}
	if len(event.Crossings)+event.Left == 0 {
		return 0, 0, problem.New(problem.Conflict, "group.nobody_crossed")
	}
	return len(event.Crossings), event.Left, s.note(ctx, actor, g.ID, event)
}

// Close ends a group. Whoever is on the manifest and did not cross, and whoever crossed and is not on it, needs a reason: by line in
// reasons, with 0 for everybody whom no reason of his own stands for.
func (s *Groups) Close(ctx context.Context, actor audit.Actor, id uuid.UUID, reasons map[int]string, strangers string) (Closing, error) {
	g, tally, err := s.State(ctx, actor, id)
	if err != nil {
		return Closing{}, err
	}
	defer s.forget(g.Lane, g.Kind)
	closing, err := tally.close(reasons, strangers)
	if err != nil {
		return Closing{}, err
	}
	closing.At, closing.By = s.cfg.Now(), actor.Name
	record, err := s.record(actor, id, Event{Kind: Closed, Closing: &closing})
	if err != nil {
		return Closing{}, err
	}
	return closing, s.cfg.Store.Close(ctx, id, closing, record, s.entry(actor, audit.Alteration, id, string(Closed)))
}

// Settled reports whether everybody has come and is decided, so that closing needs no word.
func (t Tally) Settled() bool {
	_, err := t.close(nil, "")
	return err == nil
}

// close reconciles: what is left open is an error, what differs needs its reason.
func (t Tally) close(reasons map[int]string, strangers string) (Closing, error) {
	c := Closing{Crossed: t.Count[Crossed], Referred: t.Count[Referred], Reasons: map[int]string{}}
	extra := false
	for _, m := range t.Members {
		switch {
		case m.State.Waits():
			return c, ErrWaiting
		case m.State == Missing:
			reason := reasons[m.Person.Line]
			if reason == "" {
				reason = reasons[0]
			}
			c.Reasons[m.Person.Line] = reason
		case m.Person == nil && m.State == Crossed && t.named():
			extra = true
		}
	}
	if t.Unnamed > 0 {
		c.Reasons[0] = reasons[0]
	}
	for _, reason := range c.Reasons {
		if !known(MissingReasons(), reason) {
			return c, problem.New(problem.Invalid, "group.missing_reason").At("reason-0")
		}
	}
	if extra {
		if !known(StrangerReasons(), strangers) {
			return c, problem.New(problem.Invalid, "group.stranger_reason").At("strangers")
		}
		c.Strangers = strangers
	}
	return c, nil
}

// named reports whether the group has a manifest.
func (t Tally) named() bool {
	for _, m := range t.Members {
		if m.Person != nil {
			return true
		}
	}
	return false
}

func known(codes []string, code string) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

func (s *Groups) note(ctx context.Context, actor audit.Actor, id uuid.UUID, e Event) error {
	record, err := s.record(actor, id, e)
	if err != nil {
		return err
	}
	entry := s.entry(actor, audit.Alteration, id, string(e.Kind))
	entry.ResultCount = len(e.Crossings)
	return s.cfg.Store.Note(ctx, record, entry)
}

func (s *Groups) entry(actor audit.Actor, verb audit.Verb, id uuid.UUID, decision string) audit.Entry {
	e := actor.Entry(s.cfg.Now(), verb, "group", id.String())
	e.Purpose, e.Decision = border.PurposeOfControl, decision
	return e
}

func (s *Groups) record(actor audit.Actor, id uuid.UUID, e Event) (border.Record, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return border.Record{}, fmt.Errorf("group %s: %w", id, err)
	}
	if len(body) > border.MaxRecordBody {
		return border.Record{}, problem.New(problem.Invalid, "group.manifest_long").At("manifest").With("max", border.MaxRecordBody>>10)
	}
	now, post := s.cfg.Now(), s.cfg.Desk.Post()
	return border.Record{
		ID: s.cfg.NewID(), Kind: border.GroupEvent, Subject: id, Station: post.Station, Lane: actor.Lane, Officer: actor.Name,
		Zone: post.Zone.String(), EventTime: now, RecordedAt: now, Origin: border.Live, Status: s.cfg.Desk.Status(), Body: body,
	}, nil
}
