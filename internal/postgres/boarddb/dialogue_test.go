package boarddb_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/cusres"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
)

var flightKey = apipnr.FlightKey{Carrier: "XX", Number: "0123", Origin: "DXB"}

// standing is where a traveller of XX0123 stands.
func (w *world) standing(ref string) board.Standing {
	w.Helper()
	key := flightKey
	key.Date = w.day()
	s, known, err := w.Board.Standing(w.Context(), "XX", key, ref)
	require.NoError(w, err)
	require.True(w, known)
	return s
}

func TestAChangeTakesThePlaceOfTheCheck(t *testing.T) {
	w := newWorld(t)
	p := someone(3, "R3")
	p.expiry = "201231"
	require.Equal(t, "1Z", w.ask(w.list("XX0123", "745", "T1", p))["R3"].Code)
	require.Equal(t, board.NoBoard, w.standing("R3").Decision)

	require.Equal(t, "0Z", w.ask(w.list("XX0123", "745+CP", "T2", someone(3, "R3")))["R3"].Code, "with the other document")
	require.Equal(t, board.Board, w.standing("R3").Decision)
	require.False(t, w.standing("R3").Blocked())
	require.Equal(t, 1, w.Count("board_traveller"), "one reference is one traveller")
	require.Equal(t, 2, w.Count("board_answer"), "and both answers are on record")
}

// A request that is not answered yet blocks boarding, whatever was answered before; and the answer to the older one, when it comes last,
// changes nothing.
func TestAnswersThatCross(t *testing.T) {
	w := newWorld(t)
	w.ask(w.list("XX0123", "745", "T0", someone(3, "R3")))
	require.False(t, w.standing("R3").Blocked())

	free := w.Slow.stop()
	first := make(chan map[string]apipnr.Verdict, 1)
	expired := someone(3, "R3")
	expired.expiry = "201231"
	go func() { first <- w.ask(w.list("XX0123", "745", "T1", expired)) }()
	require.Eventually(t, func() bool { return w.Count("board_request") == 2 }, time.Minute, time.Millisecond)
	require.True(t, w.standing("R3").Blocked(), "asked again, and not answered")
	w.Slow.release()

	second := w.ask(w.list("XX0123", "745+CP", "T2", someone(3, "R3")))
	require.Equal(t, "0Z", second["R3"].Code)
	require.False(t, w.standing("R3").Blocked())
	free()
	require.Equal(t, "1Z", (<-first)["R3"].Code)
	require.Equal(t, board.Board, w.standing("R3").Decision, "the newest request counts, not the newest answer")
	require.False(t, w.standing("R3").Blocked())
}

func TestAnOlderRevisionThatComesLateIsNoNewerRequest(t *testing.T) {
	w := newWorld(t)
	revised := strings.ReplaceAll(w.list("XX0123", "745+CP", "T1", someone(3, "R3")), "T1:::1", "T1:::10")
	w.ask(revised)
	late := someone(3, "R3")
	late.expiry = "201231"
	require.Equal(t, "1Z", w.ask(strings.ReplaceAll(w.list("XX0123", "745", "T1", late), "T1:::1", "T1:::2"))["R3"].Code)
	require.Equal(t, board.Board, w.standing("R3").Decision)
	require.False(t, w.standing("R3").Blocked())
}

func TestTimeOutClosedIsLoggedAndFollowedByTheRealAnswer(t *testing.T) {
	for _, c := range []struct {
		way, code string
		decision  board.Decision
	}{{board.Closed, "4Z", board.NotChecked}, {board.Open, "0Z", board.Board}} {
		t.Run(c.way, func(t *testing.T) {
			w := newWorld(t, func(p *board.Policy) { p.OnTimeout = c.way })
			free := w.Slow.stop()
			body := w.list("XX0123", "745", "T1", someone(3, "R3"))
			got := w.ask(body)["R3"]
			require.Equal(t, c.code, got.Code)
			require.Contains(t, got.Text, "NOT CHECKED IN TIME")
			s := w.standing("R3")
			require.Equal(t, c.decision, s.Decision)
			require.True(t, s.TimedOut)
			var late bool
			var policy string
			require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT timed_out, policy FROM board_request`).Scan(&late, &policy))
			require.True(t, late)
			require.Equal(t, "default 1", policy)

			w.expect(body)
			w.work()
			require.Empty(t, w.chase(), "the check has no answer yet")
			free()
			w.Now = w.Now.Add(31 * time.Second)
			w.work()
			told := w.chase()
			require.Len(t, told, 1, "the real answer follows, also where it is the same")
			require.Equal(t, "0Z", verdicts(t, told[0].body)["R3"].Code)
			require.False(t, w.standing("R3").TimedOut)
		})
	}
}

// The deadline of the carrier goes before the policy's when it is shorter.
func TestTheCarriersOwnDeadline(t *testing.T) {
	w := newWorld(t, func(p *board.Policy) { p.Deadline = board.Duration(time.Minute) })
	defer w.Slow.stop()()
	ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
	defer cancel()
	reply, err := w.Office.Answer(ctx, w.envelope(w.list("XX0123", "745", "T1", someone(3, "R3"))))
	require.NoError(t, err)
	require.Equal(t, "4Z", verdicts(t, string(reply))["R3"].Code)
}

func TestAChangeOfMindIsToldAndChasedUntilItIsAcknowledged(t *testing.T) {
	w := newWorld(t)
	body := w.list("XX0123", "745", "T1", someone(1, "R1"), someone(3, "R3"))
	require.Equal(t, "0Z", w.ask(body)["R1"].Code)
	w.expect(body)
	w.work()
	require.Empty(t, w.chase(), "nothing changed")

	w.Alert(refused("REF-1", 1))
	w.Centre.Screen() // the search of the changed alert
	w.work()
	require.Equal(t, board.NoBoard, w.standing("R1").Decision)
	told := w.chase()
	require.Len(t, told, 1)
	m := message.Read([]byte(told[0].body)).Messages[0]
	require.Equal(t, []any{apipnr.StatusChange, "T1", "XX"}, []any{m.Function, m.Transaction, told[0].carrier})
	require.Equal(t, []apipnr.Verdict{{Ref: "R1", Locator: "LOCR1", Code: "1Z", Text: "NO BOARD, CONTACT AUTHORITY +999 1"}}, bare(m.Answers))

	var waits []time.Duration
	for range 6 { // told again at growing intervals
		before := w.Now
		w.Now = w.next()
		waits = append(waits, w.Now.Sub(before))
		require.Len(t, w.chase(), 1)
	}
	require.Equal(t, []time.Duration{1, 2, 4, 8, 16, 16}, minutes(waits))
	require.Equal(t, board.NoticeSent, w.notices()[0].State)
	require.Equal(t, 7, w.notices()[0].Attempts)

	require.ErrorIs(t, w.acknowledge("YY", told[0].body), board.ErrNoSuchAck, "another carrier's word counts for nothing")
	for range 7 { // each time that it was told
		require.NoError(t, w.acknowledge("XX", told[0].body))
		require.Equal(t, board.NoticeAcknowledged, w.notices()[0].State)
	}
	w.Now = w.Now.Add(time.Hour)
	require.Empty(t, w.chase())

	// The alert is withdrawn: he may board after all, and the carrier hears of it.
	back := refused("REF-1", 1)
	back.Status = "withdrawn"
	w.Alert(back)
	w.Centre.Screen()
	w.work()
	told = w.chase()
	require.Len(t, told, 1)
	require.Equal(t, "0Z", verdicts(t, told[0].body)["R1"].Code)
}

func TestANoticeEndsWithTheFlightOrANewerAnswer(t *testing.T) {
	w := newWorld(t)
	body := w.list("XX0123", "745", "T1", someone(1, "R1"), someone(2, "R2"))
	w.ask(body)
	w.expect(body)
	w.work()
	w.Alert(refused("REF-1", 1))
	w.Alert(refused("REF-2", 2))
	w.Centre.Screen()
	w.work()
	require.Len(t, w.chase(), 2)

	require.Equal(t, "1Z", w.ask(w.list("XX0123", "745+CP", "T2", someone(1, "R1")))["R1"].Code)
	w.Now = w.Now.AddDate(0, 0, 3)
	require.Empty(t, w.chase(), "the flight has left")
	states := map[string]board.NoticeState{}
	for _, n := range w.notices() {
		states[n.Ref] = n.State
	}
	require.Equal(t, map[string]board.NoticeState{"R1": board.NoticeReplaced, "R2": board.NoticeExpired}, states)
}

func TestACarrierWhoseStreamIsAwayIsToldLater(t *testing.T) {
	w := newWorld(t)
	body := w.list("XX0123", "745", "T1", someone(1, "R1"))
	w.ask(body)
	w.expect(body)
	w.work()
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	w.work()
	w.Courier.down = true
	require.Empty(t, w.chase())
	require.Equal(t, board.NoticeWaiting, w.notices()[0].State)
	w.Courier.down = false
	w.Now = w.next()
	require.Len(t, w.chase(), 1)
}

func TestClosingAFlight(t *testing.T) {
	w := newWorld(t)
	w.ask(w.list("XX0123", "745", "T1", someone(1, "R1"), someone(2, "R2"), someone(3, "R3")))
	reply, err := w.Office.Answer(t.Context(), w.envelope(w.list("XX0123", "266+CLOB", "T2", someone(1, "R1"), someone(2, "R2"))))
	require.NoError(t, err)
	require.Equal(t, apipnr.Answer, message.Read(reply).Messages[0].Function)
	require.Equal(t, apipnr.StatusOnBoard, w.standing("R1").Status)
	require.Equal(t, apipnr.StatusNotOnBoard, w.standing("R3").Status)

	w.ask(w.list("XX0123", "266+CLNB", "T3", someone(2, "R2")))
	require.Equal(t, apipnr.StatusNotOnBoard, w.standing("R2").Status)
	require.Equal(t, apipnr.StatusOnBoard, w.standing("R3").Status)

	w.ask(w.list("XX0123", "266+XF", "T4"))
	require.Equal(t, apipnr.StatusCancelled, w.standing("R1").Status)
}

func TestThoseOnBoardWhomNoAnswerLetBoardAreListed(t *testing.T) {
	w := newWorld(t)
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	w.ask(w.list("XX0123", "745", "T1", someone(1, "R1"), someone(3, "R3")))
	w.ask(w.list("XX0123", "266+CLOB", "T2", someone(1, "R1"), someone(3, "R3")))
	list, err := w.Board.AgainstTheAnswer(t.Context(), paging.Page{})
	require.NoError(t, err)
	require.Equal(t, 1, list.Total)
	require.Equal(t, "R1", list.Rows[0].Ref)
}

// What stands in the database of a request says it all: policy, checks, lists and their versions, and nobody's name.
func TestAnAnswerExplainsItselfAndNamesNobody(t *testing.T) {
	w := newWorld(t)
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	body := w.list("XX0123", "745", "T1", someone(1, "R1"))
	w.ask(body)
	w.expect(body)
	w.work()
	var request uuid.UUID
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT id FROM board_request`).Scan(&request))
	a, err := w.Board.Answer(t.Context(), request, "R1")
	require.NoError(t, err)
	require.Equal(t, "default 1", a.Policy)
	require.Equal(t, "refused", a.Causes[0].Rule)
	require.Equal(t, "national/REF-1@1", a.Causes[0].Ref)
	require.NotEmpty(t, a.Findings[0].Sources)
	require.NotEmpty(t, a.Findings[0].Matcher)
	require.False(t, a.Findings[0].Source.AsOf.IsZero())
	p := someone(1, "R1")
	for _, table := range boarddb.Tables() {
		var text string
		require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT coalesce(string_agg(x::text, ' '), '') FROM `+table+` x`).Scan(&text))
		for _, personal := range []string{p.surname, p.given, p.number} {
			require.NotContains(t, strings.ToUpper(text), personal, table)
		}
	}
}

// One who comes without a reference or a locator cannot be told apart by the carrier: the message as a whole is answered.
func TestATravellerWithoutAReference(t *testing.T) {
	w := newWorld(t)
	body := w.list("XX0123", "745", "T1", someone(3, "R3"))
	body = strings.Replace(strings.Replace(body, "RFF+ABO:R3'", "", 1), "RFF+AVF:LOCR3'", "", 1)
	reply, err := w.Office.Answer(t.Context(), w.envelope(body))
	require.NoError(t, err)
	answers := message.Read(reply).Messages[0].Answers
	require.Len(t, answers, 1)
	require.True(t, answers[0].Whole)
	require.Equal(t, "0Z", answers[0].Code)
}

func TestWhatIsNoListHasNoAnswerButIsKept(t *testing.T) {
	w := newWorld(t)
	_, err := w.Office.Answer(t.Context(), w.envelope("rubbish"))
	require.ErrorIs(t, err, board.ErrNoList)
	require.Equal(t, 1, w.Count("passenger_raw"))
}

// acknowledge answers a change of status as a carrier does.
func (w *world) acknowledge(carrier, body string) error {
	w.Helper()
	m := message.Read([]byte(body)).Messages[0]
	reply, err := cusres.Write(cusres.Acknowledge(m), w.Now)
	require.NoError(w, err)
	e := w.envelope(string(reply))
	e.Carrier = carrier
	return w.Office.Acknowledge(w.Context(), e)
}

func minutes(list []time.Duration) []time.Duration {
	for n := range list {
		list[n] /= time.Minute
	}
	return list
}

func bare(list []apipnr.Verdict) []apipnr.Verdict {
	for n := range list {
		list[n].Reference = ""
	}
	return list
}
