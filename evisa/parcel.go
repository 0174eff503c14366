package evisa

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc"
)

// ParcelKind is what the portal hands over to the centre. A parcel is written once, taken once, and never changed: the portal can read none
// after it is sent, for its key is sealed for the centre.
type ParcelKind string

// The kinds.
const (
	ParcelApplication ParcelKind = "application" // body Application; its files go with it
	ParcelPaid        ParcelKind = "paid"        // body Paid: the fee came in; an application is looked at after it
	ParcelReply       ParcelKind = "reply"       // body Reply: what was asked for; its files go with it
	ParcelWithdrawal  ParcelKind = "withdrawal"  // body Said
	ParcelAppeal      ParcelKind = "appeal"      // body Said; its files go with it
)

// Parcel is a thing that the portal hands over.
type Parcel struct {
	ID          uuid.UUID  `json:"id"` // taking it twice is taking it once
	Kind        ParcelKind `json:"kind"`
	Application uuid.UUID  `json:"application"`
	At          time.Time  `json:"at"`
	// Body is the kind's shape as JSON, opened.
	Body []byte `json:"-"`
	// Files are the bytes of the files that came with it, opened.
	Files map[uuid.UUID][]byte `json:"-"`
}

// Reply answers a request for more.
type Reply struct {
	Request uuid.UUID `json:"request"`
	Text    string    `json:"text,omitempty"`
	Files   []File    `json:"files,omitempty"`
}

// Said is what an applicant says of an application: why it is withdrawn, or appealed.
type Said struct {
	Text     string `json:"text,omitempty"`
	Files    []File `json:"files,omitempty"`
	Language string `json:"language,omitempty"`
}

// Paid says that a fee came in, or went back.
type Paid struct {
	Payment  uuid.UUID `json:"payment"`
	Amount   Money     `json:"amount"`
	Provider string    `json:"provider"`
	Ref      string    `json:"ref"` // the provider's
	At       time.Time `json:"at"`
}

// Told is what the centre tells an applicant through the portal: the newest of each application. It holds no more than the applicant may read
// who knows the reference and the birth date.
type Told struct {
	Application uuid.UUID `json:"application"`
	Reference   Reference `json:"reference"`
	Version     int       `json:"version"`
	State       State     `json:"state"` // Proposed is told as Examined
	At          time.Time `json:"at"`
	Due         time.Time `json:"due,omitzero"` // when a decision is to be expected, or a reply must have come
	// Request is what is asked for; nil unless State is Asked or Interview.
	Request *Request `json:"request,omitempty"`
	// Grounds are the codes of a refusal, with the text of the letter in the applicant's language.
	Grounds []string `json:"grounds,omitempty"`
	Letter  string   `json:"letter,omitempty"`
	// AppealUntil is the last day of an appeal.
	AppealUntil traveldoc.Date `json:"appeal_until,omitzero"`
	// Visa is its number and standing, once there is one; the notice is fetched beside it.
	Visa     Number         `json:"visa,omitempty"`
	Standing Standing       `json:"standing,omitempty"`
	From     traveldoc.Date `json:"from,omitzero"`
	Until    traveldoc.Date `json:"until,omitzero"`
	// Notice says that a grant notice can be fetched. The portal fills it in: the notice is printed after the decision was told.
	Notice bool `json:"notice,omitempty"`
	// Refund says what became of the fee: "", "due", "refunded".
	Refund string `json:"refund,omitempty"`
}

// Request is what a visa officer asks an applicant for.
type Request struct {
	ID    uuid.UUID `json:"id"`
	Kinds []string  `json:"kinds,omitempty"` // of files
	Text  string    `json:"text"`
	Until time.Time `json:"until"`
	// Place and When are of an interview.
	Place string    `json:"place,omitempty"`
	When  time.Time `json:"when,omitzero"`
}

// Verified is the whole of what is told about a visa to whoever knows its number, or the application's reference, and the document's number.
type Verified struct {
	Valid bool      `json:"valid"`
	At    time.Time `json:"at"`
}
