package evisa

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// Standing is whether a visa holds.
type Standing string

// The standings. Whether its days have come or gone, and its entries are used, follows from its fields.
const (
	InForce  Standing = "in_force"
	Revoked  Standing = "revoked"  // from now on
	Annulled Standing = "annulled" // as if it had never been
	Replaced Standing = "replaced" // issued anew under another number
)

// Visa is a visa as the register has it now. It is made of its events; nothing of it is ever changed without one.
type Visa struct {
	Number      Number    `json:"number"`
	Application uuid.UUID `json:"application"`
	Reference   Reference `json:"reference"`
	Version     int       `json:"version"` // counts its events
	Standing    Standing  `json:"standing"`
	Type        string    `json:"type"`
	Purpose     string    `json:"purpose"`
	// Kind is "visa", or "travel_authorisation" for a digital travel authorisation.
	Kind string `json:"kind"`

	Identity traveldoc.Identity `json:"identity"`
	// Document is the one it was issued on, or re-issued; Earlier are those before it.
	Document traveldoc.Document   `json:"document"`
	Earlier  []traveldoc.Document `json:"earlier,omitempty"`

	Terms
	IssuedAt  time.Time `json:"issued_at"`
	Authority string    `json:"authority"`
	// ReplacedBy is set when Standing is Replaced; Replaces on the one that took its place.
	ReplacedBy Number `json:"replaced_by,omitempty"`
	Replaces   Number `json:"replaces,omitempty"`
	// Reason is the coded reason of the last event that took it out of force.
	Reason string `json:"reason,omitempty"`
}

// Terms are what a visa allows.
type Terms struct {
	From    traveldoc.Date `json:"from"`
	Until   traveldoc.Date `json:"until"`
	Days    int            `json:"days"`            // of stay within the validity
	Entries int            `json:"entries"`         // 0 is multiple
	Ports   []string       `json:"ports,omitempty"` // ids of posts; none is every one
	// Modes of arrival it is good for; none is every one.
	Modes      []string `json:"modes,omitempty"`
	Conditions []string `json:"conditions,omitempty"` // codes of the policy's conditions
}

// VisaEventKind is what became of a visa.
type VisaEventKind string

// The kinds.
const (
	VisaIssued   VisaEventKind = "issued"
	VisaRevoked  VisaEventKind = "revoked"
	VisaAnnulled VisaEventKind = "annulled"
	VisaExtended VisaEventKind = "extended"
	VisaReissued VisaEventKind = "reissued" // on a new passport, under a new number
	VisaCase     VisaEventKind = "case"     // entries were used at posts that did not know of each other
)

// Datasets that the centre publishes to the stations.
const (
	DatasetVisas = "visas"      // rows Row, key = number
	DatasetRules = "visa_rules" // rows RuleBook, key = "book"; one row
)

// Row is a visa as crossing points are told of it: what a counter needs, and nothing of the application.
type Row struct {
	Number    Number               `json:"number"`
	Version   int                  `json:"version"`
	Standing  Standing             `json:"standing"`
	Reason    string               `json:"reason,omitempty"`
	Kind      string               `json:"kind"`
	Type      string               `json:"type"`
	Purpose   string               `json:"purpose"`
	Identity  traveldoc.Identity   `json:"identity"`
	Document  traveldoc.Document   `json:"document"`
	Earlier   []traveldoc.Document `json:"earlier,omitempty"`
	Terms     Terms                `json:"terms"`
	Authority string               `json:"authority"`
	IssuedAt  time.Time            `json:"issued_at"`
	// Uses are the entries that the centre knows of.
	Uses       []Use  `json:"uses,omitempty"`
	ReplacedBy Number `json:"replaced_by,omitempty"`
	// Case says that posts used it without knowing of each other, and nobody has decided yet.
	Case bool `json:"case,omitempty"`
}

// Use is one entry on a visa.
type Use struct {
	Crossing uuid.UUID      `json:"crossing"`
	Station  string         `json:"station"`
	At       time.Time      `json:"at"`
	Date     traveldoc.Date `json:"date"` // at the post
	// Void says that it counts for nothing: the crossing was annulled, or a case found that it was recorded by mistake.
	Void bool `json:"void,omitempty"`
}

// Reasons for which a visa is taken out of force, in the order shown; keys of the text catalogue below "visa.reason.".
func Reasons() []string {
	return []string{"conditions_not_met", "obtained_by_fraud", "alert", "document_invalid", "holder_asked", "issued_in_error", "misused", "other"}
}

// Grant is a decision to issue: from it the register makes a visa.
type Grant struct {
	Application Application `json:"application"`
	Type        string      `json:"type"`
	Kind        string      `json:"kind"`
	Terms       Terms       `json:"terms"`
	Authority   string      `json:"authority"`
	// Officer decided, Second agreed where two were wanted (log-in names).
	Officer string `json:"officer"`
	Second  string `json:"second,omitempty"`
	// Actor is who issues now, in whose name it is audited: Officer, or Second where two were wanted.
	Actor audit.Actor `json:"-"`
	At    time.Time   `json:"at"`
	// Replaces is the visa that this one takes the place of, when it is issued anew on another passport.
	Replaces Number `json:"replaces,omitempty"`
}
