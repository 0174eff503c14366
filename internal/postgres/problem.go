package postgres

import (
	"github.com/openbmis/openbmis/internal/problem"
)

// ErrFull says that nothing new can be recorded for want of room.
var ErrFull = problem.New(problem.Unavailable, "storage_full")

// Problem gives the database's own troubles a kind and words for people: no room left ("storage_full"), away for now
// ("database_away"). An error that is a problem already, and one that is neither, comes back as it is.
//
// What failed so may or may not have been recorded when the connection was lost within its commit: the words say so.
func Problem(err error) error {
	switch {
	case err == nil || problem.KindOf(err) != problem.Internal:
		return err
	case IsDiskFull(err):
		return ErrFull.Because(err)
	case IsUnavailable(err):
		return problem.New(problem.Unavailable, "database_away").Because(err)
	}
	return err
}
