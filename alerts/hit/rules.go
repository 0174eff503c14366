package hit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Longest texts, in characters. Who answered is a person's name and the agency's, each as long as the centre takes them.
const (
	MaxText  = 4000
	MaxShort = 400
)

// Comparisons are the codes of what was compared to judge a hit.
func Comparisons() []string {
	return []string{"photo", "fingerprints", "name", "birth_date", "nationality", "document", "marks", "statement"}
}

// allows says why a step may not be taken now; nil when it may. Whether a second person is a supervisor is for the caller to know: a
// hit knows only who it is.
func (h *Hit) allows(e Event) error {
	if err := h.fits(e); err != nil {
		return err
	}
	switch e.Kind {
	case Raised:
		return e.Raise.check()
	case Viewed:
		return nil
	case Referred:
		return e.Referral.check()
	case Answered:
		return e.Answer.Check()
	case Cleared, Restored:
		return h.allowsClearing(e)
	case Reopened:
		return h.allowsReopening(e)
	case Escalated, Unanswered:
		return h.allowsTimer(e)
	case Claimed:
		return h.allowsClaim(e)
	case Declined:
		return h.allowsDecline(e)
	case Closed:
		return h.allowsEnd(e)
	case Released, Judged, Asked, Proposed:
		return h.allowsOwner(e)
	}
	return fmt.Errorf("hit %s, step %d: kind %q is not known to this release", h.ID, e.Seq, e.Kind)
}

// fits holds what every step must have.
func (h *Hit) fits(e Event) error {
	switch {
	case e.Hit != h.ID:
		return fmt.Errorf("hit %s: a step of %s", h.ID, e.Hit)
	case e.Seq != len(h.Course)+1:
		return fmt.Errorf("hit %s: step %d comes after %d", h.ID, e.Seq, len(h.Course))
	case strings.TrimSpace(e.By) == "" || e.At.IsZero():
		return fmt.Errorf("hit %s, step %d: expected who and when", h.ID, e.Seq)
	case (e.Kind == Raised) != (e.Seq == 1):
		return fmt.Errorf("hit %s: expected %s first, and once", h.ID, Raised)
	}
	return within("reason", e.Note, MaxText)
}

func (r *Raise) check() error {
	switch {
	case r == nil:
		return errors.New("raised: expected what was found")
	case r.Alert == "" || r.Check == "" || r.Station == "":
		return errors.New("raised: alert, check, station: expected all three")
	case r.Inspection == uuid.Nil && r.Crossing == uuid.Nil && r.Flight == nil:
		return errors.New("raised: inspection, crossing, flight: expected one")
	}
	return nil
}

func (r *Referral) check() error {
	if r == nil || r.Verdict == "" && r.Dismissed == "" {
		return errors.New("referred: expected a verdict or why the scan was put aside")
	}
	return nil
}

// Check says why a station would refuse the answer; nil when it takes it. An owner who does not confirm need not say why; who answered
// must be known.
func (a *Answer) Check() error {
	switch {
	case a == nil:
		return missing("answer")
	case strings.TrimSpace(a.By) == "":
		return missing("answered_by")
	}
	return errors.Join(within("answered_by", a.By, MaxShort), within("text", a.Text, MaxText), within("instructions", a.Instructions, MaxText))
}

// allowsClaim: nobody takes a hit from somebody else without a reason.
func (h *Hit) allowsClaim(e Event) error {
	switch {
	case h.Outcome != nil:
		return ErrClosed
	case h.Owner == "":
		return nil
	case h.Owner == e.By:
		return ErrOwnAlready
	case strings.TrimSpace(e.Note) == "":
		return ErrClaimed.With("owner", h.Owner)
	}
	return nil
}

func (h *Hit) allowsTimer(e Event) error {
	switch {
	case h.Outcome != nil:
		return ErrClosed
	case h.Timeout(e.At) != e.Kind:
		return ErrEarly
	}
	return nil
}

func (h *Hit) allowsReopening(e Event) error {
	switch {
	case h.Outcome == nil:
		return ErrNotClosed
	case strings.TrimSpace(e.Note) == "":
		return errReasonMissing
	}
	return nil
}

func (h *Hit) allowsDecline(e Event) error {
	switch {
	case h.Outcome != nil:
		return ErrClosed
	case h.Proposal == nil:
		return ErrNoProposal
	case h.ProposedBy == e.By:
		return ErrSelf
	case strings.TrimSpace(e.Note) == "":
		return errReasonMissing
	}
	return nil
}

// Owned says why somebody is not the owner of an open hit; nil when he is.
func (h *Hit) Owned(by string) error {
	switch {
	case h.Outcome != nil:
		return ErrClosed
	case h.Owner == "":
		return ErrUnclaimed
	case h.Owner != by:
		return ErrNotOwner.With("owner", h.Owner)
	}
	return nil
}

func (h *Hit) allowsOwner(e Event) error {
	if err := h.Owned(e.By); err != nil {
		return err
	}
	if h.Proposal != nil && e.Kind != Released {
		return ErrProposed
	}
	switch e.Kind {
	case Judged:
		return e.Judgement.check()
	case Asked:
		return h.allowsQuestion(e)
	case Proposed:
		return h.allowsProposal(e)
	default:
		return nil
	}
}

func (j *Judgement) check() error {
	switch {
	case j == nil:
		return missing("judgement")
	case len(j.Compared) == 0:
		return missing("compared")
	}
	for _, code := range j.Compared {
		if !slices.Contains(Comparisons(), code) {
			return unknown("compared")
		}
	}
	return within("remark", j.Remark, MaxText)
}

// allowsQuestion: the owner is asked about a person whom somebody here has compared, and not twice at once.
func (h *Hit) allowsQuestion(e Event) error {
	q := e.Question
	switch {
	case h.Judgement == nil || !h.Judgement.Same:
		return ErrNotJudged
	case h.Stage() == StageAsked:
		return ErrAsked
	case q == nil || strings.TrimSpace(q.Message) == "":
		return missing("message")
	case strings.TrimSpace(q.Reference) == "" || !q.AnswerBy.After(e.At):
		return fmt.Errorf("hit %s: a question without a reference, or to be answered before it is asked", h.ID)
	}
	return within("message", q.Message, MaxText)
}
