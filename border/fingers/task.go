package fingers

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// TaskStage is what a task waits for.
type TaskStage string

// The stages.
const (
	TaskOpen    TaskStage = "open"    // for somebody to take it
	TaskClaimed TaskStage = "claimed" // for its owner's verdict
	TaskDecided TaskStage = "decided"
)

// TaskStep is a step of a task: an event with the id of the record that keeps it.
type TaskStep struct {
	Record uuid.UUID
	Event
	// Overruled says that it did not count: a step that knew nothing of it came before.
	Overruled bool
}

// Doubt is somebody's word that he could not tell.
type Doubt struct {
	By     string
	At     time.Time
	Reason string
}

// Task is a candidate or a mismatch that people look at, with everything that was done about it. FoldTask makes one.
type Task struct {
	ID, Taking uuid.UUID
	Candidacy  Candidacy
	// Search is the search that found it; nil for a mismatch, and where the finder did not tell.
	Search   *Search
	RaisedAt time.Time
	// TakenBy is the officer who took the prints, as far as the station knows: he neither works on the task nor agrees to a verdict. FoldTask
	// leaves it empty, for no step says it.
	TakenBy   string
	Owner     string // log-in name; empty while nobody works on it
	ClaimedAt time.Time
	Decision  *Adjudication // "same" or "different"; nil while it is open
	DecidedBy string
	DecidedAt time.Time
	// Doubts are those who could not tell since it was last opened: it is for somebody else.
	Doubts []Doubt
	// Contested says that two people decided against each other without knowing of each other, and neither counts.
	Contested bool
	Course    []TaskStep

	decidedSeq int
}

// FoldTask is the task as its steps left it, whatever order they come in and however often: by place in the course, then by time, then by
// the record's id. A step that the rules forbid after those before it does not count, and stays in the course. Two verdicts at one place
// that contradict each other do not count either: the task is open again, for a third person.
func FoldTask(id uuid.UUID, steps []TaskStep) (*Task, error) {
	t := &Task{ID: id}
	for _, s := range inOrder(steps) {
		if s.Task != id {
			return nil, fmt.Errorf("task %s: a step of %s", id, s.Task)
		}
		t.meet(s)
	}
	if t.RaisedAt.IsZero() {
		return nil, fmt.Errorf("task %s: nothing raised it", id)
	}
	return t, nil
}

func inOrder(steps []TaskStep) []TaskStep {
	ordered := slices.Clone(steps)
	slices.SortFunc(ordered, func(a, b TaskStep) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), a.At.Compare(b.At), slices.Compare(a.Record[:], b.Record[:]))
	})
	return slices.CompactFunc(ordered, func(a, b TaskStep) bool { return a.Record == b.Record })
}

// meet takes a step that others may have come before.
func (t *Task) meet(s TaskStep) {
	switch {
	case t.contests(s.Event):
		t.contest()
	case t.allows(s.Event) != nil:
		s.Overruled = true
	default:
		t.take(s.Event)
	}
	t.Course = append(t.Course, s)
}

// Apply takes one more step of somebody who saw all those before. An error says why the rules forbid it; the task is as it was then.
func (t *Task) Apply(s TaskStep) error {
	if s.Seq != t.Next() {
		return fmt.Errorf("task %s: step %d comes after %d", t.ID, s.Seq, t.Next()-1)
	}
	if err := t.allows(s.Event); err != nil {
		return err
	}
	t.take(s.Event)
	t.Course = append(t.Course, s)
	return nil
}

// Next is the place of the next step.
func (t *Task) Next() int {
	last := 0
	for _, s := range t.Course {
		last = max(last, s.Seq)
	}
	return last + 1
}

// contests reports whether an event is a verdict against the one that stands, of somebody who did not know of it.
func (t *Task) contests(e Event) bool {
	return e.Step == Adjudicated && t.Decision != nil && e.Seq == t.decidedSeq && conclusive(e.Adjudication) &&
		e.Adjudication.Verdict != t.Decision.Verdict
}

// contest undoes the verdict that stands: nobody's word is the stronger.
func (t *Task) contest() {
	t.Decision, t.DecidedBy, t.DecidedAt, t.decidedSeq = nil, "", time.Time{}, 0
	t.Owner, t.ClaimedAt, t.Contested = "", time.Time{}, true
}

func conclusive(a *Adjudication) bool {
	return a != nil && (a.Verdict == SamePerson || a.Verdict == Different)
}

// take changes the state by a step that is allowed.
func (t *Task) take(e Event) {
	switch e.Step {
	case Raised:
		t.Taking, t.Candidacy, t.Search, t.RaisedAt = e.Taking, *e.Candidacy, e.Search, e.At
	case Claimed:
		t.Owner, t.ClaimedAt = e.By, e.At
	case Released:
		t.Owner, t.ClaimedAt = "", time.Time{}
	case Adjudicated:
		t.adjudicate(e)
	case Reopened:
		t.Decision, t.DecidedBy, t.DecidedAt, t.decidedSeq = nil, "", time.Time{}, 0
		t.Owner, t.ClaimedAt, t.Doubts, t.Contested = e.By, e.At, nil, false
	case Enrolled, Searched, Withdrawn, Erased, Separated, Returned:
	}
}

// adjudicate keeps a verdict. Whoever cannot tell gives the task back: somebody else looks.
func (t *Task) adjudicate(e Event) {
	t.Owner, t.ClaimedAt = "", time.Time{}
	if !conclusive(e.Adjudication) {
		t.Doubts = append(slices.Clone(t.Doubts), Doubt{By: e.By, At: e.At, Reason: e.Adjudication.Reason})
		return
	}
	t.Decision, t.DecidedBy, t.DecidedAt, t.decidedSeq, t.Contested = e.Adjudication, e.By, e.At, e.Seq, false
}

// Stage is what the task waits for.
func (t *Task) Stage() TaskStage {
	switch {
	case t.Decision != nil:
		return TaskDecided
	case t.Owner != "":
		return TaskClaimed
	}
	return TaskOpen
}

// Verdict is the last word: the one that stands, else "undecided" of somebody who could not tell; empty before anybody spoke.
func (t *Task) Verdict() Verdict {
	switch {
	case t.Decision != nil:
		return t.Decision.Verdict
	case len(t.Doubts) > 0:
		return Undecided
	}
	return ""
}

// Doubted reports whether somebody said of this task that he cannot tell.
func (t *Task) Doubted(by string) bool {
	return slices.ContainsFunc(t.Doubts, func(d Doubt) bool { return d.By == by })
}
