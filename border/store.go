package border

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Problems that a Store answers with.
var (
	ErrScanNotOpen    = problem.New(problem.Conflict, "scan.not_open")
	ErrNoSuchCrossing = problem.New(problem.NotFound, "crossing.none")
	ErrAnnulled       = problem.New(problem.Conflict, "crossing.annulled")
	ErrTooLate        = problem.New(problem.Conflict, "crossing.too_late")
	ErrPending        = problem.New(problem.Conflict, "decision.pending")
	ErrNoSuchScan     = problem.New(problem.NotFound, "scan.none")
	// ErrSecondLine answers a counter that would refuse: it refers, and the second line refuses with the form.
	ErrSecondLine = problem.New(problem.Forbidden, "decision.second_line").At("verdict")
	// ErrSecondLineNeeded answers a counter that would admit over a hit of severity SecondLine.
	ErrSecondLineNeeded = problem.New(problem.Forbidden, "decision.second_line_needed").At("verdict")
)

// Store keeps the facts of a crossing point. Every writing method writes the fact, the audit entry and, where the centre must
// learn of it, the outbox event in one transaction: there is no second way to write a crossing.
type Store interface {
	// OpenScan keeps a scan as undecided, with its reading.
	OpenScan(ctx context.Context, scan Scan, entry audit.Entry) error
	// AmendScan keeps what an officer changed about an undecided scan of the lane: mode, transport, purpose and circumstances.
	// ErrScanNotOpen as in Record.
	AmendScan(ctx context.Context, scan Scan, entry audit.Entry) error
	// Look is what a lane shows: its undecided scans, oldest first, and its latest decisions, newest first. entry, when it is not
	// nil, is written in the same transaction, with the number of people shown.
	Look(ctx context.Context, lane string, recent int, entry *audit.Entry) (LaneView, error)
	// OpenScanByID is one undecided scan of a lane, or ErrNoSuchScan.
	OpenScanByID(ctx context.Context, lane string, id uuid.UUID) (Scan, error)
	// LastDismissed are the scans that were put aside within a time of the last scan that the store has, oldest first, at most limit.
	LastDismissed(ctx context.Context, within time.Duration, limit int) ([]Scan, error)
	// Attach keeps a further reading of an undecided scan of the lane: scan.Reading is all that was read so far. ErrScanNotOpen as in
	// Record.
	Attach(ctx context.Context, scan Scan, entry audit.Entry) error
	// Reading is what was read of an undecided scan, or nil.
	Reading(ctx context.Context, scan uuid.UUID) (*reader.Reading, error)
	// Record writes the decision on an open scan and closes it. It finds or makes the traveller's file and returns the event
	// with its id filled in. ErrScanNotOpen when the scan was decided or dismissed already.
	Record(ctx context.Context, scanID uuid.UUID, event CrossingEvent, entry audit.Entry) (CrossingEvent, error)
	// Annul writes a correction and opens the crossing's scan again. ErrNoSuchCrossing, ErrAnnulled, or ErrTooLate when it
	// was decided before notBefore.
	Annul(ctx context.Context, correction CorrectionEvent, notBefore time.Time, entry audit.Entry) (Scan, error)
	// Dismiss closes a scan without a decision. ErrScanNotOpen as in Record.
	Dismiss(ctx context.Context, dismissal DismissalEvent, entry audit.Entry) error
}

// LaneView is what a lane shows.
type LaneView struct {
	Open   []Scan
	Recent []RecentCrossing
}

// RecentCrossing is a decision as the counter lists it.
type RecentCrossing struct {
	CrossingID uuid.UUID
	At         time.Time
	Direction  Direction
	Verdict    Verdict
	Surname    string
	GivenNames string
	Document   string
	Annulled   bool
}
