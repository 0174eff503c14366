package pnrxml

import (
	"cmp"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
	"github.com/openbmis/openbmis/traveldoc"
)

// infantNote is an SSR INFT and the index of the adult whom it is of, -1.
type infantNote struct {
	node  *node
	adult int
}

// infants makes travellers of the infants whom SSR INFT names and no Passenger is. Those who are one come first.
func (b *booking) infants() {
	passengers := len(b.out.Travellers)
	for _, n := range b.inft {
		x := pnrgov.ReadInfant(n.node.attr("text"))
		if n.adult < 0 && passengers == b.first+1 {
			n.adult = b.first
		}
		born, ok := pnrgov.BornOn(x.Born, b.day())
		if x.Born != "" && !ok {
			b.report(n.node, apipnr.CodeDateUnreadable, apipnr.Warning, "INFT: date DDMMMYY expected")
		}
		at := b.sameInfant(n, x, born)
		switch {
		case at >= 0:
		case x.Surname == "" && x.Given == "":
			b.report(n.node, apipnr.CodeTraveller, apipnr.Warning, "INFT: an infant without a name, and without a Passenger")
			continue
		default:
			at = b.born(n.node, x)
		}
		b.tell(n, x, born, at)
	}
}

// day is the day of the flight that is pushed.
func (b *booking) day() traveldoc.Date {
	if len(b.out.Flights) == 0 {
		return traveldoc.Date{}
	}
	return b.out.Flights[0].Departure.Date
}

// sameInfant finds the infant of a note among the travellers: by the whole name, else the adult's or the only one where the name is not
// said; -1.
func (b *booking) sameInfant(n infantNote, x pnrgov.Infant, born traveldoc.Date) int {
	const most = 200 // travellers that are looked through
	only, infants := -1, 0
	for i := b.first; i < min(len(b.out.Travellers), b.first+most); i++ {
		t := &b.out.Travellers[i]
		infant := t.AgeGroup == apipnr.Infant
		if i == n.adult || !infant && t.AgeGroup != "" && t.AgeGroup != apipnr.Child || b.another(n, t, born) {
			continue
		}
		if !pnrgov.Unnamed(x.Given) && pnrgov.SameName(t.Surname, x.Surname) && pnrgov.SameName(t.GivenNames, pnrgov.Untitled(x.Given)) {
			return i
		}
		if infant && (x.Surname == "" || pnrgov.SameName(t.Surname, x.Surname)) {
			only = i
			infants++
		}
	}
	if infants == 1 && pnrgov.Unnamed(x.Given) {
		return only
	}
	return -1
}

// another reports whether a traveller cannot be the infant of a note: another adult holds him, or he was born on another day.
func (b *booking) another(n infantNote, t *apipnr.Traveller, born traveldoc.Date) bool {
	otherDay := !born.IsZero() && !t.BirthDate.IsZero() && born != t.BirthDate
	return otherDay || n.adult >= 0 && t.Adult != "" && t.Adult != b.called(n.adult)
}

// called is a traveller's reference, or his name without one.
func (b *booking) called(at int) string {
	t := &b.out.Travellers[at]
	return cmp.Or(t.Ref, t.Surname+"/"+t.GivenNames)
}

// born makes a traveller of an infant whom no Passenger is.
func (b *booking) born(n *node, x pnrgov.Infant) int {
	at := len(b.out.Travellers)
	t := apipnr.Traveller{
		Surname: x.Surname, GivenNames: pnrgov.Untitled(x.Given), Kind: apipnr.Passenger, AgeGroup: apipnr.Infant, Locator: b.p.Locator,
		Reservation: b.index, Documents: []apipnr.Document{}, Seats: []apipnr.Seat{}, Bags: []apipnr.Bag{},
		Origins: []apipnr.Origin{n.origin(apipnr.FieldSurname, 0), n.origin(apipnr.FieldGivenNames, 0)},
	}
	if t.GivenNames != x.Given {
		t.Raw = map[string]string{"given_names": x.Given}
	}
	b.p.Travellers = append(b.p.Travellers, at)
	b.out.Travellers = append(b.out.Travellers, t)
	return at
}

// tell gives what a note says to its infant.
func (b *booking) tell(n infantNote, x pnrgov.Infant, born traveldoc.Date, at int) {
	t := &b.out.Travellers[at]
	t.AgeGroup = cmp.Or(t.AgeGroup, apipnr.Infant)
	if n.adult >= 0 && t.Adult == "" {
		t.Adult = b.called(n.adult)
	}
	switch {
	case t.BirthDate.IsZero() && !born.IsZero():
		t.BirthDate = born
		t.Origins = append(t.Origins, n.node.origin(apipnr.FieldBirthDate, 0))
	case born.IsZero() && x.Born != "":
		if t.Raw == nil {
			t.Raw = map[string]string{}
		}
		t.Raw["birth_date"] = x.Born
	}
}
