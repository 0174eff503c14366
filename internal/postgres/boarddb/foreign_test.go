package boarddb_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
)

// askAs asks through another carrier's door.
func (w *world) askAs(door, body string) (string, []apipnr.Verdict) {
	w.Helper()
	e := w.envelope(body)
	e.Carrier = door
	reply, err := w.Office.Answer(w.Context(), e)
	require.NoError(w, err)
	read := message.Read(reply)
	require.Len(w, read.Messages, 1)
	return string(reply), read.Messages[0].Answers
}

// A carrier that asks about another's flight learns nothing, neither at once nor later, and leaves nothing but its message and a line in
// the log without anybody's name.
func TestACarrierLearnsNothingOfAnothersTravellers(t *testing.T) {
	w := newWorld(t)
	var logged bytes.Buffer
	w.Office.Log = slog.New(slog.NewTextHandler(&logged, nil))
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	body := w.list("XX0123", "745", "T1", someone(1, "R1"), someone(3, "R3"))
	require.Equal(t, "1Z", w.ask(body)["R1"].Code)
	w.expect(body)
	w.work()
	tables := map[string]int{}
	for _, table := range boarddb.Tables() {
		tables[table] = w.Count(table)
	}
	raw := w.Count("passenger_raw")

	for _, bgm := range []string{"745", "745+CP", "745+XR", "266+CL", "266+CLOB", "266+XF"} {
		reply, answers := w.askAs("YY", w.list("XX0123", bgm, "Y-"+bgm[:3], someone(1, "R1"), someone(3, "R3")))
		require.Equal(t, []apipnr.Verdict{{Whole: true, Code: "9Z", Text: "FLIGHT OF ANOTHER CARRIER, NOT ANSWERED"}}, bare(answers), bgm)
		p := someone(1, "R1")
		for _, of := range []string{"R1", "R3", p.surname, p.number, "1Z", "0Z"} {
			require.NotContains(t, strings.ToUpper(reply), of, bgm)
		}
	}
	for table, n := range tables {
		require.Equal(t, n, w.Count(table), table)
	}
	require.Greater(t, w.Count("passenger_raw"), raw, "what came is kept all the same")
	require.Equal(t, 6, strings.Count(logged.String(), "another carrier's flight refused"))
	require.Contains(t, logged.String(), "carrier=YY")
	require.NotContains(t, strings.ToUpper(logged.String()), someone(1, "R1").surname)
	require.Equal(t, apipnr.StatusExpected, w.standing("R1").Status, "nor does it take anybody off")

	w.Alert(refused("REF-3", 3))
	w.Centre.Screen()
	w.work()
	told := w.chase()
	require.Len(t, told, 1)
	require.Equal(t, "XX", told[0].carrier, "the change of mind is its own carrier's to hear")
}

func TestACarrierSpeaksForThoseThatLetItTo(t *testing.T) {
	w := newWorld(t)
	w.Office.SpeaksFor = func(door, carrier string) bool { return door == "HH" && carrier == "XX" }
	body := w.list("XX0123", "745", "T1", someone(1, "R1"))
	_, answers := w.askAs("HH", body)
	require.Equal(t, "0Z", answers[0].Code)
	_, answers = w.askAs("YY", body)
	require.True(t, answers[0].Whole)
	w.expect(body)
	w.work()
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	w.work()
	told := w.chase()
	require.Len(t, told, 1)
	require.Equal(t, "HH", told[0].carrier)
	require.Equal(t, string(board.NoBoard), w.screening(w.person("R1")).Board)
}

// opened keeps a request as if it had come through a door, without the office's look at who may ask, and answers it.
func (w *world) opened(door string, operating *apipnr.Designator, n int, ref string) board.Opened {
	w.Helper()
	m := message.Read([]byte(w.list("XX0123", "745", "T-"+door, someone(n, ref)))).Messages[0]
	identity, documents := w.Office.Normal(m.Travellers[0])
	f := m.Flights[0]
	f.Operating = operating
	r := board.Request{
		ID: uuid.New(), Carrier: door, Transaction: "T-" + door, Function: apipnr.List, Flight: f, At: w.Now,
		Asked: []board.Asked{{Ref: ref, Who: board.Who{Identity: identity, Documents: documents}}},
	}
	o, err := w.Board.Open(w.Context(), r)
	require.NoError(w, err)
	require.NoError(w, w.Board.Close(w.Context(), board.Given{
		Request: r.ID, Carrier: door, Flight: f.Key(), Seq: o.Seq, At: w.Now, Policy: "p",
		Answers: []board.Answered{{Ref: ref, Ruling: board.Ruling{Decision: board.Board}, Words: board.Words{Code: "0Z"}}},
	}))
	return o
}

// Whatever stands in the dialogue, a carrier of another flight and a reference that is somebody else's lead to nobody.
func TestTheDialogueIsJoinedByCarrierAndPersonNotByReferenceAlone(t *testing.T) {
	for _, c := range []struct {
		name, door string
		who        int // whose data come under the reference
		same       bool
	}{
		{"the carrier's own traveller", "XX", 3, true},
		{"another carrier with the traveller's data, which says that it flies the flight", "YY", 3, false},
		{"the carrier with somebody else's data under the reference", "XX", 5, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
			w.work()
			id := w.person("R3")
			entry := deskworld.Act()
			entry.ObjectKind, entry.ObjectID = "passenger", id.String()
			require.NoError(t, w.Board.Decide(t.Context(), id, w.screening(id).Version,
				apipnr.ScreeningDecision{Verdict: apipnr.DecideNoBoard, Reason: "case 12", By: "analyst"}, entry))
			w.work()
			o := w.opened(c.door, &apipnr.Designator{Carrier: "YY"}, c.who, "R3")
			due, _, err := w.Board.Due(t.Context(), 10)
			require.NoError(t, err)
			w.Alert(refused("REF-3", 3))
			w.Centre.Screen()
			w.work()
			if c.same {
				require.Len(t, o.Opinions["R3"], 1)
				require.Len(t, due, 1, "the checks before arrival think otherwise")
				require.Len(t, w.notices(), 1)
				require.Equal(t, string(board.NoBoard), w.screening(id).Board)
				return
			}
			require.Empty(t, o.Opinions)
			require.Empty(t, due)
			require.Empty(t, w.notices())
			require.Empty(t, w.screening(id).Board)
		})
	}
}

func TestTheGravestAnswerOfSeveralDoorsIsShown(t *testing.T) {
	w := newWorld(t)
	w.Office.SpeaksFor = func(string, string) bool { return true }
	w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.work()
	id := w.person("R3")
	for _, door := range []string{"XX", "AA"} {
		w.askAs(door, w.list("XX0123", "745", "T-"+door, someone(3, "R3")))
	}
	set := func(door string, d board.Decision) {
		w.Exec(`UPDATE board_traveller SET decision = $2 WHERE carrier = $1`, door, string(d))
	}
	order := board.Decisions()
	for a := range order {
		for b := range order {
			set("XX", order[a])
			set("AA", order[b])
			require.Equal(t, string(order[max(a, b)]), w.screening(id).Board, "%s and %s", order[a], order[b])
		}
	}
}

// What a list restricts is restricted all the way: from the check's evidence to what a screen or a station is told.
func TestARestrictedReasonStaysRestricted(t *testing.T) {
	w := newWorld(t)
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	body := w.list("XX0123", "745", "T1", someone(1, "R1"))
	w.expect(body)
	w.work()
	reasons := w.screening(w.person("R1")).Reasons
	require.NotEmpty(t, reasons)
	require.Equal(t, "alerts.national", reasons[0].Check)
	require.True(t, reasons[0].Restricted)
	sent, err := json.Marshal(reasons[0])
	require.NoError(t, err)
	require.Contains(t, string(sent), `"restricted":true`)

	expired := someone(4, "R4")
	expired.expiry = "201231"
	w.expect(w.list("XX0456", "745", "T2", expired))
	w.work()
	reasons = w.screening(w.person("R4")).Reasons
	require.Equal(t, board.CheckDocument, reasons[0].Check)
	require.False(t, reasons[0].Restricted, "nor is anything restricted that no list says")
}
