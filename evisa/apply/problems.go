package apply

import (
	"errors"
	"strings"
	"time"

	"github.com/openbmis/openbmis/internal/problem"
)

// Errors of a Store.
var (
	ErrNone  = errors.New("not there")
	ErrTaken = errors.New("is there already")
)

// Problems of the portal as a whole; those of fields name their field.
var (
	ErrNoDraft    = problem.New(problem.NotFound, "apply.no_draft")     // no session, or the draft is gone
	ErrSent       = problem.New(problem.Conflict, "apply.sent")         // it was sent: its answers stand
	ErrLink       = problem.New(problem.NotFound, "apply.link")         // used, too old, or never ours
	ErrNotFound   = problem.New(problem.NotFound, "apply.not_found")    // reference and birth date do not belong together
	ErrSlowDown   = problem.New(problem.Unavailable, "apply.slow_down") // too many wrong tries; Args "seconds"
	ErrNoCentre   = problem.New(problem.Unavailable, "apply.no_centre") // the centre has never been here: nothing can be sent
	ErrNotNow     = problem.New(problem.Conflict, "apply.not_now")      // the state does not allow it
	ErrNoNotice   = problem.New(problem.NotFound, "apply.no_notice")
	ErrNoPage     = problem.New(problem.NotFound, "apply.no_page") // no such page for this draft
	ErrNoMember   = problem.New(problem.NotFound, "apply.no_member")
	ErrNoFile     = problem.New(problem.NotFound, "apply.no_file")
	ErrFull       = problem.New(problem.Conflict, "apply.group_full")    // Args "most"
	ErrLead       = problem.New(problem.Conflict, "apply.lead_stays")    // the lead is not removed
	ErrFiles      = problem.New(problem.Conflict, "apply.files_full")    // Args "most"
	ErrFilesLarge = problem.New(problem.Conflict, "apply.files_large")   // Args "most", megabytes
	ErrMissing    = problem.New(problem.Invalid, "apply.missing")        // answers are missing; see Service.Missing
	ErrNoPayment  = problem.New(problem.Unavailable, "apply.no_payment") // a fee is due and nobody takes it
)

// ResumePath is where e-mailed links lead, below the portal's address; the token follows.
const ResumePath = "/resume/"

// Problems are what is wrong with the fields of a page; each names its field.
type Problems []*problem.Error

// Error lists codes and fields, never values.
func (p Problems) Error() string {
	list := make([]string, len(p))
	for i, one := range p {
		list[i] = one.Error()
	}
	return strings.Join(list, "; ")
}

// Of are the problems of a field.
func (p Problems) Of(field string) Problems {
	var own Problems
	for _, one := range p {
		if one.Field == field {
			own = append(own, one)
		}
	}
	return own
}

// slowDown says how long to wait.
func slowDown(wait time.Duration) error {
	return ErrSlowDown.With("seconds", int((wait+time.Second-1)/time.Second))
}
