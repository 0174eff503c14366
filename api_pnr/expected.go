package apipnr

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/traveldoc"
)

// PersonStatus is where an expected person stands.
type PersonStatus string

// The states.
const (
	StatusExpected   PersonStatus = "expected"
	StatusCancelled  PersonStatus = "cancelled" // taken off by a message
	StatusOnBoard    PersonStatus = "on_board"  // the closing message says so
	StatusNotOnBoard PersonStatus = "not_on_board"
)

// Expected is a person expected on a flight, put together from what API and PNR messages tell. Identity and Documents are normalised for
// comparing (State codes of three letters where they are known, capitals); API and PNR are as sent.
type Expected struct {
	ID      uuid.UUID
	Flight  uuid.UUID
	Key     FlightKey
	Version int // grows with each change
	Kind    Kind
	Status  PersonStatus
	Ref     string // ABO
	Locator string

	Identity  traveldoc.Identity
	Documents []traveldoc.Document
	API       *Traveller   // as the newest list says; nil: only PNR
	PNR       *Traveller   // as the newest push says; nil: only API
	Booking   *Reservation // the reservation of PNR
	// Sources are the messages that API and PNR stand in.
	APIMessage, PNRMessage uuid.UUID
	ChangedAt              time.Time
	// Masked says that the law in force took what identifies the person away; what is left identifies nobody.
	Masked bool
}

// FlightStatus is where a flight stands.
type FlightStatus string

// The states.
const (
	FlightOpen      FlightStatus = "open"
	FlightClosed    FlightStatus = "closed"
	FlightCancelled FlightStatus = "cancelled"
)

// ExpectedFlight is a flight that messages have told of.
type ExpectedFlight struct {
	ID uuid.UUID
	Flight
	Status FlightStatus
	// DepartsAt and ArrivesAt are the instants, zero when the zone of the airport is not known.
	DepartsAt, ArrivesAt time.Time
	API, PNR             int // persons known from each
	Persons              int // in all, cancelled ones left out
	Declared             Declared
	FirstAt, LastAt      time.Time // messages received
}

// Work is what waits to be done because a person or a flight is new or changed.
type Work string

// The kinds of work, one worker each. Whoever adds one adds it to Works.
const (
	WorkScreen  Work = "screen"  // border checks before arrival, hits
	WorkRisk    Work = "risk"    // rules
	WorkPublish Work = "publish" // what the stations are told
)

// Works are all kinds of work: the transaction that applies a message writes a note for each.
func Works() []Work { return []Work{WorkScreen, WorkRisk, WorkPublish} }

// Note says that a person is new or changed.
type Note struct {
	ID      int64
	Person  uuid.UUID
	Flight  uuid.UUID
	Version int
	At      time.Time // when the message was applied
}

// Manifests is what the workers and screens read of persons and flights. The store behind it is the intake's; whoever reads for a person
// who looks (not for a worker) audits the read there.
type Manifests interface {
	// Notes are the oldest notes of a work. They stay until Done.
	Notes(ctx context.Context, work Work, limit int) ([]Note, error)
	// Done takes notes away.
	Done(ctx context.Context, work Work, notes []Note) error
	// Nudged gets a value whenever notes may have come; it never blocks the writer.
	Nudged(work Work) <-chan struct{}
	// Persons are the persons of the ids as they are now; those that are gone are left out.
	Persons(ctx context.Context, ids []uuid.UUID) ([]Expected, error)
	// FlightsByID are the flights of the ids.
	FlightsByID(ctx context.Context, ids []uuid.UUID) ([]ExpectedFlight, error)
	// OfFlight are the persons of a flight, cancelled ones too, in the order of their names.
	OfFlight(ctx context.Context, flight uuid.UUID) ([]Expected, error)
	// Pending are persons of flights that arrive after an instant, in the order of their ids, for a search of a changed alert or rule.
	Pending(ctx context.Context, arriving time.Time, after uuid.UUID, limit int) ([]Expected, error)
	// Flown are flights that departed within [from, to), oldest first, for dry runs.
	Flown(ctx context.Context, from, to time.Time) ([]ExpectedFlight, error)
}
