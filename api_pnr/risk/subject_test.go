package risk_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/traveldoc"
)

func date(s string) traveldoc.Date {
	d, err := traveldoc.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func localTime(s string) (t apipnr.LocalTime) {
	if err := t.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return t
}

func pointer[T any](v T) *T { return &v }

// anna is somebody whom API and PNR told everything about. Nobody of that name exists.
func anna() risk.Subject {
	flight := apipnr.Flight{
		Carrier: "XX", Number: "0123", Origin: "XAP", Destination: "XBQ", Departure: localTime("2026-11-22T17:25"), Arrival: localTime("2026-11-22T21:05"),
	}
	return risk.Subject{
		Flight: apipnr.ExpectedFlight{Flight: flight, Status: apipnr.FlightOpen, Persons: 3, DepartsAt: time.Date(2026, 11, 22, 16, 25, 0, 0, time.UTC)},
		Person: apipnr.Expected{
			ID: uuid.MustParse("00000000-0000-4000-8000-000000000001"), Kind: apipnr.Passenger, Status: apipnr.StatusExpected, Locator: "ABC123",
			Identity:   traveldoc.Identity{Surname: "Specimen", GivenNames: "Anna Maria", BirthDate: date("1990-05-01"), Sex: "F", Nationality: "XAA"},
			Documents:  []traveldoc.Document{{Code: "V", Number: "V1", IssuingState: "XBB"}, {Code: "P", Number: "L898902C3", IssuingState: "XCC", ExpiryDate: date("2027-01-01")}},
			APIMessage: uuid.MustParse("00000000-0000-4000-8000-0000000000a1"), PNRMessage: uuid.MustParse("00000000-0000-4000-8000-0000000000b1"),
			API: &apipnr.Traveller{
				Surname: "SPECIMEN", GivenNames: "ANNA MARIA", Residence: "XDD", Verified: pointer(true), Embarks: "XAP", Disembarks: "XBQ",
				Origins: []apipnr.Origin{{Field: apipnr.FieldNationality, Segment: 14, Offset: 480}}, Seats: []apipnr.Seat{{Seat: "12B", Cabin: "Y"}},
				Bags: []apipnr.Bag{{Count: pointer(2), WeightKG: pointer(31.5), Source: "MEA"}},
			},
			PNR: &apipnr.Traveller{Surname: "SPECIMEN", GivenNames: "ANNA", AgeGroup: apipnr.Adult},
			Booking: &apipnr.Reservation{
				Locator: "ABC123", Carrier: "XX", Created: "2026-11-21T10:10:00", Travellers: []int{0},
				Flights:  []apipnr.Flight{flight},
				Agency:   &apipnr.Agency{IATA: "12345678", Place: "XAP", Country: "XA"},
				Contacts: []apipnr.Contact{{Phones: []string{"+44 20 7946 0958"}, Emails: []string{"anna@example.org"}, Country: "XD"}},
				Payments: []apipnr.Payment{{Form: "CC", Vendor: "VI", Card: "411111XXXXXX1111", Amount: "812.50", Currency: "EUR", Payer: "B EXAMPLE"}},
				Services: []apipnr.Service{{Code: "SEAT"}},
			},
		},
		Past: &risk.Past{Crossings: 3, Refusals: 1, LastCrossing: time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC), Shared: map[risk.Mark]risk.Shared{
			risk.MarkDocument: {Flights: 4}, risk.MarkPhone: {Flights: 9, Others: 7, Confirmed: 1}, risk.MarkCard: {Others: 2},
			risk.MarkEmail: {}, risk.MarkAgency: {Flights: 40, Others: 212, Confirmed: 3}, risk.MarkPerson: {Flights: 4},
		}},
	}
}

func language(t testing.TB) *risk.Language {
	t.Helper()
	l, err := risk.NewLanguage()
	require.NoError(t, err)
	return l
}
