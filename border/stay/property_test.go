package stay_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
)

// life is what somebody did: the stays as they were, and the records of them.
type life struct {
	rule   stay.Rule
	on     int
	stays  []lived
	oracle *oracle
}

type lived struct {
	entry, exit int // days; exit is -1 while he is here
	exempt      bool
}

var dayZero = time.Date(2023, 11, 20, 0, 0, 0, 0, time.UTC) // so that a leap day and both ends of years come up

// newLife makes up a life from a source of randomness, without overlaps. Small windows are as hard as the usual one, and quicker for
// the oracle; every eighth life is under the usual one.
func newLife(random *rand.Rand) life {
	l := life{rule: stay.Rule{Window: 2 + random.IntN(30)}}
	l.rule.Days = 1 + random.IntN(l.rule.Window-1)
	if random.IntN(8) == 0 {
		l.rule = stay.DefaultRule()
	}
	at, scale := random.IntN(3), l.rule.Window/4+2
	for range random.IntN(9) {
		entry := at + random.IntN(scale)
		s := lived{entry: entry, exit: entry + random.IntN(scale), exempt: random.IntN(5) == 0}
		l.stays = append(l.stays, s)
		at = s.exit + random.IntN(3)*random.IntN(scale) // often again on the day of the exit
	}
	l.on = max(at+random.IntN(scale)-scale/2, 0)
	if n := len(l.stays) - 1; n >= 0 && random.IntN(3) == 0 && l.stays[n].entry <= l.on {
		l.stays[n].exit = -1
	}
	l.oracle = newOracle(dayZero, max(at, l.on)+scale+1)
	for _, s := range l.stays {
		if !s.exempt {
			l.oracle.add(s.entry, l.last(s))
		}
	}
	return l
}

func (l life) last(s lived) int {
	if s.exit < 0 {
		return l.on
	}
	return s.exit
}

// history are the records of a life, in order. The ids are numbered, since they must not depend on chance.
func (l life) history() stay.History {
	var h stay.History
	add := func(direction border.Direction, day int, s lived) {
		n := len(h.Movements)
		at := dayZero.AddDate(0, 0, day).Add(time.Duration(n+1) * time.Minute) // same day: in the order of the stays
		basis := border.ShortStay
		if s.exempt {
			basis = border.ResidencePermit
		}
		h.Movements = append(h.Movements, stay.Movement{
			ID: uuid.NewSHA1(uuid.Nil, []byte(fmt.Sprint(n))), Direction: direction, At: at, Date: l.oracle.date(day), Station: "test-air",
			Basis: basis, Nationality: "UTO",
		})
	}
	for _, s := range l.stays {
		add(border.Entry, s.entry, s)
		if s.exit >= 0 {
			add(border.Exit, s.exit, s)
		}
	}
	return h
}

// present is the stay that covers the day, the one that began last.
func (l life) present() (lived, bool) {
	for i := len(l.stays) - 1; i >= 0; i-- {
		if s := l.stays[i]; s.entry <= l.on && l.on <= l.last(s) {
			return s, true
		}
	}
	return lived{}, false
}

// expect are the oracle's figures for the life.
func (l life) expect() stay.Answer {
	o, days, window := l.oracle, l.rule.Days, l.rule.Window
	want := stay.Answer{Figures: stay.Figures{Used: o.used(window, l.on, nobody), Total: o.overstay(days, window, 0, l.on)}}
	s, present := l.present()
	want.Present, want.Exempt = present, present && s.exempt
	if want.Exempt {
		want.Unbounded = true
		return want
	}
	want.MaxStay = o.maxStay(days, window, l.on)
	want.Remaining = want.MaxStay
	if present {
		want.Remaining = max(want.MaxStay-1, 0)
		want.Overstay = o.overstay(days, window, s.entry, l.on)
	}
	switch lawful := want.MaxStay; {
	case lawful > 0:
		want.LastLawful = o.date(l.on + lawful - 1)
	case present:
		if n := o.maxStay(days, window, s.entry); n > 0 {
			want.LastLawful = o.date(s.entry + n - 1)
		}
	}
	return want
}

func (l life) ask() stay.Ask { return stay.Ask{On: l.oracle.date(l.on), Nationality: "UTO"} }

// check compares one life with the oracle; the answer is empty when they agree.
func (l life) check() string {
	got := stay.Build(l.history()).Answer(stay.Under(l.rule), l.ask())
	want := l.expect()
	type figures struct {
		Used, MaxStay, Remaining, Overstay, Total int
		Unbounded, Present, Exempt, Uncertain     bool
		LastLawful                                string
	}
	of := func(a stay.Answer) figures {
		return figures{
			a.Used, a.MaxStay, a.Remaining, a.Overstay, a.Total, a.Unbounded, a.Present, a.Exempt, a.Uncertain, a.LastLawful.String(),
		}
	}
	if of(got) != of(want) {
		return fmt.Sprintf("rule %s, on %s, stays %+v\n got %+v\nwant %+v", l.rule, l.ask().On, l.stays, of(got), of(want))
	}
	return ""
}

func TestCalculatorEqualsOracle(t *testing.T) {
	lives := 100_000
	if testing.Short() { // go test -short is for people while they write; make test and CI run all
		lives = 5_000
	}
	for i := range lives {
		if wrong := newLife(rand.New(rand.NewPCG(uint64(i), 90))).check(); wrong != "" {
			t.Fatalf("life %d: %s", i, wrong)
		}
	}
}

// A failure is made smaller by rapid.
func TestCalculatorEqualsOracleShrunk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), rapid.Uint64Range(0, 3).Draw(t, "stream"))))
		l.stays = l.stays[:rapid.IntRange(0, len(l.stays)).Draw(t, "stays")]
		l.oracle.here = make([]bool, len(l.oracle.here))
		for _, s := range l.stays {
			if !s.exempt {
				l.oracle.add(s.entry, l.last(s))
			}
		}
		require.Empty(t, l.check())
	})
}

func TestOrderOfArrivalAndRepetitionChangeNothing(t *testing.T) {
	for i := range 2_000 {
		random := rand.New(rand.NewPCG(uint64(i), 7))
		h := newLife(random).history()
		h.Movements = spoil(random, h.Movements)
		h.Authorisations = changes(random, h.Movements)
		want := stay.Build(h)
		h.Movements = slices.Concat(h.Movements, h.Movements[:random.IntN(len(h.Movements)+1)]) // the timeline points to the first ones
		h.Authorisations = append(h.Authorisations, h.Authorisations...)
		random.Shuffle(len(h.Movements), func(a, b int) { h.Movements[a], h.Movements[b] = h.Movements[b], h.Movements[a] })
		slices.Reverse(h.Authorisations)
		require.Equal(t, want, stay.Build(h), "life %d", i)
	}
}

// spoil makes records bad in the ways in which they are: lost, without time, without date, of unknown code, stamps without time of day.
func spoil(random *rand.Rand, movements []stay.Movement) []stay.Movement {
	var out []stay.Movement
	for _, m := range movements {
		switch random.IntN(12) {
		case 0:
			continue
		case 1:
			m.At = time.Time{}
		case 2:
			m.Date = stay.AddDays(m.Date, random.IntN(20)-10)
		case 3:
			m.Basis = "nonsense"
		case 4:
			m.Origin, m.At = border.StampImport, m.At.Truncate(24*time.Hour)
		case 5:
			m.Direction = "sideways"
		case 6:
			again := m
			again.Date = stay.AddDays(m.Date, 1)
			out = append(out, again)
		}
		out = append(out, m)
	}
	return out
}

func changes(random *rand.Rand, movements []stay.Movement) []stay.Authorisation {
	var out []stay.Authorisation
	for i, m := range movements {
		if random.IntN(4) == 0 && !m.At.IsZero() {
			kinds := []stay.AuthorisationKind{stay.Extended, stay.Revoked, stay.Annulled, "confirmed"}
			out = append(out, stay.Authorisation{
				ID: uuid.NewSHA1(uuid.Max, []byte(fmt.Sprint(i))), Kind: kinds[random.IntN(4)], On: stay.AddDays(m.Date, random.IntN(5)),
				Until: stay.AddDays(m.Date, random.IntN(30)), At: m.At.Add(time.Hour),
			})
		}
	}
	return out
}

// Where single records are lost, the truth lies within the bounds, and doubt is told.
func TestLostRecordsGiveBounds(t *testing.T) {
	lost := 0
	for i := range 20_000 {
		random := rand.New(rand.NewPCG(uint64(i), 11))
		l := newLife(random)
		h := l.history()
		if len(h.Movements) < 2 {
			continue
		}
		for n := random.IntN(2); n < len(h.Movements)-1; n += 2 + random.IntN(4) { // never two neighbours, never the last
			h.Movements[n].ID = uuid.Nil
		}
		whole := len(h.Movements)
		h.Movements = slices.DeleteFunc(h.Movements, func(m stay.Movement) bool { return m.ID == uuid.Nil })
		lost += whole - len(h.Movements)
		truth := stay.Build(l.history()).Answer(stay.Under(l.rule), l.ask())
		got := stay.Build(h).Answer(stay.Under(l.rule), l.ask())
		say := fmt.Sprintf("life %d: rule %s, on %s, stays %+v, %d movements left", i, l.rule, l.ask().On, l.stays, len(h.Movements))
		require.LessOrEqual(t, got.Used, truth.Used, say)
		require.GreaterOrEqual(t, got.Upper.Used, truth.Used, say)
		require.LessOrEqual(t, got.Total, truth.Total, say)
		require.GreaterOrEqual(t, got.Upper.Total, truth.Total, say)
		if !got.Present && !truth.Present {
			require.GreaterOrEqual(t, got.MaxStay, truth.MaxStay, say)
			require.LessOrEqual(t, got.Upper.MaxStay, truth.MaxStay, say)
		}
		if got.Used != truth.Used {
			require.True(t, got.Uncertain, say)
		}
	}
	require.Positive(t, lost)
}
