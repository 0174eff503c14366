package trainingview

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
)

// Screen is the training page of one lane.
type Screen struct {
	// Allowed says whether specimens may be put on this lane's reader; Lane is empty when the officer has none.
	Allowed bool
	Lane    string
	Cases   []Case
	Hand    *Hand
}

// Case is one case with its key.
type Case struct{ Name, Key string }

// State is what became of the case in hand.
type State uint8

// The states.
const (
	Waiting State = iota // it lies on the counter, undecided
	Decided
	PutAside // neither waiting nor decided
)

// Hand is the case that was put on the reader last.
type Hand struct {
	Inspection uuid.UUID
	Case       string
	// Drawn says that the case was drawn at random: it is not named before the decision.
	Drawn   bool
	State   State
	Verdict border.Verdict
	At      time.Time
	Steps   []Step
	// Bearer is true where the document is in order and its bearer is somebody else.
	Bearer bool
	// Unanchored is true where the station does not hold the certificates of Utopia.
	Unanchored bool
}

// Step is one thing there was to see.
type Step struct {
	ID           string
	Expect, Find traveldoc.Verdict
}

// Hidden reports whether the case must not be named yet.
func (h Hand) Hidden() bool { return h.Drawn && h.State == Waiting }

type look struct {
	class, sign string
	word        text.Key
}

func lookOf(v traveldoc.Verdict) look {
	switch v {
	case traveldoc.Pass:
		return look{"no-hit", "✓", text.TrainingPass}
	case traveldoc.Fail:
		return look{"hit", "✕", text.TrainingFail}
	case traveldoc.Inconclusive:
		return look{"not-checked", "?", text.TrainingInconclusive}
	case traveldoc.NotDone:
	}
	return look{"waiting", "–", text.TrainingNotDone}
}

// Name is the words for a case; Lesson what there is to see of it.
func Name(ctx context.Context, name string) string { return coded(ctx, "training_case."+name, name) }

// Lesson is what there is to see of a case.
func Lesson(ctx context.Context, name string) string {
	return coded(ctx, "training_lesson."+name, name)
}

func stepName(ctx context.Context, id string) string { return coded(ctx, "step."+id, id) }

func verdict(ctx context.Context, v border.Verdict) string {
	return coded(ctx, "training_verdict."+string(v), string(v))
}

func coded(ctx context.Context, key, otherwise string) string {
	if !text.FromContext(ctx).Has(text.Key(key)) {
		return otherwise
	}
	return text.T(ctx, text.Key(key))
}
