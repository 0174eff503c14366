package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// service reads SSR: code, status, number, carrier, board and off point and text in the first element, then an element for each traveller:
// data and reference. It means the same wherever it stands.
func (r *reader) service(s *edifact.Segment) {
	code := clean(s.Text(0, 0))
	switch code {
	case "DOCS", "DOCA", "DOCO":
		r.document(s, code)
	case "SEAT", "NSST", "NSSA", "NSSB", "NSSW", "NSSR", "RQST", "SMST", "SMSA", "SMSB", "SMSW", "SMSR":
		if !r.seatRequest(s) {
			r.plain(s, code)
		}
	case "CTCE", "CTCM", "CTCR", "CTCT", "CTCH", "CTCB", "CTCP", "CTCF", "CTC":
		r.serviceContact(s, code)
	case "TKNE", "TKNA", "TKNM":
		if !r.serviceTicket(s) {
			r.plain(s, code)
		}
	case "FQTV":
		if !r.serviceLoyalty(s) {
			r.plain(s, code)
		}
	case "INFT":
		r.infant(s)
		r.plain(s, code)
	default:
		r.plain(s, code)
	}
}

// serviceText is the text of an SSR, colons in it included.
func serviceText(s *edifact.Segment) string {
	if s.Components(0) > 9 {
		return s.Rest(0, 8)
	}
	return s.Text(0, 8)
}

// each calls do for every traveller whom an SSR names, with the element of the name; once with the group's own when it names none.
func (r *reader) each(s *edifact.Segment, do func(party int)) {
	found := false
	person := -1
	if r.state == inRecord {
		person = r.record.person
	}
	for i := 1; i < s.Elements(); i++ {
		if ref := s.Text(i, 2); ref != "" {
			found = true
			do(r.party(person, ref))
		}
	}
	if !found {
		do(r.inGroup())
	}
}

// plain keeps a service that is not read into something else.
func (r *reader) plain(s *edifact.Segment, code string) {
	w := &r.record
	sv := apipnr.Service{
		Code: code, Status: clean(s.Text(0, 1)), Carrier: clean(s.Text(0, 3)), Text: masked(strings.TrimSpace(serviceText(s))),
		Leg: clean(s.Text(0, 6)) + clean(s.Text(0, 7)), Traveller: -1,
	}
	if leg := r.leg(); leg != nil && sv.Leg == "" {
		sv.Leg = leg.Origin + leg.Destination
	}
	if sv.Text == "" && s.Elements() == 2 {
		sv.Text = strings.TrimSpace(s.Text(1, 0))
	}
	r.each(s, func(party int) {
		r.spend(1)
		w.links = append(w.links, link{linkService, len(w.pnr.Services), party})
		w.pnr.Services = append(w.pnr.Services, sv)
	})
}

// seatRequest reads the seats of an SSR; false when it names none and is only a wish.
func (r *reader) seatRequest(s *edifact.Segment) bool {
	w := &r.record
	from, to := clean(s.Text(0, 6)), clean(s.Text(0, 7))
	if leg := r.leg(); leg != nil && from == "" && to == "" {
		from, to = leg.Origin, leg.Destination
	}
	found := false
	for i := 1; i < s.Elements(); i++ {
		data := s.Text(i, 0)
		found = found || strings.HasPrefix(data, "XXX")
		seat := seatOf(data)
		if seat == "" {
			continue
		}
		found = true
		r.spend(1)
		person := r.inGroup()
		if ref := s.Text(i, 2); ref != "" {
			w.parties = append(w.parties, party{person: w.parties[person].person, ref: ref, found: -1})
			person = len(w.parties) - 1
		}
		w.seats = append(w.seats, seatNote{
			party: person, origin: s.Origin(apipnr.FieldSeat, 0, i, 0), seat: apipnr.Seat{Seat: seat, Origin: from, Destination: to, Source: "SSR"},
		})
	}
	return found
}

// serviceTicket reads the number of an electronic ticket with its coupon ("1392178947000C2", an infant's with INF before it).
func (r *reader) serviceTicket(s *edifact.Segment) bool {
	w := &r.record
	text := clean(serviceText(s))
	number, ofInfant := strings.CutPrefix(text, "INF")
	digits := len(number) - len(strings.TrimLeft(number, "0123456789"))
	if digits < 10 {
		return false
	}
	number = number[:digits]
	r.each(s, func(party int) {
		if r.ticketKnown(number) {
			return
		}
		if ofInfant {
			w.infants = append(w.infants, infantNote{party: party, ticket: len(w.pnr.Tickets) + 1})
			party = 0
		}
		w.at.note(s, apipnr.FieldTicket, len(w.pnr.Tickets), 0, 8)
		w.links = append(w.links, link{linkTicket, len(w.pnr.Tickets), party})
		w.pnr.Tickets = append(w.pnr.Tickets, apipnr.Ticket{Number: number, Traveller: -1})
	})
	return true
}

// ticketKnown reports whether the number is among the last that were read: each leg repeats them.
func (r *reader) ticketKnown(number string) bool {
	const back = 64
	tickets := r.record.pnr.Tickets
	for i := len(tickets) - 1; i >= max(0, len(tickets)-back); i-- {
		if tickets[i].Number == number {
			return true
		}
	}
	return false
}

// serviceLoyalty reads SSR FQTV: carrier and number run together.
func (r *reader) serviceLoyalty(s *edifact.Segment) bool {
	w := &r.record
	text := clean(serviceText(s))
	number, _, _ := strings.Cut(strings.TrimLeft(text, "/ "), "-")
	number, _, _ = strings.Cut(number, "/")
	if len(number) < 5 || strings.ContainsRune(number, ' ') {
		return false
	}
	r.each(s, func(party int) {
		w.at.note(s, apipnr.FieldLoyalty, len(w.pnr.Loyalty), 0, 8)
		w.links = append(w.links, link{linkLoyalty, len(w.pnr.Loyalty), party})
		w.pnr.Loyalty = append(w.pnr.Loyalty, apipnr.Loyalty{Carrier: number[:2], Number: number[2:], Traveller: -1})
	})
	return true
}
