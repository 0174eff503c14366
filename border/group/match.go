package group

import (
	"cmp"
	"slices"

	"github.com/openbmis/openbmis/traveldoc"
)

// matcher finds for each scan its line: by document number first, then by name and birth date, so that as many lines as can be are
// ticked off.
type matcher struct {
	people   []Person
	seen     []Seen
	scanOf   map[int]int // line's index -> scan's
	personOf map[int]int
	how      map[int]Match
	repeated map[int]bool // scans of a document that another scan has ticked off
}

func newMatcher(people []Person, seen []Seen) *matcher {
	m := &matcher{people: people, seen: seen, scanOf: map[int]int{}, personOf: map[int]int{}, how: map[int]Match{}, repeated: map[int]bool{}}
	m.byNumber()
	m.byName()
	return m
}

func (m *matcher) byNumber() {
	lines := map[string]int{}
	for n, p := range m.people {
		if number := traveldoc.FoldNumber(p.Number); number != "" {
			lines[number] = n
		}
	}
	first := map[string]bool{}
	for s, one := range m.seen {
		number := traveldoc.FoldNumber(one.Document.Number)
		document := number + "/" + one.Document.IssuingState
		if number != "" && first[document] {
			m.repeated[s] = true
			continue
		}
		first[document] = true
		n, named := lines[number]
		if _, taken := m.scanOf[n]; named && !taken {
			m.tick(s, n, ByNumber)
		}
	}
}

func (m *matcher) tick(s, n int, how Match) { m.scanOf[n], m.personOf[s], m.how[s] = s, n, how }

// byName places the other scans on lines that are left, as many as possible: a scan gives its line up to another that has no other
// choice (augmenting paths). Better choices are tried first.
func (m *matcher) byName() {
	left := map[string][]int{}
	for n, p := range m.people {
		if _, taken := m.scanOf[n]; !taken {
			key := traveldoc.NameKey(p.Name, "")
			left[key] = append(left[key], n)
		}
	}
	choices := map[int][]int{}
	for s, one := range m.seen {
		if _, placed := m.personOf[s]; placed || m.repeated[s] {
			continue
		}
		for _, n := range left[traveldoc.NameKey(one.Identity.Surname, one.Identity.GivenNames)] {
			if m.people[n].BirthDate.Compatible(one.Identity.BirthDate) {
				choices[s] = append(choices[s], n)
			}
		}
		slices.SortStableFunc(choices[s], func(a, b int) int { return cmp.Compare(m.distance(s, a), m.distance(s, b)) })
	}
	for _, rank := range []int{0, 1, 2, 3} { // who fits best is placed first
		for s := range m.seen {
			if _, placed := m.personOf[s]; !placed && len(choices[s]) > 0 && m.distance(s, choices[s][0]) == rank {
				m.place(s, choices, map[int]bool{})
			}
		}
	}
}

// distance is how far a line is from a scan of the same name: 0 the same birth date, 1 none known or less precise; 2 more when the
// line has another document number.
func (m *matcher) distance(s, n int) int {
	d := 0
	if m.people[n].BirthDate != m.seen[s].Identity.BirthDate {
		d++
	}
	if traveldoc.FoldNumber(m.people[n].Number) != "" {
		d += 2
	}
	return d
}

func (m *matcher) place(s int, choices map[int][]int, tried map[int]bool) bool {
	for _, n := range choices[s] {
		if tried[n] {
			continue
		}
		tried[n] = true
		other, taken := m.scanOf[n]
		if taken && !m.place(other, choices, tried) {
			continue
		}
		how := ByName
		if traveldoc.FoldNumber(m.people[n].Number) != "" {
			how = ByNameOnly
		}
		m.tick(s, n, how)
		return true
	}
	return false
}

func sameName(p Person, s Seen) bool {
	key := traveldoc.NameKey(p.Name, "")
	return key == "" || key == traveldoc.NameKey(s.Identity.Surname, s.Identity.GivenNames)
}
