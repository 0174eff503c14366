package alerts

import (
	"sort"
	"strings"
	"time"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// List is one version of the alert list with its index. It does not change once made.
type List struct {
	version  string
	alerts   []Flat
	byNumber map[string][]int // folded number -> positions
	byName   map[string][]int // name key -> positions
	byPlate  map[string][]int // folded plate -> positions
	prefixes []prefix         // folded "SURNAME GIVEN", sorted, for truncated names
}

type prefix struct {
	name string
	at   int
}

// NewList indexes the alerts of a version.
func NewList(version string, all []Flat) *List {
	l := &List{version: version, alerts: all, byNumber: map[string][]int{}, byName: map[string][]int{}, byPlate: map[string][]int{}}
	for n, a := range all {
		if number := traveldoc.FoldNumber(a.DocumentNumber); number != "" {
			l.byNumber[number] = append(l.byNumber[number], n)
		}
		if plate := border.FoldPlate(a.Plate); plate != "" {
			l.byPlate[plate] = append(l.byPlate[plate], n)
		}
		if name := traveldoc.NameKey(a.Surname, a.GivenNames); name != "" {
			l.byName[name] = append(l.byName[name], n)
			l.prefixes = append(l.prefixes, prefix{traveldoc.FoldName(a.Surname + " " + a.GivenNames), n})
		}
	}
	sort.Slice(l.prefixes, func(i, j int) bool { return l.prefixes[i].name < l.prefixes[j].name })
	return l
}

// Len is the number of alerts.
func (l *List) Len() int { return len(l.alerts) }

// Match is an alert that a traveller meets, and by what.
type Match struct {
	Alert      Flat
	ByDocument bool
	ByName     bool
}

// Find are the alerts in force that a traveller meets: by the document's number and issuing state, or by the name and birth date.
// A birth date that either side does not know disagrees with nobody.
func (l *List) Find(identity traveldoc.Identity, document traveldoc.Document, today traveldoc.Date) []Match {
	found := map[int]Match{}
	for _, n := range l.byNumber[traveldoc.FoldNumber(document.Number)] {
		a := l.alerts[n]
		if a.IssuingState == "" || document.IssuingState == "" || a.IssuingState == document.IssuingState {
			found[n] = Match{Alert: a, ByDocument: true}
		}
	}
	for _, n := range l.named(identity) {
		a := l.alerts[n]
		if a.BirthDate.Compatible(identity.BirthDate) {
			m := found[n]
			m.Alert, m.ByName = a, true
			found[n] = m
		}
	}
	return l.ordered(found, today)
}

// named are the positions of the alerts whose name is the traveller's; of those that begin with it when it was cut off.
func (l *List) named(identity traveldoc.Identity) []int {
	key := traveldoc.NameKey(identity.Surname, identity.GivenNames)
	if key == "" {
		return nil
	}
	positions := append([]int(nil), l.byName[key]...)
	if !identity.NameTruncated {
		return positions
	}
	name := traveldoc.FoldName(identity.Surname + " " + identity.GivenNames)
	from := sort.Search(len(l.prefixes), func(i int) bool { return l.prefixes[i].name >= name })
	for _, p := range l.prefixes[from:] {
		if !strings.HasPrefix(p.name, name) {
			break
		}
		positions = append(positions, p.at)
	}
	return positions
}

func (l *List) ordered(found map[int]Match, today traveldoc.Date) []Match {
	positions := make([]int, 0, len(found))
	for n, m := range found {
		if m.Alert.inForce(today) {
			positions = append(positions, n)
		}
	}
	sort.Ints(positions)
	matches := make([]Match, len(positions))
	for i, n := range positions {
		matches[i] = found[n]
	}
	return matches
}

// Held is a list as a station holds it: with the instant of the last confirmation that it is the centre's newest.
type Held struct {
	List      *List
	CurrentAt time.Time
	// Unreadable is how many entries this release cannot read: they may be about anybody.
	Unreadable int
}

// Version is the list's version, as shown to officers and kept with every finding.
func (l *List) Version() string { return l.version }
