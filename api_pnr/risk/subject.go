package risk

import (
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Subject is what a rule is asked about: a person on a flight, with those of the same reservation and what is known from before.
type Subject struct {
	Person apipnr.Expected
	Flight apipnr.ExpectedFlight
	// Companions are the others of the same reservation on the flight.
	Companions []apipnr.Expected
	// Past is what was known before the flight departed; nil: it was not looked up, and what it would tell is not known.
	Past *Past
}

// Past is what is known from before a flight of what a person has in common with others. It never holds who they are.
type Past struct {
	// Crossings with the same document, refusals of entry or exit among them, and the newest.
	Crossings, Refusals int
	LastCrossing        time.Time
	// Shared is what each kind of mark has in common with earlier flights.
	Shared map[Mark]Shared
}

// Shared is how a mark (a document, a card, a phone) was seen before: on how many earlier flights, with how many other people, and with
// how many people on whom a hit of a rule was confirmed.
type Shared struct {
	Flights, Others, Confirmed int
}

// Mark is a kind of thing that connects people.
type Mark uint8

// The marks. Their numbers are stored.
const (
	MarkDocument Mark = iota + 1
	MarkPhone
	MarkEmail
	MarkCard
	MarkAgency
	MarkLoyalty
	MarkPerson // the person himself: name and birth date
)

// Link is one mark of a person, in the form in which two are compared. The value identifies: it is kept only as a keyed digest.
type Link struct {
	Mark  Mark
	Value string
}

// Known is a person whom something was found about, and what: it is what a dry run's hits are held against.
type Known struct {
	Person uuid.UUID
	Why    string // "rule": a confirmed hit of a rule; "refused": refused at the border after the flight
}
