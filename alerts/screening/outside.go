package screening

import (
	"slices"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Outside reports whether a service outside found it, not a search of our own lists.
func (f Found) Outside() bool { return hit.Outside(f.Raise.Check) }

// SameDocument reports whether another hit is of the same service on the same document, whatever its entries are called.
func (f Found) SameDocument(other Found) bool {
	a, b := f.Raise, other.Raise
	return f.ByDocument() && other.ByDocument() && a.Check == b.Check && interpol.Shown(a.Document) == interpol.Shown(b.Document)
}

// News reports whether a service says something of the person that it had not said when the hit was last written: another entry, another
// version of one, another document. That it names fewer entries than before is none.
func (f Found) News(was hit.Raise) bool {
	return slices.ContainsFunc(f.Raise.Evidence, func(e border.Evidence) bool {
		return e.Severity != border.Note && !slices.ContainsFunc(was.Evidence, func(o border.Evidence) bool { return o.Ref == e.Ref && o.Found == e.Found })
	})
}

// outside are the hits of services outside on somebody who is expected: one of each entry that is on the person, and one of each service
// and document, whatever the number of its entries. A service that gave no answer raises none. No list and no owner is known of them.
func outside(p Person) (all []Found) {
	if p.Flight == nil { // who has crossed was asked about at his station, which raised its hit
		return nil
	}
	for _, m := range hit.Raises(p.Findings) {
		if !hit.Outside(m.Check) {
			continue
		}
		f := Found{Person: p, Raise: m.Of(p.raise(IsExpected))}
		f.Raise.Document = p.shown(m)
		if n := slices.IndexFunc(all, f.SameDocument); n >= 0 {
			all[n].Raise = joined(all[n].Raise, f.Raise)
			continue
		}
		all = append(all, f)
	}
	for n := range all { // the check's name as well: a list of ours may be called as the service
		all[n].ID = hit.ID(p.Occasion, all[n].Raise.Check+" "+all[n].Raise.Alert)
	}
	return all
}

// shown is the document that a match is about; the main one where it names none.
func (p Person) shown(m hit.Match) traveldoc.Document {
	for _, d := range append([]traveldoc.Document{p.Document}, p.Documents...) {
		if slices.ContainsFunc(m.Evidence, func(e border.Evidence) bool { return e.Code == hit.CodeDocument && e.Found == interpol.Shown(d) }) {
			return d
		}
	}
	return p.Document
}

// joined is one hit of two entries on the same document: it stands for the more urgent one, and shows both.
func joined(a, b hit.Raise) hit.Raise {
	if hit.Strongest(b, a) < 0 {
		a, b = b, a
	}
	a.Evidence = append(slices.Clip(a.Evidence), b.Evidence...)
	for _, mark := range b.Safety {
		if !slices.Contains(a.Safety, mark) {
			a.Safety = append(slices.Clip(a.Safety), mark)
		}
	}
	return a
}
