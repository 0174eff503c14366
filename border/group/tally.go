package group

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Seen is a member's scan with what became of it.
type Seen struct {
	Scan     uuid.UUID
	At       time.Time
	Identity traveldoc.Identity
	Document traveldoc.Document
	// Verdict is the decision that stands; empty while the traveller waits.
	Verdict  border.Verdict
	Crossing uuid.UUID
	// Outcome is the sum of the checks of somebody who waits; Pending while one has not answered.
	Outcome border.Outcome
	Pending bool
}

// State is where a member stands.
type State string

// The states, those that need an officer first.
const (
	Hit        State = "hit"         // waits, and a check says hit
	NotChecked State = "not_checked" // waits, and a check has no answer
	Differs    State = "differs"     // waits clean, but document, name or birth date are not the manifest's
	Stranger   State = "stranger"    // waits clean, but is not on the manifest
	Twice      State = "twice"       // waits, and is ticked off already
	Checking   State = "checking"
	Clean      State = "clean"
	Missing    State = "missing"
	Referred   State = "referred"
	Crossed    State = "crossed"
)

// States are all states, in the order in which members are listed.
func States() []State {
	return []State{Hit, NotChecked, Differs, Stranger, Twice, Checking, Clean, Missing, Referred, Crossed}
}

// Exception reports whether a member of the state waits for an officer's own decision.
func (s State) Exception() bool {
	return s == Hit || s == NotChecked || s == Differs || s == Stranger || s == Twice
}

// Waits reports whether a member of the state has been scanned and is not decided yet.
func (s State) Waits() bool { return s.Exception() || s == Checking || s == Clean }

// Match is how a scan was found on the manifest.
type Match string

// The ways.
const (
	ByNumber   Match = "number"
	ByName     Match = "name"     // and birth date; the manifest has no document number
	ByNameOnly Match = "other_id" // name and birth date, but the manifest has another document number
)

// Member is a line of the manifest, a scan, or both.
type Member struct {
	Person *Person // nil: not on the manifest
	Seen   *Seen   // nil: not scanned
	Match  Match
	State  State
}

// Tally is a group as it stands, exceptions first.
type Tally struct {
	Members []Member
	Count   map[State]int
	// Unnamed is how many more people are said to come whom no line names.
	Unnamed int
}

// Reconcile holds the manifest against the scans. What comes out depends on who was scanned, not on the order of scanning.
func Reconcile(g Group, seen []Seen) Tally {
	seen = slices.Clone(seen)
	slices.SortFunc(seen, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(traveldoc.FoldNumber(a.Document.Number), traveldoc.FoldNumber(b.Document.Number)),
			a.At.Compare(b.At), cmp.Compare(a.Scan.String(), b.Scan.String()))
	})
	m := newMatcher(g.Manifest.People, seen)
	t := Tally{Count: map[State]int{}}
	for n := range g.Manifest.People {
		member := Member{Person: &g.Manifest.People[n], State: Missing}
		if s, ok := m.scanOf[n]; ok {
			member.Seen, member.Match = &seen[s], m.how[s]
			member.State = stateOf(seen[s], placed(member))
		}
		t.Members = append(t.Members, member)
	}
	for s := range seen {
		if _, ok := m.personOf[s]; ok {
			continue
		}
		t.Members = append(t.Members, Member{Seen: &seen[s], State: stateOf(seen[s], m.unplaced(g, s))})
	}
	t.finish(g)
	return t
}

// TickedOff is how many of those who are said to come have shown their documents; strangers and documents shown twice are none.
func (t Tally) TickedOff() int {
	n, named := 0, t.named()
	for _, m := range t.Members {
		if m.Seen != nil && m.State != Twice && (m.Person != nil || !named) {
			n++
		}
	}
	return n
}

func (t *Tally) finish(g Group) {
	order := map[State]int{}
	for n, s := range States() {
		order[s] = n
	}
	slices.SortStableFunc(t.Members, func(a, b Member) int {
		return cmp.Or(cmp.Compare(order[a.State], order[b.State]), cmp.Compare(a.line(), b.line()))
	})
	for _, m := range t.Members {
		t.Count[m.State]++
	}
	if len(g.Manifest.People) == 0 {
		t.Unnamed = max(g.Size-t.TickedOff(), 0)
		t.Count[Missing] = t.Unnamed
	}
}

func (m Member) line() int {
	if m.Person == nil {
		return 1 << 30
	}
	return m.Person.Line
}

// placed is what somebody who waits clean is when the manifest names him: clean, or different from what it says.
func placed(m Member) State {
	wrongName := m.Match == ByNumber && !sameName(*m.Person, *m.Seen)
	wrongBirth := !m.Person.BirthDate.Compatible(m.Seen.Identity.BirthDate)
	if m.Match == ByNameOnly || wrongName || wrongBirth {
		return Differs
	}
	return Clean
}

// unplaced is what somebody is whom no line is left for.
func (m *matcher) unplaced(g Group, s int) State {
	switch {
	case m.repeated[s]:
		return Twice
	case len(g.Manifest.People) == 0:
		return Clean
	}
	return Stranger
}

// stateOf is the state of a scan; clean is what it is when its checks are clean and nobody has decided.
func stateOf(s Seen, clean State) State {
	switch {
	case s.Verdict == border.Admit:
		return Crossed
	case s.Verdict != "":
		return Referred
	case s.Pending:
		return Checking
	case s.Outcome == border.Hit:
		return Hit
	case s.Outcome == border.NotChecked:
		return NotChecked
	}
	return clean
}
