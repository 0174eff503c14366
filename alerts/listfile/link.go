package listfile

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/alerts"
)

// linker finds the entries that others name. Names are compared by their letters and digits alone.
type linker struct {
	byName map[string][]int // of primary names: places in File.Alerts
	alias  map[string][]int
	wanted []wantedLink
}

// wantedLink is a name that an entry is linked to.
type wantedLink struct {
	from, line     int
	name, relation string
}

// entry makes an entry known by its names.
func (l *linker) entry(at int, a *alerts.Alert) {
	if l.byName == nil {
		l.byName, l.alias = map[string][]int{}, map[string][]int{}
	}
	for _, n := range a.Subject.Names {
		into := l.alias
		if n.Kind == alerts.Primary {
			into = l.byName
		}
		key := letters(n.Raw)
		into[key] = append(into[key], at)
	}
}

// letters are the letters and digits of a name, as capitals.
func letters(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToUpper(c)
		}
		return -1
	}, name)
}

// want remembers a link; relation is empty when the kind of the other one says it.
func (l *linker) want(from, line int, name, relation string) {
	l.wanted = append(l.wanted, wantedLink{from, line, name, relation})
}

// resolve sets the links. A name that is nobody's, or that of several, stays a remark.
func (l *linker) resolve(r *reading) {
	for _, w := range l.wanted {
		a := &r.file.Alerts[w.from]
		found := l.byName[letters(w.name)]
		if len(found) == 0 {
			found = slices.Compact(slices.Clone(l.alias[letters(w.name)]))
		}
		if len(found) != 1 {
			a.Remarks = append(a.Remarks, "Linked To: "+w.name)
			r.file.Notes = append(r.file.Notes, Note{Line: w.line, Key: a.Key(), Field: "links", Code: NoteLink, Value: bounded(w.name)})
			continue
		}
		addLink(a, r.file.Alerts[found[0]], w.relation)
	}
}

// addLink links an entry to another, once.
func addLink(a *alerts.Alert, other alerts.Alert, relation string) {
	if relation == "" {
		relation = relationTo(other.Subject.Kind)
	}
	link := alerts.Link{Key: other.Key(), Relation: relation}
	if other.ID != a.ID && !slices.Contains(a.Links, link) {
		a.Links = append(a.Links, link)
	}
}

// relationTo is what an entry has to do with another of a kind, when nothing more is said.
func relationTo(kind alerts.Kind) string {
	switch kind {
	case alerts.Organisation:
		return "organisation"
	case alerts.Vessel, alerts.Aircraft, alerts.VehicleOnly:
		return "vehicle"
	case alerts.DocumentOnly:
		return "document"
	case alerts.Person:
	}
	return "other"
}

// sortRefused puts what was refused in the order of the file.
func sortRefused(all []Refused) {
	slices.SortFunc(all, func(a, b Refused) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Raw, b.Raw))
	})
}
