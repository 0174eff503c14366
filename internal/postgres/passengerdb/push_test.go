package passengerdb_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
)

// Pushes one after another: what each changes of the flight.
func TestPushes(t *testing.T) {
	w := newWorld(t)
	anna, bea, cara := pnr("AAA111", "ERICSSON/ANNA/L898902C3/12AUG74"), pnr("BBB222", "TESTER/BEA", "TESTER/BOB"), pnr("CCC333", "THIRD/CARA")
	ids := w.send(push("1", "22", "01:F", anna, bea))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected", "TESTER expected"}, w.people())
	require.Equal(t, []int{0, 3, 3}, counts(w.flight()))

	w.send(push("2", "141", "01:F", cara)) // an update changes only what it names
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected", "TESTER expected", "THIRD expected"}, w.people())

	w.send(push("3", "141", "01:F", pnr("BBB222", "TESTER/BOB"))) // one of a party is gone
	require.Equal(t, []string{"ERICSSON expected", "TESTER cancelled", "TESTER expected", "THIRD expected"}, w.people())

	w.send(push("4", "141", "01:F", "SRC'RCI+XX:CCC333::231122:1000'ORG'")) // cancelled, or not found
	require.Equal(t, []string{"ERICSSON expected", "TESTER cancelled", "TESTER expected", "THIRD cancelled"}, w.people())

	w.send(push("5", "22", "01:F", anna)) // a full push that lacks a reservation cancels it
	require.Equal(t, []string{"ERICSSON expected", "TESTER cancelled", "TESTER cancelled", "THIRD cancelled"}, w.people())
	require.Equal(t, []int{0, 1, 1}, counts(w.flight()))

	w.send(push("6", "22", "01:F", anna, bea, cara)) // and one that names it again brings it back
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected", "TESTER expected", "THIRD expected"}, w.people())

	versions := versions(w.persons())
	w.send(push("7", "22", "01:F", anna, bea, cara)) // nothing is new
	require.Equal(t, versions, versionsOf(w))

	require.NoError(t, w.store.Replay(t.Context(), ids[0], w.consult("passenger_message", ids[0])))
	w.drain() // an older push changes nothing any more
	require.Equal(t, "superseded", w.state(ids[0]))
	require.Equal(t, versions, versionsOf(w))

	w.send(push("8", "22", "01:F")) // a push without reservations is valid: nobody is booked any more
	require.Equal(t, []string{"ERICSSON cancelled", "TESTER cancelled", "TESTER cancelled", "THIRD cancelled"}, w.people())
}

func counts(f apipnr.ExpectedFlight) []int { return []int{f.API, f.PNR, f.Persons} }

func versions(list []apipnr.Expected) map[uuid.UUID]int {
	all := map[uuid.UUID]int{}
	for _, p := range list {
		all[p.ID] = p.Version
	}
	return all
}

func versionsOf(w *world) map[uuid.UUID]int { return versions(w.persons()) }

// Several messages of one interchange may hold one full push together.
func TestFullPushInSeveralMessages(t *testing.T) {
	w := newWorld(t)
	a, b := push("1", "22", "01:F", pnr("AAA111", "ERICSSON/ANNA")), push("1", "22", "01:F", pnr("BBB222", "TESTER/BEA"))
	first, _, _ := strings.Cut(a, "UNZ+")
	_, second, _ := strings.Cut(b, "UNH+1")
	second = strings.Replace(strings.Replace("UNH+2"+second, "+1'UNZ", "+2'UNZ", 1), "UNZ+1", "UNZ+2", 1)
	id := w.send(first + second)[0]
	require.Equal(t, "applied", w.state(id))
	require.Equal(t, 2, w.count("passenger_message WHERE state = 'applied'"))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected"}, w.people())
}

// List and push tell of the same people: by document, by locator and name, by name and birth date; never two rows for one, never one for two.
func TestListAndPushAreMerged(t *testing.T) {
	w := newWorld(t)
	list := func() {
		w.send(paxlst("1", "745", "01:F",
			pax("1", "ERICSSON", "ANNA MARIA", "740812", "L898902C3"),                             // by document: the push has another name
			pax("2", "TESTER", "BEA", "800229", "P2"),                                             // by locator and name: the push has no document
			pax("3", "THIRD", "CARA", "900101", "P3"),                                             // by name and birth date: another document
			pax("4", "SMITH", "JOHN", "500101", "P4"), pax("5", "SMITH", "JOHN", "850101", "P5"))) // father and son
	}
	pushes := func() {
		w.send(push("2", "22", "01:F",
			pnr("AAA111", "ERICSSON/ANNAMARIA/L898902C3/12AUG74"), pnr("LOC2", "TESTER/BEA"), pnr("CCC333", "THIRD/CARA/OLD3/01JAN90"),
			pnr("DDD444", "SMITH/JOHN/P5/01JAN85", "SMITH/JOHN/P4/01JAN50"), pnr("EEE555", "ALONE/ONLY")))
	}
	for name, order := range map[string][]func(){"list first": {list, pushes}, "push first": {pushes, list}} {
		t.Run(name, func(t *testing.T) {
			w = newWorld(t)
			for _, send := range order {
				send()
			}
			require.Equal(t, []string{
				"ALONE expected", "ERICSSON expected", "SMITH expected", "SMITH expected", "TESTER expected", "THIRD expected",
			}, w.people())
			for _, p := range w.persons() {
				if p.Identity.Surname == "ALONE" {
					require.Nil(t, p.API)
					continue
				}
				require.NotNil(t, p.API, p.Identity.Surname)
				require.NotNil(t, p.PNR, p.Identity.Surname)
				require.NotNil(t, p.Booking)
				if p.Identity.Surname == "SMITH" {
					require.Equal(t, p.API.BirthDate, p.PNR.BirthDate, "father is father, son is son")
				}
			}
			require.Equal(t, []int{5, 6, 6}, counts(w.flight()))
		})
	}
}

// A booking is one, with its travellers numbered; each person knows his number, and his companions.
func TestBooking(t *testing.T) {
	w := newWorld(t)
	w.send(push("1", "22", "01:F", pnr("AAA111", "ONE/ANNA"), pnr("BBB222", "TESTER/BEA", "TESTER/BOB")))
	persons := w.persons()
	bea, bob := persons[1], persons[2]
	require.Equal(t, "BBB222", bea.Booking.Locator)
	require.Equal(t, []int{0, 1}, bea.Booking.Travellers)
	require.Equal(t, []int{0, 1}, []int{bea.PNR.Reservation, bob.PNR.Reservation})
	d, err := w.store.Person(t.Context(), bea.ID, w.consult("passenger", bea.ID))
	require.NoError(t, err)
	require.Len(t, d.Companions, 1)
	require.Equal(t, bob.ID, d.Companions[0].ID)
	require.Equal(t, 2, w.count("passenger_reservation"))
}

// Who looks for a person finds him by document, by name and birth date, by locator; the search is audited, and says nothing of whom.
func TestSearch(t *testing.T) {
	w := newWorld(t)
	w.send(paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"), pax("R2", "TESTER", "BEA", "800229", "P1")))
	anna := w.persons()[0]
	for _, q := range []passengerdb.Query{
		{Document: "l898902c3"}, {Surname: "Éricsson", GivenNames: "Anna", BirthDate: date(t, "1974-08-12")}, {Locator: "locr1"},
		{Surname: "Anna", GivenNames: "Ericsson"}, {Document: "L898902C3", Surname: "ERICSSON", GivenNames: "ANNA"},
	} {
		list, err := w.store.Search(t.Context(), q, w.consult("passenger", uuid.Nil))
		require.NoError(t, err)
		require.Len(t, list, 1, q)
		require.Equal(t, anna.ID, list[0].ID)
	}
	for _, q := range []passengerdb.Query{{Document: "X"}, {Surname: "ERICSSON", GivenNames: "ANNA", BirthDate: date(t, "1974-08-13")}} {
		list, err := w.store.Search(t.Context(), q, w.consult("passenger", uuid.Nil))
		require.NoError(t, err)
		require.Empty(t, list)
	}
	_, err := w.store.Search(t.Context(), passengerdb.Query{}, w.consult("passenger", uuid.Nil))
	require.ErrorContains(t, err, "passenger_search_empty")
	entry := w.consult("passenger", uuid.Nil)
	entry.Purpose = ""
	_, err = w.store.Search(t.Context(), passengerdb.Query{Document: "X"}, entry)
	require.ErrorContains(t, err, "purpose")
	require.Equal(t, 7, w.count("audit WHERE length(query_hmac) > 0"))
}

// What the screens show of a day, of a flight, of what came.
func TestScreens(t *testing.T) {
	w := newWorld(t)
	ids := w.send(paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"), "NAD+FL'ATT+2++F'"), push("2", "22", "01:F", pnr("AAA111", "ONE/ANNA")))
	day, err := w.store.FlightsOf(t.Context(), date(t, "2026-11-22"))
	require.NoError(t, err)
	require.Len(t, day, 1)
	require.Equal(t, []int{2, 1, 1, 1}, []int{day[0].Persons, day[0].APIOnly, day[0].PNROnly, day[0].Trouble})
	between, err := w.store.FlightsBetween(t.Context(), noon.Add(6*time.Hour), noon.Add(7*time.Hour))
	require.NoError(t, err)
	require.Empty(t, between)
	between, err = w.store.FlightsBetween(t.Context(), noon, noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, day, between)

	f, persons, err := w.store.View(t.Context(), day[0].ID, w.consult("passenger_flight", day[0].ID))
	require.NoError(t, err)
	require.Equal(t, day[0].ExpectedFlight, f)
	require.Len(t, persons, 2)
	require.Equal(t, 1, w.count("audit WHERE object_kind = 'passenger_flight' AND result_count = 2"))

	raws, err := w.store.Messages(t.Context(), passengerdb.MessageFilter{Carrier: "XX", Flight: f.ID, Page: paging.Page{Limit: 1}})
	require.NoError(t, err)
	require.Equal(t, ids[1], raws.Rows[0].ID)
	require.Equal(t, 2, raws.Total)
	raws, err = w.store.Messages(t.Context(), passengerdb.MessageFilter{Page: paging.Page{After: raws.Next, Limit: 1}})
	require.NoError(t, err)
	require.Len(t, raws.Rows, 1)
	require.Empty(t, raws.Next)
	require.Equal(t, 1, raws.Rows[0].Messages[0].Bad)
	one, err := w.store.Raw(t.Context(), ids[0])
	require.NoError(t, err)
	require.Equal(t, raws.Rows[0], one)

	attempts, err := w.store.Attempts(t.Context(), ids[0], paging.Page{}, w.consult("passenger_message", ids[0]))
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(attempts.Rows[0].Diagnostics, func(d apipnr.Diagnostic) bool { return d.Code == apipnr.CodeTraveller && d.Message != "" }))
	require.Zero(t, w.count("passenger_attempt WHERE diagnostics::text LIKE '%left out%'"), "the words stand sealed")
	body, err := w.store.Body(t.Context(), ids[0], w.consult("passenger_message", ids[0]))
	require.NoError(t, err)
	require.Contains(t, string(body), "ERICSSON")
	changes, err := w.store.ChangesOfFlight(t.Context(), f.ID, w.consult("passenger_flight", f.ID))
	require.NoError(t, err)
	require.Len(t, changes, 2)
	p, err := w.store.Progress(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int{0, 0, 1, 6, 2}, []int{p.Received, p.Waiting, p.Quarantined, p.Notes, int(p.Kept)})
}
