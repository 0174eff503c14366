package fingers

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
)

// Step is what an event about prints states.
type Step string

// The steps.
const (
	Enrolled    Step = "enrolled"    // body Enrolment: a decision made a taking the file's
	Searched    Step = "searched"    // body Search: one to many, here or at the centre
	Raised      Step = "raised"      // body Candidacy: a candidate that somebody has to look at; opens a task
	Claimed     Step = "claimed"     // somebody works on the task
	Released    Step = "released"    // given back
	Adjudicated Step = "adjudicated" // body Adjudication
	Reopened    Step = "reopened"    // with a note; undo of Adjudicated
	// Withdrawn: a correction annulled the decision of Enrolled. The taking's prints are nobody's, until another Enrolled names them again.
	Withdrawn Step = "withdrawn"
	// Erased: prints are no longer kept, though their person's key is; body Erasure. Whoever has them lets them go.
	Erased Step = "erased"
	// Separated: the second line found that the prints of a taking are not those of the document's holder, and they stand under a link of their
	// own; body Separation. Returned: the verdict was taken back, and they stand where they stood.
	Separated Step = "separated"
	Returned  Step = "returned"
)

// Event is one step: the body of a border.Record of kind FingerprintEvent. It names prints; it never holds one.
type Event struct {
	Step Step      `json:"step"`
	At   time.Time `json:"at"`
	By   string    `json:"by"` // log-in name; a worker's name where nobody acted
	Note string    `json:"note,omitempty"`
	// Taking is what it is about; Task the task of Raised and what follows it.
	Taking uuid.UUID `json:"taking"`
	Task   uuid.UUID `json:"task,omitzero"`
	// Seq is the step's place in its task's course as its author saw it, from 1; two of one number knew nothing of each other.
	Seq int `json:"seq,omitempty"`

	Enrolment    *Enrolment    `json:"enrolment,omitempty"`
	Search       *Search       `json:"search,omitempty"`
	Candidacy    *Candidacy    `json:"candidacy,omitempty"`
	Adjudication *Adjudication `json:"adjudication,omitempty"`
	Erasure      *Erasure      `json:"erasure,omitempty"`
	Separation   *Separation   `json:"separation,omitempty"`
}

// Erasure names prints that are no longer kept, and why (a code).
type Erasure struct {
	Prints []uuid.UUID `json:"prints"`
	Ground string      `json:"ground"`
}

// Enrolment is a taking as it stands with a decision.
type Enrolment struct {
	Taking   Taking    `json:"taking"`
	File     uuid.UUID `json:"file"`
	Crossing uuid.UUID `json:"crossing"`
	Link     uuid.UUID `json:"link"`
	Prints   []Named   `json:"prints,omitempty"`
	// Outcome is what the taking is now: OutcomeEnrolled, OutcomePresented or OutcomeDisputed; each print's own state stands in Prints.
	Outcome string `json:"outcome,omitempty"`
	// References says that some of the prints are ones to verify against; false for those that did not match the file.
	References bool `json:"references"`
	// Search says that a search one to many is owed: nobody found the prints to be those of the file.
	Search bool `json:"search,omitempty"`
	// Verified is the fused score against the file's references; nil when there were none to compare with.
	Verified *float64 `json:"verified,omitempty"`
}

// Search is a search one to many: who asked, why, where, and what came of it. Every one is audited too.
type Search struct {
	ID        uuid.UUID `json:"id"`
	Place     string    `json:"place"` // the station's id, or "central"
	Purpose   string    `json:"purpose"`
	Engine    string    `json:"engine"`
	Version   string    `json:"version"`
	Threshold float64   `json:"threshold"`
	Fingers   int       `json:"fingers"`
	Compared  int       `json:"compared"`
	// Found is how many reached the threshold; More how many of them are beyond MostCandidates, so that nobody was given a task about them.
	Found int `json:"found"`
	More  int `json:"more,omitempty"`
	// NoFinger is how many persons have no finger in common with those searched by; Missing how many are not in the gallery, or not with all
	// their fingers. Neither were compared. Stale: whoever was enrolled shortly before was not either.
	NoFinger int  `json:"no_finger,omitempty"`
	Missing  int  `json:"missing,omitempty"`
	Stale    bool `json:"stale,omitempty"`
}

// Candidacy is a candidate of a search or a pair that should be one person and does not look so.
type Candidacy struct {
	// Ground is why somebody has to look: "candidate" (1:N: perhaps the same person), "mismatch" (1:1: perhaps not the same person).
	Ground string `json:"ground"`
	Place  string `json:"place"` // who found it: the station's id, or "central"
	// Link and File are the traveller's; the other ones the candidate's, as far as the place knows them.
	Link          uuid.UUID `json:"link"`
	File          uuid.UUID `json:"file,omitzero"`
	CandidateLink uuid.UUID `json:"candidate_link"`
	CandidateFile uuid.UUID `json:"candidate_file,omitzero"`
	// CandidateStation is where the candidate's prints were taken: evidence of another station is asked of the centre.
	CandidateStation string `json:"candidate_station,omitempty"`
	// CandidateBearer is the task in which the candidate was found to be the bearer of another person's document: he has no file.
	CandidateBearer uuid.UUID     `json:"candidate_bearer,omitzero"`
	Score           float64       `json:"score"`
	Fingers         []FingerScore `json:"fingers,omitempty"`
	Engine          string        `json:"engine"`
	Version         string        `json:"version"`
}

// Grounds of a candidacy.
const (
	GroundCandidate = "candidate"
	GroundMismatch  = "mismatch"
)

// FingerScore is what one finger contributed.
type FingerScore struct {
	Position biometrics.Position `json:"position"`
	Score    float64             `json:"score"`
}

// Verdict is what somebody decided about a task.
type Verdict string

// The verdicts.
const (
	SamePerson Verdict = "same"
	Different  Verdict = "different"
	Undecided  Verdict = "undecided"
)

// Adjudication is a decision about a task.
type Adjudication struct {
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason"` // the adjudicator's own words
	// Agreed is the log-in name of whoever may say that two files are one person and agrees: the adjudicator's own when he may. "Same" of a
	// candidate needs it.
	Agreed string `json:"agreed,omitempty"`
}

// namespace makes the ids of tasks: the same taking and the same candidate are one task, whoever finds it.
var namespace = uuid.MustParse("2b5c9c1e-9d55-4f0a-8f7e-1d0c3a1b7e64") //nolint:gochecknoglobals // a constant that Go cannot write as one

// TaskID is the id of the task about a taking and a candidate's link (or, for a mismatch, the file's own link).
func TaskID(taking, candidate uuid.UUID, ground string) uuid.UUID {
	return uuid.NewSHA1(namespace, []byte(taking.String()+" "+candidate.String()+" "+ground))
}

// ToldDataset is the dataset by which the centre tells a station of candidates: rows Told by the task's id.
const ToldDataset = "fingerprint_told"

// Told is a candidate that the centre found for a station's taking. It names nobody.
type Told struct {
	Task      uuid.UUID `json:"task"`
	Station   string    `json:"station"` // whom it concerns; others keep nothing of it
	Taking    uuid.UUID `json:"taking"`
	Search    Search    `json:"search"`
	Candidacy Candidacy `json:"candidacy"`
	At        time.Time `json:"at"`
}
