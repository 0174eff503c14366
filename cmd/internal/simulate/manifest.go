package simulate

import (
	"strconv"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// List is the passenger list (PAXLST) that the airline sends of a flight: with its mistakes, and without those it forgets.
func (a Airline) List(p Passage) apipnr.Message {
	m := apipnr.Message{
		Type: apipnr.PAXLST, Version: "D:05B", Function: apipnr.List, Syntax: "UNOA:4", Sender: a.Carrier, Recipient: "UTOPIA",
		Interchange: reference(p), Reference: "1", Access: reference(p), Part: apipnr.Part{Number: 1, First: true, Last: true},
		Transaction: reference(p), Revision: "1", Contact: &apipnr.Contact{Name: "INVENTED AIRLINE", Phones: []string{"+351210000000"}},
		Flights: []apipnr.Flight{a.flight(p)},
	}
	for _, one := range p.Passengers {
		if one.Declared {
			m.Travellers = append(m.Travellers, a.traveller(p, one))
		}
	}
	count := len(m.Travellers)
	m.Declared.Passengers = &count
	return m
}

// Push is the same flight's reservations (PNRGOV).
func (a Airline) Push(p Passage) apipnr.Message {
	m := apipnr.Message{
		Type: apipnr.PNRGOV, Version: "13:1", Function: apipnr.FullPush, Syntax: "IATA:1", Sender: a.Carrier, Recipient: "UTOPIA",
		Interchange: reference(p), Reference: "1", Access: reference(p), Part: apipnr.Part{Number: 1, First: true, Last: true},
		Flights: []apipnr.Flight{a.flight(p)},
	}
	for _, one := range p.Passengers {
		if !one.Declared {
			continue
		}
		t := a.traveller(p, one)
		t.Reservation, t.Ref, t.AgeGroup = len(m.Reservations), "1", apipnr.Adult
		leg := a.flight(p)
		leg.Role = apipnr.BookedLeg
		booked := p.Departs.Add(-time.Duration(1+one.Person%60) * 24 * time.Hour)
		m.Reservations = append(m.Reservations, apipnr.Reservation{
			Locator: one.Locator, Carrier: a.Carrier, Created: booked.Format(time.DateOnly + "T15:04:00"), Booked: booked.Format(time.DateOnly + "T15:04:00"),
			Origin: p.Origin, Travellers: []int{len(m.Travellers)}, Flights: []apipnr.Flight{leg},
			Payments: []apipnr.Payment{{Form: "CC", Vendor: "VI", Card: "XXXXXXXXXXXX1186", Expiry: "0229"}},
		})
		m.Travellers = append(m.Travellers, t)
	}
	count := len(m.Reservations)
	m.Declared.Reservations = &count
	return m
}

// reference names what the airline sends of a flight.
func reference(p Passage) string { return strconv.FormatInt(p.Slot%1_000_000_000, 10) }

func (a Airline) flight(p Passage) apipnr.Flight {
	return apipnr.Flight{
		Carrier: a.Carrier, Number: p.Number, Origin: p.Origin, Destination: a.Home, Role: apipnr.CrossingLeg,
		Departure: local(p.Departs.In(p.Zone)), Arrival: local(p.Arrives.In(a.Zone)),
	}
}

func local(t time.Time) apipnr.LocalTime {
	return apipnr.LocalTime{Date: traveldoc.DateOf(t), Minute: t.Hour()*60 + t.Minute(), HasTime: true}
}

// traveller is a passenger as the airline tells of him.
func (a Airline) traveller(p Passage, one Passenger) apipnr.Traveller {
	person := a.Town.Person(one.Person, false)
	t := apipnr.Traveller{
		Surname: person.Identity.Surname, GivenNames: person.Identity.GivenNames, Sex: person.Identity.Sex, BirthDate: person.Identity.BirthDate,
		Nationality: state(person.Identity.Nationality), Kind: apipnr.Passenger, Locator: one.Locator, Ref: one.Ref, Embarks: p.Origin, Disembarks: a.Home,
		Reservation: -1,
		Documents: []apipnr.Document{{
			Type: "P", Number: person.Document.Number, Issuer: state(person.Document.IssuingState), Expiry: person.Document.ExpiryDate,
		}},
		Seats: []apipnr.Seat{{Seat: one.Seat, Origin: p.Origin, Destination: a.Home}},
	}
	if one.Bags > 0 {
		t.Bags = []apipnr.Bag{{Count: &one.Bags}}
	}
	switch one.Flaw {
	case "number":
		number := []byte(t.Documents[0].Number)
		number[len(number)-1] = '0' + (number[len(number)-1]-'0'+1)%10
		t.Documents[0].Number = string(number)
	case "birth_date":
		t.BirthDate = daysFrom(t.BirthDate, 1)
	case "name":
		t.Surname, t.GivenNames = t.GivenNames, t.Surname
	}
	return t
}

// state is a State's code as carriers send it: three letters.
func state(code string) string {
	if code == "D" {
		return "DEU"
	}
	return code
}
