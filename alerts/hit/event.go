package hit

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// namespace makes the ids of hits: the same inspection and the same alert are the same hit, wherever it is raised.
var namespace = uuid.MustParse("6f0c0c37-3b0e-4d0c-9c39-0d0f5f3f7b51") //nolint:gochecknoglobals // a constant that Go cannot write as one

// ID is the id of the hit of an inspection (or of another occasion: a crossing for a retro-hit) on an alert (alerts.Alert.Key).
func ID(occasion uuid.UUID, alert string) uuid.UUID {
	return uuid.NewSHA1(namespace, []byte(occasion.String()+" "+alert))
}

// Kind is a step of a hit's way.
type Kind string

// The steps, in the order of the usual way.
const (
	Raised     Kind = "raised"     // body Raise; by the system
	Viewed     Kind = "viewed"     // by the first line: it was on the screen
	Referred   Kind = "referred"   // body Referral: the decision at the counter, also where it was another
	Claimed    Kind = "claimed"    // somebody works on it
	Released   Kind = "released"   // given back
	Escalated  Kind = "escalated"  // nobody took it in time; by the timer
	Judged     Kind = "judged"     // body Judgement: same person, or not
	Asked      Kind = "asked"      // body Question: the owner is asked to confirm
	Answered   Kind = "answered"   // body Answer: the owner's word
	Unanswered Kind = "unanswered" // no answer in time; by the timer
	Proposed   Kind = "proposed"   // body Outcome that needs a second person
	Declined   Kind = "declined"   // the second person does not agree
	Closed     Kind = "closed"     // body Outcome
	Reopened   Kind = "reopened"   // with a reason; undo of Closed
	Cleared    Kind = "cleared"    // body Clearing: a supervisor agrees that "not the same person" is remembered
	Restored   Kind = "restored"   // with a reason: it is remembered no more
)

// Kinds are all steps.
func Kinds() []Kind {
	return []Kind{
		Raised, Viewed, Referred, Claimed, Released, Escalated, Judged, Asked, Answered, Unanswered, Proposed, Declined, Closed, Reopened,
		Cleared, Restored,
	}
}

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Event is one step: the body of a border.Record of kind HitEvent, whose Subject is the hit's id.
type Event struct {
	Hit  uuid.UUID `json:"hit"`
	Seq  int       `json:"seq"` // from 1; gapless at its origin
	Kind Kind      `json:"kind"`
	At   time.Time `json:"at"`
	By   string    `json:"by"` // log-in name; a worker's name where nobody acted
	// Note is the reason where one is asked for: of a claim that takes a hit from somebody else, of decline, reopening, restoring.
	Note string `json:"note,omitempty"`

	Raise     *Raise     `json:"raise,omitempty"`
	Referral  *Referral  `json:"referral,omitempty"`
	Judgement *Judgement `json:"judgement,omitempty"`
	Question  *Question  `json:"question,omitempty"`
	Answer    *Answer    `json:"answer,omitempty"`
	Outcome   *Outcome   `json:"outcome,omitempty"`
	Clearing  *Clearing  `json:"clearing,omitempty"`
}

// Raise is what there is to know when a hit comes to be.
type Raise struct {
	Inspection uuid.UUID `json:"inspection,omitzero"`
	Crossing   uuid.UUID `json:"crossing,omitzero"` // of a retro-hit, or once there is a decision
	File       uuid.UUID `json:"file,omitzero"`     // the traveller's
	Station    string    `json:"station"`
	Lane       string    `json:"lane,omitempty"`
	// CrossedAt and Direction are when and how the person crossed; of a retro-hit the past.
	CrossedAt time.Time        `json:"crossed_at,omitzero"`
	Direction border.Direction `json:"direction,omitempty"`
	// Retro says why it is raised afterwards: "alert_changed", "late_event", "was_not_checked", or "expected" before the arrival; empty for a hit at the counter.
	Retro string `json:"retro,omitempty"`

	Check        string `json:"check"` // border.Check name
	List         string `json:"list"`
	Alert        string `json:"alert"`         // alerts.Alert.Key
	AlertVersion int    `json:"alert_version"` // alerts.Alert.Version
	ListVersion  string `json:"list_version"`
	// AsOf is as of when the list of a service outside was, where it says so.
	AsOf    time.Time `json:"as_of,omitzero"`
	Matcher string    `json:"matcher,omitempty"`
	// Owner, Category, Action, Safety and Secrecy are the alert's at that moment.
	Owner    string          `json:"owner,omitempty"`
	Category alerts.Category `json:"category"`
	Action   alerts.Action   `json:"action"`
	Safety   []string        `json:"safety,omitempty"`
	Secrecy  alerts.Secrecy  `json:"secrecy,omitempty"`
	Band     alerts.Band     `json:"band"`
	Score    float64         `json:"score"`

	Identity traveldoc.Identity `json:"identity"`
	Document traveldoc.Document `json:"document"`
	Evidence []border.Evidence  `json:"evidence"`
	// Companions and Transport are who came with him and how, for the owner of a discreet alert.
	Companions []uuid.UUID `json:"companions,omitempty"` // files
	Transport  string      `json:"transport,omitempty"`
	// Flight is the one on which the person is expected, when the hit was raised before he arrived: there is no crossing then, and
	// CrossedAt is the arrival.
	Flight *Flight `json:"flight,omitempty"`

	// Subject is what the alert looks for: a hit on a document is no hit on a person.
	Subject alerts.Kind `json:"subject,omitempty"`
	// Rank is the alert's urgency (alerts.Alert.Rank), lowest first; 0: not known here.
	Rank int `json:"rank,omitempty"`
	// Simulator says that a simulator made the match up: nobody is looked for.
	Simulator bool `json:"simulator,omitempty"`
	// Policy is the list's as it stood: the whole way of the hit is held to it. Nil: the default.
	Policy *alerts.Policy `json:"policy,omitempty"`
}

// Flight is a flight that somebody is expected on.
type Flight struct {
	Person      uuid.UUID `json:"person"` // the expected person's
	ID          uuid.UUID `json:"id"`
	Carrier     string    `json:"carrier"`
	Number      string    `json:"number"`
	Origin      string    `json:"origin"`
	Destination string    `json:"destination"`
	// DepartsAt and ArrivesAt are the instants; zero when they are not known.
	DepartsAt time.Time `json:"departs_at,omitzero"`
	ArrivesAt time.Time `json:"arrives_at,omitzero"`
}

// Name is the flight as it is written: "UA 0123".
func (f Flight) Name() string { return f.Carrier + " " + f.Number }

// Left is how long it is until the arrival; 0 once it is past, and false when it is not known.
func (f Flight) Left(now time.Time) (time.Duration, bool) {
	if f.ArrivesAt.IsZero() {
		return 0, false
	}
	return max(f.ArrivesAt.Sub(now), 0), true
}

// Referral is what was decided at the counter.
type Referral struct {
	Crossing uuid.UUID      `json:"crossing"`
	Verdict  border.Verdict `json:"verdict"`
	Reason   string         `json:"reason,omitempty"`
	// File is the traveller's, which a decision may be the first to know.
	File uuid.UUID `json:"file,omitzero"`
	// Dismissed is why the scan was put aside without a decision (border.DismissReasons); Verdict is then empty.
	Dismissed string `json:"dismissed,omitempty"`
}

// Judgement is whether the traveller is the person of the alert.
type Judgement struct {
	Same     bool     `json:"same"`
	Compared []string `json:"compared"` // "photo", "birth_date", "document", "fingerprints", ...
	Remark   string   `json:"remark,omitempty"`
}

// Question is asked of the owner.
type Question struct {
	Reference string    `json:"reference"` // by which the owner answers
	Message   string    `json:"message"`
	AnswerBy  time.Time `json:"answer_by"`
}

// Answer is the owner's.
type Answer struct {
	Confirmed bool   `json:"confirmed"`
	By        string `json:"by"` // the answering person, as the owner names him
	Text      string `json:"text,omitempty"`
	// Instructions are what the owner wants done now.
	Instructions string `json:"instructions,omitempty"`
	// At is when the owner gave it; Event.At is when it arrived.
	At time.Time `json:"at,omitzero"`
	// Noted says that it was given by telephone or letter, and written down by whoever works on the hit.
	Noted bool `json:"noted,omitempty"`
}

// Outcome is how a hit ends.
type Outcome struct {
	// Code is "action_taken", "action_not_possible", "not_same", "not_confirmed", "alert_withdrawn", "gone" (the person had left),
	// "told_owner" or "mistaken_scan".
	Code   string        `json:"code"`
	Action alerts.Action `json:"action,omitempty"` // what was done
	Remark string        `json:"remark,omitempty"`
	// Second is the person who agreed where two are needed.
	Second string `json:"second,omitempty"`
	// Override is why an action was taken although its owner had not confirmed; it always takes two.
	Override string `json:"override,omitempty"`
}

// Clearing is a pair of a traveller and an alert that are not the same person, as a supervisor agreed.
type Clearing struct {
	// Traveller is the key of file or document, birth and name together (TravellerKey): it says nothing of anybody.
	Traveller    string    `json:"traveller"`
	File         uuid.UUID `json:"file,omitzero"`
	Alert        string    `json:"alert"`
	AlertVersion int       `json:"alert_version"`
	Until        time.Time `json:"until"`
}

// Outcomes are the codes of outcomes, in the order shown.
func Outcomes() []string {
	return []string{
		"action_taken", "action_not_possible", "not_same", "not_confirmed", "told_owner", "gone", "alert_withdrawn", "mistaken_scan",
	}
}

// AnswersDataset is the reference dataset by which the centre tells stations of answers to their hits and of hits that were raised
// afterwards at the centre. It holds no names. Keys are ids of hits.
const AnswersDataset = "hit_answers"

// Told is a row of AnswersDataset.
type Told struct {
	Station string `json:"station"` // for whom
	// Answer is the owner's, and At when it was given; nil for a retro-hit that nobody has answered.
	Answer *Answer   `json:"answer,omitempty"`
	At     time.Time `json:"at"`
	// Retro is a hit that the centre raised on a crossing of the station.
	Retro *Retro `json:"retro,omitempty"`
}

// Retro is a hit that the centre raised afterwards, for the station where the person crossed.
type Retro struct {
	Crossing uuid.UUID `json:"crossing"` // the decision, or the inspection of a scan that was put aside
	Alert    string    `json:"alert"`
	// AlertVersion is the version that was found: a newer one than that of a closed hit opens it again.
	AlertVersion int           `json:"alert_version,omitempty"`
	Action       alerts.Action `json:"action"`
	Safety       []string      `json:"safety,omitempty"`
	Band         alerts.Band   `json:"band"`
	Why          string        `json:"why"` // Raise.Retro
}
