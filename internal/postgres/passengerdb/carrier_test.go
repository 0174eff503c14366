package passengerdb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
)

// standing is what is known of the only flight: who is on it, where it stands, its reservations, changes and notes of work.
func (w *world) standing() []any {
	w.Helper()
	return []any{
		w.flight(), w.people(), versionsOf(w), w.count("passenger_reservation WHERE NOT cancelled"), w.count("passenger_change"), w.count("passenger_note"),
	}
}

// refused checks that an item is in quarantine because of its carrier, and shown there.
func (w *world) refused(id uuid.UUID) {
	w.Helper()
	require.Equal(w, "quarantined", w.state(id))
	require.Equal(w, 1, w.count("passenger_status WHERE raw_id = $1 AND reason = $2", id, apipnr.CodeCarrier))
	open, err := w.store.Quarantine(w.Context(), "YY", 0, 100)
	require.NoError(w, err)
	found := false
	for _, q := range open {
		found = found || q.Raw == id && q.Code == apipnr.CodeCarrier
	}
	require.True(w, found, "it is shown in quarantine")
}

// by is a message of carrier YY: its envelope names YY, and, where it is a push, so do the reservations.
func by(body string) string {
	return strings.NewReplacer("UNOA:4+XX+", "UNOA:4+YY+", "IATA:1+XX+", "IATA:1+YY+", "ORG+XX", "ORG+YY", "RCI+XX", "RCI+YY").Replace(body)
}

// No carrier changes anything about a flight of another: neither who is on it, nor whether and when it flies.
func TestFlightOfAnotherCarrier(t *testing.T) {
	mallory := pax("M1", "MALLORY", "EVE", "800101", "M1")
	for name, body := range map[string]string{
		"list":          paxlst("9", "745", "01:F", mallory),
		"change":        paxlst("9", "745+CP", "01:F", pax("R1", "MALLORY", "EVE", "740812", "L898902C3")),
		"cancel":        paxlst("9", "745+XR", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3")),
		"not on board":  paxlst("9", "266+CLNB", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3")),
		"cancel flight": paxlst("9", "266+XF", "01:F"),
		"change flight": strings.ReplaceAll(paxlst("9", "266+CF", "01:F"), "2611221", "2611222"),
		"another day":   strings.ReplaceAll(paxlst("9", "266+CF", "01:F"), "261122", "261123"),
		"full push":     push("9", "22", "01:F", pnr("MMM999", "MALLORY/EVE")),
		"empty push":    push("9", "22", "01:F"),
		"update push":   push("9", "141", "01:F", "SRC'RCI+XX:AAA111::231122:1000'ORG'"),
		"says it operates": strings.ReplaceAll(push("9", "22", "01:F", pnr("MMM999", "MALLORY/EVE")),
			"TVL+221126:1200:221126:1700+DXB+LHR+XX+0123'EQN", "TVL+221126:1200:221126:1700+DXB+LHR+XX:YY+0123'EQN"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.send(paxlst("1", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3")), push("2", "22", "01:F", pnr("AAA111", "ERICSSON/ANNA/L898902C3/12AUG74")))
			before := w.standing()
			id := w.sendBy("YY", by(body))[0]
			require.Equal(t, before, w.standing())
			w.refused(id)
			require.NoError(t, w.store.Replay(t.Context(), id, w.consult("passenger_message", id)))
			w.drain()
			require.Equal(t, before, w.standing())
			w.refused(id)
			w.send(body)
			require.NotEqual(t, before, w.standing(), "from the flight's own carrier it does something")
		})
	}
}

// A flight that nobody told of is not made by another carrier either; a message of several flights goes whole or not at all.
func TestUnknownFlightOfAnotherCarrier(t *testing.T) {
	w := newWorld(t)
	w.refused(w.sendBy("YY", by(paxlst("9", "745", "01:F", pax("M1", "MALLORY", "EVE", "800101", "M1"))))[0])
	own := "TDT+20+YY0007+++YY'LOC+125+DXB'DTM+189:2611220800:201'LOC+87+LHR'DTM+232:2611221100:201'"
	both := strings.Replace(paxlst("8", "745", "01:F", pax("M1", "MALLORY", "EVE", "800101", "M1")), "TDT+", own+"TDT+", 1)
	w.refused(w.sendBy("YY", by(strings.Replace(both, "UNT+16", "UNT+21", 1)))[0])
	require.Zero(t, w.count("passenger_flight"))
	require.Zero(t, w.count("passenger_person"))
}

// A delegate may, and what was in quarantine before he became one is applied when it is read again.
func TestDelegateSpeaksForAnother(t *testing.T) {
	w := newWorld(t)
	id := w.sendBy("YY", by(paxlst("9", "745", "01:F", pax("R1", "ERICSSON", "ANNA", "740812", "L898902C3"))))[0]
	w.refused(id)
	w.speaks = intake.Delegates{"YY": {"XX"}}.SpeaksFor
	require.NoError(t, w.store.Replay(t.Context(), id, w.consult("passenger_message", id)))
	w.drain()
	require.Equal(t, "applied", w.state(id))
	require.Equal(t, []string{"ERICSSON expected"}, w.people())
	require.Zero(t, w.count("passenger_quarantine WHERE resolved_at IS NULL"))
	require.Zero(t, w.count("passenger_status WHERE reason <> ''"))
}

// Whom the flight's own carrier names as operating it may tell of it.
func TestOperatingCarrierOfACodeshare(t *testing.T) {
	w := newWorld(t)
	w.send(strings.ReplaceAll(push("1", "22", "01:F", pnr("AAA111", "ERICSSON/ANNA")), "+XX+0123'EQN", "+XX:YY+0123'EQN"))
	require.Equal(t, "YY", w.flight().Operating.Carrier)
	id := w.sendBy("YY", by(paxlst("9", "745", "01:F", pax("R2", "TESTER", "BEA", "800229", "P1"))))[0]
	require.Equal(t, "applied", w.state(id))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected"}, w.people())
	w.sendBy("ZZ", paxlst("9", "266+XF", "01:F"))
	require.Equal(t, apipnr.FlightOpen, w.flight().Status)
}

// A series of parts of another's flight is refused part by part, and does nothing when its time is up.
func TestSeriesOfAnotherCarrier(t *testing.T) {
	w := newWorld(t)
	w.send(paxlst("1", "745", "01:F", pax("R9", "ERICSSON", "ANNA", "740812", "L898902C3")))
	before := w.standing()
	for _, id := range w.sendBy("YY", threeParts("0123")...) {
		w.refused(id)
	}
	w.at = w.at.Add(time.Hour)
	w.drain()
	require.Equal(t, before, w.standing())
}

// A series that waits when its carrier loses the word for another is refused when it is whole, with the reason at each part; when the word
// is back, one part that is read again applies it, and nothing is left in quarantine.
func TestSeriesWhoseDelegationEnds(t *testing.T) {
	w := newWorld(t)
	w.speaks = intake.Delegates{"YY": {"XX"}}.SpeaksFor
	ids := w.sendBy("YY", threeParts("0123")[:2]...)
	w.speaks = nil
	w.at = w.at.Add(time.Hour)
	w.drain()
	for _, id := range ids {
		w.refused(id)
	}
	require.Zero(t, w.count("passenger_flight"))
	w.speaks = intake.Delegates{"YY": {"XX"}}.SpeaksFor
	require.NoError(t, w.store.Replay(t.Context(), ids[0], w.consult("passenger_message", ids[0])))
	w.drain()
	require.Equal(t, []string{"PARTA expected", "PARTB expected"}, w.people())
	require.Zero(t, w.count("passenger_quarantine WHERE resolved_at IS NULL"))
}
