package pattern_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pattern"
)

// leg is a flight of an itinerary: "XAA", "XBB", departure and arrival.
func leg(t testing.TB, from, to, departs, arrives string) apipnr.Flight {
	f := apipnr.Flight{Carrier: "ZZ", Number: "0001", Origin: from, Destination: to, Status: "HK"}
	require.NoError(t, f.Departure.UnmarshalText([]byte(departs)))
	require.NoError(t, f.Arrival.UnmarshalText([]byte(arrives)))
	return f
}

func TestShape(t *testing.T) {
	type legs = [][4]string
	for name, tc := range map[string]struct {
		legs     legs
		want     pattern.Maybe[pattern.Shape]
		days     pattern.Maybe[int]
		together pattern.Maybe[bool]
	}{
		"nothing":                       {nil, pattern.Maybe[pattern.Shape]{}, pattern.Maybe[int]{}, pattern.Maybe[bool]{}},
		"one leg":                       {legs{{"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}}, known(pattern.OneWay), known(0), known(true)},
		"one leg without times":         {legs{{"XAA", "XBB", "", ""}}, known(pattern.OneWay), pattern.Maybe[int]{}, known(true)},
		"a connection":                  {legs{{"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}, {"XBB", "XCC", "2026-12-03T22:00", "2026-12-04T01:30"}}, known(pattern.OneWay), known(1), known(true)},
		"there and back":                {legs{{"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}, {"XBB", "XAA", "2026-12-20T22:00", "2026-12-21T01:30"}}, known(pattern.Return), known(18), known(true)},
		"there and back on one day":     {legs{{"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}, {"XBB", "XAA", "2026-12-03T14:00", "2026-12-03T17:30"}}, known(pattern.Return), known(0), known(true)},
		"in another order":              {legs{{"XBB", "XAA", "2026-12-20T22:00", "2026-12-21T01:30"}, {"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}}, known(pattern.Return), known(18), known(true)},
		"two stays":                     {legs{{"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}, {"XBB", "XCC", "2026-12-08T09:15", "2026-12-08T12:30"}, {"XCC", "XAA", "2026-12-20T22:00", "2026-12-21T01:30"}}, known(pattern.MultiCity), known(18), known(true)},
		"a stay and another end":        {legs{{"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}, {"XBB", "XCC", "2026-12-08T09:15", "2026-12-08T12:30"}}, known(pattern.MultiCity), known(5), known(true)},
		"back from elsewhere":           {legs{{"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}, {"XCC", "XAA", "2026-12-20T22:00", "2026-12-21T01:30"}}, known(pattern.OpenJaw), known(18), known(false)},
		"broken":                        {legs{{"XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"}, {"XCC", "XDD", "2026-12-20T22:00", "2026-12-21T01:30"}}, known(pattern.Broken), known(18), known(false)},
		"broken twice":                  {legs{{"XAA", "XBB", "2026-12-03T09:15", ""}, {"XCC", "XDD", "2026-12-08T22:00", ""}, {"XEE", "XAA", "2026-12-20T22:00", "2026-12-21T01:30"}}, known(pattern.Broken), known(18), known(false)},
		"an order that nobody knows":    {legs{{"XAA", "XBB", "", ""}, {"XBB", "XAA", "2026-12-20T22:00", ""}}, pattern.Maybe[pattern.Shape]{}, pattern.Maybe[int]{}, pattern.Maybe[bool]{}},
		"a stop that nobody knows":      {legs{{"XAA", "XBB", "2026-12-03T09:15", ""}, {"XBB", "XCC", "2026-12-20T22:00", ""}}, pattern.Maybe[pattern.Shape]{}, known(17), known(true)},
		"a stop that does not matter":   {legs{{"XAA", "XBB", "2026-12-03T09:15", ""}, {"XBB", "XAA", "2026-12-20T22:00", ""}}, known(pattern.Return), known(17), known(true)},
		"days alone":                    {legs{{"XAA", "XBB", "2026-12-03", "2026-12-03"}, {"XBB", "XCC", "2026-12-08", "2026-12-08"}}, known(pattern.MultiCity), known(5), known(true)},
		"a night of which nobody knows": {legs{{"XAA", "XBB", "2026-12-03", "2026-12-03"}, {"XBB", "XCC", "2026-12-04", "2026-12-04"}}, pattern.Maybe[pattern.Shape]{}, known(1), known(true)},
	} {
		t.Run(name, func(t *testing.T) {
			var r apipnr.Reservation
			for _, l := range tc.legs {
				r.Flights = append(r.Flights, leg(t, l[0], l[1], l[2], l[3]))
			}
			route := pattern.RouteOf(r)
			require.Equal(t, tc.want, route.Shape())
			require.Equal(t, tc.days, route.Duration())
			require.Equal(t, tc.together, route.Contiguous())
		})
	}
}

func known[T any](v T) pattern.Maybe[T] { return pattern.Maybe[T]{Value: v, Known: true} }

func TestCancelledLegsAreNotFlown(t *testing.T) {
	there, back := leg(t, "XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"), leg(t, "XBB", "XAA", "2026-12-20T22:00", "2026-12-21T01:30")
	back.Status = "HX"
	route := pattern.RouteOf(apipnr.Reservation{Flights: []apipnr.Flight{there, back}})
	require.Equal(t, known(pattern.OneWay), route.Shape())
	require.Equal(t, []string{"XAA", "XBB"}, []string{route.Origin().Value, route.Destination().Value})
	require.False(t, pattern.RouteOf(apipnr.Reservation{}).Origin().Known)
	require.Equal(t, "none", pattern.RouteOf(apipnr.Reservation{}).Destination().Or("none"))
}

func TestDwells(t *testing.T) {
	route := pattern.RouteOf(apipnr.Reservation{Flights: []apipnr.Flight{
		leg(t, "XAA", "XBB", "2026-12-03T09:15", "2026-12-03T12:30"), leg(t, "XBB", "XCC", "2026-12-04T13:00", "2026-12-04"),
		leg(t, "XCC", "XDD", "2026-12-06T09:00", ""), leg(t, "XEE", "XFF", "2026-12-09T09:00", ""),
	}})
	require.Equal(t, []pattern.Dwell{
		{Place: "XBB", Hours: known(24.5), Nights: known(1)}, {Place: "XCC", Nights: known(2)},
	}, route.Dwells())
}

func TestAhead(t *testing.T) {
	zones := func(airport string) (*time.Location, bool) { return time.FixedZone("", 2*3600), airport == "XAA" }
	r := apipnr.Reservation{
		Booked: "2026-12-01T22:00:00", Changed: "2026-12-03T01:15:00", Flights: []apipnr.Flight{leg(t, "XAA", "XBB", "2026-12-03T09:15", "")},
	}
	require.Equal(t, known(2), pattern.DaysAhead(r))
	require.Equal(t, known(33.25), pattern.HoursAhead(r, zones), "09:15 there is 07:15 UTC")
	require.Equal(t, known(6.0), pattern.HoursSinceChange(r, zones))
	require.False(t, pattern.HoursAhead(r, nil).Known)
	r.Flights[0].Origin = "XZZ"
	require.False(t, pattern.HoursAhead(r, zones).Known, "the zone is not known")
	r.Booked = "2026-12-04"
	require.Equal(t, known(-1), pattern.DaysAhead(r))
	require.False(t, pattern.HoursAhead(r, zones).Known)
	r.Booked = ""
	require.False(t, pattern.DaysAhead(r).Known)
}

func TestChanges(t *testing.T) {
	r := apipnr.Reservation{Created: "2026-11-01T09:30:00"}
	require.False(t, pattern.Changes(r).Known, "no history is not no change")
	r.History = []apipnr.Event{
		{At: "2026-11-01T09:30:00", Action: "added"}, {At: "2026-11-02T10:00:00", Action: "cancelled"}, {At: "2026-11-02T10:00:00", Action: "added"}, {Action: "unknown"},
	}
	require.Equal(t, known(2), pattern.Changes(r))
}

func TestCompanions(t *testing.T) {
	people := []apipnr.Traveller{{}, {AgeGroup: apipnr.Infant}, {AgeGroup: apipnr.Party}}
	require.Equal(t, known(1), pattern.Companions(apipnr.Reservation{Travellers: []int{0, 1}}, people))
	require.Equal(t, known(0), pattern.Companions(apipnr.Reservation{Travellers: []int{0}}, people))
	require.False(t, pattern.Companions(apipnr.Reservation{Travellers: []int{2}}, people).Known)
	require.False(t, pattern.Companions(apipnr.Reservation{}, people).Known)
}

func TestPaid(t *testing.T) {
	paid := func(p ...apipnr.Payment) pattern.Maybe[pattern.Form] {
		return pattern.Paid(apipnr.Reservation{Payments: p})
	}
	require.False(t, paid().Known)
	require.Equal(t, known(pattern.Cash), paid(apipnr.Payment{Form: "CA"}, apipnr.Payment{Form: "CA"}))
	require.Equal(t, known(pattern.Card), paid(apipnr.Payment{Vendor: "VI"}, apipnr.Payment{}))
	require.Equal(t, known(pattern.Other), paid(apipnr.Payment{Form: "CK"}))
	require.Equal(t, known(pattern.Mixed), paid(apipnr.Payment{Form: "CA"}, apipnr.Payment{Form: "CC"}))

	r := apipnr.Reservation{Payments: []apipnr.Payment{{Payer: "Anne Aramburo"}}}
	require.Equal(t, known(false), pattern.Payer(r, apipnr.Traveller{Surname: "ARAMBURO"}))
	require.Equal(t, known(true), pattern.Payer(r, apipnr.Traveller{Surname: "BELQADI"}))
	require.False(t, pattern.Payer(apipnr.Reservation{}, apipnr.Traveller{Surname: "BELQADI"}).Known)
}

func TestBags(t *testing.T) {
	two, weight := 2, 20.5
	bag := func(leg string) apipnr.Bag {
		return apipnr.Bag{Count: &two, WeightKG: &weight, Leg: leg, Source: "TBD"}
	}
	require.Equal(t, known(2), pattern.Bags(apipnr.Traveller{Bags: []apipnr.Bag{bag("XAAXBB"), bag("XBBXCC")}}), "the same bags on both legs")
	require.Equal(t, known(5), pattern.Bags(apipnr.Traveller{Bags: []apipnr.Bag{bag("XAAXBB"), bag("XAAXBB"), {Tags: []string{"1"}, Leg: "XAAXBB", Source: "TBD"}}}))
	require.Equal(t, known(20.5), pattern.Weight(apipnr.Traveller{Bags: []apipnr.Bag{bag("XAAXBB"), bag("XBBXCC")}}))
	require.False(t, pattern.Bags(apipnr.Traveller{}).Known)
	require.False(t, pattern.Weight(apipnr.Traveller{Bags: []apipnr.Bag{{}}}).Known)
}

// Whatever the itinerary, its shape does not depend on the order in which a message lists it, and gaps decide whether it is contiguous.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "legs")
		var flights []apipnr.Flight
		at := time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)
		places := rapid.SampledFrom([]string{"XAA", "XBB", "XCC"})
		for range n {
			at = at.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "hours")) * time.Hour)
			arrives := at.Add(30 * time.Minute)
			flights = append(flights, leg(t, places.Draw(rt, "from"), places.Draw(rt, "to"), at.Format("2006-01-02T15:04"), arrives.Format("2006-01-02T15:04")))
		}
		straight := pattern.RouteOf(apipnr.Reservation{Flights: flights})
		mixed := pattern.RouteOf(apipnr.Reservation{Flights: rapid.Permutation(flights).Draw(rt, "order")})
		require.Equal(rt, straight, mixed)
		require.True(rt, straight.Shape().Known)
		require.Equal(rt, straight.Gaps == 0, straight.Contiguous().Value)
		if straight.Gaps > 0 {
			require.Contains(rt, []pattern.Shape{pattern.Broken, pattern.OpenJaw}, straight.Shape().Value)
		}
	})
}
