package pattern

import (
	"strings"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Zones gives the time zone of an airport; false when it is not known.
type Zones func(airport string) (*time.Location, bool)

// when reads a time of a reservation, "2010-12-06T10:10:00" in UTC; exact says that it has a time of day.
func when(text string) (at time.Time, exact, ok bool) {
	if at, err := time.Parse("2006-01-02T15:04:05", text); err == nil {
		return at, true, true
	}
	at, err := time.Parse("2006-01-02", text)
	return at, false, err == nil
}

// DaysAhead is how many days before its first departure the reservation was booked; negative when it was booked behind it. Days are counted
// from the day in UTC to the day at the place of departure.
func DaysAhead(r apipnr.Reservation) Maybe[int] {
	route := RouteOf(r)
	at, _, ok := when(r.Booked)
	if !ok || len(route.Legs) == 0 || !route.Ordered {
		return Maybe[int]{}
	}
	booked := at.Truncate(24 * time.Hour)
	return known(int(route.Legs[0].Departure.Date.First().Sub(booked).Hours() / 24))
}

// departs is the instant of the first departure.
func departs(route Route, zones Zones) (time.Time, bool) {
	if len(route.Legs) == 0 || !route.Ordered || !route.Legs[0].Departure.HasTime || zones == nil {
		return time.Time{}, false
	}
	zone, ok := zones(route.Legs[0].Origin)
	if !ok || zone == nil {
		return time.Time{}, false
	}
	d := route.Legs[0].Departure
	return time.Date(d.Date.Year(), time.Month(d.Date.Month()), d.Date.Day(), d.Minute/60, d.Minute%60, 0, 0, zone), true
}

// HoursAhead is how many hours before its first departure the reservation was booked. It is not known when the time of day of either is not,
// or the zone of the airport.
func HoursAhead(r apipnr.Reservation, zones Zones) Maybe[float64] {
	return hoursBefore(r, r.Booked, zones)
}

// HoursSinceChange is how many hours before its first departure the reservation was last changed.
func HoursSinceChange(r apipnr.Reservation, zones Zones) Maybe[float64] {
	return hoursBefore(r, r.Changed, zones)
}

func hoursBefore(r apipnr.Reservation, text string, zones Zones) Maybe[float64] {
	at, exact, ok := when(text)
	leaves, told := departs(RouteOf(r), zones)
	if !ok || !exact || !told {
		return Maybe[float64]{}
	}
	return known(leaves.Sub(at).Hours())
}

// Changes is how many things were added, cancelled or changed since the reservation was made, by its history. A reservation without one may
// come from a carrier that sends none: then it is not known.
func Changes(r apipnr.Reservation) Maybe[int] {
	if len(r.History) == 0 {
		return Maybe[int]{}
	}
	n := 0
	for _, e := range r.History {
		if e.Action != "unknown" && (e.At == "" || r.Created == "" || e.At > r.Created) {
			n++
		}
	}
	return known(n)
}

// Companions is how many others travel in the reservation, infants too. It is not known of a group whose members are not named.
func Companions(r apipnr.Reservation, travellers []apipnr.Traveller) Maybe[int] {
	if len(r.Travellers) == 0 {
		return Maybe[int]{}
	}
	for _, at := range r.Travellers {
		if at >= 0 && at < len(travellers) && travellers[at].AgeGroup == apipnr.Party {
			return Maybe[int]{}
		}
	}
	return known(len(r.Travellers) - 1)
}

// Form is how a reservation was paid.
type Form string

// The forms.
const (
	Card  Form = "card"
	Cash  Form = "cash"
	Other Form = "other" // cheque, miscellaneous, invoice, ...
	Mixed Form = "mixed"
)

// Paid is how the reservation was paid.
func Paid(r apipnr.Reservation) Maybe[Form] {
	var found Maybe[Form]
	for _, p := range r.Payments {
		form := formOf(p)
		if form == "" {
			continue
		}
		if found.Known && found.Value != form {
			return known(Mixed)
		}
		found = known(form)
	}
	return found
}

func formOf(p apipnr.Payment) Form {
	switch strings.ToUpper(p.Form) {
	case "CC", "DC":
		return Card
	case "CA":
		return Cash
	case "":
		if p.Card != "" || p.Vendor != "" {
			return Card
		}
		return ""
	}
	return Other
}

// Payer tells whether somebody else than the traveller paid: his surname is not in the name of any payer. It is not known without a payer.
func Payer(r apipnr.Reservation, t apipnr.Traveller) Maybe[bool] {
	told := false
	surname := strings.ToUpper(t.Surname)
	for _, p := range r.Payments {
		if p.Payer == "" || surname == "" {
			continue
		}
		told = true
		if strings.Contains(strings.ToUpper(p.Payer), surname) {
			return known(false)
		}
	}
	return Maybe[bool]{Value: told, Known: told}
}

// Bags is how many bags the traveller checks in: the most on one leg, for the same bags stand on every leg that they fly. Not known is told
// apart from none: a carrier tells of bags only at the check-in.
func Bags(t apipnr.Traveller) Maybe[int] {
	counted := map[string]int{}
	most, told := 0, false
	for _, b := range t.Bags {
		n := len(b.Tags)
		if b.Count != nil {
			n = *b.Count
		} else if n == 0 {
			continue
		}
		told = true
		counted[b.Source+b.Leg] += n
		most = max(most, counted[b.Source+b.Leg])
	}
	return Maybe[int]{Value: most, Known: told}
}

// Weight is the weight of the bags in kilograms, the most on one leg.
func Weight(t apipnr.Traveller) Maybe[float64] {
	weighed := map[string]float64{}
	most, told := 0.0, false
	for _, b := range t.Bags {
		if b.WeightKG == nil {
			continue
		}
		told = true
		weighed[b.Source+b.Leg] += *b.WeightKG
		most = max(most, weighed[b.Source+b.Leg])
	}
	return Maybe[float64]{Value: most, Known: told}
}
