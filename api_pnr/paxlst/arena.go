package paxlst

import (
	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// arena holds the lists of all travellers in a few arrays. What belongs to the current traveller is the end of each.
type arena struct {
	origins   []apipnr.Origin
	documents []apipnr.Document
	seats     []apipnr.Seat
	bags      []apipnr.Bag
	// Travellers begun and, at most, to come; origins of those that are closed.
	travellers, left, gathered int
	// Where the current traveller begins.
	origin, document, seat, bag int
}

const (
	originsEach = 14   // what a traveller usually has
	originsMost = 64   // room that there is for each
	shortest    = 50   // bytes of a traveller: of shorter ones there may be more, but room is not made for them beforehand
	chunk       = 8192 // of origins made at once, at most
)

// makeRoom makes the arrays as long as the message can need them.
func (r *reader) makeRoom() {
	a := &r.arena
	a.left = min(r.m.About(tagNAD), r.m.MostRecords(), len(r.m.Received())/shortest)
	r.out.Travellers = make([]apipnr.Traveller, 0, a.left)
	if n := min(r.m.About(tagDOC), 2*a.left); n > 0 {
		a.documents = make([]apipnr.Document, 0, n)
	}
	if n := min(r.m.Count("RFF", "SEA"), a.left); n > 0 {
		a.seats = make([]apipnr.Seat, 0, n)
	}
}

// open begins a traveller.
func (a *arena) open() {
	if cap(a.origins)-len(a.origins) < originsMost {
		each := originsEach
		if a.travellers > 0 {
			each = a.gathered/a.travellers + 1
		}
		a.origins = make([]apipnr.Origin, 0, min(chunk, max(a.left, 1)*each)+originsMost)
	}
	a.left--
	a.travellers++
	a.origin, a.document, a.seat, a.bag = len(a.origins), len(a.documents), len(a.seats), len(a.bags)
}

// close gives the traveller what was gathered since open. Lists are not nil, and cannot grow into those of the next.
func (a *arena) close(t *apipnr.Traveller) {
	t.Origins = a.origins[a.origin:len(a.origins):len(a.origins)]
	a.gathered += len(t.Origins)
	t.Documents, t.Seats, t.Bags = []apipnr.Document{}, []apipnr.Seat{}, []apipnr.Bag{}
	if n := len(a.documents); n > a.document {
		t.Documents = a.documents[a.document:n:n]
	}
	if n := len(a.seats); n > a.seat {
		t.Seats = a.seats[a.seat:n:n]
	}
	if n := len(a.bags); n > a.bag {
		t.Bags = a.bags[a.bag:n:n]
	}
}

// origin notes where a field of the current traveller stands.
func (r *reader) origin(field apipnr.Field, item, element, component int) {
	r.arena.origins = append(r.arena.origins, r.s.Origin(field, item, element, component))
}
