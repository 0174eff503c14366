package boarddb_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/riskdb"
	"github.com/openbmis/openbmis/traveldoc"
)

func analyst(name string) audit.Actor {
	return audit.Actor{ID: "id-of-" + name, Name: name, Role: string(auth.RoleAnalyst), Post: "central"}
}

// rules are the rules of risk of the same centre, with a rule on nationals of UTO in force.
func (w *world) rules(severity risk.Severity) (*riskdb.Store, *risk.Worker) {
	w.Helper()
	language, err := risk.NewLanguage()
	require.NoError(w, err)
	store := riskdb.New(riskdb.Options{
		DB: w.DB, Keys: w.Persons, Manifests: w.Persons, Language: language, Now: w.clock, NewID: uuid.New, Boarding: w.Board,
	})
	worker := risk.NewWorker(store, w.Persons, language, w.clock, slog.New(slog.DiscardHandler))
	condition, err := language.Read(`passenger.nationality == "UTO"`, nil)
	require.NoError(w, err)
	today := traveldoc.DateOf(w.Now)
	v, err := store.Write(w.Context(), analyst("mia"), uuid.Nil, 0, risk.Settings{
		Name: "Late bookings", Purpose: "serious_crime", Basis: "Act 1, s. 2", Category: "trafficking", Severity: severity,
		From: today, Until: traveldoc.DateOf(w.Now.AddDate(0, 6, 0)), Expected: 5,
	}, condition, nil)
	require.NoError(w, err)
	week := traveldoc.DateOf(w.Now.AddDate(0, 0, -7))
	run, err := store.Try(w.Context(), analyst("mia"), v.Rule, v.Number, week, traveldoc.DateOf(w.Now.AddDate(0, 0, -1)))
	require.NoError(w, err)
	require.NoError(w, worker.Once(w.Context()))
	require.NoError(w, store.Propose(w.Context(), analyst("mia"), v.Rule, v.Number, "please"))
	require.NoError(w, store.Activate(w.Context(), analyst("bo"), v.Rule, v.Number, run.ID))
	return store, worker
}

// A rule's hit alone changes nothing for the carrier; once a person has confirmed it he is told unasked what the policy makes of it, and
// again when it is opened anew.
func TestWhatAPersonConfirmsOfRiskReachesTheCarrier(t *testing.T) {
	for severity, want := range map[risk.Severity]board.Decision{"urgent": board.NoBoard, "high": board.Contact, "low": board.Board} {
		t.Run(string(severity), func(t *testing.T) {
			w := newWorld(t)
			rules, worker := w.rules(severity)
			someone := someone(1, "R1")
			someone.nationality = "UTO"
			body := w.list("XX0123", "745", "T1", someone)
			require.Equal(t, "0Z", w.ask(body)["R1"].Code)
			person := w.expect(body)[0].ID
			w.work()
			require.NoError(t, worker.Once(t.Context()))
			w.work()
			entry := analyst("mia").Entry(w.Now, audit.Consultation, "risk_hit", "queue")
			entry.Purpose = risk.PurposeOfHits
			q, err := rules.Queue(t.Context(), risk.HitQuery{State: risk.HitNew}, entry)
			require.NoError(t, err)
			require.Len(t, q.Hits, 1)
			step := func(seen int, name string) {
				w.Now = w.Now.Add(time.Second)
				require.NoError(t, rules.Review(t.Context(), analyst("mia"), q.Hits[0].ID, risk.Review{Step: name, Seen: seen, Note: "sure"}))
				w.work()
			}
			step(0, "claim")
			require.Empty(t, w.chase(), "nothing follows from a hit that nobody confirmed")
			require.Equal(t, board.Board, w.standing("R1").Decision)

			step(1, "confirm")
			told := w.chase()
			require.Equal(t, want, w.standing("R1").Decision)
			require.Equal(t, want != board.Board, len(told) == 1)
			if len(told) == 1 {
				require.Contains(t, told[0].body, "BGM+132")
			}
			all, err := w.Board.Screenings(t.Context(), []uuid.UUID{person})
			require.NoError(t, err)
			require.Equal(t, "risk_confirmed", all[person].Reasons[0].Code, "the crossing point is told in any case")
			require.Equal(t, []uuid.UUID{person}, w.pointed([]uuid.UUID{person}))

			step(2, "reopen")
			require.Equal(t, want != board.Board, len(w.chase()) == 1, "told that he may board again")
			require.Equal(t, board.Board, w.standing("R1").Decision)
		})
	}
}
