package pattern

import (
	"slices"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// Shape is the shape of a route.
type Shape string

// The shapes.
const (
	OneWay    Shape = "one_way"    // ends elsewhere, without a stay on the way
	Return    Shape = "return"     // ends where it began, with one stay at most
	OpenJaw   Shape = "open_jaw"   // ends where it began, and one part of it is travelled otherwise
	MultiCity Shape = "multi_city" // more stays than one, or stays and another end
	Broken    Shape = "broken"     // a leg begins where the one before did not end, and it is no open jaw
)

// Stay is how long a stop is that is more than a connection.
const Stay = 24 * time.Hour

// Route is an itinerary as it is flown: legs in the order of their departures, without those that were cancelled.
type Route struct {
	Legs []apipnr.Flight
	Gaps int // legs that begin where the one before did not end
	// Ordered says that all departures are known, so that the order is that of the travel and not of the message.
	Ordered bool
}

// RouteOf is the route of a reservation. A leg whose places are not known is no part of it.
func RouteOf(r apipnr.Reservation) Route {
	route := Route{Ordered: true}
	for _, f := range r.Flights {
		if f.Origin == "" || f.Destination == "" || Cancelled(f) {
			continue
		}
		route.Legs = append(route.Legs, f)
		route.Ordered = route.Ordered && !f.Departure.Date.IsZero()
	}
	if route.Ordered {
		slices.SortStableFunc(route.Legs, func(a, b apipnr.Flight) int { return instant(a.Departure).Compare(instant(b.Departure)) })
	}
	for i := 1; i < len(route.Legs); i++ {
		if route.Legs[i].Origin != route.Legs[i-1].Destination {
			route.Gaps++
		}
	}
	return route
}

// Cancelled reports whether a leg is not flown any more, by its status (AIRIMP).
func Cancelled(f apipnr.Flight) bool {
	switch f.Status {
	case "HX", "NO", "UC", "UN", "XK", "XL", "XX":
		return true
	}
	return false
}

// instant is a local time as a number that can be compared with others of the same place, and that orders legs.
func instant(t apipnr.LocalTime) time.Time {
	return t.Date.First().Add(time.Duration(t.Minute) * time.Minute)
}

// Origin and Destination are where the route begins and ends; not known without legs.
func (r Route) Origin() Maybe[string] {
	if len(r.Legs) == 0 {
		return Maybe[string]{}
	}
	return known(r.Legs[0].Origin)
}

// Destination is where the route ends.
func (r Route) Destination() Maybe[string] {
	if len(r.Legs) == 0 {
		return Maybe[string]{}
	}
	return known(r.Legs[len(r.Legs)-1].Destination)
}

// Contiguous tells whether each leg begins where the one before ended.
func (r Route) Contiguous() Maybe[bool] {
	if len(r.Legs) == 0 || len(r.Legs) > 1 && !r.Ordered {
		return Maybe[bool]{}
	}
	return known(r.Gaps == 0)
}

// Shape is the shape of the route. It is not known when the order of the legs is not, or when it turns on a stay whose length is not.
func (r Route) Shape() Maybe[Shape] {
	if len(r.Legs) == 0 || len(r.Legs) > 1 && !r.Ordered {
		return Maybe[Shape]{}
	}
	back := r.Origin().Value == r.Destination().Value
	stays, unknown := r.stays()
	switch {
	case r.Gaps == 1 && back:
		return known(OpenJaw)
	case r.Gaps > 0:
		return known(Broken)
	case back && stays > 1, !back && stays > 0:
		return known(MultiCity)
	case back && stays+unknown <= 1:
		return known(Return)
	case !back && unknown == 0:
		return known(OneWay)
	}
	return Maybe[Shape]{}
}

// stays counts the stops that are stays, and those of which it is not known.
func (r Route) stays() (stays, unknown int) {
	for _, d := range r.Dwells() {
		switch {
		case d.Hours.Known && d.Hours.Value > Stay.Hours(), d.Nights.Known && d.Nights.Value > 1:
			stays++
		case !d.Hours.Known && (!d.Nights.Known || d.Nights.Value == 1):
			unknown++
		}
	}
	return stays, unknown
}

// Dwell is a stop between two legs at one place. A gap in the route is none.
type Dwell struct {
	Place  string
	Hours  Maybe[float64] // both times are local at the place
	Nights Maybe[int]     // days between arrival and departure
}

// Dwells are the stops of the route, in its order.
func (r Route) Dwells() []Dwell {
	var all []Dwell
	for i := 1; i < len(r.Legs); i++ {
		came, left := r.Legs[i-1].Arrival, r.Legs[i].Departure
		if r.Legs[i].Origin != r.Legs[i-1].Destination {
			continue
		}
		d := Dwell{Place: r.Legs[i].Origin}
		if !came.Date.IsZero() && !left.Date.IsZero() {
			d.Nights = known(days(came.Date, left.Date))
			if came.HasTime && left.HasTime {
				d.Hours = known(instant(left).Sub(instant(came)).Hours())
			}
		}
		all = append(all, d)
	}
	return all
}

// Duration is how many days the route takes, from the first departure to the last arrival (the last departure where that is not known);
// 0 is one that ends on the day it begins.
func (r Route) Duration() Maybe[int] {
	if len(r.Legs) == 0 || !r.Ordered {
		return Maybe[int]{}
	}
	last := r.Legs[len(r.Legs)-1]
	end := last.Arrival.Date
	if end.IsZero() {
		end = last.Departure.Date
	}
	return known(days(r.Legs[0].Departure.Date, end))
}

func days(from, to traveldoc.Date) int {
	return int(to.First().Sub(from.First()).Hours() / 24)
}
