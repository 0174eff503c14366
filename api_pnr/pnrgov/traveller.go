package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// travellers reads TIF: of GR.2 it makes a traveller, of GR.7 it names one.
func (r *reader) travellers(s *edifact.Segment) {
	w := &r.record
	if r.state == inLeg {
		if w.party != 0 || r.mentioned(s) {
			r.boards(s)
			return
		}
		if w.suspect.locator != "" {
			r.split(s)
		} else {
			s.Report(apipnr.CodeSegmentOrder, apipnr.Warning, 0, 0, r.number(), "traveller behind the flights: taken as one of the record")
		}
	}
	if r.state != inRecord && r.state != inLeg {
		s.Report(apipnr.CodeSegmentOrder, apipnr.Warning, 0, 0, r.number(), "traveller behind the head of the record: taken as one of it")
	}
	r.state, w.ticket, w.currency = inRecord, -1, ""
	r.person(s, min(1, s.Elements()-1))
	for i := 2; i < s.Elements(); i++ { // further persons of the same surname
		if s.Text(i, 0) != "" && s.Components(i) > 1 {
			r.person(s, i)
		}
	}
}

// split begins a record at the locator that stood in a leg: the traveller that follows is not of the record.
func (r *reader) split(s *edifact.Segment) {
	w := &r.record
	from := w.suspect
	w.pnr.Others = w.pnr.Others[:len(w.pnr.Others)-1]
	r.unannounced(s)
	w.located = true
	w.pnr.Carrier, w.pnr.Locator = clean(from.carrier), clean(from.locator)
	w.at = append(w.at, from.origin)
}

// mentioned reports whether a TIF names a traveller whom the record knows. Where a record is longer than any aircraft, it is taken as one.
func (r *reader) mentioned(s *edifact.Segment) bool {
	const most = 200
	people := r.record.people
	if len(people) == 0 || len(people) > most {
		return len(people) > 0
	}
	surname, given, ref := s.Text(0, 0), s.Text(1, 0), bare(s.Text(1, 2))
	for i := range people {
		p := &people[i]
		if same(p.Surname, single(surname)) && (same(p.given, given) || ref != "" && bare(p.Ref) == ref) {
			return true
		}
	}
	return false
}

// person makes a traveller from the surname and one element of a TIF: given name, type, reference, infant indicator.
func (r *reader) person(s *edifact.Segment, element int) {
	w := &r.record
	if r.crowded() {
		return
	}
	r.spend(8)
	p := r.add()
	w.person = len(w.people) - 1
	surname := strings.TrimSpace(s.Text(0, 0))
	p.Surname = single(surname)
	if p.Surname != surname {
		p.raw("surname", surname)
	}
	p.origins.note(s, apipnr.FieldSurname, 0, 0, 0)
	p.AgeGroup = ageGroup(clean(s.Text(0, 1)))
	if element > 0 {
		r.given(s, p, element)
	}
	if p.Surname == "" && p.GivenNames == "" {
		s.Report(apipnr.CodeTraveller, apipnr.Warning, 0, 0, r.number(), "TIF without a name")
	}
}

func (r *reader) given(s *edifact.Segment, p *person, element int) {
	p.given = strings.TrimSpace(s.Text(element, 0))
	p.GivenNames = untitled(p.given)
	if p.GivenNames != p.given {
		p.raw("given_names", p.given)
	}
	p.origins.note(s, apipnr.FieldGivenNames, 0, element, 0)
	if group := ageGroup(clean(s.Text(element, 1))); group != "" {
		p.AgeGroup = group
	}
	p.Ref = strings.TrimSpace(s.Text(element, 2))
	if p.Ref != "" {
		p.origins.note(s, apipnr.FieldRef, 0, element, 2)
	}
}

// raw keeps what was sent where the value is another.
func (p *person) raw(field, sent string) {
	if p.Raw == nil {
		p.Raw = make(map[string]string, 1)
	}
	p.Raw[field] = sent
}

// single takes back the doubling by which systems send a surname of one letter ("YY").
func single(surname string) string {
	if len(surname) == 2 && surname[0] == surname[1] && surname[0] >= 'A' && surname[0] <= 'Z' {
		return surname[:1]
	}
	return surname
}

func ageGroup(code string) string {
	switch code {
	case "A":
		return apipnr.Adult
	case "C":
		return apipnr.Child
	case "IN":
		return apipnr.Infant
	case "G":
		return apipnr.Party
	}
	return ""
}

// reference keeps the carrier's own reference of a traveller (REF).
func (r *reader) reference(s *edifact.Segment) {
	w := &r.record
	value := strings.TrimSpace(s.Text(0, 1))
	if value == "" {
		value = strings.TrimSpace(s.Text(0, 0))
	}
	if value == "" {
		return
	}
	if r.state == inRecord && w.person >= 0 {
		w.people[w.person].raw("reference", value)
		return
	}
	w.pnr.Remarks = append(w.pnr.Remarks, text(s.Raw()))
}

// boards reads the TIF of GR.7. Its reference is better than that of the TRI before it.
func (r *reader) boards(s *edifact.Segment) {
	w := &r.record
	if w.party == 0 || w.parties[w.party].surname != "" {
		w.party = r.party(-1, "")
	}
	p := &w.parties[w.party]
	p.surname, p.given = strings.TrimSpace(s.Text(0, 0)), strings.TrimSpace(s.Text(1, 0))
	if ref := s.Text(1, 2); ref != "" {
		p.ref = ref
	}
}

// boarding reads TRI: GR.7 of another traveller begins.
func (r *reader) boarding(s *edifact.Segment) {
	if r.state != inLeg {
		return
	}
	r.record.boarding = true
	r.record.party = r.party(-1, strings.TrimSpace(s.Text(1, 3)))
	if r.record.parties[r.record.party].ref == "" {
		r.record.parties[r.record.party].ref = strings.TrimSpace(s.Text(0, 3))
	}
}

// party notes somebody whom a segment names by the group it stands in or by a reference, and gives his number; 0 names nobody.
func (r *reader) party(person int, ref string) int {
	w := &r.record
	r.spend(1)
	w.parties = append(w.parties, party{person: person, ref: ref, found: -1})
	return len(w.parties) - 1
}

// inGroup is the party of the open GR.2; 0 outside of one.
func (r *reader) inGroup() int {
	if r.state != inRecord || r.record.person < 0 {
		return 0
	}
	return r.party(r.record.person, "")
}

// loyalty reads FTI: carrier, number, and the level somewhere behind.
func (r *reader) loyalty(s *edifact.Segment) {
	w := &r.record
	for i := range s.Elements() {
		number := strings.TrimSpace(s.Text(i, 1))
		if number == "" {
			continue
		}
		l := apipnr.Loyalty{Carrier: clean(s.Text(i, 0)), Number: number, Traveller: -1}
		for c := 2; c < s.Components(i) && l.Level == ""; c++ {
			l.Level = strings.TrimSpace(s.Text(i, c))
		}
		w.at.note(s, apipnr.FieldLoyalty, len(w.pnr.Loyalty), i, 1)
		w.links = append(w.links, link{linkLoyalty, len(w.pnr.Loyalty), r.inGroup()})
		w.pnr.Loyalty = append(w.pnr.Loyalty, l)
	}
}
