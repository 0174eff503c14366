package riskdb_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/riskdb"
	"github.com/openbmis/openbmis/internal/problem"
)

func code(c string) error { return problem.New(problem.Conflict, c) }

func TestARuleIsTriedThenAgreedToByTwo(t *testing.T) {
	w := open(t)
	w.list("0001", -3, person("PAST", "UTO", "P1"), person("BYGONE", "XXB", "P2"))
	v := w.write("mia", `passenger.nationality == "UTO"`)
	require.Equal(t, "R-1", v.Code)
	ctx := t.Context()

	require.ErrorIs(t, w.store.Propose(ctx, analyst("mia"), v.Rule, 1, "please"), code("risk.not_tried"))
	run := w.try(v, "2026-11-01", "2026-11-21")
	require.Equal(t, risk.RunDone, run.State)
	require.Equal(t, v.Digest, run.Digest)
	require.Equal(t, 1, run.Result.Hits)
	require.Equal(t, 2, run.Result.Persons)

	require.ErrorIs(t, w.store.Propose(ctx, analyst("mia"), v.Rule, 1, " "), problem.New(problem.Invalid, "risk.words"))
	require.NoError(t, w.store.Propose(ctx, analyst("mia"), v.Rule, 1, "please"))
	require.ErrorIs(t, w.store.Activate(ctx, analyst("mia"), v.Rule, 1, run.ID), riskdb.ErrFourEyes)
	require.Equal(t, 1, w.count(`SELECT count(*) FROM audit WHERE verb = 'denied' AND actor = 'id-of-mia'`), "the attempt is in the audit log")
	again := analyst("Mia")
	again.ID = "another account"
	require.ErrorIs(t, w.store.Activate(ctx, again, v.Rule, 1, run.ID), riskdb.ErrFourEyes, "an account made anew is no second person")
	require.ErrorIs(t, w.store.Activate(ctx, analyst("bo"), v.Rule, 1, uuid.New()), code("risk.moved"), "another dry run than the one that was seen")
	nobody := analyst("bo")
	nobody.Role = string(auth.RoleOfficer)
	require.ErrorIs(t, w.store.Activate(ctx, nobody, v.Rule, 1, run.ID), problem.New(problem.Forbidden, "risk.not_allowed"))
	require.NoError(t, w.store.Activate(ctx, analyst("bo"), v.Rule, 1, run.ID))

	r, err := w.store.Rule(ctx, v.Rule)
	require.NoError(t, err)
	require.Equal(t, risk.Active, r.Newest().State)
	require.Equal(t, []string{"activated", "proposed", "tried", "written"}, whats(r.Acts))
	require.Equal(t, 4, w.count(`SELECT count(*) FROM audit WHERE object_kind = 'risk_rule' AND verb = 'alteration'`))
}

func whats(acts []risk.Act) (list []string) {
	for _, a := range acts {
		list = append(list, a.What)
	}
	return list
}

// What no program may do, the database refuses: also to its own program, and to its owner.
func TestTheDatabaseHoldsFourEyes(t *testing.T) {
	w := open(t)
	v := w.write("mia", `pnr.known`)
	for _, sql := range []string{
		`UPDATE risk_version SET cel = 'true'`, `UPDATE risk_version SET settings = '{}'`, `UPDATE risk_version SET digest = digest || '\x00'`,
		`UPDATE risk_version SET state = 'active', proposed_by = 'a', proposed_login = 'a', decided_by = 'b', decided_login = 'b'`,
		`UPDATE risk_version SET state = 'proposed', proposed_by = 'a', proposed_login = 'a'`, // never tried
		`INSERT INTO risk_version SELECT rule, 2, settings, severity, condition, cel, lists, cost, digest, written_by, written_login, written_at, 'active', 'a', 'a', now(), '', 'b', 'b', now() FROM risk_version`,
	} {
		_, err := pgtest.Admin(t, w.db).Pool.Exec(t.Context(), sql)
		require.Error(t, err, sql)
	}
	for _, sql := range []string{`DELETE FROM risk_version`, `DELETE FROM risk_act`, `UPDATE risk_act SET login = 'x'`, `DELETE FROM risk_dryrun`, `UPDATE risk_hit_step SET note = ''`, `UPDATE risk_list SET items = '{}'`} {
		_, err := w.db.Pool.Exec(t.Context(), sql)
		require.Error(t, err, sql)
	}
	w.try(v, "2026-11-01", "2026-11-21")
	require.NoError(t, w.store.Propose(t.Context(), analyst("mia"), v.Rule, 1, "please"))
	for _, second := range []string{"id-of-mia", "other"} {
		login := map[string]string{"id-of-mia": "x", "other": "MIA"}[second]
		_, err := pgtest.Admin(t, w.db).Pool.Exec(t.Context(), `UPDATE risk_version SET state = 'active', decided_by = $1, decided_login = $2, decided_at = now()`, second, login)
		require.ErrorContains(t, err, "risk_four_eyes")
	}
}

func TestEffectAtOnceAndUndoneAtOnce(t *testing.T) {
	w := open(t)
	flight, _ := w.list("0002", 1, person("SPECIMEN", "UTO", "L898902C3"), person("OTHER", "XXB", "X1"))
	w.work()
	require.Empty(t, w.queue(risk.HitNew))
	v := w.write("mia", `passenger.nationality == "UTO" && document.number.startsWith("L89")`)
	w.activate(v)
	w.work()
	hits := w.queue(risk.HitNew)
	require.Len(t, hits, 1, "who was expected already is held against the rule when it is activated")
	require.Equal(t, "XX0002 DXB-LHR", hits[0].FlightName)
	require.Equal(t, flight.ID, hits[0].Flight)

	// Somebody new, by the note of the message.
	w.list("0003", 2, person("NEWCOMER", "UTO", "L890"))
	w.work()
	require.Len(t, w.queue(risk.HitNew), 2)
	w.work()
	require.Len(t, w.queue(risk.HitNew), 2, "the same values make the same hit")

	// One person suspends it; the hits stay, to be looked at, and nobody new is hit.
	require.NoError(t, w.store.Suspend(t.Context(), analyst("mia"), v.Rule, 1, "hits everybody"))
	w.list("0004", 2, person("LATER", "UTO", "L891"))
	w.work()
	hits = w.queue(risk.HitNew)
	require.Len(t, hits, 2)
	require.Equal(t, risk.Suspended, hits[0].RuleState)
	// It comes back by two.
	require.Error(t, w.store.Activate(t.Context(), analyst("bo"), v.Rule, 1, uuid.New()))
	w.activate(v)
	w.work()
	require.Len(t, w.queue(risk.HitNew), 3)
}

func TestAHitExplainsItselfAndFollowsTheData(t *testing.T) {
	w := open(t)
	w.activate(w.write("mia", `passenger.nationality == "UTO" && (document.other_people == 0 || phone.other_people > 3)`))
	w.list("0002", 1, person("SPECIMEN", "UTO", "L898902C3"))
	w.work()
	hits := w.queue(risk.HitNew)
	require.Len(t, hits, 1)
	d, err := w.store.Dossier(t.Context(), hits[0].ID, look())
	require.NoError(t, err)
	require.False(t, d.Masked)
	require.Equal(t, []risk.Truth{risk.True, risk.True, risk.NotKnown}, []risk.Truth{d.Terms[0].Answer, d.Terms[1].Answer, d.Terms[2].Answer})
	require.Equal(t, []string{"UTO"}, d.Terms[0].Values[0].Text)
	require.Equal(t, "api", d.Terms[0].Values[0].From[0].Told)
	require.NotEqual(t, uuid.Nil, d.Terms[0].Values[0].From[0].Message, "which message told it")
	require.Equal(t, uint32(9), d.Terms[0].Values[0].From[0].Segment)
	require.NotContains(t, stored(w), "L898902C3")
	require.NotContains(t, stored(w), "SPECIMEN", "nothing in the tables names the person")

	// The data change so that the rule does not hit any more: the hit stays, and says so. They change back: it is the same hit.
	change := func(nationality string) {
		w.list("0002", 1, person("SPECIMEN", nationality, "L898902C3"))
		w.work()
	}
	change("XXB")
	require.False(t, w.queue(risk.HitNew)[0].LapsedAt.IsZero())
	change("UTO")
	again := w.queue(risk.HitNew)
	require.Len(t, again, 1)
	require.Equal(t, hits[0].ID, again[0].ID)
	require.True(t, again[0].LapsedAt.IsZero())
}

// stored is everything of the tables of rules in plain text.
func stored(w *world) (all string) {
	require.NoError(w, w.db.Pool.QueryRow(w.Context(), `SELECT concat((SELECT string_agg(h::text, '') FROM risk_hit h), (SELECT string_agg(encode(sealed, 'escape'), '') FROM risk_hit_detail),
		(SELECT string_agg(encode(mark, 'escape') || l::text, '') FROM risk_link l), (SELECT string_agg(d::text, '') FROM risk_dryrun d))`).Scan(&all))
	return all
}

func TestMaskingTakesAwayWhatIdentifies(t *testing.T) {
	w := open(t)
	w.activate(w.write("mia", `passenger.nationality == "UTO"`))
	_, persons := w.list("0002", 1, person("SPECIMEN", "UTO", "L898902C3"))
	w.work()
	hit := w.queue(risk.HitNew)[0]
	require.Positive(t, w.count(`SELECT count(*) FROM risk_link`))
	for _, r := range []risk.Review{{Step: "claim"}, {Step: "dismiss", Reason: "explained", Note: "ZACHARIAS knows him"}} {
		one, err := w.store.Dossier(t.Context(), hit.ID, look())
		require.NoError(t, err)
		r.Seen = one.Seen
		require.NoError(t, w.store.Review(t.Context(), analyst("mia"), hit.ID, r))
	}
	w.exec(`UPDATE passenger_person SET masked_at = now() WHERE id = $1`, persons[0].ID)
	require.Zero(t, w.count(`SELECT count(*) FROM risk_link WHERE person = $1`, persons[0].ID))
	d, err := w.store.Dossier(t.Context(), hit.ID, look())
	require.NoError(t, err)
	require.True(t, d.Masked)
	require.Empty(t, d.Terms)
	require.Equal(t, risk.HitDismissed, d.State, "what was decided stays")
	require.Zero(t, w.count(`SELECT count(*) FROM risk_hit h, risk_hit_step s WHERE concat(h::text, s::text) LIKE '%ZACHARIAS%'`), "the words go")
}

func TestNothingFollowsFromAHitThatNobodyConfirmed(t *testing.T) {
	w := open(t)
	w.activate(w.write("mia", `passenger.nationality == "UTO"`))
	w.list("0002", 1, person("SPECIMEN", "UTO", "L898902C3"))
	w.work()
	h := w.queue(risk.HitNew)[0]
	do := func(by string, r risk.Review) error { return w.store.Review(t.Context(), analyst(by), h.ID, r) }
	require.ErrorIs(t, do("mia", risk.Review{Step: "confirm", Note: "sure"}), code("risk.state"), "it is reviewed before it is decided")
	require.NoError(t, do("mia", risk.Review{Step: "claim"}))
	require.ErrorIs(t, do("bo", risk.Review{Step: "claim", Seen: 0}), code("risk.moved"))
	require.ErrorIs(t, do("bo", risk.Review{Step: "confirm", Seen: 1, Note: "sure"}), code("risk.state"), "another one reviews it")
	require.ErrorIs(t, do("mia", risk.Review{Step: "dismiss", Seen: 1, Reason: "explained"}), problem.New(problem.Invalid, "risk.words"))
	require.ErrorIs(t, do("mia", risk.Review{Step: "dismiss", Seen: 1, Note: "x", Reason: "because"}), problem.New(problem.Invalid, "risk.reason"))
	require.NoError(t, do("mia", risk.Review{Step: "dismiss", Seen: 1, Note: "student", Reason: "explained"}))
	require.Len(t, w.queue(risk.HitDismissed), 1)
	require.NoError(t, do("bo", risk.Review{Step: "reopen", Seen: 2, Note: "new facts"}))
	require.NoError(t, do("bo", risk.Review{Step: "confirm", Seen: 3, Note: "sure"}))
	d, err := w.store.Dossier(t.Context(), h.ID, look())
	require.NoError(t, err)
	require.Equal(t, "bo", d.Decided.Login)
	require.Len(t, d.Steps, 4)
	require.Equal(t, "explained: student", d.Steps[2].Note)
	_, err = pgtest.Admin(t, w.db).Pool.Exec(t.Context(), `UPDATE risk_hit SET decided_by = NULL`)
	require.ErrorContains(t, err, "risk_hit_decided", "nobody but a person decides")
}

func TestNoHitIsDroppedAndTooManyAreSaid(t *testing.T) {
	w := open(t)
	w.activate(w.write("mia", `passenger.nationality == "UTO"`)) // 5 a day expected
	var many []apipnr.Traveller
	for i := range 30 {
		many = append(many, person("SPECIMEN"+string(rune('A'+i%26))+string(rune('A'+i/26)), "UTO", "L"+uuid.NewString()[:8]))
	}
	w.list("0002", 1, many...)
	w.work()
	q, err := w.store.Queue(t.Context(), risk.HitQuery{State: risk.HitNew}, look())
	require.NoError(t, err)
	require.Len(t, q.Hits, 30)
	require.Equal(t, q.Hits, w.pages(risk.HitNew, 7), "page by page it is the same queue")
	for _, h := range q.Hits {
		w.decide(h)
	}
	require.Len(t, w.pages(risk.HitDismissed, 7), 30)
	require.Len(t, q.Surprises, 1)
	require.Equal(t, 30, q.Surprises[0].Today)
	require.Equal(t, 5, q.Surprises[0].Expected)
}

func TestHistoryBeforeAFlight(t *testing.T) {
	w := open(t)
	card := func(t *apipnr.Traveller) { t.Contact = &apipnr.Contact{Phones: []string{"+44 20 7946 0958"}} }
	w.list("0010", -20, person("ONE", "UTO", "D1", card))
	w.list("0011", -10, person("TWO", "UTO", "D2", card), person("THREE", "UTO", "D1"))
	w.work()
	_, persons := w.list("0012", 1, person("ONE", "UTO", "D1", card))
	flights, err := w.passengers.FlightsByID(t.Context(), []uuid.UUID{persons[0].Flight})
	require.NoError(t, err)
	past := func() *risk.Past {
		p, err := w.store.Past(t.Context(), flights[0], persons, map[uuid.UUID][]risk.Link{persons[0].ID: w.language.Links(persons[0])})
		require.NoError(t, err)
		return p[persons[0].ID]
	}
	require.Equal(t, risk.Shared{Flights: 2, Others: 1}, past().Shared[risk.MarkPhone])
	require.Equal(t, risk.Shared{Flights: 2, Others: 1}, past().Shared[risk.MarkDocument], "another person travelled on the same document")
	require.Equal(t, risk.Shared{Flights: 1}, past().Shared[risk.MarkPerson])
	w.work()
	require.Equal(t, 2, past().Shared[risk.MarkPhone].Flights, "the flight itself is no history")

	w.exec(`INSERT INTO crossing (crossed_at, event_id, crossing_id, traveller_id, received_at, origin, origin_seq, station, local_date, zone, lane, officer, direction, mode,
		transport, purpose, surname, given_names, birth_date, sex, nationality, doc_code, doc_number, doc_no, issuing_state, outcome, reason, hits, not_checked, payload)
		SELECT t, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), t, 1, extract(epoch from t)::bigint, 'x', t::date, 'UTC', '1', 'o', 'entry', 'air', '', '', '', '', '', '', 'UTO', 'P', 'D1', 'D1', 'UTO', o, '', 0, 0, '{}'
		FROM (VALUES ('2026-10-01T10:00Z'::timestamptz, 'admit'), ('2026-10-05T10:00Z', 'refuse'), ('2026-11-24T10:00Z', 'refuse')) v(t, o)`)
	p := past()
	require.Equal(t, 2, p.Crossings)
	require.Equal(t, 1, p.Refusals)
	require.Equal(t, time.Date(2026, 10, 5, 10, 0, 0, 0, time.UTC), p.LastCrossing)
	known, err := w.store.Known(t.Context(), flights[0], persons)
	require.NoError(t, err)
	require.Equal(t, "refused", known[persons[0].ID], "refused after the flight")
}

func TestADryRunCountsBalancesAndNamesNobody(t *testing.T) {
	w := open(t)
	man := func(t *apipnr.Traveller) { t.Sex, t.BirthDate = "M", day("2001-05-01") }
	w.list("0010", -5, person("ONE", "UTO", "D1"), person("TWO", "UTO", "D2", man), person("THREE", "XXB", "D3"), person("FOUR", "XXC", "D4", func(t *apipnr.Traveller) { t.Nationality = "" }))
	w.list("0011", -3, person("FIVE", "UTO", "D5"))
	w.list("0012", 2, person("FUTURE", "UTO", "D6"))
	v := w.write("mia", `passenger.nationality == "UTO" && passenger.sex == "F"`)
	run := w.try(v, "2026-11-10", "2026-11-22")
	r := run.Result
	require.Equal(t, []int{2, 5, 2, 1}, []int{r.Flights, r.Persons, r.Hits, r.NotKnown})
	require.Equal(t, map[string]int{"passenger.nationality": 1}, r.Missing)
	require.Len(t, r.Days, 13)
	sum := 0
	for _, d := range r.Days {
		sum += d.Hits
	}
	require.Equal(t, r.Hits, sum, "the days add up to the whole")
	require.InDelta(t, 1.0, r.PerDay(), 0.001)
	require.Equal(t, risk.Share{Value: "UTO", Persons: 3, Hits: 2}, r.Balance[0].Rows[0])
	times, ok := r.Balance[0].Rows[0].Times(r)
	require.True(t, ok)
	require.InDelta(t, 5.0/3, times, 0.001)
	require.Equal(t, "sex", r.Balance[1].By)
	require.Equal(t, risk.Share{Value: "30-44", Persons: 4, Hits: 2}, r.Balance[2].Rows[0])

	hits, total, err := w.store.RunHits(t.Context(), run.ID, uuid.Nil, 50, look())
	require.NoError(t, err)
	require.Equal(t, 2, total)
	require.Len(t, hits, 2)
	require.Zero(t, w.count(`SELECT count(*) FROM risk_hit`), "a dry run raises no hit")
}

func TestADryRunIsCancelledAndBeginsAnewAfterACrash(t *testing.T) {
	w := open(t)
	for i := range 4 {
		w.list("001"+string(rune('0'+i)), -5, person("ONE", "UTO", "D1"))
	}
	v := w.write("mia", `passenger.nationality == "UTO"`)
	d, err := w.store.Try(t.Context(), analyst("mia"), v.Rule, 1, day("2026-11-01"), day("2026-11-22"))
	require.NoError(t, err)
	_, err = w.store.Try(t.Context(), analyst("bo"), v.Rule, 1, day("2026-11-01"), day("2026-11-22"))
	require.ErrorIs(t, err, code("risk.already_trying"))

	// A process takes it, comes half-way and dies.
	_, _, found, err := w.store.Run(t.Context())
	require.NoError(t, err)
	require.True(t, found)
	_, err = w.store.Progress(t.Context(), d.ID, 1, 4, []risk.RunHit{{Person: uuid.New(), Flight: uuid.New(), Departs: noon}})
	require.NoError(t, err)
	w.work()
	got, _, err := w.store.DryRun(t.Context(), d.ID)
	require.NoError(t, err)
	require.Equal(t, risk.RunDone, got.State)
	require.Equal(t, 4, got.Result.Hits)
	require.Equal(t, 4, w.count(`SELECT count(*) FROM risk_dryrun_hit`), "nothing of the first attempt is left")

	d, err = w.store.Try(t.Context(), analyst("mia"), v.Rule, 1, day("2026-11-01"), day("2026-11-22"))
	require.NoError(t, err)
	require.NoError(t, w.store.Cancel(t.Context(), analyst("bo"), d.ID))
	w.work()
	got, _, err = w.store.DryRun(t.Context(), d.ID)
	require.NoError(t, err)
	require.Equal(t, risk.RunCancelled, got.State)
	require.Less(t, got.Done, 4)
	require.ErrorIs(t, w.store.Cancel(t.Context(), analyst("bo"), d.ID), code("risk.state"))
}

func TestAVersionIsNeverEditedAndListsChangeNoRule(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	require.NoError(t, w.store.WriteList(ctx, analyst("mia"), "watched", "Watched States", []string{"uto", "XXB", "UTO "}))
	lists, err := w.store.Values(ctx, []string{"watched"})
	require.NoError(t, err)
	require.Equal(t, risk.Lists{"watched": {"UTO", "XXB"}}, lists)
	p, err := w.language.Read(`passenger.nationality in lists.watched`, lists)
	require.NoError(t, err)
	v, err := w.store.Write(ctx, analyst("mia"), uuid.Nil, 0, settings(), p, lists)
	require.NoError(t, err)
	require.NoError(t, w.store.WriteList(ctx, analyst("mia"), "watched", "Watched States", []string{"XXC"}))
	r, err := w.store.Rule(ctx, v.Rule)
	require.NoError(t, err)
	require.Equal(t, lists, r.Newest().Lists, "the version keeps the list as it stood")
	require.Equal(t, v.Digest, r.Newest().Digest)
	w.activate(v)
	w.list("0002", 1, person("SPECIMEN", "UTO", "L1"), person("OTHER", "XXC", "L2"))
	w.work()
	require.Len(t, w.queue(risk.HitNew), 1)

	_, err = w.store.Write(ctx, analyst("mia"), v.Rule, 0, settings(), p, lists)
	require.ErrorIs(t, err, code("risk.moved"), "another one has written since")
	second, err := w.store.Write(ctx, analyst("mia"), v.Rule, 1, settings(), p, risk.Lists{"watched": {"XXC"}})
	require.NoError(t, err)
	require.ErrorIs(t, w.store.Propose(ctx, analyst("mia"), v.Rule, 2, "please"), code("risk.not_tried"), "another version's dry run is none")
	w.activate(second)
	w.work()
	r, err = w.store.Rule(ctx, v.Rule)
	require.NoError(t, err)
	require.Equal(t, []risk.State{risk.Active, risk.Replaced}, []risk.State{r.Versions[0].State, r.Versions[1].State})
}

func TestDatesOfARule(t *testing.T) {
	w := open(t)
	p, err := w.language.Read(`passenger.nationality == "UTO"`, nil)
	require.NoError(t, err)
	later := settings()
	later.From = day("2026-11-24")
	v, err := w.store.Write(t.Context(), analyst("mia"), uuid.Nil, 0, later, p, nil)
	require.NoError(t, err)
	w.activate(v)
	w.list("0002", 5, person("SPECIMEN", "UTO", "L1"))
	w.work()
	require.Empty(t, w.queue(risk.HitNew), "not yet in force")
	w.now = time.Date(2026, 11, 24, 0, 0, 1, 0, time.UTC)
	w.work()
	require.Len(t, w.queue(risk.HitNew), 1, "on its first day everybody expected is held against it")
}

// The worker sleeps until it is nudged.
func TestTheWorkerIsNudged(t *testing.T) {
	w := open(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.store.Alone(ctx, time.Hour, w.worker.Run) }()
	v := w.write("mia", `passenger.nationality == "UTO"`)
	d, err := w.store.Try(ctx, analyst("mia"), v.Rule, 1, day("2026-11-01"), day("2026-11-21"))
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		run, _, err := w.store.DryRun(ctx, d.ID)
		return err == nil && run.State == risk.RunDone
	}, time.Minute, 20*time.Millisecond)
	require.NoError(t, w.store.Propose(ctx, analyst("mia"), v.Rule, 1, "please"))
	require.NoError(t, w.store.Activate(ctx, analyst("bo"), v.Rule, 1, d.ID))
	passengerdbtest.List(t, w.passengers, passengerdbtest.Flight("0002", noon.AddDate(0, 0, 1)), noon, person("SPECIMEN", "UTO", "L1"))
	w.passengers.Nudge()
	require.Eventually(t, func() bool { return w.count(`SELECT count(*) FROM risk_hit`) == 1 }, time.Minute, 20*time.Millisecond)
	stop()
	require.NoError(t, <-done)
}
