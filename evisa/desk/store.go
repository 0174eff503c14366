package desk

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
)

// Store keeps applications. Every read and every act is audited in its transaction, for the purpose VISA_DECISION.
type Store interface {
	// Queue is a page with counts of one snapshot.
	Queue(ctx context.Context, actor audit.Actor, q Query, at time.Time) (Page, error)
	// Case is everything of an application, and notes that the actor has seen this version of it whole.
	Case(ctx context.Context, actor audit.Actor, id uuid.UUID) (Case, error)
	// File is a file's bytes.
	File(ctx context.Context, actor audit.Actor, application, file uuid.UUID) (KeptFile, []byte, error)
	// Act writes what do gives, in one transaction with the audit entry, with what the applicant is told and with the visa that is
	// granted. Do sees the application as it is, locked, and may be called again.
	Act(ctx context.Context, by Doer, at At, do func(c *Case) (Change, error)) (Outcome, error)
	// Parked is a page of the parcels of applications that have not come, oldest first, behind ParkedPage.Next of the page before.
	Parked(ctx context.Context, actor audit.Actor, after string) (ParkedPage, error)

	Templates(ctx context.Context) ([]Template, error)
	// SaveTemplate writes a template; ErrChanged when another version is kept than t.Version.
	SaveTemplate(ctx context.Context, actor audit.Actor, t Template) (Template, error)
	Statistics(ctx context.Context, actor audit.Actor, q StatisticsQuery, at time.Time) (Statistics, error)

	// Load is a case as the system needs it for its checks: folded, without what stands beside the events. It shows nobody anything.
	Load(ctx context.Context, id uuid.UUID) (*Case, error)
	// ToCheck are applications whose checks are to be asked at an instant, oldest first; ToLapse those whose reply is late, or of
	// whose interview nothing came.
	ToCheck(ctx context.Context, at time.Time, limit int) ([]uuid.UUID, error)
	ToLapse(ctx context.Context, at time.Time, limit int) ([]uuid.UUID, error)
	// ToScreen are open applications behind an id, in the order of ids, whose alert checks were asked on lists older than a change.
	ToScreen(ctx context.Context, lists int64, after uuid.UUID, limit int) ([]uuid.UUID, error)
	// NewestList is the newest change of the lists of alerts.
	NewestList(ctx context.Context) (int64, error)
}

// Doer is who acts: an officer, or a part of the system.
type Doer struct {
	Actor audit.Actor
	// System says that nobody of the desk acts: the actor is then the name of the part.
	System bool
}

// Officer is the doer as an officer; zero for the system.
func (d Doer) Officer() Officer {
	if d.System {
		return Officer{}
	}
	return Officer{ID: d.Actor.ID, Name: d.Actor.Name}
}

// AnyVersion is for what the system does, which saw nothing beforehand.
const AnyVersion = 0

// Change is what an act does.
type Change struct {
	Events []Event // their Seq and At are set by the store
	// Grant asks for a visa, issued in the same transaction.
	Grant *evisa.Grant
	// Lists, when it is not 0, is the newest change of the lists of alerts that a decision rests on: the store refuses it with
	// ErrListsChanged when there is a newer one.
	Lists int64
	// CheckAgain, when it is set, is when the checks without an answer are asked again: it is no event.
	CheckAgain time.Time
	// Screened, when it is not 0, is the change of the lists that every alert check was asked on: it is no event.
	Screened int64
	// Seen wants the doer to have seen this version of the case whole.
	Seen bool
}
