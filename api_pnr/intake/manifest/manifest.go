package manifest

import (
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Tools are what the work on a manifest needs from outside.
type Tools struct {
	NewID func() uuid.UUID
	// Country gives the code of ICAO Doc 9303-3 for a State's code of two or three letters; false when it is nobody's.
	Country func(code string) (string, bool)
}

// Manifest is a flight with the persons expected on it. Apply changes it; the caller stores what Touched and Changes tell.
type Manifest struct {
	Flight  apipnr.ExpectedFlight
	Persons []*Person
	// Reservations are those of the flight, by ReservationKey.
	Reservations map[string]*Reservation
	// PushSeq is the sequence number of the newest full push that was applied; pushes before it are superseded.
	PushSeq int64
	// StatusSeq is the sequence number of the message that set the flight's status: older messages set it no more.
	StatusSeq int64
	// Roster says that this is a master crew list, no flight.
	Roster bool
	// Changes are what Apply did, in its order.
	Changes []Change
	// Erased says that the law in force erased what was kept of the flight, with its key: nothing more can be kept of it.
	Erased bool
	// FlightChanged says that the flight itself was changed.
	FlightChanged bool

	tools Tools
}

// Of makes the manifest of a flight; the caller fills in what is stored of it.
func Of(flight apipnr.ExpectedFlight, tools Tools) *Manifest {
	return &Manifest{Flight: flight, Reservations: map[string]*Reservation{}, tools: tools}
}

// Person is one person of the flight.
type Person struct {
	apipnr.Expected
	// APIPlaces and PNRPlaces say for each field where it stands, and in which message.
	APIPlaces, PNRPlaces []Place
	// APISeq and PNRSeq are the sequence numbers of what came last: older messages change nothing.
	APISeq, PNRSeq int64
	// PNRCancelled says that the newest push took the person off.
	PNRCancelled bool
	// Reservation is the key of the reservation, "" without one; its place there is PNR.Reservation.
	Reservation string
	// MergedInto is the person that this one turned out to be.
	MergedInto uuid.UUID
	CreatedAt  time.Time

	touched bool
	api     evidence
	pnr     evidence
}

// Place says where the value of a field stands, and in which message.
type Place struct {
	apipnr.Origin
	Message uuid.UUID
}

// Reservation is a reservation of the flight. Travellers in it are numbered from 0; Person.PNR.Reservation is a person's number.
type Reservation struct {
	apipnr.Reservation
	Message uuid.UUID
	Seq     int64
	touched bool
}

// Touched are the persons that Apply made or changed.
func (m *Manifest) Touched() []*Person {
	var list []*Person
	for _, p := range m.Persons {
		if p.touched {
			list = append(list, p)
		}
	}
	return list
}

// TouchedReservations are the reservations that Apply made or changed, by their keys.
func (m *Manifest) TouchedReservations() map[string]*Reservation {
	list := map[string]*Reservation{}
	for key, r := range m.Reservations {
		if r.touched {
			list[key] = r
		}
	}
	return list
}

// Prepare makes the persons ready for comparing; the caller calls it once all are there.
func (m *Manifest) Prepare() {
	for _, p := range m.Persons {
		p.prepare(m.tools)
	}
}

func (p *Person) prepare(t Tools) {
	p.api, p.pnr = evidence{}, evidence{}
	if p.API != nil {
		p.api = t.evidenceOf(*p.API, true)
	}
	if p.PNR != nil {
		p.pnr = t.evidenceOf(*p.PNR, false)
	}
}

// Input is a message to be applied.
type Input struct {
	Message apipnr.Message
	// IDs are the stored messages in which the travellers of Message stand, by their index; when there is only one, all stand in it.
	IDs []uuid.UUID
	Seq int64
	At  time.Time
	// Whole is false when parts or records are missing: nobody is then taken off because the message does not name him.
	Whole bool
}

func (in Input) id(traveller int) uuid.UUID {
	if traveller < len(in.IDs) {
		return in.IDs[traveller]
	}
	return in.IDs[0]
}
