package visahttp

import (
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/jsonhttp"
	"github.com/openbmis/openbmis/traveldoc"
)

// Paths of a platform, below its address. What is asked is posted: it never stands in an address.
const (
	StatusPath = "/v1/status" // GET: Status
	SearchPath = "/v1/search" // POST Search: Answer
	UsesPath   = "/v1/uses"   // POST Use: 204, also when it is known already
)

// Status is what a platform says of itself.
type Status struct {
	Name      string    `json:"name"`
	Version   string    `json:"version"` // of its data
	AsOf      time.Time `json:"as_of"`
	Simulator bool      `json:"simulator,omitempty"`
}

// Search asks for a traveller's visas: by document, by person, and by a number where one is shown.
type Search struct {
	Document Document `json:"document"`
	Person   Person   `json:"person"`
	Number   string   `json:"number,omitempty"`
}

// Document is the travel document in hand.
type Document struct {
	Code         string `json:"code"` // Doc 9303-3 document code
	Number       string `json:"number"`
	IssuingState string `json:"issuing_state"`
}

// Person is who the document says its bearer is.
type Person struct {
	Surname    string         `json:"surname"`
	GivenNames string         `json:"given_names"`
	BirthDate  traveldoc.Date `json:"birth_date"`
}

// Answer are the visas, in force or not.
type Answer struct {
	Visas []Visa `json:"visas"`
	Status
}

// Visa is one visa of a platform. Its number is the platform's own and needs no form of ours.
type Visa struct {
	Number     string               `json:"number"`
	Standing   evisa.Standing       `json:"standing"`
	Reason     string               `json:"reason,omitempty"`
	Type       string               `json:"type"`
	Purpose    string               `json:"purpose,omitempty"`
	Kind       string               `json:"kind"`
	Identity   traveldoc.Identity   `json:"identity"`
	Document   traveldoc.Document   `json:"document"`
	Earlier    []traveldoc.Document `json:"earlier,omitempty"`
	From       traveldoc.Date       `json:"from"`
	Until      traveldoc.Date       `json:"until"`
	Days       int                  `json:"days"`
	Entries    int                  `json:"entries"` // 0 is multiple
	Ports      []string             `json:"ports,omitempty"`
	Modes      []string             `json:"modes,omitempty"`
	Conditions []string             `json:"conditions,omitempty"`
	Authority  string               `json:"authority"`
	IssuedAt   time.Time            `json:"issued_at"`
	Uses       []evisa.Use          `json:"uses,omitempty"`
}

// Use tells a platform of an entry. Its crossing is the key: told twice is told once.
type Use struct {
	Number   string         `json:"number"`
	Crossing uuid.UUID      `json:"crossing"`
	Station  string         `json:"station"`
	At       time.Time      `json:"at"`
	Date     traveldoc.Date `json:"date"`
	// Annulled takes an entry back that did not stand.
	Annulled bool `json:"annulled,omitempty"`
}

// ErrorAnswer is the body of an answer that is none.
type ErrorAnswer = jsonhttp.ErrorAnswer

// Bounds, in bytes and rows.
const (
	MaxQuestion = 16 << 10
	MaxAnswer   = 1 << 20
	MaxVisas    = 200
)

func (v Visa) row() evisa.Row {
	return evisa.Row{
		Number: evisa.Number(v.Number), Standing: v.Standing, Reason: v.Reason, Kind: v.Kind, Type: v.Type, Purpose: v.Purpose,
		Identity: v.Identity, Document: v.Document, Earlier: v.Earlier, Authority: v.Authority, IssuedAt: v.IssuedAt, Uses: v.Uses,
		Terms: evisa.Terms{From: v.From, Until: v.Until, Days: v.Days, Entries: v.Entries, Ports: v.Ports, Modes: v.Modes, Conditions: v.Conditions},
	}
}

// readable reports whether a visa says enough to be judged by. One that does not is counted: nobody is told to have none because of it.
func (v Visa) readable() bool {
	switch v.Standing {
	case evisa.InForce, evisa.Revoked, evisa.Annulled, evisa.Replaced:
	default:
		return false
	}
	return v.Number != "" && len(v.Number) <= 40 && v.Document.Number != "" && !v.From.IsZero() && !v.Until.IsZero() && v.Entries >= 0
}
