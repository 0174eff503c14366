package pnrgov

import (
	"iter"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// linker finds the travellers of a record by what segments say of them. Its maps keep a record of many travellers linear.
type linker struct {
	people  []person
	booked  int // those whom a TIF names; behind them are infants of SSR INFT
	byRef   map[string]int
	byName  map[string][]int // by the letters of the surname
	infants map[string][]int // those of byName who are infants
}

// few is how many travellers are searched one by one.
const few = 12

func newLinker(people []person) linker {
	l := linker{people: people, booked: len(people)}
	if len(people) > few {
		l.index()
	}
	return l
}

// index makes the maps.
func (l *linker) index() {
	l.byRef, l.byName, l.infants = make(map[string]int, len(l.people)), make(map[string][]int, len(l.people)), map[string][]int{}
	for i := range l.people {
		if ref := bare(l.people[i].Ref); ref != "" {
			if _, taken := l.byRef[ref]; !taken {
				l.byRef[ref] = i
			}
		}
		l.indexName(i)
	}
}

func (l *linker) indexName(at int) {
	key := nameKey(l.people[at].Surname)
	l.byName[key] = append(l.byName[key], at)
	if isInfant(&l.people[at]) {
		l.infants[key] = append(l.infants[key], at)
	}
}

// nameKey is a surname's letters alone.
func nameKey(surname string) string {
	key := make([]byte, 0, len(surname))
	for i := 0; ; i++ {
		var c byte
		if i, c = next(surname, i); c == 0 {
			return string(key)
		}
		key = append(key, c)
	}
}

// ref finds a traveller by his reference, -1.
func (l *linker) ref(ref string) int {
	if ref = bare(ref); ref == "" {
		return -1
	}
	if l.byRef != nil {
		if at, ok := l.byRef[ref]; ok {
			return at
		}
		return -1
	}
	for i := range l.people {
		if bare(l.people[i].Ref) == ref {
			return i
		}
	}
	return -1
}

// fit is how well a name fits a traveller.
type fit uint8

const (
	noFit fit = iota
	surnameFit
	prefixFit // one given name is the beginning of the other
	wholeFit
)

// fits compares a name with that of a traveller as the reservation has it.
func (p *person) fits(surname, given string) fit {
	if !same(p.Surname, surname) && !same(p.Surname, single(surname)) {
		return noFit
	}
	given = untitled(given)
	if blank(given) || blank(p.GivenNames) {
		return surnameFit
	}
	if begin, whole := begins(given, p.GivenNames); begin {
		if whole {
			return wholeFit
		}
		return prefixFit
	}
	if begin, _ := begins(p.GivenNames, given); begin {
		return prefixFit
	}
	return surnameFit
}

// name finds the one traveller whom a name fits best, among those that want accepts; -1 when there is none, or more than one that it
// fits as well.
func (l *linker) name(surname, given string, least fit, want func(*person) bool) int {
	return l.fitting(l.byName, surname, given, least, want)
}

// infant is name among infants.
func (l *linker) infant(surname, given string) int {
	return l.fitting(l.infants, surname, given, prefixFit, isInfant)
}

func (l *linker) fitting(known map[string][]int, surname, given string, least fit, want func(*person) bool) int {
	if blank(surname) {
		return -1
	}
	best, at := least-1, -1
	for i := range l.bearing(known, surname) {
		if !want(&l.people[i]) {
			continue
		}
		switch f := l.people[i].fits(surname, given); {
		case f > best:
			best, at = f, i
		case f == best:
			at = -1
		}
	}
	return at
}

// bearing goes over the travellers of a surname that a map knows; over all of them when there are few and no maps.
func (l *linker) bearing(known map[string][]int, surname string) iter.Seq[int] {
	const most = 64 // of one surname that are compared
	return func(yield func(int) bool) {
		if known == nil {
			for i := range l.people {
				if !yield(i) {
					return
				}
			}
			return
		}
		list := known[nameKey(surname)]
		for _, i := range list[:min(most, len(list))] {
			if !yield(i) {
				return
			}
		}
	}
}

func anybody(*person) bool { return true }

func isInfant(p *person) bool { return p.AgeGroup == apipnr.Infant }

// find links a party: by its reference, by its name, by the group that it stands in.
func (l *linker) find(p *party) int {
	if p.found >= 0 {
		return p.found
	}
	p.found = l.ref(p.ref)
	named := p.surname != ""
	if named && (p.found < 0 || l.people[p.found].fits(p.surname, p.given) == noFit) {
		if at := l.name(p.surname, p.given, prefixFit, anybody); at >= 0 {
			p.found = at
		}
	}
	if named && p.found < 0 {
		p.found = l.name(p.surname, p.given, surnameFit, anybody)
	}
	if p.found < 0 {
		p.found = p.person
	}
	return p.found
}

// link gives everything that was noted in the record to its travellers.
func (r *reader) link() {
	w := &r.record
	r.strangers()
	r.linker = newLinker(w.people)
	l := &r.linker
	r.linkInfants(l)
	for i := range w.docs {
		r.linkDocument(l, &w.docs[i])
	}
	r.linkSeats(l)
	r.linkBags(l)
	r.linkContacts(l)
	for _, k := range w.links {
		at := l.find(&w.parties[k.party])
		switch {
		case at < 0:
		case k.kind == linkTicket:
			r.linkTicket(at, k.index)
		case k.kind == linkService:
			w.pnr.Services[k.index].Traveller = at
		case k.kind == linkLoyalty:
			w.pnr.Loyalty[k.index].Traveller = at
		}
	}
	if w.pnr.Created == "" {
		w.pnr.Created = w.pnr.Booked
	} else {
		w.pnr.Booked = w.pnr.Created
	}
}

func (r *reader) linkTicket(person, ticket int) {
	w := &r.record
	w.pnr.Tickets[ticket].Traveller = person
	if p := &w.people[person]; p.Ticket == "" {
		p.Ticket = w.pnr.Tickets[ticket].Number
	}
}

func (r *reader) linkSeats(l *linker) {
	w := &r.record
	for i := range w.seats {
		n := &w.seats[i]
		at := l.either(&w.parties[n.party])
		if at < 0 {
			w.pnr.Services = append(w.pnr.Services, apipnr.Service{
				Code: "SEAT", Text: n.seat.Seat, Leg: n.seat.Origin + n.seat.Destination, Traveller: -1,
			})
			continue
		}
		p := &w.people[at]
		n.origin.Item = uint16(len(p.seats)) //nolint:gosec // of one traveller
		p.seats = append(p.seats, n.seat)
		p.origins = append(p.origins, n.origin)
	}
}

func (r *reader) linkBags(l *linker) {
	w := &r.record
	for i := range w.bags {
		n := &w.bags[i]
		at := l.either(&w.parties[n.party])
		if at < 0 {
			w.pnr.Services = append(w.pnr.Services, apipnr.Service{
				Code: "TBD", Text: strings.Join(n.bag.Tags, " "), Leg: n.bag.Leg, Traveller: -1,
			})
			continue
		}
		p := &w.people[at]
		n.origin.Item = uint16(len(p.bags)) //nolint:gosec // of one traveller
		p.bags = append(p.bags, n.bag)
		p.origins = append(p.origins, n.origin)
	}
}

// either finds a party, or the record's only traveller. An infant that only SSR INFT names has no seat and no bags of his own.
func (l *linker) either(p *party) int {
	if at := l.find(p); at >= 0 || l.booked != 1 {
		return at
	}
	return 0
}
