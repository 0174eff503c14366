package passengerdb_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/internal/audit"
)

func (w *world) processor() *intake.Processor {
	return intake.New(intake.Options{
		Store: w.store, Now: w.now, Log: slog.New(slog.NewTextHandler(w.Output(), nil)), PartsTimeout: 5 * time.Minute, SpeaksFor: w.speaks,
	})
}

// send keeps bodies of carrier XX and works on all that waits.
func (w *world) send(bodies ...string) (ids []uuid.UUID) {
	w.Helper()
	return w.sendBy("XX", bodies...)
}

func (w *world) sendBy(carrier string, bodies ...string) (ids []uuid.UUID) {
	w.Helper()
	for _, body := range bodies {
		r, err := w.store.Keep(w.Context(), envelope(carrier, body))
		require.NoError(w, err)
		ids = append(ids, r.ID)
	}
	w.drain()
	return ids
}

func (w *world) drain() {
	w.Helper()
	_, err := w.processor().Drain(w.Context())
	require.NoError(w, err)
}

func (w *world) state(raw uuid.UUID) (state string) {
	w.Helper()
	require.NoError(w, w.db.Pool.QueryRow(w.Context(), `SELECT state FROM passenger_status WHERE raw_id = $1`, raw).Scan(&state))
	return state
}

// flight is the only flight.
func (w *world) flight() apipnr.ExpectedFlight {
	w.Helper()
	list, err := w.store.Flown(w.Context(), noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	require.NoError(w, err)
	require.Len(w, list, 1)
	return list[0]
}

func (w *world) numbered(number string) apipnr.ExpectedFlight {
	w.Helper()
	list, err := w.store.Flown(w.Context(), noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	require.NoError(w, err)
	n := slices.IndexFunc(list, func(f apipnr.ExpectedFlight) bool { return f.Number == number })
	require.GreaterOrEqual(w, n, 0)
	return list[n]
}

// on are the persons of a flight: "SURNAME status".
func (w *world) on(flight uuid.UUID) []string {
	w.Helper()
	persons, err := w.store.OfFlight(w.Context(), flight)
	require.NoError(w, err)
	list := []string{}
	for _, p := range persons {
		list = append(list, p.Identity.Surname+" "+string(p.Status))
	}
	return list
}

// people are those of the only flight: "SURNAME status".
func (w *world) people() []string { w.Helper(); return w.on(w.flight().ID) }

func (w *world) persons() []apipnr.Expected {
	w.Helper()
	list, err := w.store.OfFlight(w.Context(), w.flight().ID)
	require.NoError(w, err)
	return list
}

// pax is a traveller of a list.
func pax(ref, surname, given, birth, number string) string {
	s := fmt.Sprintf("NAD+FL+++%s:%s'ATT+2++F'DTM+329:%s'NAT+2+UTO'RFF+AVF:LOC%s'RFF+ABO:%s'RFF+SEA:12B'", surname, given, birth, ref, ref)
	if number != "" {
		s += "DOC+P:110:111+" + number + "'DTM+36:310101'LOC+91+UTO'"
	}
	return s
}

// paxlst is a message of passengers: bgm is "745", "745+CP", "266+CLOB" ...; part is "01:F" alone.
func paxlst(ref, bgm, part string, travellers ...string) string {
	body := "BGM+" + bgm + "'TDT+20+XX0123+++XX'LOC+125+DXB'DTM+189:2611221200:201'LOC+87+LHR'DTM+232:2611221700:201'" + strings.Join(travellers, "")
	n := strings.Count(body, "'") + 2
	return fmt.Sprintf("UNA:+.? 'UNB+UNOA:4+XX+UTOAPIS+261122:0600+%s'UNH+1+PAXLST:D:05B:UN:IATA+ACCESS+%s'%sUNT+%d+1'UNZ+1+%s'", ref, part, body, n, ref)
}

// A list goes through: kept, read, applied; who is on it is expected, and each field leads to its bytes.
func TestListGoesThrough(t *testing.T) {
	w := newWorld(t)
	body := paxlst("I1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"), pax("R2", "TESTER", "BEA", "800229", ""))
	ids := w.send(body)
	require.Equal(t, "applied", w.state(ids[0]))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected"}, w.people())
	a := w.persons()[0]
	var raw uuid.UUID
	require.NoError(t, w.db.Pool.QueryRow(t.Context(), `SELECT raw_id FROM passenger_message WHERE id = $1`, a.APIMessage).Scan(&raw))
	require.Equal(t, ids[0], raw)
	found := false
	for _, o := range a.API.Origins {
		if o.Field == apipnr.FieldSurname {
			found = strings.HasPrefix(body[o.Offset:], "ERICSSON")
		}
	}
	require.True(t, found)
	require.Equal(t, 1, w.count("passenger_attempt"))
	require.Equal(t, 2, w.count("passenger_change WHERE kind = 'new'"))
}

// What each function of a list does to those who are on the flight.
func TestFunctions(t *testing.T) {
	anna, bea, cara := pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"), pax("R2", "TESTER", "BEA", "800229", "P1234567"),
		pax("R3", "THIRD", "CARA", "900101", "P7654321")
	w := newWorld(t)
	for n, c := range []struct {
		name     string
		messages []string
		expected []string
		flight   apipnr.FlightStatus
	}{
		{"a second list adds, and takes nobody off", []string{paxlst("2", "745", "01:F", cara)}, []string{"ERICSSON expected", "TESTER expected", "THIRD expected"}, apipnr.FlightOpen},
		{"cancel", []string{paxlst("2", "745+XR", "01:F", "NAD+FL+++TESTER:BEA'RFF+ABO:R2'")}, []string{"ERICSSON expected", "TESTER cancelled"}, apipnr.FlightOpen},
		{"reduction", []string{paxlst("2", "745+RP", "01:F", "NAD+FL+++TESTER:BEA'RFF+ABO:R2'")}, []string{"ERICSSON expected", "TESTER cancelled"}, apipnr.FlightOpen},
		{"listed again after a cancel", []string{paxlst("2", "745+XR", "01:F", bea), paxlst("3", "745", "01:F", bea)}, []string{"ERICSSON expected", "TESTER expected"}, apipnr.FlightOpen},
		{"closed", []string{paxlst("2", "266+CL", "01:F")}, []string{"ERICSSON expected", "TESTER expected"}, apipnr.FlightClosed},
		{"closed, on board", []string{paxlst("2", "266+CLOB", "01:F", anna)}, []string{"ERICSSON on_board", "TESTER not_on_board"}, apipnr.FlightClosed},
		{"closed, not on board", []string{paxlst("2", "266+CLNB", "01:F", anna)}, []string{"ERICSSON not_on_board", "TESTER on_board"}, apipnr.FlightClosed},
		{"closed, on board, somebody new", []string{paxlst("2", "266+CLOB", "01:F", anna, bea, cara)}, []string{"ERICSSON on_board", "TESTER on_board", "THIRD on_board"}, apipnr.FlightClosed},
		{"closed in half a series", []string{paxlst("2", "266+CLOB", "01:C", anna)}, []string{"ERICSSON on_board", "TESTER expected"}, apipnr.FlightClosed},
		{"flight cancelled", []string{paxlst("2", "266+XF", "01:F")}, []string{"ERICSSON cancelled", "TESTER cancelled"}, apipnr.FlightCancelled},
		{"flight cancelled and listed again", []string{paxlst("2", "266+XF", "01:F"), paxlst("3", "745", "01:F", anna)}, []string{"ERICSSON expected", "TESTER cancelled"}, apipnr.FlightOpen},
		{"cancel of nobody known", []string{paxlst("2", "745+XR", "01:F", cara)}, []string{"ERICSSON expected", "TESTER expected"}, apipnr.FlightOpen},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.TB = t
			number := fmt.Sprintf("%04d", 1000+n)
			for _, body := range append([]string{paxlst("1", "745", "01:F", anna, bea)}, c.messages...) {
				w.send(strings.ReplaceAll(body, "XX0123", "XX"+number))
			}
			w.at = w.at.Add(10 * time.Minute) // what waits for parts is done
			w.drain()
			flight := w.numbered(number)
			require.Equal(t, c.expected, w.on(flight.ID))
			require.Equal(t, c.flight, flight.Status)
		})
	}
}

// A flight that is moved to the next day is the same flight, under either date; whoever is on it is known again.
func TestFlightMoved(t *testing.T) {
	w := newWorld(t)
	anna := pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3")
	w.send(paxlst("1", "745", "01:F", anna))
	before := w.persons()[0]
	later := strings.NewReplacer("2611221200", "2611230100", "2611221700", "2611230600")
	w.send(later.Replace(paxlst("2", "266+CF", "01:F")))
	f := w.flight()
	require.Equal(t, "2026-11-23T01:00", f.Departure.String())
	require.Equal(t, time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), f.ArrivesAt)
	require.Greater(t, w.persons()[0].Version, before.Version, "it is news for everybody on it")
	w.send(later.Replace(paxlst("3", "745", "01:F", anna, pax("R2", "TESTER", "BEA", "800229", ""))))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected"}, w.people())
	require.Equal(t, before.ID, w.persons()[0].ID)
	day, err := w.store.FlightsOf(t.Context(), date(t, "2026-11-23"))
	require.NoError(t, err)
	require.Len(t, day, 1)
}

// A message that names people and not what it is for costs nobody: they are known, and nobody is taken off.
func TestFunctionNotSaid(t *testing.T) {
	w := newWorld(t)
	w.send(push("1", "22", "01:F", pnr("AAA111", "ERICSSON/ANNA")))
	id := w.send(push("2", "99", "01:F", pnr("BBB222", "TESTER/BEA")))[0]
	require.Equal(t, "applied", w.state(id))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected"}, w.people())
	require.Equal(t, 1, w.count(`passenger_attempt WHERE raw_id = $1 AND diagnostics @> '[{"code": "function_unknown"}]'`, id))
}

// A departure that no message dates is kept, with everybody on it.
func TestUndatedFlight(t *testing.T) {
	w := newWorld(t)
	body := strings.NewReplacer("DTM+189:2611221200:201'", "", "DTM+232:2611221700:201'", "", "UNT+14", "UNT+12").Replace(
		paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3")))
	id := w.send(body)[0]
	require.Contains(t, []string{"applied", "partial"}, w.state(id))
	require.Equal(t, []string{"ERICSSON expected"}, w.people())
	pending, err := w.store.Pending(t.Context(), noon, uuid.Nil, 10)
	require.NoError(t, err)
	require.Len(t, pending, 1)
}

// A master crew list is no flight; who holds a gate pass does not fly.
func TestCrewAndGatePass(t *testing.T) {
	w := newWorld(t)
	w.send(paxlst("1", "250", "01:F", strings.Replace(pax("C1", "CAPTAIN", "CARA", "700101", "C1"), "NAD+FL", "NAD+FM", 1)),
		paxlst("2", "655", "01:F", pax("G1", "GUEST", "GUS", "600101", "G1")),
		strings.ReplaceAll(paxlst("3", "336", "01:F", strings.Replace(pax("M1", "PILOT", "PAT", "700101", "M1"), "NAD+FL", "NAD+FM", 1)), "XX0123", "XXMCL"))
	f := w.flight()
	require.Equal(t, 1, f.Persons)
	persons := w.persons()
	require.Equal(t, []apipnr.Kind{apipnr.Crew, apipnr.GatePassHolder}, []apipnr.Kind{persons[0].Kind, persons[1].Kind})
	require.Equal(t, 1, w.count("passenger_flight WHERE roster"))
	require.Equal(t, 1, w.count("passenger_person p JOIN passenger_flight f ON f.id = p.flight_id WHERE f.roster"))
}

// A change says only what is new: the rest stays, with the place of each value in its own message.
func TestChange(t *testing.T) {
	w := newWorld(t)
	w.send(paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3")))
	before := w.persons()[0]
	w.send(paxlst("2", "745+CP", "01:F", "NAD+FL+++ERICSSON:ANNA'RFF+ABO:R1'DOC+P:110:111+X999'DTM+36:330101'LOC+91+UTO'"))
	d, err := w.store.Person(t.Context(), before.ID, w.consult("passenger", before.ID))
	require.NoError(t, err)
	require.Equal(t, "X999", d.API.Documents[0].Number)
	require.Len(t, d.API.Documents, 1)
	require.Equal(t, "1974-08-12", d.API.BirthDate.String(), "not said, not lost")
	require.Greater(t, d.Version, before.Version)
	require.Equal(t, []string{"documents"}, d.Changes[0].Fields)
	require.Equal(t, "P UTO L898902C3 2031-01-01", d.Changes[0].Values[0].From)
	require.Equal(t, "P UTO X999 2033-01-01", d.Changes[0].Values[0].To)
	messages := map[apipnr.Field]uuid.UUID{}
	for _, p := range d.APIPlaces {
		messages[p.Field] = p.Message
	}
	require.Equal(t, before.APIMessage, messages[apipnr.FieldBirthDate])
	require.Equal(t, d.APIMessage, messages[apipnr.FieldDocumentNumber])
	require.NotEqual(t, before.APIMessage, d.APIMessage)
	require.Equal(t, 1, w.count("audit WHERE object_kind = 'passenger' AND verb = 'consultation' AND result_count = 1"))
}

// The same bytes are one message; the same references with other bytes are two; a message that came through another door is itself.
func TestDuplicates(t *testing.T) {
	w := newWorld(t)
	first := paxlst("7", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"))
	other := paxlst("7", "745", "01:F", pax("R2", "TESTER", "BEA", "800229", "P1"))
	ids := w.send(first, first, other, "QU DXBKKXS\r\n.HDQRMXX 211830\r\n"+first)
	require.Equal(t, ids[0], ids[1])
	require.Equal(t, "applied", w.state(ids[0]))
	require.Equal(t, "applied", w.state(ids[2]))
	require.Equal(t, "duplicate", w.state(ids[3]))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected"}, w.people())
	require.Equal(t, 1, w.count("passenger_message WHERE same_refs AND raw_id = $1", ids[2]))
	require.Equal(t, 1, w.count("passenger_status WHERE copies = 1 AND raw_id = $1", ids[0]))
}

// What cannot be used is put aside with its reason; sent again, it is read again and no duplicate; replayed, it is read by the reader of now.
func TestQuarantineAndReplay(t *testing.T) {
	w := newWorld(t)
	good := paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"))
	ids := w.send("no message at all", strings.ReplaceAll(strings.ReplaceAll(good, "TDT+20+XX0123+++XX'", ""), "'UNT+16", "'UNT+15"))
	for _, id := range ids {
		require.Equal(t, "quarantined", w.state(id))
	}
	open, err := w.store.Quarantine(t.Context(), "XX", 0, 10)
	require.NoError(t, err)
	require.Len(t, open, 2)
	require.Equal(t, 1, w.count("passenger_status WHERE reason = $1", intake.ReasonNoMessage))
	require.Equal(t, 1, w.count("passenger_status WHERE reason = $1", intake.ReasonNoFlight))

	r, err := w.store.Keep(t.Context(), envelope("XX", "no message at all"))
	require.NoError(t, err)
	require.False(t, r.Duplicate, "what failed is never a duplicate")
	require.Equal(t, "received", w.state(ids[0]))

	// a reader that has learned to read it
	fixed := intake.New(intake.Options{Store: w.store, Now: w.now, Log: slog.Default(), Read: func([]byte) message.Result { return message.Read([]byte(good)) }})
	_, err = fixed.Drain(t.Context())
	require.NoError(t, err)
	require.Equal(t, "applied", w.state(ids[0]))
	require.Equal(t, 1, w.count("passenger_quarantine WHERE resolved_at IS NULL"))

	notes := w.count("passenger_note")
	for range 2 { // replay is idempotent
		entry := w.consult("passenger_message", ids[1])
		entry.Verb = audit.Administration
		require.NoError(t, w.store.Replay(t.Context(), ids[1], entry))
		_, err = fixed.Drain(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, "applied", w.state(ids[1]))
	require.Equal(t, []string{"ERICSSON expected"}, w.people())
	require.Equal(t, notes, w.count("passenger_note"), "nothing was new")
	require.Equal(t, 2, w.count("audit WHERE object_kind = 'passenger_message' AND verb = 'administration'"))
	require.Equal(t, 2, w.count("passenger_attempt WHERE actor = 'ana-id' AND raw_id = $1", ids[1]))
	require.Zero(t, w.count("passenger_quarantine WHERE resolved_at IS NULL"))
}

// Bad records cost no good ones: what is good is applied, the others are in quarantine by their number.
func TestPartial(t *testing.T) {
	w := newWorld(t)
	id := w.send(paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"), "NAD+FL'ATT+2++F'", pax("R3", "THIRD", "CARA", "900101", "")))[0]
	require.Equal(t, "partial", w.state(id))
	require.Equal(t, []string{"ERICSSON expected", "THIRD expected"}, w.people())
	open, err := w.store.Quarantine(t.Context(), "", 0, 10)
	require.NoError(t, err)
	require.Len(t, open, 1)
	require.Equal(t, 2, open[0].Record)
	require.Equal(t, apipnr.CodeTraveller, open[0].Code)
	e, err := w.store.Segment(t.Context(), id, open[0].Offset, w.consult("passenger_message", id))
	require.NoError(t, err)
	require.Contains(t, e.Before+e.Segment, "NAD+FL'")
}

// A message cut off: those who are whole are there, nobody is taken off, it is marked.
func TestTruncated(t *testing.T) {
	w := newWorld(t)
	body := paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"), pax("R2", "TESTER", "BEA", "800229", "P1"))
	id := w.send(body[:strings.Index(body, "NAD+FL+++TESTER")])[0]
	require.Equal(t, "partial", w.state(id))
	require.Equal(t, []string{"ERICSSON expected"}, w.people())
	require.Equal(t, 1, w.count("passenger_message WHERE truncated"))
}

// A broken reader costs the message, not the process.
func TestReaderBreaksOff(t *testing.T) {
	w := newWorld(t)
	r, err := w.store.Keep(t.Context(), envelope("XX", "x"))
	require.NoError(t, err)
	p := intake.New(intake.Options{Store: w.store, Now: w.now, Log: slog.Default(), Read: func([]byte) message.Result { panic("SECRET") }})
	_, err = p.Drain(t.Context())
	require.NoError(t, err)
	require.Equal(t, "quarantined", w.state(r.ID))
	require.Equal(t, 1, w.count("passenger_quarantine WHERE code = 'unreadable'"))
}

// consult is the entry of somebody who looks.
func (w *world) consult(kind string, id uuid.UUID) audit.Entry {
	e := audit.Actor{ID: "ana-id", Name: "ana", Role: "analyst", Post: "central"}.Entry(noon, audit.Consultation, kind, id.String())
	e.Purpose = "passenger_check"
	return e
}
