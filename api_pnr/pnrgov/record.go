package pnrgov

import (
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/traveldoc"
)

// record is a reservation while it is read. What names a traveller by a reference is kept as a note, and linked when the record is
// complete: the reference may stand before the traveller.
type record struct {
	pnr   apipnr.Reservation
	start int // where it begins

	people  []person
	person  int // whose GR.2 is open, -1
	located bool

	leg      int  // index in pnr.Flights, -1
	fresh    bool // the last segment was the leg's TVL: another one is its codeshare
	boarding bool // the leg has its GR.6 or GR.7
	party    int  // whose GR.7 is open, 0
	suspect  suspect

	parties []party
	seats   []seatNote
	bags    []bagNote
	docs    []docNote
	infants []infantNote
	reached []contactNote
	links   []link

	ticket   int    // index in pnr.Tickets of the open GR.3, -1
	currency string // of the open GR.3
	payment  int    // index of the last payment, -1
	when, by string // of the open GR.10
	event    int    // index in pnr.History of the open event, -1
	other    int    // index in pnr.Other, -1
	at       origins
}

// person is a traveller while the record is read. What is known of him stands in the message already.
type person struct {
	*apipnr.Traveller
	given   string // as sent
	contact apipnr.Contact
	reached bool
	home    string // address of residence
	seats   []apipnr.Seat
	bags    []apipnr.Bag
	docs    []apipnr.Document
	origins origins

	adult  int            // from 1, who holds this infant as SSR INFT says; 0: not said
	infant int            // from 1, whom this adult holds
	told   bool           // an SSR INFT names this infant
	alias  string         // surname and given name by which it does, where they are others
	born   traveldoc.Date // as the documents say, while infants are linked
}

// add makes another person of the record, with his place among the travellers of the message.
func (r *reader) add() *person {
	w := &r.record
	n := len(r.out.Travellers)
	if n == cap(r.out.Travellers) {
		r.out.Travellers = room(r.out.Travellers, n-len(w.people), w.start-r.m.Start, r.m.End-r.m.Start)
		moved := r.out.Travellers[n-len(w.people) : n]
		for i := range w.people {
			w.people[i].Traveller = &moved[i]
		}
	}
	r.out.Travellers = r.out.Travellers[:n+1]
	w.people = grow(w.people)
	p := &w.people[len(w.people)-1]
	*p = person{
		Traveller: &r.out.Travellers[n], seats: p.seats[:0], bags: p.bags[:0], docs: p.docs[:0], origins: p.origins[:0],
	}
	return p
}

// suspect is a locator that stands where a new record may have begun without its SRC.
type suspect struct {
	carrier, locator string
	origin           apipnr.Origin
}

// party is somebody whom a segment names.
type party struct {
	person         int    // whose group it stands in, -1
	ref            string // 9944
	surname, given string
	found          int // index of the person once it is linked, -1
}

// link is an index in the reservation that a party is due.
type link struct {
	kind  linkKind
	index int
	party int
}

type linkKind uint8

const (
	linkTicket linkKind = iota
	linkService
	linkLoyalty
)

// begin opens a record, and ends the one before.
func (r *reader) begin() {
	r.end()
	if len(r.out.Reservations) >= r.m.MostRecords() {
		r.many("reservations")
		return
	}
	r.open, r.state = true, inRecord
	r.spend(5)
	w := &r.record
	again(&w.pnr)
	w.start = r.at
	w.people, w.parties = w.people[:0], append(w.parties[:0], party{person: -1, found: -1})
	w.seats, w.bags, w.docs, w.infants = w.seats[:0], w.bags[:0], w.docs[:0], w.infants[:0]
	w.reached, w.links, w.at = w.reached[:0], w.links[:0], w.at[:0]
	w.person, w.leg, w.ticket, w.payment, w.event, w.other = -1, -1, -1, -1, -1, -1
	w.located, w.fresh, w.boarding, w.party, w.suspect = false, false, false, 0, suspect{}
	w.currency, w.when, w.by = "", "", ""
}

// end closes the open record: links what was noted and adds it to the message.
func (r *reader) end() {
	if !r.open {
		return
	}
	w := &r.record
	if r.m.Truncated && !w.located && len(w.people)+len(w.pnr.Flights) == 0 {
		r.open = false // the text ended when it had just begun
		return
	}
	if !w.located {
		r.m.Report(apipnr.Diagnostic{
			Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Offset: r.m.Start, Record: r.number(), Message: "RCI expected: no locator",
		})
	}
	r.keepBooked()
	r.link()
	r.emit()
	r.open = false
}

// keepBooked takes an empty ORG for what is left of a damaged one where the record has travellers and flights all the same, or another ORG:
// nobody who may come is taken off for it.
func (r *reader) keepBooked() {
	w := &r.record
	flies := slices.ContainsFunc(w.pnr.Flights, func(f apipnr.Flight) bool { return !cancelled(f.Status) })
	if !w.pnr.Cancelled || w.pnr.Agency == nil && (len(w.people) == 0 || !flies) {
		return
	}
	w.pnr.Cancelled = false
	r.m.Report(apipnr.Diagnostic{
		Code: codeRecord, Severity: apipnr.Warning, Offset: r.m.Start, Record: r.number(), Tag: tagORG.String(),
		Message: "ORG is empty, as of a cancelled record, but the record has travellers and flights: it is kept",
	})
}

// emit copies the record into the message.
func (r *reader) emit() {
	w := &r.record
	travellers := r.parts.counts.room(len(w.people))
	first := len(r.out.Travellers) - len(w.people)
	for i := range w.people {
		travellers[i] = first + i
		r.traveller(&w.people[i])
	}
	for i := range w.pnr.Tickets {
		w.pnr.Tickets[i].Traveller = global(travellers, w.pnr.Tickets[i].Traveller)
	}
	for i := range w.pnr.Services {
		w.pnr.Services[i].Traveller = global(travellers, w.pnr.Services[i].Traveller)
	}
	for i := range w.pnr.Loyalty {
		w.pnr.Loyalty[i].Traveller = global(travellers, w.pnr.Loyalty[i].Traveller)
	}
	r.out.Reservations = room(r.out.Reservations, len(r.out.Reservations)+1, r.at-r.m.Start, r.m.End-r.m.Start)
	r.out.Reservations = r.out.Reservations[:len(r.out.Reservations)+1]
	p := &r.out.Reservations[len(r.out.Reservations)-1]
	r.parts.reservation(p, &w.pnr)
	p.Travellers, p.Origins = travellers, r.parts.origins.take(w.at)
	if len(p.Flights) > 0 {
		p.Origin = p.Flights[0].Origin
	}
}

// global is a traveller's index in the message from that in the record.
func global(travellers []int, at int) int {
	if at < 0 || at >= len(travellers) {
		return -1
	}
	return travellers[at]
}

// traveller completes a person as the message gives him.
func (r *reader) traveller(p *person) {
	t := p.Traveller
	t.Reservation = len(r.out.Reservations)
	t.Locator = r.record.pnr.Locator
	t.Kind = apipnr.Passenger
	t.Documents = r.parts.documents.take(p.docs)
	t.Seats = r.parts.seats.take(p.seats)
	t.Bags = r.parts.bags.take(p.bags)
	t.Origins = r.parts.origins.take(p.origins)
	if p.reached {
		t.Contact = &r.parts.contacts.take([]apipnr.Contact{p.contact})[0]
	}
	if t.Address == "" {
		t.Address = p.home
	}
}

// body takes a segment of a record.
func (r *reader) body(s *edifact.Segment) {
	w := &r.record
	if r.state == inHistory && !endsHistory(s.Tag) {
		r.past(s)
		return
	}
	fresh := w.fresh
	w.fresh = false
	switch s.Tag {
	case tagRCI:
		r.locators(s)
	case tagTIF:
		r.travellers(s)
	case tagTVL:
		r.travel(s, fresh)
	case tagMSG:
		r.openOther(s)
	case tagABI, tagSAC:
		r.state, w.person = inHistory, -1
		r.past(s)
	case tagEQN:
		r.state, w.person = inSplit, -1
	case tagSSR:
		r.service(s)
	case tagIFT:
		r.freeText(s)
	case tagLTS:
		r.longText(s)
	case tagDAT:
		r.dates(s)
	case tagORG:
		r.originator(s)
	default:
		r.detail(s)
	}
}

// detail takes the segments that open nothing.
func (r *reader) detail(s *edifact.Segment) {
	switch s.Tag {
	case tagADD:
		r.address(s)
	case tagFTI:
		r.loyalty(s)
	case tagREF:
		r.reference(s)
	case tagEBD:
		r.excess(s)
	case tagFAR:
		r.fare(s)
	case tagTKT:
		r.ticket(s)
	case tagMON:
		r.amounts(s)
	case tagFOP:
		r.payment(s)
	case tagTRA:
		r.operated(s)
	case tagRPI:
		r.status(s)
	case tagTRI:
		r.boarding(s)
	case tagSSD:
		r.seated(s)
	case tagTBD:
		r.bagged(s)
	case tagPTK, tagTXD, tagAPD: // ticketing limits, taxes and aircraft: nothing of the model
	default:
		r.unknown(s)
	}
}

// endsHistory reports whether a segment stands behind GR.10 to 12.
func endsHistory(t edifact.Tag) bool {
	return t == tagSRC || t == tagLTS || t == tagEQN || t == tagMSG || !known(t)
}
