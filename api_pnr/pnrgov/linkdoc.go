package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// codeConflict is of documents of one traveller that contradict one another.
const codeConflict = "document_conflict"

// codeRecord is of a reservation whose segments contradict one another.
const codeRecord = "record_conflict"

// linkDocument gives a document to its traveller: an infant's to the infant; else by reference, by name, to the group it stands in, to the
// record's only traveller. What finds none stays with the record.
func (r *reader) linkDocument(l *linker, n *docNote) {
	w := &r.record
	at := r.holder(l, n)
	if at < 0 {
		if n.document.Number != "" {
			w.pnr.Unlinked = append(w.pnr.Unlinked, n.document)
		}
		r.reportDocument(n, apipnr.CodeDocumentLink, n.source+": whose it is cannot be told from a reference or a name")
		return
	}
	p := &w.people[at]
	r.merge(p, n)
	p.add(n)
}

func (r *reader) reportDocument(n *docNote, code, text string) {
	r.m.Report(apipnr.Diagnostic{
		Code: code, Severity: apipnr.Warning, Segment: n.segment, Offset: n.offset, Message: text, Tag: "SSR", Record: r.number(),
	})
}

// holder is whose document it is, -1.
func (r *reader) holder(l *linker, n *docNote) int {
	p := &r.record.parties[n.party]
	if n.infant {
		at := l.infantHolder(p, n)
		if at < 0 && n.source == "DOCA" {
			at = l.find(p) // where the infant goes, his adult does
		}
		return at
	}
	own, alone := l.ref(p.ref), l.booked == 1
	if own < 0 {
		own = p.person
		if own >= 0 && n.surname != "" && !n.booked && bare(p.ref) != "" && l.people[own].Ref != "" && l.people[own].fits(n.surname, n.given) == noFit {
			own, alone = -1, false // another's in the wrong group
		}
	}
	if n.surname != "" && (own < 0 || l.people[own].fits(n.surname, n.given) < prefixFit) {
		// An infant's document that only the name tells from the adult's; a document in another one's group; one without a reference.
		least := wholeFit
		if own < 0 || p.ref == "" {
			least = prefixFit
		}
		if at := l.name(n.surname, n.given, least, anybody); at >= 0 {
			return at
		}
		if own < 0 {
			if at := l.name(n.surname, n.given, surnameFit, anybody); at >= 0 {
				return at
			}
		}
	}
	if own < 0 && alone && !isInfant(&l.people[0]) {
		return 0
	}
	return own
}

// infantHolder finds the infant of a document that says it is one's (FI, MI).
func (l *linker) infantHolder(p *party, n *docNote) int {
	own := l.ref(p.ref)
	if own < 0 {
		own = p.person
	}
	if own >= 0 && isInfant(&l.people[own]) {
		return own
	}
	surname, given := n.surname, n.given
	if n.booked {
		surname, given = "", ""
	}
	if at := l.infantOf(own, surname, given); at >= 0 {
		return at
	}
	// The infant's TIF does not say that it is one.
	return l.name(surname, given, prefixFit, func(p *person) bool { return p.AgeGroup == "" || p.AgeGroup == apipnr.Child })
}

// merge takes what a document says of the person. What the reservation says of the name stays where the document's is another one.
func (r *reader) merge(p *person, n *docNote) {
	place := func(f apipnr.Field) {
		p.origins = append(p.origins, apipnr.Origin{Field: f, Segment: uint32(n.segment), Offset: uint32(n.offset)}) //nolint:gosec // bounded
	}
	if n.source == "DOCS" && n.surname != "" && !n.booked {
		p.rename(n)
	}
	p.identity(n, place)
	if !n.born.IsZero() && n.born != p.BirthDate {
		if p.BirthDate.IsZero() {
			p.BirthDate = n.born
			place(apipnr.FieldBirthDate)
		} else {
			r.reportDocument(n, codeConflict, "another birth date than the document before: the first is kept")
		}
	}
	for i, field := range [...]string{"birth_date", "document_expiry", "document_issued"} {
		if n.raw[i] != "" {
			p.raw(field, n.raw[i])
		}
	}
	if n.address != "" {
		p.Address = n.address
		place(apipnr.FieldAddress)
	}
	if n.home != "" {
		p.home, p.Residence = n.home, n.residence
		place(apipnr.FieldResidence)
	}
}

func (p *person) identity(n *docNote, place func(apipnr.Field)) {
	switch sex := n.sex; {
	case sex == "" || p.Sex != "":
	case sex[0] == 'M' || sex[0] == 'F' || sex[0] == 'X':
		p.Sex = sex[:1]
		place(apipnr.FieldSex)
	default:
		p.raw("sex", sex)
	}
	if n.nationality != "" && p.Nationality == "" {
		p.Nationality = n.nationality
		place(apipnr.FieldNationality)
	}
	if n.place != "" && p.BirthPlace == "" {
		p.BirthPlace = n.place
		place(apipnr.FieldBirthPlace)
	}
}

// rename takes the given names of a document, which are all of them and set apart, where its surname is that of the reservation. What the
// reservation has stays in Raw.
func (p *person) rename(n *docNote) {
	if _, kept := p.Raw["document_name"]; kept {
		return
	}
	doubled := p.Surname != "" && p.Raw["surname"] != "" && same(n.surname, p.Raw["surname"])
	if doubled { // the document has two letters too: they are the name
		p.Surname = p.Raw["surname"]
	}
	if !same(p.Surname, n.surname) || blank(n.given) {
		if !same(p.Surname, n.surname) {
			p.raw("document_name", n.surname+"/"+n.given)
		}
		return
	}
	if begin, whole := begins(p.GivenNames, n.given); begin && (!whole || strings.Contains(p.GivenNames, " ")) {
		return // the document tells no more, or no more than other spaces
	}
	if p.GivenNames != "" && p.Raw["given_names"] == "" && p.GivenNames != n.given {
		p.raw("given_names", p.given)
	}
	p.GivenNames = n.given
}

// add keeps the document, once for each number and issuer. One without a number is none.
func (p *person) add(n *docNote) {
	d := n.document
	if d.Number == "" {
		return
	}
	const most = 32 // documents of one traveller that are compared
	for i := range p.docs[:min(most, len(p.docs))] {
		if k := &p.docs[i]; k.Number == d.Number && sameState(k.Issuer, d.Issuer) {
			complete(k, d)
			return
		}
	}
	item := uint16(len(p.docs)) //nolint:gosec // of one traveller
	for _, f := range [...]apipnr.Field{
		apipnr.FieldDocumentType, apipnr.FieldDocumentNumber, apipnr.FieldDocumentIssuer, apipnr.FieldDocumentExpiry,
	} {
		p.origins = append(p.origins, apipnr.Origin{Field: f, Item: item, Segment: uint32(n.segment), Offset: uint32(n.offset)}) //nolint:gosec // bounded
	}
	p.docs = append(p.docs, d)
}
