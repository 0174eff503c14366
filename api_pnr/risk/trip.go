package risk

import (
	"cel.dev/cel-go/common/types/ref"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/pattern"
)

// Kinds of trips, as rules name the shapes of a route (pattern.Shape).
const (
	TripOneWay  = "ONE_WAY"
	TripRound   = "ROUND"
	TripOpenJaw = "OPEN_JAW"
	TripMulti   = "MULTI_CITY"
	TripBroken  = "BROKEN" // a leg begins where the one before did not end
)

// kindOf is a shape as rules name it.
func kindOf(s pattern.Shape) string {
	switch s {
	case pattern.OneWay:
		return TripOneWay
	case pattern.Return:
		return TripRound
	case pattern.OpenJaw:
		return TripOpenJaw
	case pattern.MultiCity:
		return TripMulti
	case pattern.Broken:
		return TripBroken
	}
	return ""
}

// trip is what an itinerary comes to.
type trip struct {
	pattern.Route
	stays []stayAt // between legs, at one airport, where its length is known
}

type stayAt struct {
	place string
	hours int
}

// itinerary works the reservation's flights out, once. Nil without flights.
func (f *Facts) itinerary() *trip {
	b := f.booked()
	if f.trip != nil || b == nil {
		return f.trip
	}
	t := &trip{Route: pattern.RouteOf(*b)}
	if len(t.Legs) == 0 {
		return nil
	}
	for _, d := range t.Dwells() {
		if d.Hours.Known {
			t.stays = append(t.stays, stayAt{d.Place, int(d.Hours.Value)})
		}
	}
	f.trip = t
	return t
}

// farthest is where the longest stay is, or the end.
func (t *trip) farthest() string {
	place, hours := t.Destination().Value, int(pattern.Stay.Hours())
	for _, s := range t.stays {
		if s.hours > hours {
			place, hours = s.place, s.hours
		}
	}
	return place
}

func ofTrip(of func(*Facts, *trip) ref.Val) func(*Facts) ref.Val {
	return func(f *Facts) ref.Val {
		if t := f.itinerary(); t != nil {
			return of(f, t)
		}
		return none()
	}
}

func patternFields() []Field {
	where := at(apipnr.FieldOrigin, apipnr.FieldDestination, apipnr.FieldDeparture)
	return []Field{
		{Name: "pattern.one_way", Type: YesNo, from: where, read: ofTrip(func(_ *Facts, t *trip) ref.Val {
			shape := t.Shape()
			return yes(shape.Value == pattern.OneWay, shape.Known)
		})},
		{
			Name: "pattern.trip", Type: Text, Codes: []string{TripOneWay, TripRound, TripOpenJaw, TripMulti, TripBroken}, from: where,
			read: ofTrip(func(_ *Facts, t *trip) ref.Val { return upper(kindOf(t.Shape().Value)) }),
		},
		{Name: "pattern.broken", Type: YesNo, from: where, read: ofTrip(func(_ *Facts, t *trip) ref.Val {
			whole := t.Contiguous()
			return yes(!whole.Value, whole.Known)
		})},
		{Name: "pattern.legs", Type: Number, from: where, read: ofTrip(func(_ *Facts, t *trip) ref.Val { return number(len(t.Legs), true) })},
		{Name: "pattern.begins_at", Type: Text, from: where, read: ofTrip(func(_ *Facts, t *trip) ref.Val { return upper(t.Origin().Value) })},
		{Name: "pattern.ends_at", Type: Text, from: where, read: ofTrip(func(_ *Facts, t *trip) ref.Val { return upper(t.Destination().Value) })},
		{Name: "pattern.goes_to", Type: Text, from: where, read: ofTrip(func(_ *Facts, t *trip) ref.Val { return upper(t.farthest()) })},
		{Name: "pattern.airports", Type: Texts, from: where, read: ofTrip(airports)},
		{Name: "pattern.days", Type: Number, from: where, read: ofTrip(func(_ *Facts, t *trip) ref.Val {
			days := t.Duration()
			return number(days.Value, days.Known)
		})},
		{Name: "pattern.companions", Type: Number, from: at(apipnr.FieldLocator), read: func(f *Facts) ref.Val { return number(len(f.Companions), f.Person.Locator != "") }},
		{Name: "dwell.longest_hours", Type: Number, from: where, read: ofTrip(longest)},
		{Name: "dwell.shortest_hours", Type: Number, from: where, read: ofTrip(shortest)},
		{Name: "dwell.places", Type: Texts, from: where, read: ofTrip(dwellPlaces)},
	}
}

func airports(_ *Facts, t *trip) ref.Val {
	var list []string
	for _, l := range t.Legs {
		list = append(list, l.Origin, l.Destination)
	}
	return several(list, true)
}

func longest(_ *Facts, t *trip) ref.Val {
	most := 0
	for _, s := range t.stays {
		most = max(most, s.hours)
	}
	return number(most, len(t.stays) > 0)
}

func shortest(_ *Facts, t *trip) ref.Val {
	if len(t.stays) == 0 {
		return none()
	}
	least := t.stays[0].hours
	for _, s := range t.stays {
		least = min(least, s.hours)
	}
	return number(least, true)
}

// dwellPlaces are the airports at which the trip stops between legs.
func dwellPlaces(_ *Facts, t *trip) ref.Val {
	var list []string
	for _, s := range t.stays {
		list = append(list, s.place)
	}
	return several(list, true)
}
