package boarddb_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
)

// service is a service outside that answers when it is told to.
type service struct {
	mu    sync.Mutex
	asked int
	gate  chan struct{}
	says  border.Finding
}

func (*service) Name() string { return "interpol.sltd" }

func (s *service) Check(ctx context.Context, _ border.Subject) (border.Finding, error) {
	s.mu.Lock()
	s.asked++
	gate := s.gate
	s.mu.Unlock()
	select {
	case <-gate:
	case <-ctx.Done():
		return border.Finding{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.says, nil
}

func (s *service) set(f border.Finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.says = f
}

func (s *service) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func withService(t *testing.T) (*world, *service) {
	t.Helper()
	w, s := newWorld(t), &service{gate: make(chan struct{}), says: border.Finding{Outcome: border.NoHit}}
	w.outside = []border.Planned{{Check: s, Deadline: time.Minute}}
	w.start(policy(t))
	return w, s
}

// A service outside that is slow holds up neither the answer at check-in nor what the State's own lists find. What it says late is a change of
// mind, and it is told of the traveller once.
func TestALateAnswerFromOutsideGoesOutUnasked(t *testing.T) {
	w, s := withService(t)
	body := w.list("XX0123", "745", "T1", someone(3, "R3"))
	require.Equal(t, "0Z", w.ask(body)["R3"].Code, "the policy lets board whom a service outside says nothing of")
	require.False(t, w.standing("R3").TimedOut)
	var ruling []byte
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT ruling FROM board_answer`).Scan(&ruling))
	var r board.Ruling
	require.NoError(t, json.Unmarshal(ruling, &r))
	require.Equal(t, []board.Cause{{Check: s.Name(), Code: board.ReasonLate, Rule: "unchecked", Makes: board.Board}}, r.Causes, "which is on record")

	w.expect(body)
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NotChecked}, w.outcomes(), "never taken for no hit")
	require.Empty(t, w.chase())

	s.set(border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{{Code: "alert_document", Severity: border.SecondLine, Ref: "sltd/S1@1"}}})
	close(s.gate)
	require.Eventually(t, func() bool {
		w.Now = w.Now.Add(time.Second)
		w.work()
		return w.outcomes()["R3"] == border.Hit
	}, time.Minute, 10*time.Millisecond)
	told := w.chase()
	require.Len(t, told, 1)
	require.Equal(t, "1Z", verdicts(t, told[0].body)["R3"].Code)
	require.Equal(t, 1, s.times(), "asked once, by whoever asked first")
}

// While a service is away nobody is fine; when it is back, those it said nothing of are asked about at once.
func TestAServiceThatIsBackIsAskedAgain(t *testing.T) {
	w, s := withService(t)
	close(s.gate)
	s.set(border.Unanswered(s.Name(), border.Source{}, border.ReasonBreakerOpen))
	w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NotChecked}, w.outcomes())
	s.set(border.Finding{Outcome: border.NoHit})
	w.work()
	require.Equal(t, 1, s.times(), "left alone until it is due")
	require.NoError(t, w.Board.RecheckOutside(t.Context(), "interpol.other"))
	w.work()
	require.Equal(t, 1, s.times(), "another service says nothing of this one")
	require.NoError(t, w.Board.RecheckOutside(t.Context(), s.Name()))
	w.work()
	require.Equal(t, map[string]border.Outcome{"R3": border.NoHit}, w.outcomes())
	require.Equal(t, 2, s.times())
}

// stolen is what a service of stolen documents says of the passport of someone(n): its entries, in their order.
func stolen(n int, status string, refs ...string) border.Finding {
	f := border.Finding{
		Outcome: border.Hit, Source: border.Source{Name: "interpol.sltd.simulator", Version: "41", AsOf: deskworld.Noon.Add(-time.Hour)},
	}
	number := "UTO " + deskworld.Traveller(n).Number
	for _, ref := range refs {
		f.Evidence = append(f.Evidence,
			border.Evidence{
				Code: hit.CodeDocument, Field: "document_number", Found: number, Expected: number, Relation: "equal", Band: string(alerts.Certain), Score: 1,
				Severity: border.SecondLine, Ref: ref,
			},
			border.Evidence{Code: "alert_reason", Field: "document_status", Expected: status, Severity: border.SecondLine, Ref: ref, Restricted: true},
			border.Evidence{Code: hit.CodeAction, Expected: string(alerts.ActionSeize), Severity: border.SecondLine, Ref: ref, Restricted: true},
		)
	}
	return f
}

// again has the service asked anew about everybody, when what it said last is forgotten.
func (w *world) again() {
	w.Helper()
	w.Now = w.Now.Add(2 * time.Minute)
	w.Exec(`UPDATE passenger_screening SET recheck_at = $1`, w.Now)
	w.work()
}

// sltd is the one hit of the desks.
func (w *world) sltd() screening.Dossier {
	w.Helper()
	require.Equal(w, 1, w.Count("desk_hit"), "one person, service and document: one hit")
	rows := w.Hits()
	require.NotEmpty(w, rows)
	d, err := w.Store.Dossier(w.Context(), rows[0].ID, deskworld.Owner, deskworld.Look())
	require.NoError(w, err)
	return d
}

// raised are the audit entries of hits that the screening wrote, in their order.
func (w *world) raised() (decisions []string) {
	w.Helper()
	rows, err := w.DB.Pool.Query(w.Context(), `SELECT decision FROM audit WHERE object_kind = 'hit' AND actor = 'screening' AND verb = 'alteration' ORDER BY at, id`)
	require.NoError(w, err)
	defer rows.Close()
	for rows.Next() {
		var d string
		require.NoError(w, rows.Scan(&d))
		decisions = append(decisions, d)
	}
	require.NoError(w, rows.Err())
	return decisions
}

// A service outside opens the hit workflow as the State's own lists do: once for a person and a document, however often it is asked, and
// nothing that it does not say any more closes what somebody works on.
func TestAHitOutsideOpensTheWorkflowOnce(t *testing.T) {
	w, s := withService(t)
	close(s.gate)
	s.set(border.Unanswered(s.Name(), border.Source{}, border.ReasonBreakerOpen))
	persons := w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.work()
	require.Empty(t, w.Hits(), "no answer is no hit")

	s.set(stolen(3, "stolen", "sltd/S1@1"))
	w.again()
	d := w.sltd()
	require.Equal(t, screening.IsExpected, d.Retro)
	require.Equal(t, "sltd/S1", d.Row.Alert)
	require.True(t, d.NoDesk, "a service has no desk: every desk is shown its hits")
	require.True(t, d.Simulator)
	r := d.Raise
	require.Equal(t, []string{"interpol.sltd", "41", "sltd/S1"}, []string{r.Check, r.ListVersion, r.Alert})
	require.Equal(t, 1, r.AlertVersion)
	require.Equal(t, deskworld.Noon.Add(-time.Hour), r.AsOf)
	require.Equal(t, deskworld.Traveller(3).Number, r.Document.Number)
	require.Equal(t, alerts.ActionSeize, r.Action)
	require.True(t, slices.ContainsFunc(r.Evidence, func(e border.Evidence) bool { return e.Field == "document_number" && e.Relation == "equal" }))
	require.Equal(t, persons[0].ID, r.Flight.Person)
	require.Equal(t, "XX 0123", r.Flight.Name())
	left, known := r.Flight.Left(w.Now)
	require.True(t, known)
	require.Equal(t, 53*time.Hour-2*time.Minute, left)
	require.Zero(t, w.Told, "no station has a crossing of his")

	w.again()
	w.expect(w.list("XX0123", "745+CP", "T2", someone(3, "R3")))
	w.work()
	w.start(policy(t))
	w.again()
	require.Equal(t, hit.StageOpen, w.sltd().Stage)
	s.set(border.Unanswered(s.Name(), border.Source{}, border.ReasonBreakerOpen))
	w.again()
	s.set(border.Finding{Outcome: border.NoHit})
	w.again()
	require.Equal(t, map[string]border.Outcome{"R3": border.NoHit}, w.outcomes())
	require.Equal(t, hit.StageOpen, w.sltd().Stage, "that it says nothing any more is for the desk to judge")
	require.Equal(t, []string{"raised: expected"}, w.raised())
}

// What the desk decided stands against the same answer; another version of the entry, or another entry on the same document, is another answer.
func TestADecidedHitOutsideIsNotOpenedByTheSameAnswer(t *testing.T) {
	w, s := withService(t)
	close(s.gate)
	s.set(stolen(3, "lost", "sltd/S1@1"))
	w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))
	w.work()
	id := w.sltd().ID
	step := func(acts ...hit.Event) {
		require.NoError(t, w.Store.Step(t.Context(), id, deskworld.Owner, "desk", deskworld.Act(), acts...))
	}
	step(hit.Event{Kind: hit.Claimed}, hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"document"}}},
		hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotSame}})
	w.again()
	s.set(border.Finding{Outcome: border.NoHit})
	w.again()
	s.set(stolen(3, "lost", "sltd/S1@1"))
	w.again()
	require.Equal(t, hit.StageClosed, w.sltd().Stage)
	require.Equal(t, map[string]border.Outcome{"R3": border.Hit}, w.outcomes(), "the carrier's answer is the analyst's to change")

	s.set(stolen(3, "stolen", "sltd/S1@2"))
	w.again()
	d := w.sltd()
	require.Equal(t, id, d.ID)
	require.Equal(t, hit.StageOpen, d.Stage)
	require.Equal(t, 2, d.AlertVersion)
	require.Empty(t, d.Worker)

	step(hit.Event{Kind: hit.Claimed})
	s.set(stolen(3, "stolen", "sltd/S1@2", "sltd/S7@1"))
	w.again()
	w.again()
	s.set(stolen(3, "stolen", "sltd/S1@2"))
	w.again()
	d = w.sltd()
	require.Equal(t, id, d.ID)
	require.Equal(t, "desk", d.Worker, "what was done stays")
	require.True(t, slices.ContainsFunc(d.Raise.Evidence, func(e border.Evidence) bool { return e.Ref == "sltd/S7@1" }))
	require.Equal(t, []string{"raised: expected", "raised: expected", "renewed: sltd/S1@2"}, w.raised())
}

// A false hit of a service points at nobody, as a false hit of a list: the law takes the person's data. What no hit was raised of
// points of itself.
func TestAFalseHitOutsidePointsAtNobody(t *testing.T) {
	w, s := withService(t)
	close(s.gate)
	s.set(stolen(3, "stolen", "sltd/S1@1"))
	ids := []uuid.UUID{w.expect(w.list("XX0123", "745", "T1", someone(3, "R3")))[0].ID}
	w.work()
	require.Equal(t, ids, w.pointed(ids))
	require.NoError(t, w.Store.Step(t.Context(), w.sltd().ID, deskworld.Owner, "desk", deskworld.Act(), hit.Event{Kind: hit.Claimed},
		hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"document"}}},
		hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotSame}}))
	require.Empty(t, w.pointed(ids))
	w.Exec(`UPDATE desk_hit SET raise = jsonb_set(raise, '{check}', '"interpol.other"')`)
	require.Equal(t, ids, w.pointed(ids), "the desk has decided on another service's hit alone")
}
