package desk

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// Case is an application with all that is known of it: what its events say, and what stands beside it.
type Case struct {
	ID      uuid.UUID
	Version int // counts its events; an act names the one that its officer saw
	State   evisa.State
	// Application is what was sent; nil while only other parcels of it have come.
	Application *evisa.Application
	Events      []Event // oldest first

	ReceivedAt time.Time // when it was complete: sent, and paid where a fee is due
	Due        time.Time // by the target of its type
	DecidedAt  time.Time
	Owner      Officer // zero: nobody's
	ClaimedAt  time.Time

	Payments []evisa.Paid
	Refunds  []Refund

	Checks    []Checked // in the order of the plan
	Judged    []Event   // judgements that stand
	Request   *evisa.Request
	Requests  []Asked
	Interview *Interviewed
	Proposal  *Proposal
	Decided   *Decided
	Appeal    *Appeal
	// AppealUntil is the last day of an appeal, while one is possible.
	AppealUntil traveldoc.Date
	// Reversed says that an appeal ended in an approval.
	Reversed bool
	Visa     evisa.Number
	SetAside []Event

	// FourEyes says whether approving and refusing want a second officer, by the policy and by what was found.
	FourEyes FourEyes
	Risk     Risk
	// Touched is when an officer first did something.
	Touched time.Time
	// Waited is how long the applicant was waited for.
	Waited time.Duration
	// Shown counts what happened that the applicant may know, and ShownAt is when the newest did.
	Shown   int
	ShownAt time.Time

	// What follows is read beside the events, and is empty where a case is only folded.
	Files   []KeptFile
	Members []Member  // of its group, the lead first; without itself
	Earlier []Earlier // other applications of the person or of the document
	Letters []Letter
}

// Officer is somebody of the desk.
type Officer struct {
	ID   string `json:"id"`   // of the account
	Name string `json:"name"` // log-in name
}

// Zero reports whether it is nobody.
func (o Officer) Zero() bool { return o.ID == "" }

// Checked is a check's place: its newest answer, or none yet.
type Checked struct {
	Name    string
	Alert   bool // a check of alerts: no decision while it has no answer
	Pending bool // not asked yet
	Finding border.Finding
	At      time.Time
	Lists   int64 // see Detail.Lists
	Hits    []Hit // what a person has to judge
}

// Hit is one entry that a check met: what is judged.
type Hit struct {
	Key      string // of the check, the entry and its version
	Check    string
	Ref      string // the entry at its source
	Evidence []border.Evidence
	Severity border.Severity
	// Judgement is nil while nobody has judged it.
	Judgement *Judgement
	By        string // who judged, by log-in name
	At        time.Time
}

// Asked is a request with what came of it.
type Asked struct {
	evisa.Request
	At      time.Time
	By      string
	Replies []evisa.Reply
	// Replied is when the first reply came; zero: none did.
	Replied time.Time
}

// Refund is money that goes back.
type Refund struct {
	evisa.Paid
	Reason string // "withdrawn" or "paid_twice"
	At     time.Time
	Done   time.Time // zero: due
}

// Reasons of refunds.
const (
	RefundWithdrawn = "withdrawn"
	RefundTwice     = "paid_twice"
)

// Proposal is a decision that waits for a second officer.
type Proposal struct {
	Decision
	By Officer
	At time.Time
}

// Decided is the decision that stands.
type Decided struct {
	Decision
	By     Officer
	First  Officer // who proposed; zero where one decided alone
	At     time.Time
	Appeal traveldoc.Date // last day of an appeal; zero of an approval
}

// Appeal is what a refusal is appealed with.
type Appeal struct {
	evisa.Said
	At time.Time
	// Refusers are who made the decision that is appealed against: none of them decides again.
	Refusers []Officer
	Against  *Decided // nil: against a lapse
}

// FourEyes is where a second officer is wanted.
type FourEyes struct{ Approve, Refuse bool }

// KeptFile is a file as the desk has it.
type KeptFile struct {
	evisa.File
	At     time.Time
	From   evisa.ParcelKind // that it came with
	Absent bool             // it was named and its bytes did not come
}

// Member is another application of the group.
type Member struct {
	ID        uuid.UUID
	Reference evisa.Reference
	Name      string
	Relation  string
	Lead      bool
	Type      string
	State     evisa.State
	BirthDate traveldoc.Date
}

// Earlier is another application of the same person or document.
type Earlier struct {
	ID        uuid.UUID
	Reference evisa.Reference
	State     evisa.State
	Type      string
	At        time.Time
	Grounds   []string
	Visa      evisa.Number
	By        []string // what is the same: "document", "person", "portrait"
}

// Letter is what was written to the applicant.
type Letter struct {
	Kind string // of the event
	At   time.Time
	By   string
	Text string
}
