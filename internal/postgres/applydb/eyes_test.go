package applydb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres"
)

// Where the policy wants two officers one alone only proposes; the second is another, and has seen the whole.
func TestFourEyes(t *testing.T) {
	w := newWorld(t)
	a := w.applied(1, "T") // refusing wants two
	at := w.claimed(ada, a.ID)
	told := len(w.portal.told)
	out, err := w.desk.Decide(ctx, ada, at, refusal())
	require.NoError(t, err)
	require.Equal(t, evisa.Proposed, out.State)
	require.Len(t, w.portal.told, told, "a proposal is the desk's own: the applicant is told nothing, not even a time")

	_, at = w.look(ada, a.ID)
	_, err = w.desk.Confirm(ctx, ada, at, "")
	require.ErrorIs(t, err, desk.ErrSamePerson)
	require.ErrorIs(t, w.desk.Return(ctx, ada, at, "no"), desk.ErrSamePerson)
	_, err = w.desk.Confirm(ctx, ben, at, "")
	require.ErrorIs(t, err, desk.ErrNotSeen, "who confirms has looked")

	_, at = w.look(ben, a.ID)
	require.NoError(t, w.desk.Return(ctx, ben, at, "means were shown"))
	require.Equal(t, evisa.Examined, w.replays(a.ID).State)
	_, at = w.look(ada, a.ID)
	require.NoError(t, w.desk.Propose(ctx, ada, at, refusal()))
	_, at = w.look(ben, a.ID)
	out, err = w.desk.Confirm(ctx, ben, at, "agreed")
	require.NoError(t, err)
	require.Equal(t, evisa.Refused, out.State)
	c := w.replays(a.ID)
	require.Equal(t, []string{"means", "return"}, c.Decided.Grounds, "in the policy's order")
	require.Equal(t, "ada", c.Decided.First.Name)
	last := w.portal.last(t)
	require.Equal(t, evisa.Refused, last.State)
	require.Contains(t, last.Letter, "(8) The intention to leave")
	require.Equal(t, day("2026-12-22"), last.AppealUntil)
}

// Whoever refused hears no appeal: not as owner, not as first, not as second.
func TestAnAppealIsHeardByOthers(t *testing.T) {
	w := newWorld(t)
	a := w.refused(1)
	w.keep(w.parcel(evisa.ParcelAppeal, a.ID, evisa.Said{Text: "I do have means"}))
	require.Equal(t, evisa.Appealed, w.portal.last(t).State)
	numbers, err := w.desk.Statistics(t.Context(), ada, desk.StatisticsQuery{From: day("2026-11-01"), Until: day("2026-12-31")})
	require.NoError(t, err)
	require.Equal(t, 1, numbers.Total.Refused, "a refusal that is appealed is one")
	require.Equal(t, []desk.GroundCount{{Code: "means", N: 1}, {Code: "return", N: 1}}, numbers.Refusals)
	for _, who := range []audit.Actor{ada, ben} {
		_, at := w.look(who, a.ID)
		require.ErrorIs(t, w.desk.Claim(ctx, who, at, ""), desk.ErrRefuser)
	}
	at := w.claimed(cyd, a.ID)
	require.NoError(t, w.desk.Propose(ctx, cyd, at, refusal()))
	require.Equal(t, evisa.Appealed, w.portal.last(t).State)
	_, at = w.look(ben, a.ID)
	_, err = w.desk.Confirm(ctx, ben, at, "")
	require.ErrorIs(t, err, desk.ErrRefuser)
	require.ErrorIs(t, w.desk.Return(ctx, ben, at, "no"), desk.ErrRefuser)
	dee := officer("dee")
	_, at = w.look(dee, a.ID)
	require.NoError(t, w.desk.Return(ctx, dee, at, "means were shown"))
	_, at = w.look(cyd, a.ID)
	out, err := w.desk.Decide(ctx, cyd, at, approval())
	require.NoError(t, err)
	require.Equal(t, evisa.Approved, out.State)
	require.True(t, w.replays(a.ID).Reversed)
	w.keep(w.parcel(evisa.ParcelAppeal, a.ID, evisa.Said{Text: "again"}))
	require.Len(t, w.replays(a.ID).SetAside, 1, "kept, and shown")
}

// An appeal that comes after its last day is set aside.
func TestALateAppealIsSetAside(t *testing.T) {
	w := newWorld(t)
	a := w.refused(1)
	w.pass(31 * 24 * time.Hour)
	w.keep(w.parcel(evisa.ParcelAppeal, a.ID, evisa.Said{Text: "late"}))
	c := w.replays(a.ID)
	require.Equal(t, evisa.Refused, c.State)
	require.Equal(t, desk.AsideAppealLate, c.SetAside[0].Reason)
}

// refused is an application that ada and ben refused.
func (w *world) refused(n int) evisa.Application {
	w.t.Helper()
	a := w.applied(n, "T")
	at := w.claimed(ada, a.ID)
	require.NoError(w.t, w.desk.Propose(ctx, ada, at, refusal()))
	_, at = w.look(ben, a.ID)
	_, err := w.desk.Confirm(ctx, ben, at, "")
	require.NoError(w.t, err)
	return a
}

// The database keeps the same guards by itself: a program that forgets them writes nothing.
func TestTheDatabaseGuardsToo(t *testing.T) {
	w := newWorld(t)
	two, one := w.applied(1, "S"), w.applied(2, "A")
	at := w.claimed(ada, two.ID)
	require.NoError(t, w.desk.Propose(ctx, ada, at, refusal()))
	appealed := w.refused(3)
	w.keep(w.parcel(evisa.ParcelAppeal, appealed.ID, evisa.Said{}))
	alone := w.applied(4, "S")
	w.alerts.setAway(true)
	blank := w.applied(5, "A")
	w.alerts.setAway(false)

	for name, c := range map[string]struct {
		application uuid.UUID
		kind        string
		actor       string
		first       string
		constraint  string
	}{
		"confirmed by the first":     {two.ID, "refused", ada.ID, ada.ID, "visa_guard_same"},
		"a first who did not":        {two.ID, "refused", ben.ID, cyd.ID, "visa_guard_same"},
		"proposed, decided alone":    {two.ID, "refused", ben.ID, "", "visa_guard_same"},
		"returned by the first":      {two.ID, "returned", ada.ID, "", "visa_guard_same"},
		"alone where two are wanted": {alone.ID, "approved", ada.ID, "", "visa_guard_two"},
		"a first without a proposal": {one.ID, "approved", ada.ID, ben.ID, "visa_guard_two"},
		"by nobody":                  {one.ID, "approved", "", "", "visa_application_event_check"},
		"the refuser's own appeal":   {appealed.ID, "refused", ada.ID, "", "visa_guard_refuser"},
		"the refuser as first":       {appealed.ID, "refused", cyd.ID, ben.ID, "visa_guard_refuser"},
		"over a blank alert":         {blank.ID, "refused", ada.ID, "", "visa_guard_evaluated"},
		"proposed over it":           {blank.ID, "proposed", ada.ID, "", "visa_guard_evaluated"},
		"of no application":          {uuid.New(), "refused", ada.ID, "", "visa_guard_unknown"},
	} {
		err := w.insertEvent(c.application, c.kind, c.actor, c.first)
		require.Equal(t, c.constraint, postgres.Constraint(err), "%s: %v", name, err)
	}
	_, err := w.db.Pool.Exec(ctx, `UPDATE visa_application SET state = 'received', version = version + 1 WHERE id = $1`, two.ID)
	require.Equal(t, "visa_guard_state", postgres.Constraint(err))
	_, err = w.db.Pool.Exec(ctx, `UPDATE visa_application SET state = 'examined' WHERE id = $1`, two.ID)
	require.Equal(t, "visa_guard_event", postgres.Constraint(err))
	for _, sql := range []string{
		`UPDATE visa_application_event SET kind = 'noted'`, `DELETE FROM visa_application_event`, `DELETE FROM visa_application`,
		`DELETE FROM visa_application_file`, `DELETE FROM visa_application_parcel`, `UPDATE visa_application_transition SET after = 'approved'`,
		`DELETE FROM visa_application_key`, `UPDATE visa_application_file SET application_id = gen_random_uuid()`,
	} {
		_, err := w.db.Pool.Exec(ctx, sql)
		require.True(t, postgres.IsDenied(err), "%s: %v", sql, err)
	}
}

func (w *world) insertEvent(application uuid.UUID, kind, actor, first string) error {
	return w.db.InTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO visa_application_event (application_id, seq, kind, at, actor_id, actor_name, first_id, key_id, sealed)
			SELECT $1, 900, $2, now(), $3, '', $4, (SELECT id FROM visa_application_key LIMIT 1), ''`, application, kind, actor, first)
		return err
	})
}

// The table of what may follow what is the program's.
func TestTransitionsAreTheProgramsOwn(t *testing.T) {
	w := newWorld(t)
	rows, err := w.db.Pool.Query(ctx, `SELECT before, after FROM visa_application_transition`)
	require.NoError(t, err)
	kept := map[[2]evisa.State]bool{}
	var from, to evisa.State
	_, err = pgx.ForEachRow(rows, []any{&from, &to}, func() error { kept[[2]evisa.State{from, to}] = true; return nil })
	require.NoError(t, err)
	for _, from := range evisa.States() {
		for _, to := range evisa.States() {
			require.Equal(t, from.May(to), kept[[2]evisa.State{from, to}], "%s to %s", from, to)
		}
	}
}

// Nobody clears an alert alone: where one was hit, approving wants two, also after it was judged to be on somebody else. Both the program and
// the database hold it.
func TestAClearedAlertIsApprovedByTwo(t *testing.T) {
	w := newWorld(t)
	a := w.person(1, "A") // one officer decides by the policy
	w.alerts.set(a.Identity.Surname, "n/1@1")
	w.keep(w.sent(a), w.paid(a))
	require.NoError(t, w.desk.Work(ctx))
	at := w.claimed(ada, a.ID)
	key := w.finding(a.ID, alerts.CheckName).Hits[0].Key
	require.NoError(t, w.desk.Judge(ctx, ada, at, desk.Judgement{Check: alerts.CheckName, Hit: key, Same: desk.NotSame, Reason: "another face"}))
	c, at := w.look(ada, a.ID)
	require.Equal(t, desk.FourEyes{Approve: true}, c.FourEyes)
	require.ErrorIs(t, refusalOf(c, desk.ActApprove), desk.ErrSecond)
	require.NoError(t, refusalOf(c, desk.ActRefuse))

	_, err := w.db.Pool.Exec(ctx, `UPDATE visa_application SET four_approve = false WHERE id = $1`, a.ID) // a program that forgets
	require.NoError(t, err)
	require.Equal(t, "visa_guard_two", postgres.Constraint(w.insertEvent(a.ID, "approved", ada.ID, "")))

	out, err := w.desk.Decide(ctx, ada, at, approval())
	require.NoError(t, err)
	require.Equal(t, evisa.Proposed, out.State)
	_, at = w.look(ben, a.ID)
	out, err = w.desk.Confirm(ctx, ben, at, "looked too")
	require.NoError(t, err)
	require.Equal(t, evisa.Approved, out.State)
}

// refusalOf says why ada may not do an act.
func refusalOf(c desk.Case, act desk.Act) error {
	for _, p := range c.Acts(desk.Officer{ID: ada.ID, Name: ada.Name}) {
		if p.Act == act {
			return p.Why
		}
	}
	return desk.ErrState
}
