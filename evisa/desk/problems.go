package desk

import "github.com/openbmis/openbmis/internal/problem"

// Problems that officers meet. Their words stand in the text catalogue below "problem.visadesk.".
var (
	ErrUnknown      = problem.New(problem.NotFound, "visadesk.unknown")
	ErrErased       = problem.New(problem.NotFound, "visadesk.erased")        // its keys are destroyed
	ErrChanged      = problem.New(problem.Conflict, "visadesk.changed")       // somebody was first
	ErrState        = problem.New(problem.Conflict, "visadesk.state")         // not in this state
	ErrNotOwner     = problem.New(problem.Conflict, "visadesk.not_owner")     // claim it first
	ErrOwned        = problem.New(problem.Conflict, "visadesk.owned")         // somebody else's: taking over wants a reason
	ErrSamePerson   = problem.New(problem.Forbidden, "visadesk.same_person")  // the second officer is the first
	ErrRefuser      = problem.New(problem.Forbidden, "visadesk.refuser")      // who refused hears no appeal
	ErrNotSeen      = problem.New(problem.Conflict, "visadesk.not_seen")      // look at the whole first
	ErrSecond       = problem.New(problem.Conflict, "visadesk.second_wanted") // propose it
	ErrNotEvaluated = problem.New(problem.Conflict, "visadesk.not_evaluated") // an alert check has no answer
	ErrNotJudged    = problem.New(problem.Conflict, "visadesk.not_judged")    // a hit waits
	ErrListsChanged = problem.New(problem.Conflict, "visadesk.lists_changed") // and found something new
	ErrHit          = problem.New(problem.NotFound, "visadesk.hit")           // there is no such hit
	ErrReason       = problem.New(problem.Invalid, "visadesk.reason")         // wanted, of at most max characters
	ErrText         = problem.New(problem.Invalid, "visadesk.text")
	ErrKinds        = problem.New(problem.Invalid, "visadesk.kinds")
	ErrDays         = problem.New(problem.Invalid, "visadesk.days")
	ErrWhen         = problem.New(problem.Invalid, "visadesk.when")
	ErrPlace        = problem.New(problem.Invalid, "visadesk.place")
	ErrTerms        = problem.New(problem.Invalid, "visadesk.terms")
	ErrGrounds      = problem.New(problem.Invalid, "visadesk.grounds")
	ErrVerdict      = problem.New(problem.Invalid, "visadesk.verdict")
	ErrTemplate     = problem.New(problem.Invalid, "visadesk.template")
	ErrPlaces       = problem.New(problem.Invalid, "visadesk.places")   // a place of a template that is none
	ErrUnfilled     = problem.New(problem.Invalid, "visadesk.unfilled") // a letter with a place that nobody filled in
	ErrQuery        = problem.New(problem.Invalid, "visadesk.query")
)
