package pnrgov

import (
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// linkInfants gives what SSR say of infants to them. An infant whom no TIF names becomes a traveller here: he crosses the border too. Those
// whom a name or a date tells come first, so that another name cannot take their place; then those whom the adult tells; then what names
// nobody.
func (r *reader) linkInfants(l *linker) {
	w := &r.record
	if len(w.infants) == 0 {
		return
	}
	r.documented(l)
	single := l.onlyAdult()
	for i := range w.infants {
		n := &w.infants[i]
		if n.adult = l.find(&w.parties[n.party]); n.adult < 0 {
			n.adult = single
		}
	}
	left := w.infants
	for _, least := range [...]fit{wholeFit, prefixFit, surnameFit} {
		left = slices.DeleteFunc(left, func(n infantNote) bool {
			at := l.told(&n, least)
			if at >= 0 {
				r.tell(at, &n)
			}
			return at >= 0
		})
	}
	for i := range left {
		if n := &left[i]; n.named() {
			r.toldByAdult(l, n)
		}
	}
	for i := range left {
		if n := &left[i]; !n.named() {
			r.unnamedInfant(l, n)
		}
	}
}

// onlyAdult is the only traveller of a TIF who is no infant, -1.
func (l *linker) onlyAdult() int {
	only := -1
	for i := range l.people[:l.booked] {
		if isInfant(&l.people[i]) {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = i
	}
	return only
}

// documented notes the birth dates that documents tell, for who is an infant can be told by them.
func (r *reader) documented(l *linker) {
	w := &r.record
	for i := range w.docs {
		n := &w.docs[i]
		if n.born.IsZero() {
			continue
		}
		at := r.holder(l, n)
		if at < 0 || !l.people[at].born.IsZero() || n.surname != "" && l.people[at].fits(n.surname, n.given) < prefixFit {
			continue
		}
		l.people[at].born = n.born
	}
}

// told finds the infant whom a note's name fits best; -1 when it fits none so well. What the dates and the adults say weighs too.
func (l *linker) told(n *infantNote, least fit) int {
	best, at := int(least)*weightOfFit-1, -1
	consider := func(i int) {
		if weight := l.weigh(i, n); weight > best {
			best, at = weight, i
		}
	}
	if !n.named() {
		return -1
	}
	for i := range l.bearing(l.byName, n.surname) {
		if l.byName == nil || !isInfant(&l.people[i]) {
			consider(i)
		}
	}
	if l.byName == nil {
		return at
	}
	for i := range l.bearing(l.infants, n.surname) {
		consider(i)
	}
	return at
}

// weightOfFit is more than dates and adults together weigh.
const weightOfFit = 8

// weigh is how much speaks for a traveller being the infant of a note; 0: too little, or something speaks against it.
func (l *linker) weigh(at int, n *infantNote) int {
	p := &l.people[at]
	if p.AgeGroup == apipnr.Adult && p.born.IsZero() {
		return 0 // most are
	}
	fit := likeness(p, n)
	if fit == noFit {
		return 0
	}
	dates := compareDates(p, n)
	if !isInfant(p) {
		young := p.AgeGroup == "" || p.AgeGroup == apipnr.Child
		if fit == wholeFit && at != n.adult && p.AgeGroup != apipnr.Party && (dates == sameDate || dates == noDate && young && !grown(p.given)) {
			return int(fit)*weightOfFit + int(dates)
		}
		return 0
	}
	own, other := l.holds(n.adult, at), p.adult > 0 && n.adult >= 0 && p.adult != n.adult+1
	switch {
	case dates == otherDate && (!own || fit < wholeFit), // cousins, twins
		other && (fit < wholeFit || dates != sameDate || unnamed(n.given)), // an adult holds his own
		fit == surnameFit && !own && dates != sameDate:
		return 0
	}
	weight := int(fit)*weightOfFit + int(dates)
	if own {
		weight++
	}
	return weight
}

// likeness is fits, where a surname alone is a likeness only if a given name is not said, or stands for one that is not known.
func likeness(p *person, n *infantNote) fit {
	if same(p.alias, n.surname+n.given) && p.alias != "" {
		return wholeFit
	}
	f := p.fits(n.surname, n.given)
	if f == surnameFit && !unnamed(p.GivenNames) && !unnamed(n.given) {
		return noFit
	}
	return f
}

// unnamed reports whether a given name is none, or a word that stands for one.
func unnamed(given string) bool {
	switch _, first := next(given, 0); first {
	case 0:
		return true
	case 'B', 'C', 'I', 'T':
	default:
		return false
	}
	for _, word := range [...]string{"BABY", "CHILD", "INFANT", "INF", "TBA", "TBN"} {
		if same(given, word) {
			return true
		}
	}
	return false
}

// grown reports whether a given name as sent ends in the title of an adult.
func grown(given string) bool {
	title := clean(given[len(untitled(given)):])
	return title == "MR" || title == "MRS" || title == "MS" || title == "DR"
}

// dates is what two birth dates say of two being one.
type dates int

const (
	otherDate dates = iota
	noDate
	sameDate = 3 // weighs more than the adult
)

func compareDates(p *person, n *infantNote) dates {
	known := p.BirthDate
	if known.IsZero() {
		known = p.born
	}
	switch {
	case known.IsZero() || n.birth.IsZero():
		return noDate
	case known == n.birth:
		return sameDate
	}
	return otherDate
}

// holds reports whether an infant is the adult's: SSR INFT has said it, or he is the next one behind and nobody else's.
func (l *linker) holds(adult, infant int) bool {
	if adult < 0 {
		return false
	}
	p := &l.people[infant]
	return p.adult == adult+1 || p.adult == 0 && (adult == infant || l.behind(adult) == infant)
}

// behind is the next infant of a TIF behind an adult, -1.
func (l *linker) behind(adult int) int {
	const far = 64 // travellers that are looked at
	if adult < 0 {
		return -1
	}
	for i := adult + 1; i < min(l.booked, adult+far); i++ {
		if isInfant(&l.people[i]) {
			return i
		}
	}
	return -1
}

// toldByAdult takes a note whose name fits nobody: the infant of its adult under another spelling, or one whom no TIF names.
func (r *reader) toldByAdult(l *linker, n *infantNote) {
	if n.birth.IsZero() && n.raw == "" && n.adult >= 0 && l.people[n.adult].fits(n.surname, n.given) == wholeFit {
		n.surname, n.given = "", "" // the adult's own name
		return
	}
	at := l.told(n, surnameFit) // one that was made of a note before
	if at < 0 {
		at = l.respelled(n)
	}
	if at < 0 {
		at = r.born(l, n)
	}
	if at >= 0 {
		r.tell(at, n)
	}
}

// respelled is an infant under another spelling, whom no other SSR INFT names: the next one behind the adult if one of the names is the
// same, and nobody else or the birth date says whose he is; -1.
func (l *linker) respelled(n *infantNote) int {
	at := l.behind(n.adult)
	if at < 0 {
		at = l.only("")
	}
	if at < 0 || l.people[at].told {
		return -1
	}
	p := &l.people[at]
	if p.fits(n.surname, "") == noFit && !same(p.GivenNames, n.given) {
		return -1
	}
	switch compareDates(p, n) {
	case otherDate:
		return -1
	case noDate:
		nameless := n.adult < 0 && unnamed(n.given) && unnamed(p.GivenNames) && p.fits(n.surname, "") != noFit
		if !nameless && (n.adult < 0 || !l.next(n.adult, at)) {
			return -1
		}
	case sameDate:
	}
	if p.alias = n.surname + n.given; l.infants != nil {
		key := nameKey(n.surname)
		l.infants[key] = append(l.infants[key], at)
	}
	return at
}

// next reports whether nobody but infants stands between an adult and the infant.
func (l *linker) next(adult, infant int) bool {
	for i := adult + 1; i < infant; i++ {
		if !isInfant(&l.people[i]) {
			return false
		}
	}
	return adult < infant
}

// born makes a traveller of an infant whom no TIF names; -1 when there are as many as a message may have.
func (r *reader) born(l *linker, n *infantNote) int {
	w := &r.record
	if r.crowded() {
		return -1
	}
	if r.spent > r.budget {
		r.stop(tooDense)
		return -1
	}
	r.spend(8)
	p := r.add()
	at := len(w.people) - 1
	p.Surname, p.GivenNames, p.AgeGroup, p.given = single(n.surname), n.given, apipnr.Infant, n.sent
	if p.Surname != n.surname {
		p.raw("surname", n.surname)
	}
	if n.given != n.sent {
		p.raw("given_names", n.sent)
	}
	n.note(p, apipnr.FieldSurname)
	n.note(p, apipnr.FieldGivenNames)
	l.people = w.people
	switch {
	case l.byName != nil:
		l.indexName(at)
	case len(l.people) > few:
		l.index()
	}
	return at
}

// tell gives what a note says to its infant.
func (r *reader) tell(at int, n *infantNote) {
	w := &r.record
	p := &w.people[at]
	p.told = p.told || n.named()
	if p.AgeGroup == "" {
		p.AgeGroup = apipnr.Infant
	}
	switch {
	case n.birth.IsZero():
		if n.raw != "" {
			p.raw("birth_date", n.raw)
		}
	case p.BirthDate.IsZero():
		p.BirthDate = n.birth
		n.note(p, apipnr.FieldBirthDate)
	case p.BirthDate != n.birth:
		r.m.Report(apipnr.Diagnostic{
			Code: codeConflict, Severity: apipnr.Warning, Segment: n.segment, Offset: n.offset, Tag: "SSR", Record: r.number(),
			Message: "INFT: another birth date than before: the first is kept",
		})
	}
	if n.adult >= 0 && !isInfant(&w.people[n.adult]) && p.adult == 0 {
		p.adult = n.adult + 1
		if a := &w.people[n.adult]; a.infant == 0 {
			a.infant = at + 1
		}
		p.Adult = w.people[n.adult].called()
	}
	if n.ticket > 0 {
		r.linkTicket(at, n.ticket-1)
	}
}

// called is a traveller's reference, or his name without one.
func (p *person) called() string {
	if p.Ref != "" {
		return p.Ref
	}
	return p.Surname + "/" + p.GivenNames
}

// unnamedInfant takes a note that names nobody: a ticket, a date, or an infant who cannot be a traveller without a name.
func (r *reader) unnamedInfant(l *linker, n *infantNote) {
	at := l.infantOf(n.adult, "", "")
	if at < 0 && n.ticket == 0 {
		r.m.Report(apipnr.Diagnostic{
			Code: apipnr.CodeTraveller, Severity: apipnr.Warning, Segment: n.segment, Offset: n.offset, Tag: "SSR", Record: r.number(),
			Message: "INFT: an infant without a name, and without a TIF",
		})
	}
	if at >= 0 {
		r.tell(at, n)
	}
}

// infantOf finds the infant whom an adult holds: by name, by SSR INFT, else the next infant behind the adult, else the record's only one.
func (l *linker) infantOf(adult int, surname, given string) int {
	if at := l.infant(surname, given); at >= 0 {
		return at
	}
	switch {
	case adult < 0:
	case isInfant(&l.people[adult]): // his own reference
		return l.unlessNamed(adult, surname)
	case l.people[adult].infant > 0:
		return l.unlessNamed(l.people[adult].infant-1, surname)
	}
	if at := l.behind(adult); at >= 0 && l.holds(adult, at) {
		return l.unlessNamed(at, surname)
	}
	return l.only(surname)
}

// only is the record's only infant, unless his surname is another one; -1.
func (l *linker) only(surname string) int {
	const far = 64 // travellers that are looked at
	only := -1
	for i := range min(len(l.people), far) {
		if !isInfant(&l.people[i]) {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = i
	}
	return l.unlessNamed(only, surname)
}

// unlessNamed refuses an infant whose surname is another.
func (l *linker) unlessNamed(at int, surname string) int {
	if at >= 0 && !blank(surname) && l.people[at].fits(surname, "") == noFit {
		return -1
	}
	return at
}
