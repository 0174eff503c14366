package boarddb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
	"github.com/openbmis/openbmis/internal/problem"
)

func TestAHitOnAnExpectedPersonOpensTheWorkflowWithFlightAndTimeLeft(t *testing.T) {
	w := newWorld(t)
	w.Alert(deskworld.Wanted("ARR-1", deskworld.Traveller(1)))
	w.Centre.Screen()
	persons := w.expect(w.list("XX0123", "745", "T1", someone(1, "R1"), someone(3, "R3")))
	w.work()

	rows := w.Hits()
	require.Len(t, rows, 1)
	require.Equal(t, screening.IsExpected, rows[0].Retro)
	require.Equal(t, "LHR", rows[0].Station)
	d, err := w.Store.Dossier(t.Context(), rows[0].ID, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	f := d.Raise.Flight
	require.NotNil(t, f)
	require.Equal(t, "XX 0123 DXB LHR", f.Name()+" "+f.Origin+" "+f.Destination)
	left, known := f.Left(w.Now)
	require.True(t, known)
	require.Equal(t, 53*time.Hour, left, "from noon to 17:00 two days later")
	require.Contains(t, []uuid.UUID{persons[0].ID, persons[1].ID}, f.Person)
	require.Zero(t, w.Told, "no station has a crossing of his: nothing is told it as if it had")

	// Again: a new version of the person, the same person from reservations, another start of the program.
	w.expect(w.list("XX0123", "745+CP", "T2", someone(1, "R1")))
	w.work()
	w.start(policy(t))
	w.work()
	require.Len(t, w.Hits(), 1, "never twice for the same person and alert")

	// The desk answers and works on it as on any other.
	require.NoError(t, w.Store.Step(t.Context(), rows[0].ID, deskworld.Owner, "desk", deskworld.Act(), hit.Event{Kind: hit.Claimed}))
	require.NoError(t, w.Store.Answer(t.Context(), rows[0].ID, deskworld.Owner, 0, hit.Answer{Confirmed: true, By: "desk"}, "desk", deskworld.Act()))
	require.Zero(t, w.Told)
}

func TestAChangedAlertIsSearchedForAmongThoseExpected(t *testing.T) {
	w := newWorld(t)
	w.expect(w.list("XX0123", "745", "T1", someone(1, "R1"), someone(2, "R2")))
	w.work()
	require.Empty(t, w.Hits())
	w.Alert(deskworld.Wanted("ARR-1", deskworld.Traveller(1)))
	w.Centre.Screen()
	rows := w.Hits()
	require.Len(t, rows, 1)
	require.Equal(t, screening.AlertChanged, rows[0].Retro)
	w.work() // the checks of the person are made again because of it
	require.Equal(t, map[string]border.Outcome{"R1": border.Hit, "R2": border.NoHit}, w.outcomes())
	require.Len(t, w.Hits(), 1)

	w.Alert(deskworld.Wanted("ARR-1", deskworld.Traveller(1))) // its next version
	w.Centre.Screen()
	w.work()
	require.Len(t, w.Hits(), 1)
	require.Equal(t, 2, w.Hits()[0].AlertVersion, "brought up to the new version")
	d, err := w.Store.Dossier(t.Context(), rows[0].ID, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.NotNil(t, d.Raise.Flight)
}

// A discreet alert tells its owner, and leaves no other trace: the answer, what is written of it, and what is read for it are the same as
// without it.
func TestADiscreetAlertChangesNothingButItsOwnersDesk(t *testing.T) {
	type seen struct {
		verdict apipnr.Verdict
		rows    map[string]int
		ruling  string
		lookups int64
	}
	run := func(discreet bool) (s seen, w *world) {
		w = newWorld(t)
		w.Alert(refused("REF-9", 9))
		if discreet {
			w.Alert(deskworld.Discreet("SEC-1", deskworld.Traveller(1)))
		}
		w.Centre.Screen()
		body := w.list("XX0123", "745", "T1", someone(1, "R1"))
		before := w.Details.asked.Load()
		s.verdict = w.ask(body)["R1"]
		s.lookups = w.Details.asked.Load() - before
		w.expect(body)
		w.work()
		s.rows = map[string]int{}
		for _, table := range []string{"board_request", "board_answer", "board_traveller", "board_notice", "passenger_screening", "desk_hit"} {
			s.rows[table] = w.Count(table)
		}
		require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT decision || alerts::text || coalesce(ruling->>'causes', '') ||
			coalesce(ruling->'findings'->0->>'evidence', '') FROM passenger_screening`).Scan(&s.ruling))
		return s, w
	}
	without, _ := run(false)
	with, w := run(true)
	require.Equal(t, without, with)
	require.Equal(t, "0Z", with.verdict.Code)

	list, _, err := w.Store.Discreet(t.Context(), deskworld.Owner, screening.Place{}, 10, deskworld.Look())
	require.NoError(t, err)
	require.Len(t, list, 1)
	d, err := w.Store.DiscreetHit(t.Context(), list[0].ID, deskworld.Owner, "desk", deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, "XX 0123", d.Raise.Flight.Name())
	w.work()
	w.start(policy(t))
	w.expect(w.list("XX0123", "745+CP", "T2", someone(1, "R1")))
	w.work()
	_, total, err := w.Store.Discreet(t.Context(), deskworld.Owner, screening.Place{}, 10, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, 1, total)
}

func TestWhatWasNotCheckedIsCheckedAgainByItself(t *testing.T) {
	w := newWorld(t)
	free := w.Slow.stop()
	w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NotChecked}, w.outcomes())
	_, next, err := w.Board.Due(t.Context(), 10)
	require.NoError(t, err)
	require.WithinDuration(t, w.Now.Add(30*time.Second), next, time.Second)
	w.Now = w.Now.Add(time.Minute)
	w.work()
	_, next, err = w.Board.Due(t.Context(), 10)
	require.NoError(t, err)
	require.WithinDuration(t, w.Now.Add(time.Minute), next, time.Second, "at growing intervals")
	free()
	w.Now = w.Now.Add(2 * time.Minute)
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NoHit}, w.outcomes())
	_, next, err = w.Board.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, next)
}

// What a carrier did not send is no answer either, and no reason to ask again and again.
func TestAPersonWithoutADocumentIsNotChecked(t *testing.T) {
	w := newWorld(t)
	p := someone(3, "R3")
	p.number = ""
	w.expect(w.list("XX0123", "745", "T1", p))
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NotChecked}, w.outcomes())
	_, next, err := w.Board.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, next)
}

func TestTheSamePersonOrDocumentOnTwoFlightsAtTheSameTime(t *testing.T) {
	w := newWorld(t)
	w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.work()
	got := w.ask(w.list("XX0456", "745", "T2", someone(3, "S3"), someone(4, "S4")))
	require.Equal(t, "0Z", got["S3"].Code, "two numbers of one flight: the same place at the same instant")

	later := strings.ReplaceAll(w.list("XX0789", "745", "T3", someone(3, "V3"), someone(4, "V4")), "1200:201", "1300:201")
	got = w.ask(later)
	require.Equal(t, "3Z", got["V3"].Code)
	require.Equal(t, "0Z", got["V4"].Code)
	other := someone(3, "X3")
	other.surname, other.given = "SOMEBODY", "ELSE"
	require.Equal(t, "3Z", w.ask(strings.ReplaceAll(w.list("XX0790", "745", "T4", other), "1200:201", "1300:201"))["X3"].Code, "the document alone")
	after := strings.NewReplacer("1200:201", "2200:201", "1700:201", "2330:201").Replace(w.list("XX0791", "745", "T5", someone(3, "Y3")))
	require.Equal(t, "0Z", w.ask(after)["Y3"].Code, "after the first has landed")

	w.expect(later)
	w.work()
	require.Equal(t, border.Hit, w.outcomes()["V3"])
	var held int
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM passenger_trace`).Scan(&held))
	w.Now = w.Now.AddDate(0, 0, 5)
	require.NoError(t, w.Board.Sweep(t.Context()))
	require.Zero(t, w.Count("passenger_trace"), "of %d: nobody is traced when his flight is past", held)
}

func TestAnAnalystsDecision(t *testing.T) {
	w := newWorld(t)
	body := w.list("XX0123", "745", "T1", someone(1, "R1"), someone(3, "R3"))
	w.ask(body)
	w.expect(body)
	w.work()
	id := w.person("R3")
	decide := func(v apipnr.DecisionVerdict, reason string) error {
		x := w.screening(id)
		entry := deskworld.Act()
		entry.ObjectKind, entry.ObjectID, entry.Verb = "passenger", id.String(), audit.Alteration
		return w.Board.Decide(t.Context(), id, x.Version, apipnr.ScreeningDecision{Verdict: v, Reason: reason, By: "analyst"}, entry)
	}
	requireCode(t, "board.reason", decide(apipnr.DecideNoBoard, " "))
	requireCode(t, "board.verdict", decide("perhaps", "x"))
	entries := w.Count("audit")
	require.NoError(t, decide(apipnr.DecideNoBoard, "impostor, see case 12"))
	require.Equal(t, entries+1, w.Count("audit"))
	require.Equal(t, apipnr.DecideNoBoard, w.screening(id).Decision.Verdict, "at once, also before the checks are made again")
	w.work()
	told := w.chase()
	require.Len(t, told, 1)
	require.Equal(t, "1Z", verdicts(t, told[0].body)["R3"].Code)
	require.Equal(t, "1Z", w.ask(w.list("XX0123", "745+CP", "T2", someone(3, "R3")))["R3"].Code, "at check-in too")
	require.Equal(t, "1Z", w.ask(w.list("XX0123", "745", "T3", someone(3, "R9")))["R9"].Code, "under another reference: he is the same person")

	require.NoError(t, decide(apipnr.DecideBoard, "cleared"))
	w.work()
	require.Equal(t, "0Z", verdicts(t, w.chase()[0].body)["R3"].Code)

	w.Alert(refused("REF-3", 3))
	w.Centre.Screen()
	w.work()
	require.Equal(t, "1Z", verdicts(t, w.chase()[0].body)["R3"].Code, "his board covers what he saw, not an alert that came later")
	require.NoError(t, decide(apipnr.DecideRefer, "not the person of the alert; look on arrival"))
	w.work()
	require.Equal(t, "0Z", verdicts(t, w.chase()[0].body)["R3"].Code)
	require.Equal(t, apipnr.DecideRefer, w.screening(id).Decision.Verdict)
	require.NoError(t, decide("", "taken back"))
	w.work()
	require.Equal(t, "1Z", verdicts(t, w.chase()[0].body)["R3"].Code)
	require.Nil(t, w.screening(id).Decision)

	x := w.screening(id)
	requireCode(t, "board.moved", w.Board.Decide(t.Context(), id, x.Version+1,
		apipnr.ScreeningDecision{Verdict: apipnr.DecideBoard, Reason: "x", By: "y"}, deskworld.Act()))
	requireCode(t, "board.no_person", w.Board.Decide(t.Context(), uuid.New(), 1,
		apipnr.ScreeningDecision{Verdict: apipnr.DecideBoard, Reason: "x", By: "y"}, deskworld.Act()))
	w.Now = w.Now.AddDate(0, 0, 3)
	requireCode(t, "board.left", decide(apipnr.DecideNoBoard, "too late"))
	require.NoError(t, decide(apipnr.DecideRefer, "look on arrival"), "who has left may be referred")
}

// A rule of risk has people look: of itself it keeps nobody from boarding.
func TestARuleOfRisk(t *testing.T) {
	w := newWorld(t)
	body := w.list("XX0123", "745", "T1", someone(3, "R3"))
	w.ask(body)
	w.expect(body)
	w.work()
	id := w.person("R3")
	require.NoError(t, w.Board.Assess(t.Context(), id, apipnr.DecideNoBoard, "rule 7 v2"))
	w.work()
	require.Equal(t, "3Z", verdicts(t, w.chase()[0].body)["R3"].Code, "the carrier calls; somebody looks")
	x := w.screening(id)
	require.Equal(t, border.Hit, x.Outcome)
	require.Equal(t, board.CheckRisk, x.Reasons[0].Check)

	require.NoError(t, w.Board.Assess(t.Context(), id, apipnr.DecideNoBoard, "rule 7 v2"))
	require.Equal(t, 1, w.Count("passenger_opinion"), "the same again is nothing new")
	require.NoError(t, w.Board.Assess(t.Context(), id, apipnr.DecideRefer, "rule 8 v1"))
	w.work()
	require.Equal(t, "0Z", verdicts(t, w.chase()[0].body)["R3"].Code)
	require.Equal(t, border.Hit, w.screening(id).Outcome, "and is looked at on arrival")
}

func TestStationsAreToldWhatChanged(t *testing.T) {
	w := newWorld(t)
	w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.publish()
	w.work()
	require.Len(t, w.publish(), 1, "screened for the first time")
	require.NoError(t, w.Board.Recheck(t.Context(), nil))
	w.work()
	require.Empty(t, w.publish(), "nothing new")
	w.Alert(refused("REF-3", 3))
	w.Centre.Screen()
	w.work()
	notes := w.publish()
	require.NotEmpty(t, notes)
	require.Equal(t, w.person("R3"), notes[0].Person)
}

func TestOneWhoIsTakenOffIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.work()
	w.Now = w.Now.Add(time.Minute)
	w.expect(w.list("XX0123", "745+XR", "T2", someone(3, "R3")))
	w.work()
	require.Zero(t, w.Count("passenger_trace"))
	w.Alert(refused("REF-3", 3))
	w.Centre.Screen()
	require.Empty(t, w.Hits())
}

func requireCode(t testing.TB, code string, err error) {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	require.Equal(t, code, p.Code)
}

// outcomes are what the checks came to, by reference.
func (w *world) outcomes() map[string]border.Outcome {
	w.Helper()
	rows, err := w.DB.Pool.Query(w.Context(), `SELECT ref, outcome FROM passenger_screening`)
	require.NoError(w, err)
	defer rows.Close()
	all := map[string]border.Outcome{}
	for rows.Next() {
		var ref string
		var outcome int
		require.NoError(w, rows.Scan(&ref, &outcome))
		all[ref] = border.Outcome(outcome)
	}
	require.NoError(w, rows.Err())
	return all
}

// person is the expected person with a reference.
func (w *world) person(ref string) (id uuid.UUID) {
	w.Helper()
	require.NoError(w, w.DB.Pool.QueryRow(w.Context(), `SELECT person FROM passenger_screening WHERE ref = $1 ORDER BY checked_at LIMIT 1`, ref).Scan(&id))
	return id
}

func (w *world) screening(id uuid.UUID) apipnr.Screening {
	w.Helper()
	all, err := w.Board.Screenings(w.Context(), []uuid.UUID{id})
	require.NoError(w, err)
	require.Contains(w, all, id)
	return all[id]
}

// publish takes the notes for the stations.
func (w *world) publish() []apipnr.Note {
	w.Helper()
	notes, err := w.Persons.Notes(w.Context(), apipnr.WorkPublish, 1000)
	require.NoError(w, err)
	require.NoError(w, w.Persons.Done(w.Context(), apipnr.WorkPublish, notes))
	return notes
}
