package desk

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// Config is what a Desk is made of.
type Config struct {
	Store Store
	Rules Rules
	// Checks are made of every application; see Planned.
	Checks []Planned
	// Refresh brings the lists of alerts in memory up to date before they are asked for a decision; nil where nothing is to be done.
	Refresh func(ctx context.Context) error
	// Day writes a day into a letter, in the letter's language; nil writes it as ISO 8601 does.
	Day func(language string, day traveldoc.Date) string
	// Training accepts the codes of specimens.
	Training bool
	Now      func() time.Time
	NewID    func() uuid.UUID
	Log      *slog.Logger
}

// Desk is where officers work. It is safe for concurrent use.
type Desk struct {
	c    Config
	walk screening
}

// New makes a desk.
func New(c Config) *Desk {
	if c.Day == nil {
		c.Day = func(_ string, day traveldoc.Date) string { return day.String() }
	}
	return &Desk{c: c}
}

// Policy is what the State offers and asks.
func (d *Desk) Policy() evisa.Policy { return d.c.Rules.Policy }

// Queue is a page of applications: those with a humanitarian claim first, then whichever is due first.
func (d *Desk) Queue(ctx context.Context, actor audit.Actor, q Query) (Page, error) {
	if err := q.check(); err != nil {
		return Page{}, err
	}
	return d.c.Store.Queue(ctx, actor, q, d.c.Now())
}

// Case is everything of an application.
func (d *Desk) Case(ctx context.Context, actor audit.Actor, id uuid.UUID) (Case, error) {
	return d.c.Store.Case(ctx, actor, id)
}

// File is a file of an application, with its bytes.
func (d *Desk) File(ctx context.Context, actor audit.Actor, application, file uuid.UUID) (KeptFile, []byte, error) {
	return d.c.Store.File(ctx, actor, application, file)
}

// Parked is a page of the parcels of applications that have not come.
func (d *Desk) Parked(ctx context.Context, actor audit.Actor, after string) (ParkedPage, error) {
	return d.c.Store.Parked(ctx, actor, after)
}

// Statistics are the numbers of a span of days.
func (d *Desk) Statistics(ctx context.Context, actor audit.Actor, q StatisticsQuery) (Statistics, error) {
	if err := q.check(); err != nil {
		return Statistics{}, err
	}
	return d.c.Store.Statistics(ctx, actor, q, d.c.Now())
}

// act is an act of an officer on a case that he saw.
func (d *Desk) act(ctx context.Context, actor audit.Actor, at At, do func(c *Case) (Change, error)) (Outcome, error) {
	return d.c.Store.Act(ctx, Doer{Actor: actor}, at, do)
}

// Planned is a check of the desk.
type Planned struct {
	Check    border.Check
	Deadline time.Duration
	// Alert says that there is no decision while it has no answer, and that it is asked again before one.
	Alert bool
	// Judged says that its hits are on a person, and that an officer judges each.
	Judged bool
}
