package desk

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
)

// Act is something that an officer may do with an application; a key of the text catalogue below "visadesk.act.".
type Act string

// The acts, in the order shown.
const (
	ActClaim     Act = "claim"
	ActTakeOver  Act = "take_over" // from another; wants a reason
	ActRelease   Act = "release"
	ActNote      Act = "note"
	ActJudge     Act = "judge"
	ActRecheck   Act = "recheck"
	ActAsk       Act = "ask"
	ActInvite    Act = "invite"
	ActInterview Act = "interviewed"
	ActPropose   Act = "propose" // a decision that a second officer makes
	ActApprove   Act = "approve"
	ActRefuse    Act = "refuse"
	ActConfirm   Act = "confirm" // decide as proposed, as the second officer
	ActReturn    Act = "return"  // do not agree with what is proposed
)

// Acts are all acts, in the order shown.
func Acts() []Act {
	return []Act{ActClaim, ActTakeOver, ActRelease, ActNote, ActJudge, ActRecheck, ActAsk, ActInvite, ActInterview, ActPropose, ActApprove, ActRefuse,
		ActConfirm, ActReturn}
}

// Permitted is an act with whether an officer may do it now.
type Permitted struct {
	Act Act
	// Why not: a *problem.Error, nil when he may.
	Why error
}

// At names an application as an officer saw it: an act on another version than the present one is refused, and changes nothing.
type At struct {
	ID      uuid.UUID
	Version int
}

// Asking is what an applicant is asked for.
type Asking struct {
	Kinds []string // of files (evisa.FileKinds)
	Text  string   // what he reads, in his language
	// Days he has; 0 is the policy's.
	Days int
}

// Invitation is to an interview.
type Invitation struct {
	Place string
	When  time.Time
	Text  string
}

// Outcome is how a decision ended: the state it came to, and the visa's number when one was issued.
type Outcome struct {
	State evisa.State
	Visa  evisa.Number
}
