package protection

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

// State is how far a case has come.
type State string

// The states, in the order in which a case goes through them. Contact and handing over may be left out.
const (
	Open           State = "opened"
	InService      State = "acknowledged"
	InContact      State = "contacted"
	WithTheService State = "handed_over"
	Ended          State = "closed"
)

// States are all states, in their order.
func States() []State { return []State{Open, InService, InContact, WithTheService, Ended} }

// Problems that a case answers with.
var (
	ErrNoSuchCase     = problem.New(problem.NotFound, "protection.none")
	ErrNoSuchPerson   = problem.New(problem.NotFound, "protection.nobody")
	ErrUnacknowledged = problem.New(problem.Conflict, "protection.unacknowledged")
	ErrNotNow         = problem.New(problem.Conflict, "protection.not_now")
	ErrNotStopped     = problem.New(problem.Conflict, "protection.not_stopped")
	ErrOtherCase      = problem.New(problem.Conflict, "protection.other_case")
)

// Case is somebody who needs protection, as the records of the case leave it.
type Case struct {
	ID uuid.UUID
	Opening
	OpenedAt       time.Time
	OpenedBy       string
	State          State
	AcknowledgedAt time.Time
	AcknowledgedBy string
	ClosedAt       time.Time
	Outcome        string
	LiftedAt       time.Time // when this case lifted the stop; zero while it did not
	Events         []Event
}

// Signs are the signs of all signals, each once, in the order of the form.
func (c *Case) Signs() []string {
	var all []string
	for _, sign := range Signs() {
		if slices.ContainsFunc(c.Events, func(e Event) bool { return slices.Contains(e.Signs, sign) }) {
			all = append(all, sign)
		}
	}
	return all
}

// Overdue reports whether the service should have confirmed the case by now and has not.
func (c *Case) Overdue(now time.Time) bool { return c.State == Open && now.After(c.DueAt) }

// Acts are what the service may do now, in the order shown.
func (c *Case) Acts() []Act {
	var acts []Act
	for _, act := range ServiceActs() {
		if c.allows(act) == nil {
			acts = append(acts, act)
		}
	}
	return acts
}

// allows says why the act may not be done in the case's state.
func (c *Case) allows(act Act) error {
	at := slices.Index(States(), c.State)
	switch {
	case act == Signalled && c.State == Ended:
		return ErrNotNow
	case act == Signalled, act == Acknowledged && c.State == Open, act == Noted:
		return nil
	case act == Acknowledged:
		return ErrNotNow
	case c.State == Open:
		return ErrUnacknowledged
	case act == Lifted && c.LiftedAt.IsZero():
		return nil
	case act == Lifted:
		return ErrNotStopped
	}
	to := slices.Index(States(), reached(act))
	if to < 0 || to <= at {
		return ErrNotNow
	}
	return nil
}

// reached is the state that an act leads to; empty when it leaves the state as it is.
func reached(act Act) State {
	return map[Act]State{Acknowledged: InService, Contacted: InContact, HandedOver: WithTheService, Closed: Ended}[act]
}

// Take adds a step to the case, or says why it may not be added. The step's number follows from its place.
func (c *Case) Take(e Event) (Event, error) {
	if err := e.check(); err != nil {
		return e, err
	}
	if c.State == "" && (e.Act != Signalled || e.Opening == nil) {
		return e, ErrNoSuchCase
	}
	if c.State != "" {
		if err := c.allows(e.Act); err != nil {
			return e, err
		}
	}
	e.Seq = len(c.Events) + 1
	c.apply(e)
	return e, nil
}

func (c *Case) apply(e Event) {
	c.Events = append(c.Events, e)
	if c.State == "" {
		c.State, c.Opening, c.OpenedAt, c.OpenedBy = Open, *e.Opening, e.At, e.By
	}
	if to := reached(e.Act); to != "" {
		c.State = to
	}
	switch e.Act {
	case Signalled:
		c.LiftedAt = time.Time{} // whoever signals again stops again
	case Acknowledged:
		c.AcknowledgedAt, c.AcknowledgedBy = e.At, e.By
	case Closed:
		c.ClosedAt, c.Outcome = e.At, e.Outcome
	case Lifted:
		c.LiftedAt = e.At
	case Contacted, HandedOver, Noted:
	}
}

// Fold is the case that its steps leave, in the order of their numbers. A step that does not follow from those before is an error:
// records are never changed, so somebody wrote past this package.
func Fold(id uuid.UUID, events []Event) (*Case, error) {
	c := &Case{ID: id}
	for n, e := range events {
		if e.Seq != n+1 {
			return nil, fmt.Errorf("protection case %s: step %d has number %d", id, n+1, e.Seq)
		}
		if _, err := c.Take(e); err != nil {
			return nil, fmt.Errorf("protection case %s: step %d: %w", id, e.Seq, err)
		}
	}
	if c.State == "" {
		return nil, ErrNoSuchCase
	}
	return c, nil
}
