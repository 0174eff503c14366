package hit

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
)

// Stage is what a hit waits for.
type Stage string

// The stages.
const (
	StageOpen         Stage = "open"          // nobody has said whether it is the person
	StageNotSame      Stage = "not_same"      // said not to be; to be closed
	StageSame         Stage = "same"          // said to be; the owner is not asked yet
	StageAsked        Stage = "asked"         // the owner has the word
	StageConfirmed    Stage = "confirmed"     // he says that it is
	StageNotConfirmed Stage = "not_confirmed" // he says that it is not
	StageUnanswered   Stage = "unanswered"    // he said nothing in time
	StageProposed     Stage = "proposed"      // a second person is to agree
	StageClosed       Stage = "closed"
)

// Stages are all stages, in the order of the usual way.
func Stages() []Stage {
	return []Stage{
		StageOpen, StageNotSame, StageSame, StageAsked, StageConfirmed, StageNotConfirmed, StageUnanswered, StageProposed, StageClosed,
	}
}

// Hit is a hit with everything that was done about it. Its zero value is no hit: Fold makes one.
type Hit struct {
	ID       uuid.UUID
	Raise    Raise
	RaisedAt time.Time

	Owner     string // log-in name of who works on it here; empty while nobody does
	ClaimedAt time.Time
	// Escalated says that a supervisor is told, since nobody did the next step in time.
	Escalated bool
	// Since is when the last step was taken that the next one is waited for from.
	Since time.Time

	Viewed    []string // log-in names of the first line that had it on the screen
	Referrals []Referral
	Judgement *Judgement
	JudgedBy  string
	Question  *Question
	AskedAt   time.Time
	Answer    *Answer // the owner's last word
	// Unanswered says that the time for an answer has run out.
	Unanswered bool
	Proposal   *Outcome
	ProposedBy string
	Outcome    *Outcome
	ClosedBy   string
	ClosedAt   time.Time
	// LateAnswer says that the owner spoke after the hit was closed.
	LateAnswer bool
	Clearing   *Clearing
	ClearedBy  string
	ClearedAt  time.Time
	Course     []Event
}

// Fold is the hit as its recorded steps left it. The first must be Raised.
func Fold(id uuid.UUID, course []Event) (*Hit, error) {
	h := &Hit{ID: id}
	for _, e := range course {
		if err := h.Apply(e); err != nil {
			return nil, fmt.Errorf("hit %s, step %d (%s): %w", id, e.Seq, e.Kind, err)
		}
	}
	if len(course) == 0 {
		return nil, fmt.Errorf("hit %s: no steps", id)
	}
	return h, nil
}

// Apply takes one more step. An error means that the step is not allowed, and that the hit is as it was.
func (h *Hit) Apply(e Event) error {
	if err := h.allows(e); err != nil {
		return err
	}
	h.take(e)
	h.Course = append(h.Course, e)
	return nil
}

// Stage is what the hit waits for.
func (h *Hit) Stage() Stage {
	switch {
	case h.Outcome != nil:
		return StageClosed
	case h.Proposal != nil:
		return StageProposed
	case h.Judgement == nil:
		return StageOpen
	case !h.Judgement.Same:
		return StageNotSame
	case h.Answer != nil && h.Answer.Confirmed:
		return StageConfirmed
	case h.Answer != nil:
		return StageNotConfirmed
	case h.Unanswered:
		return StageUnanswered
	case h.Question != nil:
		return StageAsked
	}
	return StageSame
}

// Policy is the list's policy that the hit is held to, whole.
func (h *Hit) Policy() alerts.Policy {
	if h.Raise.Policy == nil {
		return alerts.DefaultPolicy()
	}
	return h.Raise.Policy.Complete()
}

// Due is when the hit's timer runs out: for the owner's answer while he is asked, else for the next step of anybody here. The zero
// time when none runs.
func (h *Hit) Due() time.Time {
	switch {
	case h.Outcome != nil:
		return time.Time{}
	case h.Stage() == StageAsked:
		return h.Question.AnswerBy
	case h.Escalated:
		return time.Time{}
	}
	return h.Since.Add(h.Policy().EscalateAfter)
}

// Timeout is the step that the timer takes at an instant; empty when it has not run out.
func (h *Hit) Timeout(now time.Time) Kind {
	due := h.Due()
	switch {
	case due.IsZero() || now.Before(due):
		return ""
	case h.Stage() == StageAsked:
		return Unanswered
	}
	return Escalated
}

// take changes the state by a step that is allowed.
func (h *Hit) take(e Event) {
	if !fact(e.Kind) {
		h.Since, h.Escalated = e.At, false
	}
	switch e.Kind {
	case Raised:
		h.Raise, h.RaisedAt = *e.Raise, e.At
	case Viewed:
		h.Viewed = append(slices.Clone(h.Viewed), e.By)
	case Referred:
		h.Referrals = append(slices.Clone(h.Referrals), *e.Referral)
	case Claimed:
		h.Owner, h.ClaimedAt, h.Proposal, h.ProposedBy = e.By, e.At, nil, ""
	case Released:
		h.Owner, h.ClaimedAt, h.Proposal, h.ProposedBy = "", time.Time{}, nil, ""
	case Escalated:
		h.Escalated = true
	case Judged:
		h.Judgement, h.JudgedBy = e.Judgement, e.By
	case Asked:
		h.Question, h.AskedAt, h.Answer, h.Unanswered = e.Question, e.At, nil, false
	case Answered:
		h.answered(e)
	case Unanswered:
		h.Unanswered = true
	case Proposed:
		h.Proposal, h.ProposedBy = e.Outcome, e.By
	case Declined:
		h.Proposal, h.ProposedBy = nil, ""
	case Closed:
		h.Outcome, h.ClosedBy, h.ClosedAt, h.Proposal = e.Outcome, e.By, e.At, nil
	case Reopened:
		h.reopen(e)
	case Cleared:
		h.Clearing, h.ClearedBy, h.ClearedAt = e.Clearing, e.By, e.At
	case Restored:
		h.Clearing, h.ClearedBy, h.ClearedAt = nil, "", time.Time{}
	}
}

// answered keeps the owner's word. What a second person was asked to agree to before is no longer what stands.
func (h *Hit) answered(e Event) {
	h.Answer, h.Unanswered = e.Answer, false
	if h.Outcome != nil {
		h.LateAnswer = true
		return
	}
	h.Proposal, h.ProposedBy = nil, ""
	h.Since, h.Escalated = e.At, false
}

// reopen undoes the outcome. Whoever reopens works on; a person said not to be the one is looked at anew, and is cleared no more.
func (h *Hit) reopen(e Event) {
	h.Outcome, h.ClosedBy, h.ClosedAt, h.LateAnswer = nil, "", time.Time{}, false
	h.Owner, h.ClaimedAt = e.By, e.At
	if h.Judgement != nil && !h.Judgement.Same {
		h.Judgement, h.JudgedBy = nil, ""
	}
	h.Clearing, h.ClearedBy, h.ClearedAt = nil, "", time.Time{}
}

// fact reports whether a step only tells what happened: nobody is waited for less because of it.
func fact(k Kind) bool {
	return k == Viewed || k == Referred || k == Answered || k == Cleared || k == Restored
}
