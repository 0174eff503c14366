package fingers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Verdicts are all verdicts, in the order shown.
func Verdicts() []Verdict { return []Verdict{SamePerson, Different, Undecided} }

// Grounds are all grounds of a task.
func Grounds() []string { return []string{GroundCandidate, GroundMismatch} }

// allows says why a step may not be taken now; nil when it may. Who may adjudicate at all, and who is a supervisor, the caller knows.
func (t *Task) allows(e Event) error {
	switch {
	case strings.TrimSpace(e.By) == "" || e.At.IsZero():
		return fmt.Errorf("task %s, step %d: expected who and when", t.ID, e.Seq)
	case (e.Step == Raised) != t.RaisedAt.IsZero():
		return fmt.Errorf("task %s: expected %s first, and once", t.ID, Raised)
	}
	if t.TakenBy != "" && e.By == t.TakenBy && e.Step != Released {
		return ErrTookThePrints
	}
	switch e.Step {
	case Raised:
		return e.Candidacy.check()
	case Claimed:
		return t.allowsClaim(e)
	case Released:
		return t.owned(e.By)
	case Adjudicated:
		return t.allowsVerdict(e)
	case Reopened:
		if t.Decision == nil {
			return ErrTaskNotDecided
		}
		return checkReason(e.Note)
	case Enrolled, Searched, Withdrawn, Erased, Separated, Returned:
	}
	return fmt.Errorf("task %s: step %q is none of a task", t.ID, e.Step)
}

func (c *Candidacy) check() error {
	switch {
	case c == nil:
		return errors.New("raised: expected what was found")
	case !slices.Contains(Grounds(), c.Ground):
		return errors.New("raised: ground: expected candidate or mismatch")
	case c.CandidateLink == uuid.Nil || c.Link == uuid.Nil:
		return errors.New("raised: link, candidate: expected both")
	case c.Ground == GroundCandidate && c.CandidateLink == c.Link:
		return errors.New("raised: candidate: expected somebody else than the traveller")
	}
	return nil
}

// allowsClaim: nobody takes a task from somebody else without a reason, and whoever could not tell leaves it to others.
func (t *Task) allowsClaim(e Event) error {
	switch {
	case t.Decision != nil:
		return ErrTaskDecided
	case t.Owner == e.By:
		return ErrTaskOwn
	case t.Doubted(e.By):
		return ErrAnotherPerson
	case t.Owner == "":
		return nil
	case strings.TrimSpace(e.Note) == "":
		return ErrTaskClaimed.With("owner", t.Owner)
	}
	return checkReason(e.Note)
}

func (t *Task) owned(by string) error {
	switch {
	case t.Decision != nil:
		return ErrTaskDecided
	case t.Owner == "":
		return ErrTaskUnclaimed
	case t.Owner != by:
		return ErrTaskNotOwner.With("owner", t.Owner)
	}
	return nil
}

func (t *Task) allowsVerdict(e Event) error {
	if err := t.owned(e.By); err != nil {
		return err
	}
	if e.Adjudication == nil || !slices.Contains(Verdicts(), e.Adjudication.Verdict) {
		return ErrVerdictMissing
	}
	if err := checkReason(strings.TrimSpace(e.Adjudication.Reason)); err != nil {
		return err
	}
	return t.allowsJoining(*e.Adjudication)
}

// allowsJoining: two files become one person by the word of somebody who may say so, and never of who took the prints.
func (t *Task) allowsJoining(a Adjudication) error {
	switch {
	case a.Verdict != SamePerson || t.Candidacy.Ground != GroundCandidate:
		return nil
	case a.Agreed == "":
		return ErrAgreementMissing
	case a.Agreed == t.TakenBy:
		return ErrTookThePrints.At("witness")
	}
	return nil
}
