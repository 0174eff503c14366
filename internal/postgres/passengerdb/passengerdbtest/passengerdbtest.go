// Package passengerdbtest puts flights with expected persons into a test's database without a message to be read. It goes the way that
// real messages go (manifest, store), so that what it leaves is what a carrier's message would leave. It must never be used by a program.
package passengerdbtest

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/vault"
)

// Store opens the store of passenger data over a database of the centre, with keys of its own.
func Store(t testing.TB, db *postgres.DB, now func() time.Time) *passengerdb.Store {
	t.Helper()
	wrapping, err := vault.OpenFiles(t.TempDir(), rand.Reader, now)
	require.NoError(t, err)
	escrow, err := vault.OpenFiles(t.TempDir(), rand.Reader, now)
	require.NoError(t, err)
	return passengerdb.New(passengerdb.Options{
		DB: db, Wrapping: wrapping, Escrow: escrow, Random: rand.Reader, Now: now, NewID: uuid.New, Zone: Zone, Country: listfile.CountryCode,
		QueryKey: []byte("a key of thirty-two bytes for tests"),
	})
}

// Reopen is the store as another process would open it: with nothing remembered.
func Reopen(s *passengerdb.Store) *passengerdb.Store { return passengerdb.New(s.Options()) }

// Zone knows the airports of the test messages: a zone without summer time each.
func Zone(airport string) *time.Location {
	hours := map[string]int{"LHR": 0, "CDG": 1, "WDH": 2, "KWI": 3, "DXB": 4, "YVR": -8, "JFK": -5}
	h, known := hours[airport]
	if !known {
		return nil
	}
	return time.FixedZone(airport, h*3600)
}

// Flight is a flight of carrier XX from DXB to LHR that departs at noon of the day (local) and arrives five hours later (local).
func Flight(number string, day time.Time) apipnr.Flight {
	var departure, arrival apipnr.LocalTime
	date := day.Format(time.DateOnly)
	if err := departure.UnmarshalText([]byte(date + "T12:00")); err != nil {
		panic(err) // a date that was just written
	}
	arrival = departure
	arrival.Minute += 5 * 60
	return apipnr.Flight{
		Carrier: "XX", Number: number, Origin: "DXB", Destination: "LHR", Departure: departure, Arrival: arrival, Role: apipnr.CrossingLeg,
	}
}

// List puts a list of passengers (API) onto a flight and gives the flight and its persons, in the order of their names.
func List(t testing.TB, s *passengerdb.Store, flight apipnr.Flight, at time.Time, travellers ...apipnr.Traveller) (apipnr.ExpectedFlight, []apipnr.Expected) {
	t.Helper()
	return Message(t, s, flight, at, apipnr.Message{Type: apipnr.PAXLST, Function: apipnr.List, Travellers: travellers})
}

// Message applies any message to a flight, as one that was read would be; messages of a test are in the order of at.
func Message(t testing.TB, s *passengerdb.Store, flight apipnr.Flight, at time.Time, m apipnr.Message) (apipnr.ExpectedFlight, []apipnr.Expected) {
	t.Helper()
	m.Flights = []apipnr.Flight{flight}
	if m.Type == apipnr.PAXLST {
		for n := range m.Travellers {
			m.Travellers[n].Reservation = -1
		}
	}
	id, err := s.Apply(t.Context(), flight, manifest.Input{Message: m, IDs: []uuid.UUID{uuid.New()}, Seq: at.UnixMicro(), At: at, Whole: true},
		m.Function == apipnr.MasterCrewList)
	require.NoError(t, err)
	flights, err := s.FlightsByID(t.Context(), []uuid.UUID{id})
	require.NoError(t, err)
	require.Len(t, flights, 1)
	persons, err := s.OfFlight(t.Context(), id)
	require.NoError(t, err)
	return flights[0], persons
}
