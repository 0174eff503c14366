package expected_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

func TestKeys(t *testing.T) {
	f, p := uuid.New(), uuid.New()
	k, err := expected.ParseKey(expected.PersonKey(f, p))
	require.NoError(t, err)
	require.Equal(t, expected.Key{Flight: f, Person: p}, k)
	k, err = expected.ParseKey(expected.FlightKey(f))
	require.NoError(t, err)
	require.Equal(t, expected.Key{Flight: f}, k)
	for _, bad := range []string{"", "f", "f/", "f/x", "p/" + f.String(), "p/x/y", "p/" + f.String() + "/y", "q/" + f.String(), "f/" + f.String() + "/" + p.String()} {
		_, err := expected.ParseKey(bad)
		require.Error(t, err, bad)
	}
}

// A row is held to its key: one that says something else is not used, and its content is in no error.
func TestRowsAreHeldToTheirKeys(t *testing.T) {
	f := flight("XX0400")
	p := anna(t, f)
	row, err := json.Marshal(p)
	require.NoError(t, err)
	got, err := expected.ParsePerson(expected.Key{Flight: f.ID, Person: p.ID}, row)
	require.NoError(t, err)
	require.Equal(t, p, got)
	for _, k := range []expected.Key{{Flight: f.ID, Person: uuid.New()}, {Flight: uuid.New(), Person: p.ID}} {
		_, err := expected.ParsePerson(k, row)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "ERIKSSON")
	}
	line, err := json.Marshal(f)
	require.NoError(t, err)
	back, err := expected.ParseFlight(expected.Key{Flight: f.ID}, line)
	require.NoError(t, err)
	require.Equal(t, f, back)
	_, err = expected.ParseFlight(expected.Key{Flight: uuid.New()}, line)
	require.Error(t, err)
	_, err = expected.ParseFlight(expected.Key{Flight: f.ID}, []byte(`{`))
	require.Error(t, err)
}

// Nothing of reservations and payments is told to a crossing point.
func TestStationsAreToldNothingOfReservations(t *testing.T) {
	e := apipnr.Expected{
		ID: uuid.New(), Flight: uuid.New(), Locator: "SECRET1", Ref: "SECRET2", Identity: traveldoc.Identity{Surname: "ERIKSSON"},
		PNR: &apipnr.Traveller{
			Ticket: "SECRET3", Seats: []apipnr.Seat{{Seat: "4A", Origin: "XXX"}, {Seat: "12B", Origin: "DXB"}},
			Contact: &apipnr.Contact{Phones: []string{"SECRET4"}}, Address: "SECRET5",
		},
		Booking: &apipnr.Reservation{Payments: []apipnr.Payment{{Card: "SECRET6"}}}, Key: apipnr.FlightKey{Origin: "DXB"},
	}
	p := expected.PersonOf(e, nil)
	require.Equal(t, "12B", p.Seat, "the seat of this leg")
	require.False(t, p.Listed)
	row, err := json.Marshal(p)
	require.NoError(t, err)
	require.NotContains(t, string(row), "SECRET")
}

func TestWhenAFlightIsDue(t *testing.T) {
	zone := time.FixedZone("", 3*3600)
	var arrival apipnr.LocalTime
	require.NoError(t, arrival.UnmarshalText([]byte("2026-11-22T17:25")))
	f := expected.Flight{Direction: border.Entry, Arrival: arrival}
	at, known := f.Due(zone)
	require.True(t, known)
	require.Equal(t, "2026-11-22T14:25:00Z", at.Format(time.RFC3339), "local at the crossing point where the zone is not known")
	f.ArrivesAt = noon
	at, _ = f.Due(zone)
	require.Equal(t, noon, at)
	f = expected.Flight{Direction: border.Exit, Arrival: arrival, DepartsAt: noon.Add(time.Hour)}
	at, _ = f.Due(zone)
	require.Equal(t, noon.Add(time.Hour), at, "who leaves is at the border when the flight departs")
	f = expected.Flight{Direction: border.Entry, Departure: apipnr.LocalTime{Date: date(t, "2026-11-22")}}
	_, known = f.Due(zone)
	require.True(t, known)
	_, known = expected.Flight{}.Due(zone)
	require.False(t, known)
}

// Rows go a day after the flight, and never before it.
func TestHowLongRowsStay(t *testing.T) {
	e := apipnr.ExpectedFlight{ID: uuid.New(), ArrivesAt: noon, LastAt: noon.Add(-48 * time.Hour)}
	e.Carrier, e.Number = "XX", "0400"
	require.Equal(t, noon.Add(24*time.Hour), expected.FlightOf(e, border.Entry).Until)
	e.DepartsAt = noon.Add(-9 * time.Hour)
	require.Equal(t, noon.Add(15*time.Hour), expected.FlightOf(e, border.Exit).Until)
	e.ArrivesAt, e.DepartsAt = time.Time{}, time.Time{}
	require.Equal(t, noon.Add(-24*time.Hour), expected.FlightOf(e, border.Entry).Until, "nothing is known but when the message came")
	e.Departure.Date = date(t, "2026-11-22")
	require.Equal(t, "2026-11-24T12:00:00Z", expected.FlightOf(e, border.Entry).Until.Format(time.RFC3339))
}

func TestCodeshares(t *testing.T) {
	e := apipnr.ExpectedFlight{ID: uuid.New()}
	e.Carrier, e.Number, e.Operating = "XX", "0400", &apipnr.Designator{Carrier: "YY", Number: "12"}
	require.Equal(t, []string{"XX0400", "YY0012"}, expected.FlightOf(e, "").Designators())
	e.Operating = &apipnr.Designator{Carrier: "XX", Number: "0400"}
	require.Equal(t, []string{"XX0400"}, expected.FlightOf(e, "").Designators())
}

func TestPolicy(t *testing.T) {
	p, err := expected.ReadPolicy(strings.NewReader(`{"undeclared": "note", "differences": {"sex": {"different": "second_line"}}}`))
	require.NoError(t, err)
	require.Equal(t, border.Note, p.Undeclared)
	require.Equal(t, border.SecondLine, p.Severity("sex", "different"))
	require.Equal(t, border.Acknowledge, p.Severity("name", "different"), "what the file leaves out stays")
	require.Equal(t, border.Note, p.Severity("name", "transliterated"))
	for _, bad := range []string{
		`{`, `{"x": 1}`, `{"undeclared": "red"}`, `{"differences": {"shoe": {"different": "note"}}}`, `{"differences": {"sex": {"equal": "note"}}}`,
		`{"differences": {"sex": {"different": "stop"}}}`, `{"cancelled": ""}`,
	} {
		_, err := expected.ReadPolicy(strings.NewReader(bad))
		require.Error(t, err, bad)
	}
	_, err = expected.LoadPolicy("testdata/none.json")
	require.Error(t, err)
	p, err = expected.LoadPolicy("")
	require.NoError(t, err)
	require.Equal(t, expected.DefaultPolicy(), p)
}

// Whatever the names, dates and numbers are: comparing does not panic, a person compared with his own data differs in nothing, and a row
// that is no number or date of his is never called equal.
func TestComparingIsReflexive(t *testing.T) {
	m := expected.Matcher{Policy: expected.DefaultPolicy()}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Z]{1,12}( [A-Z]{1,8}){0,3}`)
		born, err := traveldoc.NewDate(rapid.IntRange(1900, 2026).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
		require.NoError(t, err)
		i := traveldoc.Identity{
			Surname: name.Draw(t, "surname"), GivenNames: name.Draw(t, "given"), BirthDate: born,
			Sex: rapid.SampledFrom([]string{"M", "F", "X"}).Draw(t, "sex"), Nationality: rapid.StringMatching(`[A-Z]{3}`).Draw(t, "state"),
		}
		d := traveldoc.Document{Code: "P", Number: rapid.StringMatching(`[1-9A-NP-Z][0-9A-Z]{5,8}`).Draw(t, "number"), IssuingState: i.Nationality, ExpiryDate: born}
		require.Empty(t, m.Compare(i, d, expected.Person{Identity: i, Documents: []traveldoc.Document{d}}))
		other := traveldoc.Document{Code: "P", Number: rapid.StringMatching(`[1-9A-NP-Z][0-9A-Z]{5,8}`).Draw(t, "other"), IssuingState: i.Nationality, ExpiryDate: born}
		differ := m.Compare(i, d, expected.Person{Identity: i, Documents: []traveldoc.Document{other}})
		require.Equal(t, traveldoc.FoldNumber(d.Number) != traveldoc.FoldNumber(other.Number), len(differ) > 0)
	})
}

func TestFilters(t *testing.T) {
	f := flight("XX0400")
	crossing := uuid.New()
	expectedOne, came, off, stranger := expected.Passenger{Person: anna(t, f)}, expected.Passenger{Person: anna(t, f), Crossing: &crossing, Differences: 1},
		expected.Passenger{Person: anna(t, f)}, expected.Passenger{Undeclared: true, Crossing: &crossing}
	off.Person.Status = apipnr.StatusCancelled
	of := func(p expected.Passenger) (all []expected.Filter) {
		for _, f := range expected.Filters() {
			if f.Of(p) {
				all = append(all, f)
			}
		}
		return all
	}
	require.Equal(t, []expected.Filter{expected.All, expected.Absent}, of(expectedOne))
	require.Equal(t, []expected.Filter{expected.All, expected.Arrived, expected.Differing}, of(came))
	require.Equal(t, []expected.Filter{expected.All}, of(off))
	require.Equal(t, []expected.Filter{expected.All, expected.Undeclared}, of(stranger))
	l := expected.Line{Flight: f, Due: noon}
	for now, want := range map[time.Duration]string{-time.Hour: "expected", time.Hour: "arriving", 3 * time.Hour: "past"} {
		require.Equal(t, want, l.Standing(noon.Add(now)))
	}
}
