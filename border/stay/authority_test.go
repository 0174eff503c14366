package stay_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/stay"
)

// lawful is the slow reading of what authorities said of one stay, as sets of days: those that the grant leaves to the rule, and those
// that extensions allow whatever the rule says.
type lawful struct{ ruled, extended []bool }

const farAhead = 1000 // days that are looked at

func newLawful(entry, until int) lawful {
	l := lawful{make([]bool, farAhead), make([]bool, farAhead)}
	for d := entry; d < farAhead && d <= until; d++ {
		l.ruled[d] = true
	}
	return l
}

func (l lawful) end(last int) {
	for d := max(last+1, 0); d < farAhead; d++ {
		l.ruled[d], l.extended[d] = false, false
	}
}

// authorised gives the stays of a life granted days and changes of authorisation, in its records and in the slow reading.
func authorised(random *rand.Rand, l life, h *stay.History) []lawful {
	readings := make([]lawful, len(l.stays))
	at := 0 // the movement of the stay's entry
	for i, s := range l.stays {
		entry := &h.Movements[at]
		at += 2
		until := farAhead
		if random.IntN(3) == 0 {
			until = s.entry - 1 + random.IntN(20)
			entry.Until = stay.AddDays(entry.Date, until-s.entry)
		}
		readings[i] = newLawful(s.entry, until)
		for day := s.entry; day <= l.last(s); day += 1 + random.IntN(6) {
			if random.IntN(3) == 0 {
				h.Authorisations = append(h.Authorisations, change1(random, l, readings[i], *entry, day, s.entry))
			}
		}
	}
	return readings
}

// change1 is one change, decided on a day of the stay, and its effect in the slow reading.
func change1(random *rand.Rand, l life, reading lawful, entry stay.Movement, day, first int) stay.Authorisation {
	c := stay.Authorisation{ID: uuid.NewSHA1(entry.ID, fmt.Append(nil, day)), On: l.oracle.date(day), At: entry.At.Add(30 * time.Second)}
	if day > first {
		c.At = dayZero.AddDate(0, 0, day).Add(30 * time.Second)
	}
	last := day + random.IntN(15)
	named := random.IntN(2) == 0
	if named {
		c.Until = l.oracle.date(last)
	}
	switch random.IntN(3) {
	case 0:
		c.Kind, c.Until = stay.Extended, l.oracle.date(last)
		for d := day; d <= last; d++ {
			reading.extended[d] = true
		}
	case 1:
		c.Kind = stay.Revoked
		if !named {
			last = day
		}
		reading.end(last)
	case 2:
		c.Kind = stay.Annulled
		if !named {
			last = first - 1
		}
		reading.end(last)
	}
	return c
}

func TestChangesEqualOracle(t *testing.T) {
	changes := 0
	for i := range 10_000 {
		random := rand.New(rand.NewPCG(uint64(i), 41))
		l := newLife(random)
		h := l.history()
		readings := authorised(random, l, &h)
		changes += len(h.Authorisations)
		random.Shuffle(len(h.Authorisations), func(a, b int) {
			h.Authorisations[a], h.Authorisations[b] = h.Authorisations[b], h.Authorisations[a]
		})
		over := map[int]bool{}
		inPresent := 0
		for n, s := range l.stays {
			_, present := l.present()
			here := present && n == l.presentIndex()
			for d := s.entry; d <= min(l.last(s), l.on); d++ {
				ruleOK := s.exempt || l.oracle.used(l.rule.Window, d, nobody) <= l.rule.Days
				lawful := readings[n].ruled[d] && ruleOK || readings[n].extended[d]
				if !lawful {
					over[d] = true
					if here {
						inPresent++
					}
				}
			}
		}
		line := stay.Build(h)
		a := line.Answer(stay.Under(l.rule), l.ask())
		require.Equal(t, []int{len(over), inPresent}, []int{a.Total, a.Overstay},
			"life %d: rule %s, on %s, stays %+v, changes %+v", i, l.rule, l.ask().On, l.stays, h.Authorisations)
	}
	require.Greater(t, changes, 1000)
}

func (l life) presentIndex() int {
	for i := len(l.stays) - 1; i >= 0; i-- {
		if s := l.stays[i]; s.entry <= l.on && l.on <= l.last(s) {
			return i
		}
	}
	return -1
}
