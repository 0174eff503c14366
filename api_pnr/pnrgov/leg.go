package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// travel reads TVL in a record: a leg; the other flight of a codeshare right behind one; or when something else that was booked is.
func (r *reader) travel(s *edifact.Segment, fresh bool) {
	w := &r.record
	if r.state == inOther && w.other >= 0 && w.pnr.Other[w.other].From == "" {
		r.bookedTime(s)
		return
	}
	f := r.flight(s, apipnr.BookedLeg)
	if r.state == inLeg && r.codeshare(&f, fresh) {
		w.fresh = true
		return
	}
	r.state, w.person, w.party, w.boarding, w.suspect, w.fresh = inLeg, -1, 0, false, suspect{}, true
	w.leg = len(w.pnr.Flights)
	r.spend(3)
	f.Origins = r.places(s)
	w.pnr.Flights = append(w.pnr.Flights, f)
	if f.Origin == "" && f.Destination == "" {
		s.Report(apipnr.CodeSegmentOrder, apipnr.Warning, 1, 0, r.number(), "TVL without places, and no leg before it that it could belong to")
	}
}

// codeshare takes a TVL that opens no new leg: without places, or right behind one of the same places and time. It tells the operating
// flight.
func (r *reader) codeshare(f *apipnr.Flight, fresh bool) bool {
	w := &r.record
	if w.leg < 0 {
		return false
	}
	leg := &w.pnr.Flights[w.leg]
	same := fresh && f.Origin == leg.Origin && f.Destination == leg.Destination && f.Departure == leg.Departure
	if !same && f.Origin+f.Destination != "" {
		return false
	}
	leg.Operating = operating(leg, *f)
	if p := r.prime(); p != nil && f.Carrier == "" && leg.Operating.Carrier == p.Carrier && leg.Number == p.Number &&
		leg.Carrier != p.Carrier {
		// The number of the flight that is pushed is the operating carrier's: the other one is the marketing carrier's.
		leg.Number, leg.Operating.Number = leg.Operating.Number, leg.Number
		leg.Suffix, leg.Operating.Suffix = leg.Operating.Suffix, leg.Suffix
	}
	return true
}

// operating is the operating flight of a leg as its second TVL tells it.
func operating(leg *apipnr.Flight, second apipnr.Flight) *apipnr.Designator {
	d := apipnr.Designator{Carrier: second.Carrier, Number: second.Number, Suffix: second.Suffix}
	if d.Carrier == "" && leg.Operating != nil {
		d.Carrier = leg.Operating.Carrier
	}
	return &d
}

// prime is the flight that is pushed; nil when the message does not say.
func (r *reader) prime() *apipnr.Flight {
	if len(r.out.Flights) == 0 {
		return nil
	}
	return &r.out.Flights[0]
}

// flight reads TVL: times, from, to, carriers (marketing, operating), number and booking class.
func (r *reader) flight(s *edifact.Segment, role apipnr.FlightRole) apipnr.Flight {
	f := apipnr.Flight{Role: role, Origin: clean(s.Text(1, 0)), Destination: clean(s.Text(2, 0)), Carrier: clean(s.Text(3, 0))}
	r.schedule(s, &f)
	if other := clean(s.Text(3, 1)); other != "" {
		f.Operating = &apipnr.Designator{Carrier: other}
	}
	r.flightNumber(s, &f)
	if role == apipnr.BookedLeg {
		f.Class = clean(s.Text(4, 1))
	}
	return f
}

// places are where the values of TVL stand.
func (r *reader) places(s *edifact.Segment) []apipnr.Origin {
	return r.parts.origins.take([]apipnr.Origin{
		s.Origin(apipnr.FieldDeparture, 0, 0, 0), s.Origin(apipnr.FieldArrival, 0, 0, 2), s.Origin(apipnr.FieldOrigin, 0, 1, 0),
		s.Origin(apipnr.FieldDestination, 0, 2, 0), s.Origin(apipnr.FieldCarrier, 0, 3, 0), s.Origin(apipnr.FieldFlightNumber, 0, 4, 0),
	})
}

func (r *reader) flightNumber(s *edifact.Segment, f *apipnr.Flight) {
	sent := s.Text(4, 0)
	if sent == "" {
		return
	}
	const most = 512 // flights that are remembered: a push repeats few
	n, known := r.numbers[sent]
	if !known {
		n.canonical, n.suffix, n.ok = apipnr.FlightNumber(sent)
		if len(r.numbers) < most {
			r.numbers[sent] = n
		}
	}
	f.Number, f.Suffix = n.canonical, n.suffix
	if !n.ok && n.canonical != "OPEN" {
		s.Report(apipnr.CodeFlightNumber, apipnr.Warning, 4, 0, r.number(), "flight number expected, found "+quoted(sent))
	}
}

// flies reports whether a leg is the flight that is pushed, as the one who sells or the one who flies names it.
func (r *reader) flies(leg *apipnr.Flight) bool {
	p := r.prime()
	if p == nil || leg.Origin != p.Origin || leg.Destination != p.Destination || leg.Departure.Date != p.Departure.Date {
		return false
	}
	if designates(leg.Carrier, leg.Number, p) || leg.Operating == nil {
		return designates(leg.Carrier, leg.Number, p)
	}
	number := leg.Operating.Number
	if number == "" {
		number = leg.Number
	}
	return designates(leg.Operating.Carrier, number, p)
}

func designates(carrier, number string, f *apipnr.Flight) bool {
	return carrier == f.Carrier && number == f.Number ||
		f.Operating != nil && carrier == f.Operating.Carrier && number == f.Operating.Number
}

// operated reads TRA: the operating flight of a codeshare.
func (r *reader) operated(s *edifact.Segment) {
	w := &r.record
	if r.state != inLeg || w.leg < 0 {
		return
	}
	w.fresh = true
	f := apipnr.Flight{Carrier: clean(s.Text(0, 0))}
	if s.Text(1, 0) != "" {
		number, suffix, _ := apipnr.FlightNumber(s.Text(1, 0))
		f.Number, f.Suffix = number, suffix
	}
	if f.Carrier != "" || f.Number != "" {
		w.pnr.Flights[w.leg].Operating = operating(&w.pnr.Flights[w.leg], f)
	}
}

// status reads RPI: how many seats, and how they are held.
func (r *reader) status(s *edifact.Segment) {
	if r.state == inLeg && r.record.leg >= 0 {
		r.record.fresh = true
		r.record.pnr.Flights[r.record.leg].Status = clean(s.Text(1, 0))
	}
}

// leg is the open leg; nil outside of one.
func (r *reader) leg() *apipnr.Flight {
	if r.state != inLeg || r.record.leg < 0 {
		return nil
	}
	return &r.record.pnr.Flights[r.record.leg]
}

// seated reads SSD: seat and cabin of the traveller whose GR.7 is open.
func (r *reader) seated(s *edifact.Segment) {
	seat := seatOf(s.Text(0, 0))
	leg := r.leg()
	if seat == "" || leg == nil {
		return
	}
	r.record.seats = append(r.record.seats, seatNote{
		party: r.record.party, origin: s.Origin(apipnr.FieldSeat, 0, 0, 0),
		seat: apipnr.Seat{Seat: seat, Cabin: strings.TrimSpace(s.Text(4, 0)), Origin: leg.Origin, Destination: leg.Destination, Source: "SSD"},
	})
}

// seatNote is a seat whose traveller is not linked yet.
type seatNote struct {
	party  int
	seat   apipnr.Seat
	origin apipnr.Origin
}

// seatOf is a seat without the zeros before it: 00012B is 12B; "" when the text names none, such as XXX of one that is not assigned.
func seatOf(text string) string {
	seat := strings.TrimLeft(clean(text), "0")
	digits := len(seat) - len(strings.TrimLeft(seat, "0123456789"))
	if letter := seat[digits:]; digits == 0 || digits > 3 || len(letter) != 1 || letter[0] < 'A' || letter[0] > 'Z' {
		return ""
	}
	return seat
}
