package boarddb_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/boarddb"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
)

const days = 24 * time.Hour

func retention() law.Profile {
	return law.Profile{
		ID: "test", Version: 1, Basis: "a test", Raw: 10 * days,
		API: law.Retention{DeleteUnmatched: 2 * days, Mask: 5 * days, Delete: 100 * days},
		PNR: law.Retention{Mask: 5 * days, Delete: 100 * days},
	}
}

// enforce has the law done at an instant.
func (w *world) enforce(at time.Time) {
	w.Helper()
	w.Now = at
	for {
		done, err := w.Persons.Enforce(w.Context(), retention(), w.Board)
		require.NoError(w, err)
		_, more, err := w.Board.Retain(w.Context(), retention())
		require.NoError(w, err)
		if !more && !done.More {
			return
		}
	}
}

// everything is all that stands in the tables of the dialogue and of the screening.
func (w *world) everything() string {
	w.Helper()
	var all strings.Builder
	for _, table := range boarddb.Tables() {
		var text string
		require.NoError(w, w.DB.Pool.QueryRow(w.Context(), `SELECT coalesce(string_agg(x::text, ' '), '') FROM `+table+` x`).Scan(&text))
		all.WriteString(text)
	}
	return all.String()
}

func (w *world) masked() map[string]bool {
	w.Helper()
	rows := map[string]bool{}
	var persons []uuid.UUID
	require.NoError(w, w.DB.Pool.QueryRow(w.Context(), `SELECT array_agg(person ORDER BY person) FROM passenger_screening`).Scan(&persons))
	list, err := w.Persons.Persons(w.Context(), persons)
	require.NoError(w, err)
	for _, p := range list {
		rows[p.ID.String()] = p.Masked
	}
	return rows
}

// Whom nothing points at goes, and the carrier's words of him with him; at whom an alert, an analyst or a rule points stays until he is
// masked, and still points then; in the end nothing is left.
func TestTheLawReachesTheDialogueAndTheScreening(t *testing.T) {
	w := newWorld(t)
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	body := w.list("XX0123", "745", "T-9", someone(1, "RONE"), someone(3, "RTWO"), someone(4, "RSIX"))
	w.ask(body)
	id := map[string]uuid.UUID{}
	for _, p := range w.expect(body) {
		id[p.Ref] = p.ID
	}
	w.work()
	entry := audit.Actor{ID: "a", Name: "ana", Role: "analyst"}.Entry(w.Now, audit.Alteration, "passenger", "x")
	all, err := w.Board.Screenings(t.Context(), []uuid.UUID{id["RSIX"]})
	require.NoError(t, err)
	decided := apipnr.ScreeningDecision{Verdict: apipnr.DecideRefer, Reason: "knows the smuggler", By: "ana"}
	require.NoError(t, w.Board.Decide(t.Context(), id["RSIX"], all[id["RSIX"]].Version, decided, entry))
	w.work()
	// One who was asked about under a reference that no list told of again.
	w.ask(w.list("XX0123", "745", "T-LOST", someone(5, "RLOST")))
	lists, arrived := w.Count("board_answer"), w.day().First().Add(17*time.Hour)

	w.enforce(arrived.Add(days))
	require.Equal(t, map[string]bool{id["RONE"].String(): false, id["RTWO"].String(): false, id["RSIX"].String(): false}, w.masked())
	require.Contains(t, w.everything(), "RLOST")

	w.enforce(arrived.Add(3 * days))
	require.Equal(t, map[string]bool{id["RONE"].String(): false, id["RTWO"].String(): true, id["RSIX"].String(): false}, w.masked())
	left := w.everything()
	for _, gone := range []string{"RTWO", "RLOST", "T-LOST"} {
		require.NotContains(t, left, gone)
	}
	for _, kept := range []string{"RONE", "RSIX", "national/REF-1", "smuggler", "T-9"} {
		require.Contains(t, left, kept)
	}
	require.Equal(t, lists, w.Count("board_answer"), "that somebody was answered counts")
	require.Zero(t, w.count(`SELECT count(*) FROM passenger_trace WHERE person = $1`, id["RTWO"]))

	w.enforce(arrived.Add(6 * days))
	left = w.everything()
	for _, gone := range []string{"RONE", "RSIX", "REF-1", "smuggler", "T-9"} {
		require.NotContains(t, left, gone)
	}
	require.Zero(t, w.Count("passenger_trace"))
	require.Equal(t, 2, w.count(`SELECT count(*) FROM passenger_escrow`), "those at whom something points are masked, not gone")
	w.enforce(arrived.Add(8 * days))
	require.Equal(t, 2, w.count(`SELECT count(*) FROM passenger_escrow`), "and it still points")
	require.Equal(t, 1, w.count(`SELECT count(*) FROM passenger_screening WHERE decision = 'do_not_board' AND ruling->'causes'->0->>'rule' = 'refused'`))

	w.enforce(arrived.Add(101 * days))
	for _, table := range boarddb.Tables() {
		require.Zero(t, w.Count(table), table)
	}
	require.NotZero(t, w.count(`SELECT count(*) FROM audit WHERE purpose = 'retention' AND object_kind = 'board_flight'`))
}

// tablesWith are the tables of the whole database in which a text stands in clear.
func (w *world) tablesWith(text string) (tables []string) {
	w.Helper()
	pool := pgtest.Admin(w, w.DB).Pool
	rows, err := pool.Query(w.Context(), `SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`)
	require.NoError(w, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(w, err)
	require.Greater(w, len(all), 100)
	for _, table := range all {
		var is bool
		require.NoError(w, pool.QueryRow(w.Context(), `SELECT EXISTS (SELECT FROM `+table+` t WHERE strpos(t::text, $1) > 0)`, text).Scan(&is))
		if is {
			tables = append(tables, table)
		}
	}
	return tables
}

// A hit that was not of the person goes with him: who he is and what was written of it, in every table, also on the desk of the owner of a
// discreet alert. That there was one stays, and can be looked at.
func TestAHitThatWasNotHisGoesWithHim(t *testing.T) {
	w := newWorld(t)
	w.Alert(refused("REF-1", 1))
	w.Alert(deskworld.Discreet("SEC-1", deskworld.Traveller(2)))
	w.Centre.Screen()
	open, secret := someone(1, "R1"), someone(2, "R2")
	open.number, secret.number = "Z1112223", "Z7778889"
	persons := w.expect(w.list("XX0123", "745", "T1", open, secret))
	w.work()
	arrived := w.day().First().Add(17 * time.Hour)
	require.Equal(t, []string{"desk_hit", "desk_step"}, w.tablesWith("Z1112223"), "of the others all is sealed")
	require.Equal(t, []string{"discreet_hit"}, w.tablesWith("Z7778889"))

	row := w.Hits()[0]
	require.NoError(t, w.Store.Step(t.Context(), row.ID, deskworld.Owner, "desk", deskworld.Act(), hit.Event{Kind: hit.Claimed},
		hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Compared: []string{"document"}, Remark: "ZACHARIAS knows him"}},
		hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: hit.OutcomeNotSame, Remark: "ZACHARIAS said so"}}))
	list, _, err := w.Store.Discreet(t.Context(), deskworld.Owner, screening.Place{}, 10, deskworld.Look())
	require.NoError(t, err)
	require.Len(t, list, 1)
	w.enforce(arrived.Add(3 * days))
	require.Empty(t, w.tablesWith("Z1112223"))
	require.Empty(t, w.tablesWith("ZACHARIAS"))
	d, err := w.Store.Dossier(t.Context(), row.ID, deskworld.Owner, deskworld.Look())
	require.NoError(t, err)
	require.Equal(t, hit.StageClosed, d.Stage)
	require.Equal(t, []any{"national/REF-1", persons[0].ID, "", 0},
		[]any{d.Raise.Alert, d.Raise.Flight.Person, d.Raise.Document.Number, len(d.Raise.Evidence)})
	require.True(t, d.Forgotten)

	require.Equal(t, []string{"discreet_hit"}, w.tablesWith("Z7778889"), "its owner has not looked: he needs what it holds")
	report := screening.Report{Remark: "it is not Z7778889", NotThePerson: true}
	require.NoError(t, w.Store.Report(t.Context(), list[0].ID, deskworld.Owner, "desk", report, deskworld.Act()))
	require.Empty(t, w.tablesWith("Z7778889"))
	observed, err := w.Store.DiscreetHit(t.Context(), list[0].ID, deskworld.Owner, "desk", deskworld.Look())
	require.NoError(t, err)
	require.True(t, observed.Forgotten)
	for _, statement := range []string{`UPDATE desk_step SET event = '{}'`, `UPDATE desk_answer SET answer = '{}'`, `UPDATE discreet_step SET body = NULL`, `SELECT desk_forget()`} {
		_, err := w.DB.Pool.Exec(t.Context(), statement)
		require.Error(t, err, statement)
	}

	// Who went under the release before, which left it all standing.
	text, err := os.ReadFile("../../../migrations/central/00890_forget_words.sql")
	require.NoError(t, err)
	up, down, _ := strings.Cut(string(text), "-- +goose Down")
	admin := pgtest.Admin(t, w.DB).Pool
	for _, statement := range []string{down, `UPDATE desk_hit SET raise = raise || '{"document": {"number": "Z1112223"}}'`, up} {
		_, err := admin.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	require.Empty(t, w.tablesWith("Z1112223"))
}

func TestADismissedHitPointsAtNobody(t *testing.T) {
	w := newWorld(t)
	w.Alert(refused("REF-1", 1))
	w.Centre.Screen()
	persons := w.expect(w.list("XX0123", "745", "T1", someone(1, "R1"), someone(3, "R3")))
	w.work()
	ids := []uuid.UUID{persons[0].ID, persons[1].ID}
	require.Len(t, w.pointed(ids), 1)
	_, err := w.DB.Pool.Exec(t.Context(), `UPDATE desk_hit SET outcome = 'not_same', closed_at = now()`)
	require.NoError(t, err)
	require.Empty(t, w.pointed(ids))
	require.NoError(t, w.Board.Assess(t.Context(), ids[0], apipnr.DecideRefer, "R-0001/1"))
	require.Equal(t, ids[:1], w.pointed(ids))
	require.NoError(t, w.Board.Assess(t.Context(), ids[0], "", "R-0001/1"))
	require.Empty(t, w.pointed(ids), "taken back")
}

func (w *world) pointed(ids []uuid.UUID) []uuid.UUID {
	w.Helper()
	tx, err := w.DB.Pool.Begin(w.Context())
	require.NoError(w, err)
	defer tx.Rollback(w.Context())
	list, err := w.Board.Pointed(w.Context(), tx, ids)
	require.NoError(w, err)
	return list
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	require.NoError(w, w.DB.Pool.QueryRow(w.Context(), sql, args...).Scan(&n))
	return n
}
