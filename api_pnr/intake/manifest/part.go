package manifest

import apipnr "github.com/openbmis/openbmis/api_pnr"

// parted looks whether what a message said of a person leaves both sources one person, or makes him another row's.
func (m *Manifest) parted(p *Person, in Input, source Source) {
	if p.API != nil && p.PNR != nil && p.api.contradicts(p.pnr) {
		m.split(p, in, source)
	}
	m.unite(p, in, source)
}

// split gives the reservation's data a row of its own: what API and PNR say cannot be of one person.
func (m *Manifest) split(p *Person, in Input, source Source) {
	other := m.add(in)
	other.PNR, other.PNRPlaces, other.PNRSeq, other.PNRMessage = p.PNR, p.PNRPlaces, p.PNRSeq, p.PNRMessage
	other.PNRCancelled, other.Reservation, other.pnr = p.PNRCancelled, p.Reservation, p.pnr
	if other.PNRCancelled {
		other.Status = apipnr.StatusCancelled
	}
	p.PNR, p.PNRPlaces, p.PNRCancelled, p.Reservation, p.pnr = nil, nil, false, "", evidence{}
	m.changed(other, in.id(0), source, New, diff(nil, other.PNR))
	m.touch(p)
}

// unite makes one row of two when what is known now says that they are one person: a list that names the document of a reservation.
func (m *Manifest) unite(p *Person, in Input, source Source) {
	if p.API != nil && p.PNR != nil {
		return
	}
	for _, o := range m.Persons {
		if o == p || o.gone() || (o.API == nil) == (p.API == nil) || (o.PNR == nil) == (p.PNR == nil) {
			continue
		}
		if !surelyOne(p, o) {
			continue
		}
		api, pnr := p, o
		if p.API == nil {
			api, pnr = o, p
		}
		m.merge(api, pnr, in, source)
		return
	}
}

// surelyOne reports whether two rows of different sources are one person.
func surelyOne(p, o *Person) bool {
	a, b := p.api, o.pnr
	if p.API == nil {
		a, b = o.api, p.pnr
	}
	if a.contradicts(b) {
		return false
	}
	return a.sharesDocument(b) || a.sameName(b) && (a.sameBirth(b) || a.locator != "" && a.locator == b.locator)
}

// merge puts what the reservation says into the row of the list, which stays.
func (m *Manifest) merge(keep, gone *Person, in Input, source Source) {
	keep.PNR, keep.PNRPlaces, keep.PNRSeq, keep.PNRMessage = gone.PNR, gone.PNRPlaces, gone.PNRSeq, gone.PNRMessage
	keep.PNRCancelled, keep.Reservation, keep.pnr = gone.PNRCancelled, gone.Reservation, gone.pnr
	m.changed(keep, in.id(0), source, Changed, nil)
	m.changed(gone, in.id(0), source, Merged, nil)
	gone.MergedInto, gone.Status = keep.ID, apipnr.StatusCancelled
	keep.ChangedAt, gone.ChangedAt = in.At, in.At
}
