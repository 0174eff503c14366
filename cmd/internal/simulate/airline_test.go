package simulate

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

func airline() Airline {
	return Airline{Town: town(), Carrier: "OB", Home: "ALM", Zone: time.UTC, Every: time.Hour, Seats: 120}
}

func TestAFlightIsTheSameForWhoSendsItsListAndForTheLane(t *testing.T) {
	a := airline()
	now := time.Date(2026, 11, 22, 12, 20, 0, 0, time.UTC)
	slot := a.Slot(now)
	p, err := a.Passage(slot)
	require.NoError(t, err)
	again, err := a.Passage(slot)
	require.NoError(t, err)
	require.Equal(t, p, again)
	require.Equal(t, time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), p.Arrives)
	require.True(t, p.Departs.Before(p.Arrives))
	require.Len(t, p.Passengers, a.Seats)
	crowd, err := OpenCrowd(filepath.Join(t.TempDir(), "inside.json"), 2000)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		one, passage, found := a.arriving(r, crowd, now)
		require.True(t, found)
		require.Equal(t, slot, passage.Slot)
		require.True(t, one.Comes)
		require.NoError(t, crowd.Crossed(one.Person, true))
		if len(crowd.inside) > 60 {
			break
		}
	}
}

func TestNobodyIsOnTwoFlightsOfADay(t *testing.T) {
	a := airline()
	on := map[int]int64{}
	for slot := range int64(12) {
		p, err := a.Passage(1000 + slot)
		require.NoError(t, err)
		for _, one := range p.Passengers {
			require.NotContains(t, on, one.Person)
			on[one.Person] = slot
		}
	}
}

func TestAListHasTheAirlinesMistakes(t *testing.T) {
	a := airline()
	forgotten, absent, flawed := 0, 0, 0
	for slot := range int64(20) {
		p, err := a.Passage(slot)
		require.NoError(t, err)
		list, push := a.List(p), a.Push(p)
		declared := 0
		for _, one := range p.Passengers {
			if !one.Declared {
				forgotten++
				continue
			}
			person, told := a.Town.Person(one.Person, false), list.Travellers[declared]
			declared++
			if !one.Comes {
				absent++
			}
			same := told.Surname == person.Identity.Surname && told.BirthDate == person.Identity.BirthDate && told.Documents[0].Number == person.Document.Number
			require.Equal(t, one.Flaw == "" || one.Flaw == "name" && person.Identity.Surname == person.Identity.GivenNames, same, one.Flaw)
			if one.Flaw != "" {
				flawed++
			}
			require.NotEqual(t, "D", told.Nationality, "carriers send three letters")
		}
		require.Len(t, list.Travellers, declared)
		require.Len(t, push.Reservations, declared)
		require.Equal(t, declared, *list.Declared.Passengers)
		require.Equal(t, list.Flights[0].Key(), push.Flights[0].Key())
		require.Equal(t, apipnr.CrossingLeg, list.Flights[0].Role)
	}
	require.Positive(t, forgotten)
	require.Positive(t, absent)
	require.Positive(t, flawed)
}
