package riskdb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
)

// push puts one reservation of two travellers onto a flight that departs in so many days.
func (w *world) push(number string, in int, created string) (apipnr.ExpectedFlight, []apipnr.Expected) {
	flight := passengerdbtest.Flight(number, w.now.AddDate(0, 0, in))
	w.seq++
	adult, minor := person("SPECIMEN", "UTO", "D1"), person("SPECIMEN", "UTO", "D2")
	minor.GivenNames, minor.BirthDate = "TOM", day("2015-01-01")
	for _, t := range []*apipnr.Traveller{&adult, &minor} {
		t.Locator, t.Reservation = "ABC123", 0
	}
	return passengerdbtest.Message(w, w.passengers, flight, w.now.Add(time.Duration(w.seq)*time.Second), apipnr.Message{
		Type: apipnr.PNRGOV, Function: apipnr.FullPush, Travellers: []apipnr.Traveller{adult, minor},
		Reservations: []apipnr.Reservation{{
			Locator: "ABC123", Carrier: "XX", Created: created, Travellers: []int{0, 1}, Flights: []apipnr.Flight{flight},
			Contacts: []apipnr.Contact{{Phones: []string{"+44 20 7946 0958"}}},
			Payments: []apipnr.Payment{{Form: "CA", Amount: "812.50", Currency: "EUR"}}, Agency: &apipnr.Agency{IATA: "12345678"},
		}},
	})
}

// The sentence of the specification, over reservations as they are stored.
func TestALateOneWayBookingPaidInCash(t *testing.T) {
	w := open(t)
	w.push("0020", -4, "2026-10-01T10:00:00")
	v := w.write("mia", `passenger.nationality in ["UTO", "XAA"] && booking.days_ahead < 2 && pattern.one_way && payment.cash && pattern.companions == 1`)
	run := w.try(v, "2026-11-01", "2026-11-21")
	require.Equal(t, []int{2, 0, 0}, []int{run.Result.Persons, run.Result.Hits, run.Result.NotKnown}, "booked weeks ahead")
	w.activate(v)
	_, persons := w.push("0021", 1, "2026-11-22T09:00:00")
	w.work()
	hits := w.queue(risk.HitNew)
	require.Len(t, hits, 2)
	d, err := w.store.Dossier(t.Context(), hits[0].ID, look())
	require.NoError(t, err)
	require.Equal(t, []string{"1"}, d.Terms[1].Values[0].Text)
	require.Equal(t, "pnr", d.Terms[1].Values[0].From[0].Told)

	// The law takes the reservation: what it connected and explained goes with it.
	phones := `SELECT count(*) FROM risk_link WHERE kind = 2 AND person = $1`
	require.Equal(t, 1, w.count(phones, persons[0].ID))
	w.exec(`DELETE FROM passenger_reservation WHERE flight_id = $1`, persons[0].Flight)
	require.Zero(t, w.count(phones, persons[0].ID))
	d, err = w.store.Dossier(t.Context(), hits[0].ID, look())
	require.NoError(t, err)
	require.True(t, d.Masked)
}

// A person whose companion changes is asked about again.
func TestCompanionsAreAskedAboutAgain(t *testing.T) {
	w := open(t)
	w.activate(w.write("mia", `passenger.minor_alone`))
	_, persons := w.push("0021", 1, "2026-11-22T09:00:00")
	w.work()
	require.Empty(t, w.queue(risk.HitNew))
	flights, err := w.passengers.FlightsByID(t.Context(), []uuid.UUID{persons[0].Flight})
	require.NoError(t, err)
	flight := flights[0].Flight
	minor := person("SPECIMEN", "UTO", "D2")
	minor.GivenNames, minor.BirthDate, minor.Locator, minor.Reservation = "TOM", day("2015-01-01"), "ABC123", 0
	w.seq++
	passengerdbtest.Message(t, w.passengers, flight, w.now.Add(time.Duration(w.seq)*time.Second), apipnr.Message{
		Type: apipnr.PNRGOV, Function: apipnr.FullPush, Travellers: []apipnr.Traveller{minor},
		Reservations: []apipnr.Reservation{{Locator: "ABC123", Carrier: "XX", Created: "2026-11-22T09:00:00", Travellers: []int{0}, Flights: []apipnr.Flight{flight}}},
	})
	w.work()
	hits := w.queue(risk.HitNew)
	require.Len(t, hits, 1, "the adult was taken off: the minor travels alone")
}
