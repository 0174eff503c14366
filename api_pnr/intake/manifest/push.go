package manifest

import (
	"slices"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// ReservationKey names a reservation on a flight: the carrier and the locator, or, without a locator, who is in it.
func ReservationKey(r apipnr.Reservation, travellers []apipnr.Traveller) string {
	locator := strings.ToUpper(strings.TrimSpace(r.Locator))
	if locator != "" {
		return strings.ToUpper(strings.TrimSpace(r.Carrier)) + "/" + locator
	}
	names := make([]string, len(r.Travellers))
	for n, i := range r.Travellers {
		names[n] = traveldoc.NameKey(travellers[i].Surname, travellers[i].GivenNames)
	}
	slices.Sort(names)
	return "/?" + strings.Join(names, "?")
}

// push takes reservations. Those that an update does not name stay as they are; those that a full push does not name are gone.
func (m *Manifest) push(in Input) (list []apipnr.Diagnostic) {
	if m.Superseded(in) {
		return nil
	}
	keys := make([]string, len(in.Message.Reservations))
	named := map[string]bool{}
	for n, r := range in.Message.Reservations {
		keys[n] = ReservationKey(r, in.Message.Travellers)
		named[keys[n]] = true
	}
	people := m.findPNR(in, keys)
	is := map[*Person]bool{}
	for i, p := range people {
		t := in.Message.Travellers[i]
		if t.Reservation >= 0 && in.Message.Reservations[t.Reservation].Cancelled {
			continue
		}
		if p == nil {
			p = m.add(in)
			people[i] = p
		}
		m.takePNR(p, t, in, i, keys)
		is[p] = true
	}
	for n, r := range in.Message.Reservations {
		m.keepReservation(keys[n], r, in)
	}
	full := in.Message.Function == apipnr.FullPush && m.complete(in)
	m.each(func(p *Person) {
		if p.PNR != nil && !is[p] && (named[p.Reservation] || full) {
			m.dropPNR(p, in)
		}
	})
	if full {
		m.closeReservations(in, named)
		m.PushSeq, m.FlightChanged = in.Seq, true
	}
	return list
}

// complete reports whether a full push can take off whom it does not name: it came whole, and holds as many reservations as it declares.
func (m *Manifest) complete(in Input) bool {
	d := in.Message.Declared.Reservations
	return in.Whole && (d == nil || *d <= len(in.Message.Reservations))
}

func (m *Manifest) findPNR(in Input, keys []string) []*Person {
	list := make([]candidate, len(in.Message.Travellers))
	for i, t := range in.Message.Travellers {
		list[i] = candidate{evidence: m.tools.evidenceOf(t, false)}
		if t.Reservation >= 0 && t.Reservation < len(keys) {
			list[i].reservation = keys[t.Reservation]
			if list[i].locator == "" {
				list[i].locator = strings.ToUpper(in.Message.Reservations[t.Reservation].Locator)
			}
		}
	}
	return m.doubles(list, m.find(list, pnrPasses()), in)
}

// takePNR takes what a push says of a person.
func (m *Manifest) takePNR(p *Person, t apipnr.Traveller, in Input, i int, keys []string) {
	if in.Seq < p.PNRSeq {
		return
	}
	before, back := p.PNR, p.PNRCancelled
	places := placesOf(t, in, i)
	p.Reservation = ""
	if t.Reservation >= 0 && t.Reservation < len(keys) {
		r := in.Message.Reservations[t.Reservation]
		p.Reservation = keys[t.Reservation]
		t.Reservation = slices.Index(r.Travellers, i)
		if t.Locator == "" {
			t.Locator = r.Locator
		}
	}
	if t.Kind == "" {
		t.Kind = apipnr.Passenger
	}
	fields := diff(before, &t)
	fresh := p.API == nil && p.PNR == nil
	p.PNR, p.PNRPlaces, p.PNRSeq, p.PNRMessage, p.PNRCancelled = &t, places, in.Seq, in.id(i), false
	p.pnr = m.tools.evidenceOf(t, false)
	m.told(p, in, i, PNR, fresh, before == nil, fields)
	if before == nil || back {
		m.comeBack(p, in, PNR)
	}
	m.parted(p, in, PNR)
}

// dropPNR takes somebody off whom the push does not hold any more. What a closing message said stands.
func (m *Manifest) dropPNR(p *Person, in Input) {
	if p.PNRCancelled || in.Seq < p.PNRSeq {
		return
	}
	p.PNRCancelled, p.PNRSeq = true, in.Seq
	m.touch(p)
	if p.Status == apipnr.StatusExpected {
		m.status(p, in, PNR, apipnr.StatusCancelled)
		return
	}
	p.ChangedAt = in.At
	m.changed(p, in.id(0), PNR, Changed, []FieldChange{{Field: "reservation", From: p.Locator}})
}

// keepReservation keeps a reservation with its travellers numbered from 0.
func (m *Manifest) keepReservation(key string, r apipnr.Reservation, in Input) {
	before := m.Reservations[key]
	if before != nil && in.Seq < before.Seq {
		return
	}
	if r.Cancelled && before != nil && len(r.Travellers) == 0 { // it says no more than that
		before.Cancelled, before.Seq, before.touched = true, in.Seq, true
		return
	}
	id := in.id(0)
	if len(r.Travellers) > 0 {
		id = in.id(r.Travellers[0])
	}
	m.Reservations[key] = &Reservation{Reservation: renumber(r), Message: id, Seq: in.Seq, touched: true}
}

// renumber makes indexes of a message's travellers numbers within the reservation.
func renumber(r apipnr.Reservation) apipnr.Reservation {
	place := func(i int) int { return slices.Index(r.Travellers, i) }
	r.Tickets, r.Loyalty, r.Services = slices.Clone(r.Tickets), slices.Clone(r.Loyalty), slices.Clone(r.Services)
	for n := range r.Tickets {
		r.Tickets[n].Traveller = place(r.Tickets[n].Traveller)
	}
	for n := range r.Loyalty {
		r.Loyalty[n].Traveller = place(r.Loyalty[n].Traveller)
	}
	for n := range r.Services {
		r.Services[n].Traveller = place(r.Services[n].Traveller)
	}
	numbers := make([]int, len(r.Travellers))
	for n := range numbers {
		numbers[n] = n
	}
	r.Travellers = numbers
	return r
}

func (m *Manifest) closeReservations(in Input, named map[string]bool) {
	for key, r := range m.Reservations {
		if !named[key] && !r.Cancelled && r.Seq < in.Seq {
			r.Cancelled, r.Seq, r.touched = true, in.Seq, true
		}
	}
}
