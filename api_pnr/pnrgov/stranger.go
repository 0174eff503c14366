package pnrgov

import (
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// mostStrangers is how many travellers a record may have for strangers to be looked for: more are in no aircraft's reservation.
const mostStrangers = 200

// strangers makes travellers of those whom no TIF of the record's head names, because it is missing or damaged, but whom the check-in
// (GR.7) or a document does: better from there than not at all.
func (r *reader) strangers() {
	w := &r.record
	known := len(w.people)
	if known == 0 {
		r.headless()
		return
	}
	if known > mostStrangers {
		return
	}
	refers := r.refers() // else references that lead nowhere say nothing
	var looked, misspelt bool
	for i := range w.parties {
		p := w.parties[i]
		if p.surname == "" || !r.strange(p.surname, p.given, p.ref) {
			continue
		}
		if !looked {
			looked, misspelt = true, r.absent()
		}
		if refers && bare(p.ref) != "" || !misspelt {
			r.stranger(p.surname, p.given, p.ref)
		}
	}
	if len(w.people) > known {
		r.noTIF("TIF expected in the head of the record: somebody boards whom none names")
	}
	for i := range w.docs {
		n := &w.docs[i]
		ref := w.parties[n.party].ref
		if n.names() && !n.infant && r.strange(n.surname, n.given, ref) && (refers && bare(ref) != "" || r.contradicts(n, known)) {
			r.stranger(n.surname, n.given, ref)
			r.reportDocument(n, apipnr.CodeSegmentMissing, n.source+": no TIF names its holder, who is made a traveller")
		}
	}
}

// contradicts reports whether a document that would go to a traveller by its place alone has another name and another birth date than his
// own document: it is another's.
func (r *reader) contradicts(n *docNote, booked int) bool {
	w := &r.record
	at := w.parties[n.party].person
	if at < 0 && booked == 1 {
		at = 0
	}
	if at < 0 || n.born.IsZero() || w.people[at].fits(n.surname, n.given) != noFit {
		return false
	}
	const most = 64 // documents that are looked at
	for i := range w.docs[:min(most, len(w.docs))] {
		own := &w.docs[i]
		if own.names() && !own.infant && !own.born.IsZero() && own.born != n.born && w.people[at].fits(own.surname, own.given) >= prefixFit {
			return true
		}
	}
	return false
}

// headless makes travellers of those who board, where the record's head has none; where nobody does, of those whom documents name.
func (r *reader) headless() {
	w := &r.record
	seen := map[string]bool{}
	for i := range w.parties {
		p := w.parties[i]
		key := p.surname + "/" + p.given + "/" + bare(p.ref)
		if p.surname == "" || seen[key] {
			continue
		}
		seen[key] = true
		r.stranger(p.surname, p.given, p.ref)
	}
	if len(w.people) > 0 {
		r.noTIF("TIF expected in the head of the record: the travellers are those who board")
		return
	}
	for i := range w.docs {
		n := &w.docs[i]
		key := nameKey(n.surname) + "/" + nameKey(n.given)
		if !n.names() || seen[key] {
			continue
		}
		seen[key] = true
		ref := w.parties[n.party].ref
		if n.infant {
			ref = "" // it is the adult's
		}
		if p := r.stranger(n.surname, n.given, ref); p != nil && n.infant {
			p.AgeGroup = apipnr.Infant
		}
	}
	if len(w.people) > 0 {
		r.noTIF("TIF expected in the head of the record: the travellers are those whom documents name")
	}
}

func (r *reader) noTIF(message string) {
	r.m.Report(apipnr.Diagnostic{
		Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Offset: r.m.Start, Tag: tagTIF.String(), Record: r.number(), Message: message,
	})
}

// names reports whether a document says its holder's own name, and is still one.
func (n *docNote) names() bool {
	return n.source == "DOCS" && !n.booked && !n.cancelled && !blank(n.surname)
}

// strange reports whether neither a reference nor a name is of a traveller whom the record knows.
func (r *reader) strange(surname, given, ref string) bool {
	people := r.record.people
	if len(people) > mostStrangers {
		return false
	}
	ref = bare(ref)
	for i := range people {
		if p := &people[i]; ref != "" && bare(p.Ref) == ref {
			return false
		}
	}
	for i := range people {
		if p := &people[i]; alike(p.Surname, single(surname)) && alike(p.GivenNames, untitled(given)) {
			return false
		}
	}
	return true
}

// absent reports whether somebody of the record's head does not board under his name or reference: who boards under another name may be he,
// spelled otherwise by the departure control.
func (r *reader) absent() bool {
	w := &r.record
	return slices.ContainsFunc(w.people, func(x person) bool {
		return !slices.ContainsFunc(w.parties, func(p party) bool {
			return p.surname != "" && (bare(p.ref) != "" && bare(p.ref) == bare(x.Ref) || alike(x.Surname, single(p.surname)) && alike(x.GivenNames, untitled(p.given)))
		})
	})
}

// alike reports whether one of two names is the beginning of the other, or is not said: departure controls cut names.
func alike(a, b string) bool {
	first, _ := begins(a, b)
	second, _ := begins(b, a)
	return first || second
}

// refers reports whether a segment of the record refers to one of its travellers.
func (r *reader) refers() bool {
	w := &r.record
	const most = 64 // segments that are looked at
	for i := range w.parties[:min(most, len(w.parties))] {
		ref := bare(w.parties[i].ref)
		for k := range w.people {
			if ref != "" && bare(w.people[k].Ref) == ref {
				return true
			}
		}
	}
	return false
}

// stranger makes a traveller; nil when there are as many as a message may have.
func (r *reader) stranger(surname, given, ref string) *person {
	if r.crowded() {
		return nil
	}
	r.spend(8)
	p := r.add()
	p.Surname, p.GivenNames, p.Ref, p.given = single(surname), untitled(given), ref, given
	return p
}
