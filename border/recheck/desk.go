package recheck

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// Counts say how decisions that were, or are, to be checked again stand.
type Counts struct {
	Waiting, Confirmed, Changed, Annulled int
	// Open are the changes that nobody has acknowledged, those of decisions that still wait for another check included.
	Open int
	// Oldest is when the oldest that waits was decided; zero when none waits.
	Oldest time.Time
}

// Item is one decision of the list.
type Item struct {
	Event border.CrossingEvent
	// DecidedAt is when it was decided, to the microsecond.
	DecidedAt time.Time
	State     string // "waiting", "confirmed", "changed" or "annulled"
	Ground    string // "provisional" or "not_checked"
	Result    *Result
	TriedAt   time.Time
	// AcknowledgedAt is zero until a supervisor has acknowledged a change.
	AcknowledgedAt time.Time
	AcknowledgedBy string
	Note           string
}

// Open reports whether the item waits for a supervisor.
func (i Item) Open() bool {
	return i.Result != nil && len(i.Result.Changes) > 0 && i.AcknowledgedAt.IsZero() && i.State != string(Annulled)
}

// Views of the list, in the order shown.
const (
	ViewOpen    = "open"    // changes that nobody has acknowledged
	ViewWaiting = "waiting" // not yet checked again, or still without an answer
	ViewDone    = "done"    // everything that is settled, newest first
)

// Views are all views.
func Views() []string { return []string{ViewOpen, ViewWaiting, ViewDone} }

// Cursor is where a page of the list ends; the zero value is its beginning.
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// Page is a part of the list with the counts of the same moment.
type Page struct {
	Counts Counts
	Items  []Item
	Next   Cursor // zero at the end
}

// Reader reads the list.
type Reader interface {
	// Counts are numbers alone.
	Counts(ctx context.Context) (Counts, error)
	// Page is a part of a view; a read of people's data, whose audit entry is written in the same transaction.
	Page(ctx context.Context, view string, after Cursor, limit int, entry audit.Entry) (Page, error)
	// Item is one decision, or ErrUnknown; a read of a person's data.
	Item(ctx context.Context, crossing uuid.UUID, entry audit.Entry) (Item, error)
	// Acknowledge writes the record of an acknowledgement that write makes: ErrUnknown, ErrNotChanged, or ErrAcknowledged.
	Acknowledge(ctx context.Context, crossing uuid.UUID, note, by string, at time.Time,
		write func(Item) (border.Record, error), entry audit.Entry) error
}

// Problems of acknowledging.
var (
	ErrUnknown      = problem.New(problem.NotFound, "recheck.unknown")
	ErrNotChanged   = problem.New(problem.Conflict, "recheck.not_changed")
	ErrAcknowledged = problem.New(problem.Conflict, "recheck.acknowledged")
	errNote         = problem.New(problem.Invalid, "recheck.note").At("note")
	errView         = problem.New(problem.Invalid, "recheck.view").At("view")
)

// MaxNote is the longest note, in bytes.
const MaxNote = 1000

// Desk is the supervisor's work on what changed.
type Desk struct {
	Reader  Reader
	Station string
	Zone    *time.Location
	Now     func() time.Time
	NewID   func() uuid.UUID
}

// Counts are numbers alone: no person is read.
func (d *Desk) Counts(ctx context.Context) (Counts, error) { return d.Reader.Counts(ctx) }

// Page is a part of a view of the list.
func (d *Desk) Page(ctx context.Context, actor audit.Actor, view string, after Cursor, limit int) (Page, error) {
	if view != ViewOpen && view != ViewWaiting && view != ViewDone {
		return Page{}, errView
	}
	entry := actor.Entry(d.Now(), audit.Consultation, "recheck", view)
	entry.Purpose = border.PurposeOfControl
	return d.Reader.Page(ctx, view, after, limit, entry)
}

// Item is one decision with what came of it.
func (d *Desk) Item(ctx context.Context, actor audit.Actor, crossing uuid.UUID) (Item, error) {
	entry := actor.Entry(d.Now(), audit.Consultation, "recheck", crossing.String())
	entry.Purpose, entry.ResultCount = border.PurposeOfControl, 1
	return d.Reader.Item(ctx, crossing, entry)
}

// Acknowledge records that a supervisor has read what changed, and what he did about it.
func (d *Desk) Acknowledge(ctx context.Context, actor audit.Actor, crossing uuid.UUID, note string) error {
	note = strings.TrimSpace(note)
	if note == "" || len(note) > MaxNote {
		return errNote
	}
	now := d.Now()
	entry := actor.Entry(now, audit.Alteration, "recheck", crossing.String())
	entry.Purpose, entry.Decision = border.PurposeOfControl, string(Acknowledged)
	return d.Reader.Acknowledge(ctx, crossing, note, actor.Name, now, func(i Item) (border.Record, error) {
		body, err := json.Marshal(Result{Crossing: crossing, Outcome: Acknowledged, At: now, Note: note})
		if err != nil {
			return border.Record{}, fmt.Errorf("acknowledge %s: %w", crossing, err)
		}
		return border.Record{
			ID: d.NewID(), Kind: border.DecisionRechecked, File: i.Event.TravellerID, Subject: crossing, Station: d.Station,
			Lane: actor.Lane, Officer: actor.Name, Zone: d.Zone.String(), EventTime: now, RecordedAt: now, Origin: border.Live,
			Status: border.Confirmed, Body: body,
		}, nil
	}, entry)
}
