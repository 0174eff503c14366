package intake

import (
	"slices"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// joined is a message put together of parts.
type joined struct {
	message apipnr.Message
	ids     []uuid.UUID // the part that each traveller stands in
	seq     int64       // of the newest part
	whole   bool
}

// join puts parts together, in their order. The first part's header holds for all.
func join(list []apipnr.Message, ids []uuid.UUID) joined {
	j := joined{message: list[0], whole: true}
	m := &j.message
	m.Flights, m.Travellers, m.Reservations = nil, nil, nil
	for n, part := range list {
		for _, f := range part.Flights {
			if !slices.ContainsFunc(m.Flights, func(o apipnr.Flight) bool { return o.Key() == f.Key() && o.Destination == f.Destination }) {
				m.Flights = append(m.Flights, f)
			}
		}
		travellers, reservations := len(m.Travellers), len(m.Reservations)
		for _, t := range part.Travellers {
			if t.Reservation >= 0 && part.Type == apipnr.PNRGOV {
				t.Reservation += reservations
			}
			m.Travellers, j.ids = append(m.Travellers, t), append(j.ids, ids[n])
		}
		for _, r := range part.Reservations {
			m.Reservations = append(m.Reservations, shift(r, travellers))
		}
		m.Truncated = m.Truncated || part.Truncated
		m.Declared = declared(m.Declared, part.Declared)
		j.whole = j.whole && unbroken(part)
	}
	if len(j.ids) == 0 {
		j.ids = ids[:1]
	}
	return j
}

// unbroken reports whether a message was read without a loss.
func unbroken(m apipnr.Message) bool {
	return !m.Truncated && !slices.ContainsFunc(m.Diagnostics, func(d apipnr.Diagnostic) bool { return d.Severity == apipnr.Failure })
}

func declared(a, b apipnr.Declared) apipnr.Declared {
	if a.Passengers == nil {
		a.Passengers = b.Passengers
	}
	if a.Crew == nil {
		a.Crew = b.Crew
	}
	if a.Reservations == nil {
		a.Reservations = b.Reservations
	}
	return a
}

// shift moves the indexes of a reservation's travellers.
func shift(r apipnr.Reservation, by int) apipnr.Reservation {
	if by == 0 {
		return r
	}
	r.Travellers = slices.Clone(r.Travellers)
	for n := range r.Travellers {
		r.Travellers[n] += by
	}
	move := func(i *int) {
		if *i >= 0 {
			*i += by
		}
	}
	r.Tickets, r.Loyalty, r.Services = slices.Clone(r.Tickets), slices.Clone(r.Loyalty), slices.Clone(r.Services)
	for n := range r.Tickets {
		move(&r.Tickets[n].Traveller)
	}
	for n := range r.Loyalty {
		move(&r.Loyalty[n].Traveller)
	}
	for n := range r.Services {
		move(&r.Services[n].Traveller)
	}
	return r
}
