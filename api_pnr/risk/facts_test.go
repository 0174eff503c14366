package risk_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/traveldoc"
)

// leg is "XAP XBQ 2026-11-22T10:00 2026-11-22T12:00".
func leg(s string) apipnr.Flight {
	p := strings.Fields(s)
	return apipnr.Flight{Carrier: "XX", Number: "0001", Origin: p[0], Destination: p[1], Departure: localTime(p[2]), Arrival: localTime(p[3])}
}

func TestTravelPatterns(t *testing.T) {
	l := language(t)
	for name, c := range map[string]struct {
		legs []string
		want map[string]string
	}{
		"one way":        {[]string{"A B 2026-11-22T10:00 2026-11-22T12:00"}, map[string]string{"pattern.trip": "ONE_WAY", "pattern.one_way": "true", "pattern.legs": "1", "pattern.days": "0", "dwell.longest_hours": ""}},
		"with a change":  {[]string{"B C 2026-11-22T14:30 2026-11-22T18:00", "A B 2026-11-22T10:00 2026-11-22T12:00"}, map[string]string{"pattern.trip": "ONE_WAY", "dwell.longest_hours": "2", "pattern.begins_at": "A", "pattern.ends_at": "C", "dwell.places": "B"}},
		"there and back": {[]string{"A B 2026-11-01T10:00 2026-11-01T12:00", "B A 2026-11-08T10:00 2026-11-08T12:00"}, map[string]string{"pattern.trip": "ROUND", "pattern.goes_to": "B", "pattern.days": "7", "dwell.longest_hours": "166"}},
		"several cities": {[]string{"A B 2026-11-01T10:00 2026-11-01T12:00", "B C 2026-11-08T10:00 2026-11-08T12:00", "C A 2026-11-20T10:00 2026-11-20T12:00"}, map[string]string{"pattern.trip": "MULTI_CITY", "pattern.goes_to": "C", "pattern.broken": "false"}},
		"open jaw":       {[]string{"A B 2026-11-01T10:00 2026-11-01T12:00", "C A 2026-11-08T10:00 2026-11-08T12:00"}, map[string]string{"pattern.trip": "OPEN_JAW", "pattern.broken": "true"}},
		"a gap":          {[]string{"A B 2026-11-01T10:00 2026-11-01T12:00", "C D 2026-11-08T10:00 2026-11-08T12:00"}, map[string]string{"pattern.trip": "BROKEN", "pattern.one_way": "false", "pattern.airports": "A,B,C,D"}},
		"nothing booked": {nil, map[string]string{"pattern.trip": "", "pattern.one_way": "", "pattern.legs": ""}},
	} {
		s := anna()
		s.Person.Booking.Flights = nil
		for _, one := range c.legs {
			s.Person.Booking.Flights = append(s.Person.Booking.Flights, leg(one))
		}
		facts := l.Facts(s)
		for field, want := range c.want {
			v := facts.Show(field)
			require.Equal(t, want != "", v.Known, "%s: %s", name, field)
			require.Equal(t, want, strings.Join(v.Text, ","), "%s: %s", name, field)
		}
	}
}

func TestWhatIsKnownOfAPerson(t *testing.T) {
	l := language(t)
	minor, adult := traveldoc.Identity{Surname: "Specimen", BirthDate: date("2012-01-01")}, traveldoc.Identity{Surname: "Specimen", BirthDate: date("1980")}
	companion := func(i traveldoc.Identity) []apipnr.Expected {
		return []apipnr.Expected{{ID: uuid.New(), Identity: i, Locator: "ABC123"}}
	}
	for name, c := range map[string]struct {
		change func(*risk.Subject)
		field  string
		want   string
	}{
		"alone":                       {func(s *risk.Subject) { s.Person.Identity = minor }, "passenger.minor_alone", "true"},
		"with an adult":               {func(s *risk.Subject) { s.Person.Identity, s.Companions = minor, companion(adult) }, "passenger.minor_alone", "false"},
		"with another minor":          {func(s *risk.Subject) { s.Person.Identity, s.Companions = minor, companion(minor) }, "passenger.minor_alone", "true"},
		"with somebody of no age":     {func(s *risk.Subject) { s.Person.Identity, s.Companions = minor, companion(traveldoc.Identity{}) }, "passenger.minor_alone", ""},
		"a year of birth alone":       {func(s *risk.Subject) { s.Person.Identity.BirthDate = date("1990") }, "passenger.age", ""},
		"day before the birthday":     {func(s *risk.Subject) { s.Person.Identity.BirthDate = date("1990-11-23") }, "passenger.age", "35"},
		"infant by age":               {func(s *risk.Subject) { s.Person.Identity.BirthDate, s.Person.PNR = date("2026-01-01"), nil }, "passenger.age_group", "INFANT"},
		"a document that has expired": {func(s *risk.Subject) { s.Person.Documents[1].ExpiryDate = date("2026-11-12") }, "document.days_valid", "-10"},
		"visas are no document":       {func(s *risk.Subject) { s.Person.Documents = s.Person.Documents[:1] }, "document.number", ""},
		"hours without a zone":        {func(s *risk.Subject) { s.Flight.DepartsAt = s.Flight.DepartsAt.AddDate(-3000, 0, 0) }, "booking.days_ahead", "1"},
		"two currencies": {func(s *risk.Subject) {
			s.Person.Booking.Payments = append(s.Person.Booking.Payments, apipnr.Payment{Form: "CA", Amount: "5", Currency: "USD"})
		}, "payment.amount", ""},
		"paid in part in cash": {func(s *risk.Subject) {
			s.Person.Booking.Payments = append(s.Person.Booking.Payments, apipnr.Payment{Form: "CA"})
		}, "payment.cash", "true"},
		"the payer travels along": {func(s *risk.Subject) {
			s.Person.Booking.Payments[0].Payer = "MR B EXAMPLE"
			s.Companions = companion(traveldoc.Identity{Surname: "Example"})
		}, "payment.by_another", "false"},
		"a phone as it is dialled": {func(s *risk.Subject) { s.Person.Booking.Contacts[0].Phones = []string{"0044 20 7946 0958"} }, "phone.numbers", "+442079460958"},
		"bags of another leg": {func(s *risk.Subject) {
			s.Person.API.Bags = []apipnr.Bag{{Count: pointer(3), Origin: "ZZZ", Destination: "YYY"}, {Count: pointer(1), Origin: "XAP", Destination: "XBQ"}}
		}, "bag.count", "1"},
		"no history looked up": {func(s *risk.Subject) { s.Past = nil }, "document.crossings_before", ""},
	} {
		s := anna()
		c.change(&s)
		v := l.Facts(s).Show(c.field)
		require.Equal(t, c.want, strings.Join(v.Text, ","), name)
		require.Equal(t, c.want != "", v.Known, name)
	}
}

func TestLinksConnectWhatIsTheSame(t *testing.T) {
	l := language(t)
	a, b := anna(), anna()
	b.Person.Identity = traveldoc.Identity{Surname: "SPECI-MEN", GivenNames: "ANNA", BirthDate: date("1990-05-01")}
	b.Person.Booking.Contacts[0].Phones = []string{"+442079460958"}
	b.Person.Documents[1].Number = "L898902C3 "
	require.Equal(t, l.Links(a.Person), l.Links(b.Person), "however it is written")
	require.Len(t, l.Links(a.Person), 6)
	b.Person.Identity.BirthDate = date("1990")
	require.Len(t, l.Links(b.Person), 5, "who is not known enough is linked to nobody by name")
}
