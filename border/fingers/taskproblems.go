package fingers

import (
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/problem"
)

// Problems that a task answers with.
var (
	ErrNoSuchTask       = problem.New(problem.NotFound, "adjudication.none")
	ErrTaskDecided      = problem.New(problem.Conflict, "adjudication.decided")
	ErrTaskNotDecided   = problem.New(problem.Conflict, "adjudication.not_decided")
	ErrTaskClaimed      = problem.New(problem.Conflict, "adjudication.claimed")
	ErrTaskUnclaimed    = problem.New(problem.Conflict, "adjudication.unclaimed")
	ErrTaskOwn          = problem.New(problem.Conflict, "adjudication.own_already")
	ErrTaskNotOwner     = problem.New(problem.Forbidden, "adjudication.not_owner")
	ErrAnotherPerson    = problem.New(problem.Forbidden, "adjudication.another_person")
	ErrTookThePrints    = problem.New(problem.Forbidden, "adjudication.took_the_prints")
	ErrAgreementMissing = problem.New(problem.Invalid, "adjudication.agreement").At("witness")
	ErrVerdictMissing   = problem.New(problem.Invalid, "adjudication.verdict").At("verdict")
	ErrReasonMissing    = problem.New(problem.Invalid, "adjudication.reason").At("reason")
	ErrNotSeen          = problem.New(problem.Conflict, "adjudication.not_seen").At("verdict")
	ErrNotWithinReach   = problem.New(problem.Unavailable, "adjudication.not_within_reach")
	ErrEvidenceRefused  = problem.New(problem.NotFound, "adjudication.no_evidence")
)

// MaxReason and MinReason bound an adjudicator's words, in characters.
const (
	MinReason = 3
	MaxReason = 4000
)

func checkReason(words string) error {
	switch n := utf8.RuneCountInString(words); {
	case n < MinReason:
		return ErrReasonMissing
	case n > MaxReason:
		return problem.New(problem.Invalid, "adjudication.too_long").At("reason").With("max", MaxReason)
	}
	return nil
}
