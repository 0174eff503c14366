package secondline

import "github.com/openbmis/openbmis/internal/problem"

// Problems that a case answers with.
var (
	ErrNoSuchCase    = problem.New(problem.NotFound, "referral.none")
	ErrEnded         = problem.New(problem.Conflict, "referral.ended")
	ErrClaimed       = problem.New(problem.Conflict, "referral.claimed")
	ErrUnclaimed     = problem.New(problem.Conflict, "referral.unclaimed")
	ErrNotOwner      = problem.New(problem.Forbidden, "referral.not_owner")
	ErrOwnAlready    = problem.New(problem.Conflict, "referral.own_already")
	ErrTouched       = problem.New(problem.Conflict, "referral.touched")
	ErrNoRequest     = problem.New(problem.Conflict, "referral.no_request")
	ErrRequested     = problem.New(problem.Conflict, "referral.requested")
	ErrNothingGrave  = problem.New(problem.Conflict, "referral.nothing_grave")
	ErrSecondPerson  = problem.New(problem.Conflict, "referral.second_person")
	ErrMoved         = problem.New(problem.Conflict, "referral.moved")
	ErrSelf          = problem.New(problem.Forbidden, "referral.self")
	ErrNoSuchHit     = problem.New(problem.Conflict, "referral.no_such_hit")
	ErrCompanion     = problem.New(problem.Conflict, "referral.companion")
	ErrNoCompanion   = problem.New(problem.NotFound, "referral.no_companion")
	ErrRefusalStops  = problem.New(problem.Conflict, "refusal.stopped")
	ErrNoProtection  = problem.New(problem.Unavailable, "referral.outcome").At("outcome")
	errReasonMissing = problem.New(problem.Invalid, "referral.reason").At("reason")
)

func missing(field string) error { return problem.New(problem.Invalid, "referral.missing").At(field) }

func unknown(field string) error { return problem.New(problem.Invalid, "referral.code").At(field) }

func tooLong(field string, most int) error {
	return problem.New(problem.Invalid, "referral.too_long").At(field).With("max", most)
}
