package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Airline is an invented carrier whose flights bring the people of the town. Everything about a flight follows from the seed and its
// number in time, so that the one who sends its list and the lane where its people arrive speak of the same ones.
type Airline struct {
	Town    Town
	Carrier string         // designator
	Home    string         // airport that it flies to
	Zone    *time.Location // of Home
	Every   time.Duration  // between two arrivals
	Seats   int
}

// Passage is a flight of the airline.
type Passage struct {
	Slot             int64
	Number           string // four digits
	Origin           string
	Zone             *time.Location // of Origin
	Departs, Arrives time.Time
	Passengers       []Passenger
}

// Passenger is somebody on a flight.
type Passenger struct {
	Person  int // in the town
	Locator string
	Ref     string
	Seat    string
	Bags    int
	// Declared is false of somebody whom the list forgets; Comes of somebody who does not arrive.
	Declared, Comes bool
	// Flaw is what the carrier got wrong of him: "" nothing, "number", "birth_date", "name".
	Flaw string
}

// origin is an airport that flights come from.
type origin struct {
	code, zone string
	hours      int // of flight
}

func origins() []origin {
	return []origin{{"CMN", "Africa/Casablanca", 2}, {"DSS", "Africa/Dakar", 4}, {"GRU", "America/Sao_Paulo", 9}, {"CAI", "Africa/Cairo", 6}, {"DEL", "Asia/Kolkata", 10}}
}

// Shares of what goes wrong with lists, one in so many.
const (
	oneForgottenIn = 40
	oneAbsentIn    = 25
	oneFlawedIn    = 20
)

// Slot is the number of the newest flight that has arrived at an instant.
func (a Airline) Slot(at time.Time) int64 { return at.Unix() / int64(a.Every/time.Second) }

// Passage is the flight of a slot.
func (a Airline) Passage(slot int64) (Passage, error) {
	r := rand.New(rand.NewPCG(a.Town.Seed^0xA1F1, uint64(slot))) //nolint:gosec // invented flights are to be the same again
	from := origins()[r.IntN(len(origins()))]
	zone, err := time.LoadLocation(from.zone)
	if err != nil {
		return Passage{}, fmt.Errorf("zone of %s: %w", from.code, err)
	}
	arrives := time.Unix(slot*int64(a.Every/time.Second), 0).UTC()
	p := Passage{
		Slot: slot, Number: fmt.Sprintf("%04d", 100+slot%800), Origin: from.code, Zone: zone,
		Departs: arrives.Add(-time.Duration(from.hours) * time.Hour), Arrives: arrives,
	}
	seen := map[int]bool{}
	groups := max(a.Town.Size/(a.Seats+a.Seats/8), 1) // everybody flies with one flight of so many: nobody is on two at a time
	for len(p.Passengers) < a.Seats {
		n := int(slot%int64(groups)) + groups*r.IntN(a.Town.Size/groups)
		if seen[n] {
			continue
		}
		seen[n] = true
		p.Passengers = append(p.Passengers, a.passenger(r, slot, n, len(p.Passengers)))
	}
	return p, nil
}

func (a Airline) passenger(r *rand.Rand, slot int64, n, at int) Passenger {
	p := Passenger{
		Person: n, Locator: fill(r, "AAA###"), Ref: fmt.Sprintf("%s%d%03d", a.Carrier, slot%100000, at),
		Seat: fmt.Sprintf("%d%c", 1+at/6, 'A'+rune(at%6)), Bags: r.IntN(3),
		Declared: r.IntN(oneForgottenIn) != 0, Comes: r.IntN(oneAbsentIn) != 0,
	}
	if r.IntN(oneFlawedIn) == 0 {
		p.Flaw = []string{"number", "birth_date", "name"}[r.IntN(3)]
	}
	return p
}

// arriving draws somebody of the newest flight who comes and is not in the country yet; false when there is nobody.
func (a Airline) arriving(r *rand.Rand, crowd *Crowd, now time.Time) (Passenger, Passage, bool) {
	passage, err := a.Passage(a.Slot(now))
	if err != nil {
		return Passenger{}, Passage{}, false
	}
	for range 50 {
		p := passage.Passengers[r.IntN(len(passage.Passengers))]
		if p.Comes && !crowd.Inside(p.Person) {
			return p, passage, true
		}
	}
	return Passenger{}, Passage{}, false
}
