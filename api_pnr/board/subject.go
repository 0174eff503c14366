package board

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Passenger is somebody as the checks look at him before he arrives.
type Passenger struct {
	// Occasion is what he is asked about for, as questions to services outside name it in the audit log: a request, an expected person.
	Occasion  uuid.UUID
	Kind      apipnr.Kind
	Identity  traveldoc.Identity
	Documents []traveldoc.Document
	Flight    apipnr.Flight
	// DepartsAt and ArrivesAt are the instants; zero when they are not known.
	DepartsAt, ArrivesAt time.Time
}

// Airports tells a place's State and its time; both are empty of a place that is not known.
type Airports interface {
	Country(code string) string
	Zone(code string) *time.Location
}

// Subjects are what the checks look at: one for each travel document, the main one first, and one without a document when none is
// known. Visas are no documents to travel on: they stand in the particulars. state is the State that answers.
func (p Passenger) Subjects(state string, places Airports, now time.Time) []border.Subject {
	at := cmp.Or(p.ArrivesAt, p.DepartsAt, now)
	s := border.Subject{
		Scan:     p.Occasion,
		Identity: p.Identity, Direction: p.direction(state, places), Mode: border.Air, At: now, Today: p.day(now),
		Circumstances: border.Circumstances{Category: p.category(), Particulars: map[string]string{
			ParticularCarrier: p.Flight.Carrier, ParticularFlight: strings.TrimLeft(p.Flight.Number+p.Flight.Suffix, "0"),
			ParticularFrom: p.Flight.Origin, ParticularTo: p.Flight.Destination,
		}},
	}
	if s.Today.IsZero() {
		s.Today = traveldoc.DateOf(at.UTC())
	}
	var travel []traveldoc.Document
	for _, d := range p.Documents {
		if strings.HasPrefix(d.Code, "V") {
			s.Particulars[ParticularVisa], s.Particulars[ParticularVisaIssuer] = d.Number, d.IssuingState
			s.Particulars[ParticularVisaUntil] = d.ExpiryDate.String()
			continue
		}
		travel = append(travel, d)
	}
	if len(travel) == 0 {
		return []border.Subject{s}
	}
	slices.SortStableFunc(travel, func(a, b traveldoc.Document) int { return cmp.Compare(rank(a), rank(b)) })
	all := make([]border.Subject, len(travel))
	for n, d := range travel {
		all[n] = s
		all[n].Document = d
	}
	return all
}

// rank: a passport goes before an identity card, and that before what is not said.
func rank(d traveldoc.Document) int {
	switch {
	case strings.HasPrefix(d.Code, "P"):
		return 0
	case d.Code != "":
		return 1
	}
	return 2
}

// day is the calendar day of the arrival there; zero when nothing tells it.
func (p Passenger) day(now time.Time) traveldoc.Date {
	switch {
	case !p.Flight.Arrival.Date.IsZero():
		return p.Flight.Arrival.Date
	case !p.Flight.Departure.Date.IsZero():
		return p.Flight.Departure.Date
	case !p.ArrivesAt.IsZero():
		return traveldoc.DateOf(p.ArrivesAt.UTC())
	}
	return traveldoc.DateOf(now.UTC())
}

// direction is exit when the flight leaves the State for another one; entry else, also where it cannot be told: more is asked then.
func (p Passenger) direction(state string, places Airports) border.Direction {
	if places == nil {
		return border.Entry
	}
	from, to := places.Country(p.Flight.Origin), places.Country(p.Flight.Destination)
	if from == state && to != "" && to != state {
		return border.Exit
	}
	return border.Entry
}

func (p Passenger) category() border.Category {
	switch p.Kind {
	case apipnr.Crew, apipnr.TransitCrew:
		return border.AirCrew
	case apipnr.TransitPassenger:
		return border.Transit
	case apipnr.Passenger, apipnr.GatePassHolder:
	}
	return border.Ordinary
}

// Journey is the flight that the passenger is asked about.
func (p Passenger) Journey() Journey {
	return Journey{
		Who: Who{Identity: p.Identity, Documents: p.Documents}, Flight: p.Flight.Key(), From: p.DepartsAt, To: p.ArrivesAt,
	}
}
