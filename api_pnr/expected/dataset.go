package expected

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Dataset is the reference data that tells crossing points who is expected.
const Dataset = "expected"

// KeptAfter is how long after its arrival, or its departure, a flight and its persons stay in the dataset.
const KeptAfter = 24 * time.Hour

// Flight is a flight as crossing points are told of it.
type Flight struct {
	ID          uuid.UUID        `json:"id"`
	Carrier     string           `json:"carrier"`
	Number      string           `json:"number"` // four digits, with the suffix
	Also        []string         `json:"also,omitempty"`
	Origin      string           `json:"origin"`
	Destination string           `json:"destination"`
	Departure   apipnr.LocalTime `json:"departure"` // local at Origin
	Arrival     apipnr.LocalTime `json:"arrival"`   // local at Destination
	DepartsAt   time.Time        `json:"departs_at,omitzero"`
	ArrivesAt   time.Time        `json:"arrives_at,omitzero"`
	// Direction is which border it crosses as seen from the State; empty when the places of its airports are not known.
	Direction border.Direction    `json:"direction,omitempty"`
	Status    apipnr.FlightStatus `json:"status"`
	API       int                 `json:"api"` // persons known from lists (API) and from reservations (PNR)
	PNR       int                 `json:"pnr"`
	// Crew says that the crew was declared too.
	Crew   bool      `json:"crew,omitempty"`
	LastAt time.Time `json:"last_at,omitzero"` // when the newest message came
	// Until is when its rows leave the dataset.
	Until time.Time `json:"until"`
}

// Designator is the flight as it is written, "LH0400".
func (f Flight) Designator() string { return f.Carrier + f.Number }

// Designators are all under which it may be known, those of codeshares too.
func (f Flight) Designators() []string { return append([]string{f.Designator()}, f.Also...) }

// Manifest reports whether a list of the persons on board has come: reservations alone are no list.
func (f Flight) Manifest() bool { return f.API > 0 }

// Due is when the flight is at this State's border: it arrives, or departs. Without an instant the local time counts as one of zone, and a
// date alone as its noon; false when nothing is known.
func (f Flight) Due(zone *time.Location) (time.Time, bool) {
	at, local := f.ArrivesAt, f.Arrival
	if f.Direction == border.Exit {
		at, local = f.DepartsAt, f.Departure
	}
	switch {
	case !at.IsZero():
		return at, true
	case !local.IsZero() && !local.Date.IsZero():
		return atOf(local, zone), true
	case f.Direction != border.Exit && !f.Departure.Date.IsZero(): // it arrives some time after
		return atOf(f.Departure, zone), true
	}
	return time.Time{}, false
}

func atOf(t apipnr.LocalTime, zone *time.Location) time.Time {
	minute := 12 * 60
	if t.HasTime {
		minute = t.Minute
	}
	day := t.Date.First()
	return time.Date(day.Year(), day.Month(), day.Day(), minute/60, minute%60, 0, 0, zone).UTC()
}

// Person is a person as crossing points are told of him: what an officer compares, and nothing of reservations or payments.
type Person struct {
	ID        uuid.UUID            `json:"id"`
	Flight    uuid.UUID            `json:"flight"`
	Version   int                  `json:"version"`
	Kind      apipnr.Kind          `json:"kind"`
	Status    apipnr.PersonStatus  `json:"status"`
	Identity  traveldoc.Identity   `json:"identity"`
	Documents []traveldoc.Document `json:"documents,omitempty"`
	Seat      string               `json:"seat,omitempty"`
	// Listed says that a list of persons on board (API) names him, not only a reservation.
	Listed bool `json:"listed,omitempty"`
	// Screening is nil when he was not looked at before he arrived.
	Screening *apipnr.Screening `json:"screening,omitempty"`
}

// FlightKey and PersonKey are the keys of rows. The persons of a flight stand together.
func FlightKey(flight uuid.UUID) string { return "f/" + flight.String() }

// PersonKey is the key of a person's row.
func PersonKey(flight, person uuid.UUID) string { return PersonsOf(flight) + person.String() }

// PersonsOf is what the keys of a flight's persons begin with.
func PersonsOf(flight uuid.UUID) string { return "p/" + flight.String() + "/" }

// Key is what a row is about. Person is zero for a row of a flight.
type Key struct{ Flight, Person uuid.UUID }

var errKey = errors.New("key of a row: expected f/FLIGHT or p/FLIGHT/PERSON")

// ParseKey reads a row's key.
func ParseKey(key string) (k Key, err error) {
	parts := strings.Split(key, "/")
	switch {
	case len(parts) == 2 && parts[0] == "f":
		k.Flight, err = uuid.Parse(parts[1])
	case len(parts) == 3 && parts[0] == "p":
		var second error
		k.Flight, err = uuid.Parse(parts[1])
		k.Person, second = uuid.Parse(parts[2])
		err = errors.Join(err, second)
	default:
		err = errKey
	}
	if err != nil {
		return Key{}, errKey
	}
	return k, nil
}

// ParseFlight and ParsePerson read rows, and hold them to their key. Their errors say nothing of what stands in the row.
func ParseFlight(k Key, data []byte) (f Flight, err error) {
	if json.Unmarshal(data, &f) != nil || f.ID != k.Flight || f.Carrier == "" || f.Until.IsZero() {
		return Flight{}, fmt.Errorf("row of flight %s: not readable by this release", k.Flight)
	}
	return f, nil
}

// ParsePerson reads a person's row.
func ParsePerson(k Key, data []byte) (p Person, err error) {
	if json.Unmarshal(data, &p) != nil || p.ID != k.Person || p.Flight != k.Flight {
		return Person{}, fmt.Errorf("row of person %s: not readable by this release", k.Person)
	}
	return p, nil
}

// Expected reports whether the person is still expected on board.
func (p Person) Expected() bool {
	return p.Status != apipnr.StatusCancelled && p.Status != apipnr.StatusNotOnBoard
}

// FlightOf is what crossing points are told of a flight.
func FlightOf(f apipnr.ExpectedFlight, direction border.Direction) Flight {
	out := Flight{
		ID: f.ID, Carrier: f.Carrier, Number: f.Number + f.Suffix, Origin: f.Origin, Destination: f.Destination, Departure: f.Departure,
		Arrival: f.Arrival, DepartsAt: f.DepartsAt, ArrivesAt: f.ArrivesAt, Direction: direction, Status: f.Status, API: f.API, PNR: f.PNR,
		Crew: f.Declared.Crew != nil, LastAt: f.LastAt,
	}
	if o := f.Operating; o != nil && o.Number != "" && o.Carrier+o.Number+o.Suffix != out.Designator() {
		if number, suffix, ok := apipnr.FlightNumber(o.Number + o.Suffix); ok {
			out.Also = append(out.Also, o.Carrier+number+suffix)
		}
	}
	out.Until = f.LastAt
	if at, known := out.Due(time.UTC); known {
		out.Until = at
		if out.Direction != border.Exit && out.ArrivesAt.IsZero() {
			out.Until = at.Add(24 * time.Hour) // a time without its zone, or a departure: it may be later by as much
		}
	}
	out.Until = out.Until.Add(KeptAfter).UTC()
	return out
}

// PersonOf is what crossing points are told of a person. Nobody is told of one whose identity was masked.
func PersonOf(e apipnr.Expected, s *apipnr.Screening) Person {
	p := Person{
		ID: e.ID, Flight: e.Flight, Version: e.Version, Kind: e.Kind, Status: e.Status, Identity: e.Identity, Documents: e.Documents,
		Listed: e.API != nil, Seat: seatOf(e), Screening: s,
	}
	return p
}

// seatOf is the seat on the flight: the list's before the reservation's, a seat of another leg never.
func seatOf(e apipnr.Expected) string {
	for _, t := range []*apipnr.Traveller{e.API, e.PNR} {
		if t == nil {
			continue
		}
		for _, s := range t.Seats {
			if s.Origin == "" || s.Origin == e.Key.Origin {
				return s.Seat
			}
		}
	}
	return ""
}

// Flagged reports whether screening or the centre asks something of the officer.
func (p Person) Flagged() bool {
	s := p.Screening
	if s == nil {
		return false
	}
	if d := s.Decision; d != nil && d.Verdict != "" {
		return d.Verdict != apipnr.DecideBoard
	}
	return s.Outcome == border.Hit && s.Severity != "" && s.Severity != border.Note || s.Board == boardRefused
}
