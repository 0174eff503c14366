package expected

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// Query is what is looked for of a traveller. A person is given when he meets Numbers, or Births; or when his name has a word of Family and
// one of Given, in whatever order, and he meets Slips or is on a flight of Designators.
type Query struct {
	Numbers     []string // folded (traveldoc.FoldNumber)
	Births      []string // as a carrier may have sent his birth date: whole, in part, day and month swapped
	Slips       []string // the same with one wrong digit
	Family      []string // words of his names, folded; of who has one name alone both are its words
	Given       []string
	Designators []string // of the flight that the officer noted, "LH0400"; nil when none is known
	Direction   border.Direction
	From, To    time.Time // flights that are due in between
}

// Answer is what a crossing point holds.
type Answer struct {
	// Held says that the dataset was ever taken; Version and AsOf are which, and when the centre last said that it is the newest.
	Held    bool
	Version int64
	AsOf    time.Time
	// Unreadable is how many rows cannot be used by this release: they may be about anybody.
	Unreadable int
	Flights    []Flight // of Query.Designators
	Found      []Found
}

// Found is a person who meets a query, with his flight.
type Found struct {
	Person Person
	Flight Flight
}

// Register is what a crossing point holds of expected persons.
type Register interface {
	// Look finds persons, and the flights of the designators. Reading it is part of an inspection, which has its own audit entry.
	Look(ctx context.Context, q Query) (Answer, error)
}

// How far before and after the scan a flight may be due.
const (
	lookBack  = 26 * time.Hour
	lookAhead = 18 * time.Hour
)

// QueryOf is the question about a subject.
func QueryOf(s border.Subject) Query {
	q := Query{Direction: s.Direction, From: s.At.Add(-lookBack), To: s.At.Add(lookAhead)}
	if n := traveldoc.FoldNumber(s.Document.Number); n != "" {
		q.Numbers = append(q.Numbers, n)
	}
	q.Births, q.Slips = births(s.Identity.BirthDate)
	q.Family, q.Given = parts(s.Identity.Surname), parts(s.Identity.GivenNames)
	if len(q.Family) == 0 {
		q.Family = q.Given
	}
	if len(q.Given) == 0 {
		q.Given = q.Family
	}
	if d := DesignatorOf(s.Particulars); d != "" {
		q.Designators = []string{d}
	}
	return q
}

// Words are the words of a name by which persons are found.
func Words(i traveldoc.Identity) []string {
	return slices.Compact(slices.Sorted(slices.Values(parts(i.Surname + " " + i.GivenNames))))
}

// DesignatorOf is the flight of an officer's notes, in the form of Flight.Designators; empty when none was noted.
func DesignatorOf(particulars map[string]string) string {
	carrier, sent := strings.ToUpper(particulars["carrier"]), particulars["flight"]
	number, suffix, ok := apipnr.FlightNumber(sent)
	if carrier == "" || !ok {
		return ""
	}
	return carrier + number + suffix
}

// Birth years that somebody who travels can have.
const (
	leastYear = 1880
	mostYear  = 2200
)

// births are a birth date as it may have been sent, and with one digit wrong.
func births(d traveldoc.Date) (all, slips []string) {
	if d.IsZero() {
		return nil, nil
	}
	all = append(all, d.String())
	if d.Precision() == traveldoc.PrecisionDay {
		all = append(all, d.String()[:7], d.String()[:4])
	}
	if s := swapped(d); !s.IsZero() && s != d {
		all = append(all, s.String())
	}
	text := []byte(d.String())
	for i, was := range text {
		if was == '-' {
			continue
		}
		for digit := byte('0'); digit <= '9'; digit++ {
			if text[i] = digit; digit != was {
				if s, err := traveldoc.ParseDate(string(text)); err == nil && s.Year() > leastYear && s.Year() < mostYear {
					slips = append(slips, string(text))
				}
			}
		}
		text[i] = was
	}
	return all, slips
}

// Basis is by what a person was found, the surest last.
type Basis int

// The bases.
const (
	ByName     Basis = iota + 1 // on the flight that the officer noted, by the name alone
	ByPerson                    // name and birth date
	ByDocument                  // number and issuer, and nothing says that it is another person's
)

// Candidate is a person who may be the traveller.
type Candidate struct {
	Found
	Basis       Basis
	Names       Likeness
	Differences []Difference
}

// Matcher finds who of the expected persons a traveller is.
type Matcher struct {
	Names  Names // nil: only the spellings of Doc 9303 count
	Policy Policy
}

// The least likeness of names, by what else agrees.
const (
	leastWithBirth = 0.70
	leastWithSlip  = 0.80
	leastAlone     = 0.85
)

// Match gives the persons who may be the traveller, the surest first, those of the noted flight and of the nearest time before others;
// and those who were declared with his document's number but are other people by name and birth.
func (m Matcher) Match(s border.Subject, found []Found, designators []string) (candidates, others []Candidate) {
	for _, f := range found {
		if !mayBe(s, f, noted(f.Flight, designators)) {
			continue
		}
		c := Candidate{Found: f, Names: likeNames(m.Names, s.Identity, f.Person.Identity)}
		switch c.Basis = basisOf(s, c, noted(f.Flight, designators)); {
		case c.Basis > 0:
			c.Differences = m.differences(s.Identity, s.Document, f.Person, c.Names)
			candidates = append(candidates, c)
		case hasDocument(s, f.Person):
			c.Differences = m.differences(s.Identity, s.Document, f.Person, c.Names)
			others = append(others, c)
		}
	}
	byChance := func(a, b Candidate) int { return compareCandidates(s.At, designators, a, b) }
	slices.SortStableFunc(candidates, byChance)
	slices.SortStableFunc(others, byChance)
	return candidates, others
}

// mayBe spares the comparison of names where it cannot make the person the traveller.
func mayBe(s border.Subject, f Found, onFlight bool) bool {
	switch likeDates(s.Identity.BirthDate, f.Person.Identity.BirthDate) {
	case RelEqual, RelPartial, RelSwapped, RelDigit:
		return true
	}
	if hasDocument(s, f.Person) {
		return true
	}
	mine, its := Words(s.Identity), Words(f.Person.Identity)
	if len(mine) > len(its) {
		mine, its = its, mine
	}
	return onFlight && len(mine) > 0 && within(mine, its, func(a, b string) bool { return a[0] == b[0] })
}

func compareCandidates(at time.Time, designators []string, a, b Candidate) int {
	return cmp.Or(
		cmp.Compare(flag(b.Basis > ByName), flag(a.Basis > ByName)), cmp.Compare(flag(noted(b.Flight, designators)), flag(noted(a.Flight, designators))), cmp.Compare(b.Basis, a.Basis),
		cmp.Compare(flag(b.Person.Expected()), flag(a.Person.Expected())),
		cmp.Compare(apart(a.Flight, at), apart(b.Flight, at)), cmp.Compare(b.Names.Score, a.Names.Score),
		strings.Compare(a.Person.ID.String(), b.Person.ID.String()),
	)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func apart(f Flight, at time.Time) time.Duration {
	due, known := f.Due(time.UTC)
	if !known {
		return lookBack
	}
	return due.Sub(at).Abs()
}

func noted(f Flight, designators []string) bool {
	return slices.ContainsFunc(f.Designators(), func(d string) bool { return slices.Contains(designators, d) })
}

// basisOf is by what a person is the traveller; 0 when he is not.
func basisOf(s border.Subject, c Candidate, onFlight bool) Basis {
	birth := likeDates(s.Identity.BirthDate, c.Person.Identity.BirthDate)
	name := c.Names.Score
	born := birth == RelEqual || birth == RelPartial
	slip := birth == RelSwapped || birth == RelDigit
	switch {
	case hasDocument(s, c.Person) && (name >= leastWithBirth || born || slip):
		return ByDocument
	case born && name >= leastWithBirth, slip && name >= leastWithSlip:
		return ByPerson
	case onFlight && name >= leastAlone && sexesAgree(s, c.Person):
		return ByName
	}
	return 0
}

func sexesAgree(s border.Subject, p Person) bool {
	return likeSexes(s.Identity.Sex, p.Identity.Sex) != RelDifferent
}

// hasDocument: number and issuer, or the number alone where the carrier sent no issuer.
func hasDocument(s border.Subject, p Person) bool {
	return slices.ContainsFunc(p.Documents, func(d traveldoc.Document) bool {
		return likeNumbers(s.Document.Number, d.Number) == RelEqual && likeStates(s.Document.IssuingState, d.IssuingState) != RelDifferent
	})
}

// one is the person whom the traveller is: nil when there is none, or when several on the same footing may be he. The same person on
// further flights is no second one.
func one(candidates []Candidate, designators []string) *Candidate {
	if len(candidates) == 0 {
		return nil
	}
	first := &candidates[0]
	for _, c := range candidates[1:] {
		onAnother := noted(first.Flight, designators) && !noted(c.Flight, designators) || first.Basis == ByDocument && c.Flight.ID != first.Flight.ID
		if c.Basis >= first.Basis && !onAnother && !twice(*first, c) {
			return nil
		}
	}
	return first
}

// twice: one person whom two messages named apart, on the same flight: nothing in name, birth or document speaks against it.
func twice(a, b Candidate) bool {
	if likeDates(a.Person.Identity.BirthDate, b.Person.Identity.BirthDate) == RelDifferent || a.Names.Relation != b.Names.Relation {
		return false
	}
	return !slices.ContainsFunc(a.Person.Documents, func(d traveldoc.Document) bool {
		return slices.ContainsFunc(b.Person.Documents, func(o traveldoc.Document) bool {
			return kindOf(d.Code) == kindOf(o.Code) && likeNumbers(d.Number, o.Number) != RelEqual
		})
	})
}

// atText is a time as it is written in evidence: an instant where one is known.
func (f Flight) atText() string {
	if f.Direction == border.Exit {
		return cmp.Or(instant(f.DepartsAt), f.Departure.String())
	}
	return cmp.Or(instant(f.ArrivesAt), f.Arrival.String(), f.Departure.String())
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// One is the person of found whom the traveller is, by his document or by name and birth date; false when he is none of them, or when
// several may be he.
func (m Matcher) One(s border.Subject, found []Found) (Candidate, bool) {
	candidates, _ := m.Match(s, found, nil)
	if c := one(candidates, nil); c != nil && c.Basis >= ByPerson {
		return *c, true
	}
	return Candidate{}, false
}
