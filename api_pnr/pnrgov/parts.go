package pnrgov

import (
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// slab hands out short slices of a long one: travellers have a few of each, and one allocation each would cost more than they hold.
type slab[T any] struct {
	free  []T
	taken int
	ahead *ahead // nil: nothing is foreseen
}

// ahead is how much of a message has been read, and how much there is.
type ahead struct{ read, all int }

// foresee is how many more values there will be, when n of them were found in what has been read, by its share of the message. The first
// few are no measure.
func (a *ahead) foresee(n int) int {
	if a == nil || a.read <= 0 {
		return 0
	}
	const few = 16
	return int(min(int64(n)*int64(a.all-a.read)/int64(a.read)+1, int64(few*n)))
}

func (s *slab[T]) measure(a *ahead) { s.ahead = a }

// take copies values into the slab. The result is not nil, and appending to it does not reach its neighbour.
func (s *slab[T]) take(values []T) []T {
	given := s.room(len(values))
	copy(given, values)
	return given
}

// room is a slice of n values of the slab, to be filled.
func (s *slab[T]) room(n int) []T {
	if n == 0 {
		return []T{}
	}
	s.taken += n
	if n > len(s.free) {
		const most = 512
		s.free = slices.Grow([]T(nil), max(n, min(n+s.ahead.foresee(s.taken), most))) // and what there is beyond
		s.free = s.free[:cap(s.free)]
	}
	given := s.free[:n:n]
	s.free = s.free[n:]
	return given
}

// keep is take, but nil for no values.
func (s *slab[T]) keep(values []T) []T {
	if len(values) == 0 {
		return nil
	}
	return s.take(values)
}

// parts are the slabs of a message.
type parts struct {
	documents slab[apipnr.Document]
	seats     slab[apipnr.Seat]
	bags      slab[apipnr.Bag]
	origins   slab[apipnr.Origin]
	counts    slab[int]
	strings   slab[string]
	flights   slab[apipnr.Flight]
	contacts  slab[apipnr.Contact]
	payments  slab[apipnr.Payment]
	tickets   slab[apipnr.Ticket]
	loyalty   slab[apipnr.Loyalty]
	services  slab[apipnr.Service]
	events    slab[apipnr.Event]
	others    slab[apipnr.OtherBooking]

	ahead ahead
}

// start prepares the slabs for a message of so many bytes.
func (p *parts) start(all int) {
	p.ahead.all = all
	for _, s := range [...]interface{ measure(a *ahead) }{
		&p.documents, &p.seats, &p.bags, &p.origins, &p.counts, &p.strings, &p.flights, &p.contacts, &p.payments, &p.tickets, &p.loyalty,
		&p.services, &p.events, &p.others,
	} {
		s.measure(&p.ahead)
	}
}

// one keeps a single string as a list.
func (p *parts) one(s string) []string { return p.strings.take([]string{s}) }

// reservation makes to the record whose lists, that are used again, are moved to memory of the message.
func (p *parts) reservation(to, from *apipnr.Reservation) {
	*to = *from
	to.Others, to.Remarks = p.strings.keep(from.Others), p.strings.keep(from.Remarks)
	to.Split, to.Unread = p.strings.keep(from.Split), p.strings.keep(from.Unread)
	to.Flights = p.flights.take(from.Flights)
	to.Contacts, to.Payments, to.Tickets = p.contacts.keep(from.Contacts), p.payments.keep(from.Payments), p.tickets.keep(from.Tickets)
	to.Loyalty, to.Services, to.History = p.loyalty.keep(from.Loyalty), p.services.keep(from.Services), p.events.keep(from.History)
	to.Other, to.Unlinked = p.others.keep(from.Other), p.documents.keep(from.Unlinked)
}

// again empties a record, whose lists are used for the next one.
func again(r *apipnr.Reservation) {
	r.Locator, r.Carrier, r.Created, r.Booked, r.Changed, r.Origin, r.Cancelled, r.Agency = "", "", "", "", "", "", false, nil
	r.Others, r.Remarks, r.Split, r.Unread, r.Flights = r.Others[:0], r.Remarks[:0], r.Split[:0], r.Unread[:0], r.Flights[:0]
	r.Contacts, r.Payments, r.Tickets, r.Loyalty = r.Contacts[:0], r.Payments[:0], r.Tickets[:0], r.Loyalty[:0]
	r.Services, r.History, r.Other, r.Unlinked = r.Services[:0], r.History[:0], r.Other[:0], r.Unlinked[:0]
}

// room makes room in a slice for one more value. It foresees how many there will be from how many were found in what has been read of the
// message; the first few are no measure.
func room[T any](values []T, found, read, all int) []T {
	if len(values) < cap(values) {
		return values
	}
	const few, least = 2, 100 // least bytes of a message for each value: more are not foreseen
	foreseen := few
	if len(values) > 0 && read > 0 {
		foreseen = int(min(int64(found)*int64(all)/int64(read)*65/64+1, int64(all/least), 128*int64(len(values))))
	}
	return slices.Grow(values, max(foreseen-len(values), 1))
}

// origins are the places that a record's or a traveller's values were read from.
type origins []apipnr.Origin

// note keeps the place of a component.
func (o *origins) note(s *edifact.Segment, field apipnr.Field, item, element, component int) {
	*o = append(*o, s.Origin(field, item, element, component))
}

// grow lengthens a slice by one value that keeps the memory of the one that stood there before.
func grow[T any](values []T) []T {
	if len(values) < cap(values) {
		return values[:len(values)+1]
	}
	return slices.Grow(values, 1)[:len(values)+1]
}
