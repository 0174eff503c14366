package desk

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// EventKind is what happened to an application; a key of the text catalogue below "visadesk.event.".
type EventKind string

// The kinds.
const (
	EventApplied     EventKind = "applied"     // it came; Detail.Application
	EventPaid        EventKind = "paid"        // Detail.Paid
	EventRefundDue   EventKind = "refund_due"  // Detail.Paid is what is to go back, Reason why
	EventRefunded    EventKind = "refunded"    // Detail.Paid
	EventChecked     EventKind = "checked"     // a check answered; Detail.Finding
	EventExamined    EventKind = "examined"    // every check was asked: it is the desk's
	EventClaimed     EventKind = "claimed"     // Reason, when it was taken over
	EventReleased    EventKind = "released"    //
	EventNoted       EventKind = "noted"       // Text
	EventJudged      EventKind = "judged"      // Detail.Judgement
	EventAsked       EventKind = "asked"       // Detail.Request
	EventInvited     EventKind = "invited"     // Detail.Request
	EventReplied     EventKind = "replied"     // Detail.Reply
	EventInterviewed EventKind = "interviewed" // Detail.Interview
	EventProposed    EventKind = "proposed"    // Detail.Decision
	EventReturned    EventKind = "returned"    // a second officer does not agree; Reason
	EventApproved    EventKind = "approved"    // Detail.Decision, Detail.Visa
	EventRefused     EventKind = "refused"     // Detail.Decision
	EventAppealed    EventKind = "appealed"    // Detail.Said
	EventWithdrawn   EventKind = "withdrawn"   // Detail.Said
	EventLapsed      EventKind = "lapsed"      // what was asked for did not come, or nothing came of an interview
	// EventSetAside is a parcel that fits nothing: it changes no state, and is shown until an officer has seen it. Reason says why.
	EventSetAside EventKind = "set_aside"
)

// EventKinds are all kinds.
func EventKinds() []EventKind {
	return []EventKind{EventApplied, EventPaid, EventRefundDue, EventRefunded, EventChecked, EventExamined, EventClaimed, EventReleased, EventNoted,
		EventJudged, EventAsked, EventInvited, EventReplied, EventInterviewed, EventProposed, EventReturned, EventApproved, EventRefused, EventAppealed,
		EventWithdrawn, EventLapsed, EventSetAside}
}

// Event is one thing that happened to an application. Events are written once and never changed.
type Event struct {
	Seq  int       `json:"seq"` // counts from 1; the newest is the application's version
	Kind EventKind `json:"kind"`
	At   time.Time `json:"at"`
	// Actor is who did it: the account's id, with the log-in name beside it; both are "" for the applicant and for the system.
	Actor string `json:"actor,omitempty"`
	Name  string `json:"name,omitempty"`
	Detail
}

// Detail is what an event says beside its kind: only the fields of the kind are set.
type Detail struct {
	Application *evisa.Application `json:"application,omitempty"`
	Paid        *evisa.Paid        `json:"paid,omitempty"`
	Finding     *border.Finding    `json:"finding,omitempty"`
	// Lists is the newest change of the lists of alerts when the finding was made; 0 for checks that look in none.
	Lists     int64          `json:"lists,omitempty"`
	Judgement *Judgement     `json:"judgement,omitempty"`
	Request   *evisa.Request `json:"request,omitempty"`
	Reply     *evisa.Reply   `json:"reply,omitempty"`
	Said      *evisa.Said    `json:"said,omitempty"`
	Interview *Interviewed   `json:"interview,omitempty"`
	Decision  *Decision      `json:"decision,omitempty"`
	Visa      evisa.Number   `json:"visa,omitempty"`
	// AppealUntil is the last day of an appeal against a refusal, or against an application's lapse.
	AppealUntil traveldoc.Date `json:"appeal_until,omitzero"`
	Parcel      uuid.UUID      `json:"parcel,omitzero"` // that it came in
	Reason      string         `json:"reason,omitempty"`
	Text        string         `json:"text,omitempty"`
	// First is the officer who proposed what is decided now, by id and log-in name; Seconded says that the policy wanted two.
	First     string `json:"first,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	Seconded  bool   `json:"seconded,omitempty"`
}

// Judgement is what an officer makes of a hit.
type Judgement struct {
	Check string `json:"check"`
	// Hit is the Hit.Key that is judged: a hit whose entry changed is another one.
	Hit    string  `json:"hit"`
	Same   Verdict `json:"same"`
	Reason string  `json:"reason"`
}

// Verdict is whether a hit is on the applicant.
type Verdict string

// The verdicts.
const (
	SamePerson Verdict = "same"
	NotSame    Verdict = "not_same"
)

// Interviewed is what came of an interview.
type Interviewed struct {
	Held  bool   `json:"held"` // false: the applicant did not come
	Notes string `json:"notes"`
}

// Decision is what is proposed or decided.
type Decision struct {
	Approve bool `json:"approve"`
	// Terms are of an approval.
	Terms evisa.Terms `json:"terms,omitzero"`
	// Grounds are codes of the policy, of a refusal; Letter is its text in the applicant's language.
	Grounds []string `json:"grounds,omitempty"`
	Letter  string   `json:"letter,omitempty"`
	// Reason is for the desk alone. It is wanted where a check found something, or had no answer, and of a refusal.
	Reason string `json:"reason,omitempty"`
}
