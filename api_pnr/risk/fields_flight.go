package risk

import (
	"strings"

	"cel.dev/cel-go/common/types/ref"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

func flightFields() []Field {
	return []Field{
		{Name: "flight.carrier", Type: Text, from: at(apipnr.FieldCarrier), read: func(f *Facts) ref.Val { return upper(f.Flight.Carrier) }},
		{Name: "flight.number", Type: Text, from: at(apipnr.FieldFlightNumber), read: func(f *Facts) ref.Val { return upper(f.Flight.Carrier + f.Flight.Number + f.Flight.Suffix) }},
		{Name: "flight.operated_by", Type: Text, from: at(apipnr.FieldCarrier), read: operatedBy},
		{Name: "flight.origin", Type: Text, from: at(apipnr.FieldOrigin), read: func(f *Facts) ref.Val { return upper(f.Flight.Origin) }},
		{Name: "flight.destination", Type: Text, from: at(apipnr.FieldDestination), read: func(f *Facts) ref.Val { return upper(f.Flight.Destination) }},
		{Name: "flight.date", Type: Date, from: at(apipnr.FieldDeparture), read: func(f *Facts) ref.Val { return day(f.Flight.Departure.Date) }},
		{
			Name: "flight.weekday", Type: Text, Codes: []string{"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}, from: at(apipnr.FieldDeparture),
			read: func(f *Facts) ref.Val {
				if d := f.Flight.Departure.Date; d.Precision() == traveldoc.PrecisionDay {
					return upper(d.First().Weekday().String()[:3])
				}
				return none()
			},
		},
		{
			Name: "flight.hour", Type: Number, from: at(apipnr.FieldDeparture),
			read: func(f *Facts) ref.Val { return number(f.Flight.Departure.Minute/60, f.Flight.Departure.HasTime) },
		},
		{Name: "flight.persons", Type: Number, read: func(f *Facts) ref.Val { return number(f.Flight.Persons, f.Flight.Persons > 0) }},
		{
			Name: "flight.status", Type: Text, Codes: []string{"OPEN", "CLOSED", "CANCELLED"},
			read: func(f *Facts) ref.Val { return upper(string(f.Flight.Status)) },
		},
	}
}

func operatedBy(f *Facts) ref.Val {
	if o := f.Flight.Operating; o != nil && o.Carrier != "" {
		return upper(o.Carrier)
	}
	return upper(f.Flight.Carrier)
}

// ofBooking reads from the reservation; without one nothing is known.
func ofBooking(of func(*Facts, *apipnr.Reservation) ref.Val) func(*Facts) ref.Val {
	return func(f *Facts) ref.Val {
		if b := f.booked(); b != nil {
			return of(f, b)
		}
		return none()
	}
}

func bookingFields() []Field {
	return []Field{
		{Name: "booking.locator", Type: Text, from: at(apipnr.FieldLocator), read: func(f *Facts) ref.Val { return upper(f.Person.Locator) }},
		{
			Name: "booking.carrier", Type: Text, from: at(apipnr.FieldLocator),
			read: ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val { return upper(b.Carrier) }),
		},
		{Name: "booking.created", Type: Date, from: at(apipnr.FieldCreated), read: ofBooking(created)},
		{Name: "booking.days_ahead", Type: Number, from: at(apipnr.FieldCreated), read: ofBooking(daysAhead)},
		{Name: "booking.hours_ahead", Type: Number, from: at(apipnr.FieldCreated), read: ofBooking(hoursAhead)},
		{Name: "booking.changed_hours_ahead", Type: Number, read: ofBooking(changedHoursAhead)},
		{Name: "booking.travellers", Type: Number, from: at(apipnr.FieldLocator), read: travellersTogether},
		{Name: "booking.changes", Type: Number, read: ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val { return number(len(b.History), true) })},
		{Name: "booking.split", Type: YesNo, read: ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val { return yes(len(b.Split) > 0, true) })},
		{Name: "booking.services", Type: Texts, read: ofBooking(services)},
		{Name: "booking.remarks", Type: Texts, read: ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val { return several(b.Remarks, true) })},
		{
			Name: "booking.extras", Type: Texts, Codes: []string{"HOTEL", "CAR", "RAIL"},
			read: ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val {
				var list []string
				for _, o := range b.Other {
					list = append(list, o.Kind)
				}
				return several(list, true)
			}),
		},
		{Name: "booking.tickets", Type: Number, from: at(apipnr.FieldTicket), read: ofBooking(func(_ *Facts, b *apipnr.Reservation) ref.Val { return number(len(b.Tickets), true) })},
		{Name: "pnr.known", Type: YesNo, read: func(f *Facts) ref.Val { return yes(f.toldByPNR(), true) }},
		{Name: "pnr.api_known", Type: YesNo, read: func(f *Facts) ref.Val { return yes(f.toldByAPI(), true) }},
		{Name: "pnr.name_differs", Type: YesNo, from: at(apipnr.FieldSurname), read: nameDiffers},
	}
}

func created(_ *Facts, b *apipnr.Reservation) ref.Val {
	at := instant(b.Created)
	if at.IsZero() {
		return none()
	}
	return text(at.Format("2006-01-02"))
}

func daysAhead(f *Facts, b *apipnr.Reservation) ref.Val {
	return daysTo(instant(b.Created), f.departureDay())
}

func hoursAhead(f *Facts, b *apipnr.Reservation) ref.Val { return f.hoursBefore(b.Created) }

func changedHoursAhead(f *Facts, b *apipnr.Reservation) ref.Val { return f.hoursBefore(b.Changed) }

// hoursBefore is how many whole hours before departure something was; known only where the instant of departure is.
func (f *Facts) hoursBefore(s string) ref.Val {
	at := instant(s)
	departs, exact := f.departs()
	if at.IsZero() || !exact || !strings.Contains(s, "T") {
		return none()
	}
	return number(int(departs.Sub(at).Hours()), true)
}

// travellersTogether is how many people the reservation has: as it names them, or those on the flight with its locator.
func travellersTogether(f *Facts) ref.Val {
	if b := f.booked(); b != nil && len(b.Travellers) > 0 {
		return number(max(len(b.Travellers), len(f.Companions)+1), true)
	}
	return number(len(f.Companions)+1, f.Person.Locator != "")
}

func services(_ *Facts, b *apipnr.Reservation) ref.Val {
	var list []string
	for _, s := range b.Services {
		list = append(list, s.Code)
	}
	return several(list, true)
}

// nameDiffers: API and PNR write the surname differently, letters alone compared.
func nameDiffers(f *Facts) ref.Val {
	a, p := f.Person.API, f.Person.PNR
	if a == nil || p == nil || a.Surname == "" || p.Surname == "" {
		return none()
	}
	return yes(letters(a.Surname) != letters(p.Surname), true)
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\'' || r == '.' {
			return -1
		}
		return r
	}, strings.ToUpper(s))
}
