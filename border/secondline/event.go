package secondline

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/protection"
)

// Kind is what a step of a case does.
type Kind string

// The kinds of steps.
const (
	Claimed          Kind = "claimed"
	Released         Kind = "released"
	TakenOver        Kind = "taken_over" // by a supervisor, with a reason
	Interviewed      Kind = "interviewed"
	DocumentExamined Kind = "document_examined"
	HitJudged        Kind = "hit_judged"
	Rechecked        Kind = "rechecked"
	CompanionAdded   Kind = "companion_added"
	CompanionRemoved Kind = "companion_removed"
	OverrideAsked    Kind = "override_asked"
	OverrideApproved Kind = "override_approved" // by a second person
	OverrideDeclined Kind = "override_declined"
	Ended            Kind = "ended"
	Withdrawn        Kind = "withdrawn" // the first line undid the referral before anybody claimed it
)

// Kinds are all kinds of steps.
func Kinds() []Kind {
	return []Kind{
		Claimed, Released, TakenOver, Interviewed, DocumentExamined, HitJudged, Rechecked, CompanionAdded, CompanionRemoved,
		OverrideAsked, OverrideApproved, OverrideDeclined, Ended, Withdrawn,
	}
}

// Event is one step of a case: the body of a border.ReferralEvent record, whose Subject is the case. Of the pointers the one that
// belongs to the kind is set.
type Event struct {
	Seq  int       `json:"seq"` // 1, 2, ...: the order within the case
	Kind Kind      `json:"kind"`
	By   string    `json:"by"` // log-in name
	At   time.Time `json:"at"`
	// Reason is why a supervisor took the case over, or why a second person did not agree, in words.
	Reason string `json:"reason,omitempty"`

	Interview   *Interview   `json:"interview,omitempty"`
	Examination *Examination `json:"examination,omitempty"`
	Judgement   *Judgement   `json:"judgement,omitempty"`
	Run         *Run         `json:"run,omitempty"`
	Companion   *Companion   `json:"companion,omitempty"`
	Override    *Override    `json:"override,omitempty"`
	End         *End         `json:"end,omitempty"`
}

// Interview is what was asked and answered.
type Interview struct {
	Question    string `json:"question,omitempty"`
	Answer      string `json:"answer"`
	Language    string `json:"language,omitempty"`    // in which it was held; BCP 47
	Interpreter string `json:"interpreter,omitempty"` // who interpreted; empty when nobody did
}

// Examination is what was found of a document.
type Examination struct {
	Part   string `json:"part"`   // coded: Parts
	Method string `json:"method"` // coded: Methods
	Result string `json:"result"` // coded: Results
	Remark string `json:"remark,omitempty"`
}

// Judgement is the second line's word on one hit: whether the traveller is the person, or the document the thing, that the entry
// means. It holds for the version of the list that it was made on.
type Judgement struct {
	Check    string   `json:"check"`
	Ref      string   `json:"ref,omitempty"` // the entry at the source
	Version  string   `json:"version,omitempty"`
	Same     bool     `json:"same"`
	Compared []string `json:"compared"` // coded: Comparisons
	Remark   string   `json:"remark,omitempty"`
}

// Run is what the checks answered when they were run again; Event.At is when the last of them had.
type Run struct {
	Findings []border.Finding `json:"findings"`
}

// Companion is somebody who travels with the traveller, by his scan.
type Companion struct {
	Inspection uuid.UUID `json:"inspection"`
	Relation   string    `json:"relation,omitempty"` // coded: Relations
}

// Override asks a second person to agree to admitting in spite of grave hits. What he agrees to is written out, so that it can be
// held against what stood then.
type Override struct {
	Reason string   `json:"reason"` // coded: border.AdmitReasons
	Note   string   `json:"note,omitempty"`
	Hits   []HitRef `json:"hits"`
}

// HitRef names one grave hit.
type HitRef struct {
	Check   string `json:"check"`
	Version string `json:"version,omitempty"`
	Ref     string `json:"ref,omitempty"`
}

// Outcome is how a case ends.
type Outcome string

// The outcomes.
const (
	Admit    Outcome = "admit"
	Refuse   Outcome = "refuse"
	Return   Outcome = "return"    // to the first line, which decides
	HandOver Outcome = "hand_over" // to an authority
	Health   Outcome = "health"    // to the health desk
	// Protection hands the traveller to the protection service. It is never written: to everybody else, and in every count, the
	// case was handed over (see End.Public).
	Protection Outcome = "protection"
)

// Outcomes are the outcomes that an officer may choose, in the order shown.
func Outcomes() []Outcome { return []Outcome{Admit, Refuse, Return, HandOver, Health, Protection} }

// WithdrawnOutcome is what a case came to that the first line undid in time.
const WithdrawnOutcome Outcome = "withdrawn"

// End is the outcome of a case.
type End struct {
	Outcome Outcome `json:"outcome"`
	// Authority is whom the traveller was handed over to, coded (Authorities), with its office's name.
	Authority     string `json:"authority,omitempty"`
	AuthorityName string `json:"authority_name,omitempty"`
	Reason        string `json:"reason,omitempty"` // of an admission: border.AdmitReasons
	Note          string `json:"note,omitempty"`
	// OnArrival is what was said of the fee of the visa that an admission grants; nil where it grants none.
	OnArrival *border.ArrivalVisa `json:"on_arrival,omitempty"`
	// Decision is the decision that the outcome is: admit and refuse have one.
	Decision uuid.UUID `json:"decision,omitzero"`
	// Status says whether that decision was made without the centre.
	Status border.Status `json:"status,omitempty"`
	// Approver is the second person of an admission in spite of grave hits.
	Approver string          `json:"approver,omitempty"`
	Refusal  *border.Refusal `json:"refusal,omitempty"`
	// Sign is what the protection service is told. It is never written here.
	Sign protection.Kind `json:"-"`
}

// Public is the end as it is written: the protection service is no more than another service, and no word says why.
func (e End) Public() End {
	if e.Outcome != Protection {
		return e
	}
	return End{Outcome: HandOver, Authority: OtherService}
}
