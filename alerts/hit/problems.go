package hit

import (
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/problem"
)

// Problems that a hit answers with.
var (
	ErrNoSuchHit     = problem.New(problem.NotFound, "hit.none")
	ErrClosed        = problem.New(problem.Conflict, "hit.closed")
	ErrNotClosed     = problem.New(problem.Conflict, "hit.not_closed")
	ErrClaimed       = problem.New(problem.Conflict, "hit.claimed")
	ErrUnclaimed     = problem.New(problem.Conflict, "hit.unclaimed")
	ErrOwnAlready    = problem.New(problem.Conflict, "hit.own_already")
	ErrNotOwner      = problem.New(problem.Forbidden, "hit.not_owner")
	ErrSelf          = problem.New(problem.Forbidden, "hit.self")
	ErrNotJudged     = problem.New(problem.Conflict, "hit.not_judged")
	ErrAsked         = problem.New(problem.Conflict, "hit.asked")
	ErrProposed      = problem.New(problem.Conflict, "hit.proposed")
	ErrNoProposal    = problem.New(problem.Conflict, "hit.no_proposal")
	ErrMoved         = problem.New(problem.Conflict, "hit.moved")
	ErrSecondPerson  = problem.New(problem.Conflict, "hit.second_person")
	ErrNoSecond      = problem.New(problem.Conflict, "hit.no_second")
	ErrUnconfirmed   = problem.New(problem.Conflict, "hit.unconfirmed").At("override")
	ErrContradicts   = problem.New(problem.Conflict, "hit.contradicts").At("outcome")
	ErrNotClearable  = problem.New(problem.Conflict, "hit.not_clearable")
	ErrCleared       = problem.New(problem.Conflict, "hit.cleared")
	ErrNotCleared    = problem.New(problem.Conflict, "hit.not_cleared")
	ErrEarly         = problem.New(problem.Conflict, "hit.early")
	errReasonMissing = problem.New(problem.Invalid, "hit.reason").At("reason")
)

func missing(field string) error { return problem.New(problem.Invalid, "hit.missing").At(field) }

func unknown(field string) error { return problem.New(problem.Invalid, "hit.code").At(field) }

// within bounds a text in characters: in bytes, a name in Arabic would be half as long as one in Latin letters.
func within(field, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return problem.New(problem.Invalid, "hit.too_long").At(field).With("max", most)
	}
	return nil
}
