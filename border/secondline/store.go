package secondline

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/internal/audit"
)

// Store keeps the cases of a crossing point. Every writing method writes the step's record, the audit entry, the event for the centre
// and, where the step is an outcome, the decision in one transaction.
type Store interface {
	// Change reads the case under a lock, lets act choose the step, and writes it. Two who claim a case at once meet here: the second
	// sees the first's claim. ErrNoSuchCase when there is none; ErrRefusalStops when the traveller may not be refused now.
	Change(ctx context.Context, id uuid.UUID, act func(*Case) (Step, error)) (Step, error)
	// Queue is a page of open cases, oldest first, with the numbers behind the filters as of the same moment. The read is audited.
	Queue(ctx context.Context, q Query, entry audit.Entry) (Page, error)
	// Version changes whenever the queue does, and tells nothing of anybody.
	Version(ctx context.Context) (Version, error)
	// Dossier is a case with everything that is known of the traveller. The read is audited.
	Dossier(ctx context.Context, id uuid.UUID, entry audit.Entry) (Dossier, error)
	// Outcomes are the outcomes of cases from a lane that ended since an instant, newest first, as the first line may see them. The
	// read is audited when entry is not nil.
	Outcomes(ctx context.Context, lane string, since time.Time, entry *audit.Entry) ([]Result, error)
	// FindScan is the latest scan of a document that has this number, folded, and this issuing state, if one is given. ErrNoSuchScan.
	FindScan(ctx context.Context, issuingState, number string, since time.Time, entry audit.Entry) (uuid.UUID, error)
}

// Step is what Change writes: one event with its record, and what follows from an outcome.
type Step struct {
	Event  Event
	Record border.Record
	Entry  audit.Entry
	// Decision is the decision that the outcome is, with its own audit entry; nil for every other step. A refusal's copy number is
	// given by the store.
	Decision      *border.CrossingEvent
	DecisionEntry audit.Entry
	// Reopen opens the traveller's scan again in its lane.
	Reopen bool
	// Protect hands the traveller to the protection service, of which nothing is written with the case.
	Protect *Protect
}

// Protect is what the protection service is told, and by whom.
type Protect struct {
	Actor  audit.Actor
	Signal protection.Signal
}

// Filter chooses open cases.
type Filter string

// The filters.
const (
	All       Filter = ""
	Mine      Filter = "mine"
	Unclaimed Filter = "unclaimed"
)

// Filters are the filters, in the order shown.
func Filters() []Filter { return []Filter{All, Mine, Unclaimed} }

// PageSize is how many cases stand on a page of the queue.
const PageSize = 25

// Query asks for a page of the queue.
type Query struct {
	Filter Filter
	Owner  string // who asks, for Mine and for the counts
	After  Cursor
}

// Cursor is the place of a case in the queue; the zero cursor is before the first.
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// Page is a page of the queue.
type Page struct {
	Items []Item
	Next  Cursor // zero on the last page
	Counts
}

// Counts are how many open cases each filter has.
type Counts struct{ All, Mine, Unclaimed int }

// Item is a case as the queue lists it.
type Item struct {
	ID         uuid.UUID
	OpenedAt   time.Time
	Lane       string
	Direction  border.Direction
	By         string
	Reason     string
	Severity   border.Severity
	Surname    string
	GivenNames string
	Owner      string
	ClaimedAt  time.Time
	Steps      int
}

// Version tells two states of the queue apart.
type Version struct {
	Open      int
	ChangedAt time.Time
}

// Dossier is a case with what is known of the traveller besides.
type Dossier struct {
	Case *Case
	Scan border.Scan
	// Past are the decisions about the same person at this crossing point, newest first, this case's left out.
	Past []Past
	// Judgements are earlier words of the second line on hits of the same person, newest first.
	Judgements    []EarlierJudgement
	Companions    []Companionship // added by hand, in the order of Case.Companions
	MoreSuggested bool            // than are in Suggested
	Suggested     []Companionship // of the same manifest or vehicle, or referred from the same lane about the same time
	// Movements are the entries and exits of the same person, wherever made, newest first.
	Movements []Movement
}

// Movement is an entry or exit of the same person, wherever it was made and however it became known.
type Movement struct {
	At        time.Time
	Direction border.Direction
	Station   string
	Origin    border.Origin
	Voided    bool
}

// Past is an earlier decision.
type Past struct {
	Crossing  uuid.UUID
	At        time.Time
	Direction border.Direction
	Lane      string
	Verdict   border.Verdict
	Reason    string
	Annulled  bool
	Outcome   Outcome // of a referral; empty while it is open
}

// EarlierJudgement is a judgement in another case of the same person.
type EarlierJudgement struct {
	Case uuid.UUID
	At   time.Time
	By   string
	Judgement
}

// Companionship is somebody who travels with the traveller.
type Companionship struct {
	Companion
	ScannedAt  time.Time
	Surname    string
	GivenNames string
	Document   string
	Lane       string
	Why        string    // of a suggestion, coded: "group", "transport", "lane"
	Case       uuid.UUID // his own case; zero when he was not referred
	Open       bool      // his case is open
	Verdict    border.Verdict
}

// Result is the outcome of a case as the first line may see it.
type Result struct {
	Case       uuid.UUID
	Inspection uuid.UUID
	Surname    string
	GivenNames string
	Outcome    Outcome
	At         time.Time
}

// ForFirstLine is what the first line may know of an outcome: the traveller was admitted, refused, comes back, or is with somebody
// else. Whom he is with is not its business.
func (o Outcome) ForFirstLine() Outcome {
	switch o {
	case Admit, Refuse, Return, WithdrawnOutcome:
		return o
	case HandOver, Health, Protection:
	}
	return HandOver
}
