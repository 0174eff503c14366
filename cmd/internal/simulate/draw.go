package simulate

import (
	"math/rand/v2"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Shares of travellers who are out of the ordinary, one in so many.
const (
	oneWantedIn  = 60 // somebody of the alert list, or with a listed document
	oneMisreadIn = 45 // the reader gives a wrong character

	oneUnannouncedIn = 15 // comes with a flight of which no list came
)

// Arrival is a traveller in front of a lane.
type Arrival struct {
	Person  int // number in the town; -1 for somebody of the alert list
	MRZ     string
	Again   string // what the reader gives at the second try, when the first was misread
	Entry   bool
	Carrier string // flight or plate
	Purpose string
}

// draw decides who comes next. The wanted appear on their way in only.
func (l *lane) draw() (Arrival, error) {
	a := Arrival{Entry: l.Way == Entry, Carrier: transport(l.random, l.Land), Purpose: pick(l.random, purposes)}
	var person Person
	switch {
	case a.Entry && len(l.Wanted) > 0 && l.random.IntN(oneWantedIn) == 0:
		a.Person, person = -1, l.Wanted[l.random.IntN(len(l.Wanted))]
	case a.Entry && l.arrives(&a):
		person = l.Town.Person(a.Person, l.Land)
	case a.Entry:
		a.Person = l.Crowd.Entering(l.random)
		person = l.Town.Person(a.Person, l.Land)
	default:
		a.Person = l.Crowd.Leaving(l.random)
		person = l.Town.Person(a.Person, l.Land)
	}
	text, err := person.MRZ()
	if err != nil {
		return Arrival{}, err
	}
	a.MRZ = text
	if l.random.IntN(oneMisreadIn) == 0 {
		a.MRZ, a.Again = misread(l.random, text), text
	}
	return a, nil
}

// arrives draws somebody from the airline's newest flight, where there is one; some come otherwise, with a flight that nobody announced.
func (l *lane) arrives(a *Arrival) bool {
	if l.Airline == nil || l.random.IntN(oneUnannouncedIn) == 0 {
		return false
	}
	p, passage, found := l.Airline.arriving(l.random, l.Crowd, l.Now())
	if found {
		a.Person, a.Carrier = p.Person, l.Airline.Carrier+passage.Number
	}
	return found
}

var purposes = []string{"holiday", "visit", "business", "work", "study", "transit", "return_home"}

// misread changes one digit of the last line but one or the last, as a dirty document does: a check digit then fails.
func misread(r *rand.Rand, text string) string {
	lines := strings.Split(text, "\n")
	for range 20 {
		line := []byte(lines[1])
		at := r.IntN(len(line))
		if line[at] >= '0' && line[at] <= '9' {
			was := int(line[at] - '0')
			line[at] = digits[(was+1+r.IntN(8))%10]
			lines[1] = string(line)
			break
		}
	}
	return strings.Join(lines, "\n")
}

// Listed makes somebody of the alert list a traveller with a document; an empty number or state is filled in.
func Listed(r *rand.Rand, identity traveldoc.Identity, number, issuer string, today traveldoc.Date) Person {
	if number == "" {
		number = fill(r, "A########")
	}
	if issuer == "" {
		issuer = identity.Nationality
	}
	return Person{Format: mrz.TD3, Identity: identity, Document: traveldoc.Document{Code: "P", Number: number, IssuingState: issuer, ExpiryDate: daysFrom(today, 900)}}
}
