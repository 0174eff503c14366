package passengerdb_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
)

// threeParts are a series: one traveller in each.
func threeParts(flight string) []string {
	parts := make([]string, 3)
	for n, part := range []string{"01:C", "02", "03:F"} {
		ref := fmt.Sprintf("R%d", n+1)
		parts[n] = strings.ReplaceAll(paxlst("9", "745", part, pax(ref, "PART"+string(rune('A'+n)), "ANNA", "740812", "P00000"+ref)), "XX0123", "XX"+flight)
	}
	return parts
}

// Parts come in any order, with a new process between any two: the series is applied when it is whole, once.
func TestPartsInAnyOrder(t *testing.T) {
	w := newWorld(t)
	flight := 2000
	rapid.Check(t, func(rt *rapid.T) {
		flight++
		number := fmt.Sprintf("%04d", flight)
		order := rapid.Permutation([]int{0, 1, 2}).Draw(rt, "order")
		again := rapid.IntRange(0, 2).Draw(rt, "again") // one part comes twice
		parts := threeParts(number)
		for n, i := range order {
			w.store = passengerdbtest.Reopen(w.store)
			id := w.send(parts[i])[0]
			if n == again {
				w.send(parts[i])
			}
			if n < 2 {
				require.Equal(rt, "waiting_parts", w.state(id))
				require.Zero(rt, w.count("passenger_flight WHERE number = $1 AND persons > 0", number))
			}
		}
		require.Equal(rt, []string{"PARTA expected", "PARTB expected", "PARTC expected"}, w.on(w.numbered(number).ID))
		require.Equal(rt, 3, w.count("passenger_message m JOIN passenger_flight f ON f.id = m.flight_id WHERE f.number = $1 AND m.state = 'applied'", number))
		require.Equal(rt, 3, w.count("passenger_change c JOIN passenger_flight f ON f.id = c.flight_id WHERE f.number = $1", number))
	})
}

// A series whose last part does not come is applied after its time, and marked; the part that comes late completes it. Each traveller
// leads to the part he stands in.
func TestPartsTimeOut(t *testing.T) {
	w := newWorld(t)
	parts := threeParts("0123")
	ids := w.send(parts[0], parts[2])
	require.Equal(t, "waiting_parts", w.state(ids[0]))
	due, err := w.store.NextDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, noon.Add(5*time.Minute), due)
	w.at = due
	w.drain()
	require.Equal(t, "incomplete", w.state(ids[0]))
	require.Equal(t, "incomplete", w.state(ids[1]))
	require.Equal(t, []string{"PARTA expected", "PARTC expected"}, w.people())

	late := w.send(parts[1])[0]
	require.Equal(t, "applied", w.state(late))
	require.Equal(t, "applied", w.state(ids[0]))
	require.Equal(t, []string{"PARTA expected", "PARTB expected", "PARTC expected"}, w.people())
	require.Equal(t, 1, w.count("passenger_series"))
	for n, p := range w.persons() {
		require.Equal(t, 1, w.count("passenger_message WHERE id = $1 AND part = $2", p.APIMessage, n+1))
	}
	again := w.send(strings.ReplaceAll(parts[0], "PARTA", "NEWA"))[0] // the reference is used again: another series
	require.Equal(t, "waiting_parts", w.state(again))
	require.Equal(t, 2, w.count("passenger_series"))
}

// Nobody is taken off a flight because a part of a push did not come.
func TestIncompletePushCancelsNobody(t *testing.T) {
	w := newWorld(t)
	w.send(push("1", "22", "01:F", pnr("AAA111", "ERICSSON/ANNA"), pnr("BBB222", "TESTER/BEA")))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected"}, w.people())
	id := w.send(push("2", "22", "01:C", pnr("AAA111", "ERICSSON/ANNA")))[0]
	w.at = w.at.Add(time.Hour)
	w.drain()
	require.Equal(t, "incomplete", w.state(id))
	require.Equal(t, []string{"ERICSSON expected", "TESTER expected"}, w.people())
	w.send(push("3", "22", "01:F", pnr("AAA111", "ERICSSON/ANNA")))
	require.Equal(t, []string{"ERICSSON expected", "TESTER cancelled"}, w.people())
}

// pnr is a reservation; each name is SURNAME/GIVEN, with /number/birth of a passport behind it (SSR DOCS).
func pnr(locator string, names ...string) string {
	s := "SRC'RCI+XX:" + locator + "::231122:1000'DAT+700:231122:1000'ORG+XX:DXB+12345678'"
	for n, name := range names {
		cells := strings.Split(name, "/")
		s += fmt.Sprintf("TIF+%s+%s:A:%d'", cells[0], cells[1], n+1)
		if len(cells) > 2 {
			s += fmt.Sprintf("SSR+DOCS:HK:1:XX:::::/P/UTO/%s/UTO/%s/F/01JAN31/%s/%s+::%d'", cells[2], cells[3], cells[0], cells[1], n+1)
		}
	}
	return s + "TVL+221126:1200:221126:1700+DXB+LHR+XX+0123:Y'RPI+1+HK'"
}

// push is a push of reservations of one flight: function "22" (full) or "141" (update).
func push(ref, function, part string, records ...string) string {
	body := fmt.Sprintf("MSG+:%s'ORG+XX:DXB+++XX'TVL+221126:1200:221126:1700+DXB+LHR+XX+0123'EQN+%d'", function, len(records)) + strings.Join(records, "")
	n := strings.Count(body, "'") + 2
	return fmt.Sprintf("UNA:+.? 'UNB+IATA:1+XX+UTOPNR+261122:0600+%s'UNH+1+PNRGOV:11:1:IA+PUSH%s+%s'%sUNT+%d+1'UNZ+1+%s'", ref, ref, part, body, n, ref)
}
