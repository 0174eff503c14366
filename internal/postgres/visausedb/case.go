package visausedb

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// CaseKind is what a case is about.
type CaseKind string

// The kinds.
const (
	MoreEntries CaseKind = "entries" // more entries than the visa allows
	Overlap     CaseKind = "overlap" // used at two posts, of which the second did not know of the first, and nobody left between
)

// CaseState is where a case stands.
type CaseState string

// The states.
const (
	CaseOpen    CaseState = "open"
	CaseDecided CaseState = "decided"
	CaseGone    CaseState = "gone" // a later event explained it, before anybody decided
)

// Outcome is what a person found a case to be; keys of the text catalogue below "visa.outcome_".
type Outcome string

// The outcomes.
const (
	Legitimate Outcome = "legitimate" // the entries stand, and the holder did nothing wrong
	Misuse     Outcome = "misuse"     // the entries stand; what becomes of the visa is decided with it
	Clerical   Outcome = "clerical"   // the entry was recorded by mistake: it does not use the visa
)

// Outcomes are all outcomes, in the order shown.
func Outcomes() []Outcome { return []Outcome{Legitimate, Misuse, Clerical} }

// Case is a visa that was used as it should not have been.
type Case struct {
	ID       uuid.UUID // the crossing that makes it a case
	Number   evisa.Number
	Kind     CaseKind
	State    CaseState
	OpenedAt time.Time
	// Uses are the entries that it is about, in order of time; the last is the one that makes it a case.
	Uses []CaseUse

	Outcome   Outcome
	Reason    string
	Decided   Who
	DecidedAt time.Time
}

// CaseUse is one entry of a case, with who made it as its post recorded him.
type CaseUse struct {
	evisa.Use
	Entries  int // that the visa allowed as the post knew it; 0 is multiple
	Known    int // uses that the post knew of
	Annulled bool
	// Officer, Lane, Identity and Document are the crossing's.
	Officer, Lane string
	Identity      traveldoc.Identity
	Document      traveldoc.Document
}

// Who is somebody who did something: his id and his log-in name.
type Who struct{ ID, Login string }
