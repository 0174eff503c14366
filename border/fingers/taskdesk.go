package fingers

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

// TaskWriter makes the records of a crossing point's tasks. All fields are needed.
type TaskWriter struct {
	Station string
	Zone    *time.Location
	// Status is what is written now: provisional while the centre is out of reach.
	Status func() border.Status
	Now    func() time.Time
	NewID  func() uuid.UUID
}

// Write applies an event to the task and makes what keeps it.
func (w TaskWriter) Write(actor audit.Actor, t *Task, e Event) (Act, error) {
	now := w.Now().UTC().Truncate(time.Microsecond) // as the database keeps it
	e.Task, e.Seq, e.By, e.At = t.ID, t.Next(), actor.Name, now
	if e.Step != Raised {
		e.Taking = t.Taking
	}
	id := w.NewID()
	if err := t.Apply(TaskStep{Record: id, Event: e}); err != nil {
		return Act{}, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return Act{}, fmt.Errorf("task %s, step %d: %w", t.ID, e.Seq, err)
	}
	entry := actor.Entry(now, audit.Alteration, "fingerprint_task", t.ID.String())
	entry.Purpose, entry.Decision = PurposeOfAdjudication, string(e.Step)
	return Act{Event: e, Entry: entry, Actor: actor, Record: border.Record{
		ID: id, Kind: border.FingerprintEvent, File: t.Candidacy.File, Subject: t.ID, Station: w.Station, Lane: actor.Lane, Officer: actor.Name,
		Zone: w.Zone.String(), EventTime: now, RecordedAt: now, Origin: border.Live, Status: w.Status(), Body: body,
	}}, nil
}

// TaskDesk is the second line's work on tasks. It is safe for concurrent use: the store keeps two steps of a task apart.
type TaskDesk struct {
	store  TaskStore
	writer TaskWriter
}

// NewTaskDesk makes the desk.
func NewTaskDesk(store TaskStore, writer TaskWriter) *TaskDesk { return &TaskDesk{store, writer} }

// Queue is a page of tasks as the actor asked for it.
func (d *TaskDesk) Queue(ctx context.Context, actor audit.Actor, q TaskQuery) (TaskPage, error) {
	q.Owner, q.Now = actor.Name, d.writer.Now()
	return d.store.Queue(ctx, q, d.look(actor, "queue"))
}

// Version changes whenever the queue does.
func (d *TaskDesk) Version(ctx context.Context) (TaskVersion, error) { return d.store.Version(ctx) }

// Look opens a task: a read about two persons, and audited as one.
func (d *TaskDesk) Look(ctx context.Context, actor audit.Actor, id uuid.UUID) (Dossier, error) {
	return d.store.Dossier(ctx, id, d.look(actor, id.String()))
}

func (d *TaskDesk) look(actor audit.Actor, what string) audit.Entry {
	entry := actor.Entry(d.writer.Now(), audit.Consultation, "fingerprint_task", what)
	entry.Purpose = PurposeOfAdjudication
	return entry
}

func (d *TaskDesk) change(ctx context.Context, actor audit.Actor, id uuid.UUID, e Event, words ...uuid.UUID) error {
	return d.store.Change(ctx, id, func(t *Task) (Act, error) {
		act, err := d.writer.Write(actor, t, e)
		act.Words = words
		return act, err
	})
}

// Claim gives a task that nobody has to the actor. ErrTaskClaimed when somebody else was first.
func (d *TaskDesk) Claim(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return d.change(ctx, actor, id, Event{Step: Claimed})
}

// TakeOver gives somebody else's task to the actor, a supervisor: the caller has made sure of that.
func (d *TaskDesk) TakeOver(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.change(ctx, actor, id, Event{Step: Claimed, Note: reason})
}

// Release puts the actor's task back.
func (d *TaskDesk) Release(ctx context.Context, actor audit.Actor, id uuid.UUID) error {
	return d.change(ctx, actor, id, Event{Step: Released})
}

// Adjudicate keeps the actor's verdict with his words. words are the words about the two files that he saw standing.
func (d *TaskDesk) Adjudicate(ctx context.Context, actor audit.Actor, id uuid.UUID, a Adjudication, words []uuid.UUID) error {
	a.Reason = strings.TrimSpace(a.Reason)
	return d.change(ctx, actor, id, Event{Step: Adjudicated, Adjudication: &a}, words...)
}

// Reopen undoes a verdict and what followed from it, with a reason; the actor works on.
func (d *TaskDesk) Reopen(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error {
	return d.change(ctx, actor, id, Event{Step: Reopened, Note: strings.TrimSpace(reason)})
}
