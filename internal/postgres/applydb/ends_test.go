package applydb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// A late reply lets an application lapse; what comes later is kept and shown, and the lapse can be appealed against.
func TestALateReplyLapses(t *testing.T) {
	w := newWorld(t)
	a := w.applied(1, "T")
	at := w.claimed(ada, a.ID)
	require.NoError(t, w.desk.Ask(ctx, ada, at, desk.Asking{Text: "more", Days: 3}))
	request := w.portal.last(t).Request.ID
	w.pass(71 * time.Hour)
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, evisa.Asked, w.replays(a.ID).State)
	w.pass(2 * time.Hour)
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, evisa.Lapsed, w.portal.last(t).State)
	late := w.parcel(evisa.ParcelReply, a.ID, evisa.Reply{Request: request, Files: []evisa.File{{ID: uuid.New(), Kind: "ticket"}}})
	w.keep(late)
	c := w.replays(a.ID)
	require.Equal(t, evisa.Lapsed, c.State)
	require.Len(t, c.SetAside, 1)
	w.keep(w.parcel(evisa.ParcelAppeal, a.ID, evisa.Said{Text: "the post was late"}))
	require.Equal(t, evisa.Appealed, w.replays(a.ID).State)
	require.NotZero(t, w.claimed(ada, a.ID), "nobody refused: everybody may hear it")
}

// An interview whose time is past without a result is overdue in the queue; after the policy's days of a reply the application lapses, and the
// applicant is told.
func TestAnInterviewWithoutAResultLapses(t *testing.T) {
	w := newWorld(t)
	a, held := w.applied(1, "S"), w.applied(2, "S") // to be decided within ten days
	for _, one := range []evisa.Application{a, held} {
		at := w.claimed(ada, one.ID)
		invitation := desk.Invitation{Place: "Room 3", Text: "come", When: noon.Add(24 * time.Hour)}
		require.NoError(t, w.desk.Invite(ctx, ada, at, invitation))
	}
	overdue := func() int {
		page, err := w.desk.Queue(ctx, ada, desk.Query{Overdue: true})
		require.NoError(t, err)
		require.Len(t, page.Rows, page.Counts.Overdue)
		for _, r := range page.Rows {
			require.True(t, r.Overdue)
		}
		return page.Counts.Overdue
	}
	require.Zero(t, overdue())
	w.pass(25 * time.Hour)
	require.Equal(t, 2, overdue(), "somebody has to write down what came of them")
	_, at := w.look(ada, held.ID)
	require.NoError(t, w.desk.Interviewed(ctx, ada, at, desk.Interviewed{Held: true, Notes: "came"}))
	require.Equal(t, 1, overdue())
	reply := time.Duration(w.rules.Policy.Reply) * 24 * time.Hour
	w.pass(reply - 2*time.Hour)
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, evisa.Interview, w.replays(a.ID).State)
	told := len(w.portal.told)
	w.pass(2 * time.Hour)
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, evisa.Lapsed, w.replays(a.ID).State)
	require.Equal(t, evisa.Examined, w.replays(held.ID).State)
	require.Len(t, w.portal.told, told+1)
	require.Equal(t, evisa.Lapsed, w.portal.last(t).State)
	require.False(t, w.portal.last(t).AppealUntil.IsZero())
}

// Withdrawn before an officer touched it, the fee goes back; afterwards it does not. The refund is told of when it went.
func TestWithdrawal(t *testing.T) {
	w := newWorld(t)
	early, late := w.applied(1, "T"), w.applied(2, "T")
	w.claimed(ada, late.ID)
	for _, a := range []evisa.Application{early, late} {
		w.keep(w.parcel(evisa.ParcelWithdrawal, a.ID, evisa.Said{Text: "not any more"}))
		require.Equal(t, evisa.Withdrawn, w.replays(a.ID).State)
	}
	require.Len(t, w.portal.refunds, 1)
	c := w.replays(early.ID)
	require.Equal(t, "due", c.Told().Refund)
	back := evisa.Paid{Payment: c.Payments[0].Payment, Amount: evisa.Money{Minor: -early.Fee.Minor, Currency: early.Fee.Currency}, Provider: "test"}
	w.keep(w.parcel(evisa.ParcelPaid, early.ID, back))
	require.Equal(t, "refunded", w.portal.last(t).Refund)
	require.False(t, w.replays(early.ID).Refunds[0].Done.IsZero())
	require.Empty(t, w.replays(late.ID).Refunds)
}

// What was paid twice goes back by itself; the desk and the applicant see that it is due. Too little is set aside.
func TestPayments(t *testing.T) {
	w := newWorld(t)
	a := w.applied(1, "T")
	w.keep(w.paid(a))
	c := w.replays(a.ID)
	require.Equal(t, desk.RefundTwice, c.Refunds[0].Reason)
	require.Empty(t, w.portal.refunds, "the payment service does it")
	short := w.paid(a)
	short.Body = []byte(`{"payment":"` + uuid.NewString() + `","amount":{"minor":1,"currency":"EUR"}}`)
	w.keep(short)
	require.Equal(t, desk.AsidePaid, w.replays(a.ID).SetAside[0].Reason)
}

// What goes back for a member of a group is told of with its lead, and found.
func TestARefundOfAGroupFindsItsMember(t *testing.T) {
	w := newWorld(t)
	lead, child := w.person(1, "T"), w.person(2, "T")
	child.Group, child.Lead, child.Relation = lead.Group, false, "child"
	payment := uuid.New()
	for _, a := range []evisa.Application{lead, child} {
		w.keep(w.sent(a), w.parcel(evisa.ParcelPaid, a.ID, evisa.Paid{Payment: payment, Amount: a.Fee}))
	}
	c, _ := w.look(ada, lead.ID)
	require.Len(t, c.Members, 1)
	require.Equal(t, "child", c.Members[0].Relation)
	w.keep(w.parcel(evisa.ParcelWithdrawal, child.ID, evisa.Said{}))
	w.keep(w.parcel(evisa.ParcelPaid, lead.ID, evisa.Paid{Payment: payment, Amount: evisa.Money{Minor: -child.Fee.Minor, Currency: "EUR"}}))
	require.False(t, w.replays(child.ID).Refunds[0].Done.IsZero())
	require.Empty(t, w.replays(lead.ID).Refunds)
}

// When its time is over an application's key is destroyed: nothing of the person is left that can be read, and the numbers stay.
func TestErasure(t *testing.T) {
	w := newWorld(t)
	gone, open := w.refused(1), w.applied(2, "T")
	w.pass(729 * 24 * time.Hour)
	require.NoError(t, w.store.Erase(ctx))
	w.replays(gone.ID)
	w.pass(2 * 24 * time.Hour)
	require.NoError(t, w.store.Erase(ctx))
	_, err := w.desk.Case(ctx, ada, gone.ID)
	require.ErrorIs(t, err, desk.ErrErased)
	require.ErrorIs(t, w.desk.Claim(ctx, ada, desk.At{ID: gone.ID, Version: 9}, ""), desk.ErrErased)
	_, _, err = w.desk.File(ctx, ada, gone.ID, gone.Files[0].ID)
	require.ErrorIs(t, err, desk.ErrErased)
	require.Equal(t, []uuid.UUID{gone.ID}, w.portal.forgot)
	w.keep(w.parcel(evisa.ParcelAppeal, gone.ID, evisa.Said{Text: "after all"}))
	var n int
	require.NoError(t, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM visa_application_mark WHERE application_id = $1`, gone.ID).Scan(&n))
	require.Zero(t, n)
	require.NoError(t, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM visa_application_file WHERE application_id = $1 AND sealed IS NOT NULL`, gone.ID).Scan(&n))
	require.Zero(t, n)
	w.replays(open.ID)
	numbers, err := w.desk.Statistics(ctx, ada, desk.StatisticsQuery{From: day("2026-11-01"), Until: day("2026-11-30")})
	require.NoError(t, err)
	require.Equal(t, 2, numbers.Total.Received)
	require.Equal(t, 1, numbers.Total.Refused)
}

// Nothing of an applicant stands in clear in the desk's tables, nor in the log.
func TestNothingOfAnApplicantStandsInClear(t *testing.T) {
	w := newWorld(t)
	w.alerts.setAway(true) // something to log
	a := w.person(1, "T")
	a.Contact.Address, a.Grounds = "SECRETSTREET 7", "SECRETGROUND"
	w.keep(w.sent(a), w.paid(a), evisa.Parcel{ID: uuid.New(), Kind: evisa.ParcelPaid, Application: uuid.New(), At: noon, Body: []byte(`"SECRETBODY"`)})
	require.NoError(t, w.desk.Work(ctx))
	at := w.claimed(ada, a.ID)
	require.NoError(t, w.desk.Note(ctx, ada, at, "SECRETNOTE"))
	rows, err := w.db.Pool.Query(ctx, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND (tablename LIKE 'visa_appl%' OR tablename = 'audit')`)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Greater(t, len(tables), 6)
	for _, secret := range []string{a.Identity.Surname, a.Document.Number, "1980-05-17", "pat1@", "SECRET"} {
		for _, table := range tables {
			var n int
			require.NoError(t, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM `+table+` t WHERE t::text LIKE '%' || $1 || '%'`, secret).Scan(&n))
			require.Zero(t, n, "%s in %s", secret, table)
		}
		require.NotContains(t, w.logs.String(), secret)
	}
	require.NotEmpty(t, w.logs.String(), "the failed check was logged")
}

// Every look and every act has its entry, for the purpose of deciding on the application.
func TestEverythingIsAudited(t *testing.T) {
	w := newWorld(t)
	a := w.applied(1, "A")
	at := w.claimed(ada, a.ID)
	_, _, err := w.desk.File(ctx, ada, a.ID, a.Files[0].ID)
	require.NoError(t, err)
	_, err = w.desk.Decide(ctx, ada, at, approval())
	require.NoError(t, err)
	rows, err := w.db.Pool.Query(ctx, `SELECT verb || ' ' || decision FROM audit WHERE object_kind = 'visa_application' AND object_id = $1 AND actor = $2
		AND purpose = 'VISA_DECISION' ORDER BY at`, a.ID.String(), ada.ID)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"consultation ", "alteration claimed", "consultation ", "consultation file", "alteration approved"}, list)
}

// What cannot be told in the audit log is not shown.
func TestWhatCannotBeAuditedIsNotShown(t *testing.T) {
	w := newWorld(t)
	a := w.applied(1, "A")
	admin := pgtest.Admin(t, w.db).Pool
	_, err := admin.Exec(ctx, `REVOKE INSERT ON audit FROM bmis_app`)
	require.NoError(t, err)
	c, err := w.store.Case(ctx, ada, a.ID)
	require.Error(t, err)
	require.Zero(t, c)
	kept, bytes, err := w.store.File(ctx, ada, a.ID, a.Files[0].ID)
	require.Error(t, err)
	require.Zero(t, kept)
	require.Empty(t, bytes)
	page, err := w.store.Queue(ctx, ada, desk.Query{}, noon)
	require.Error(t, err)
	require.Zero(t, page)
	_, err = admin.Exec(ctx, `GRANT INSERT ON audit TO bmis_app`)
	require.NoError(t, err)
	c, err = w.store.Case(ctx, ada, a.ID)
	require.NoError(t, err)
	require.Equal(t, a.Identity, c.Application.Identity)
}

// The applicant is told of what becomes of his visa, and what is told later does not take it back.
func TestToldOfTheVisa(t *testing.T) {
	w := newWorld(t)
	a := w.applied(1, "A")
	at := w.claimed(ada, a.ID)
	out, err := w.desk.Decide(ctx, ada, at, approval())
	require.NoError(t, err)
	was := w.portal.last(t)
	require.NoError(t, w.db.InTx(ctx, func(tx pgx.Tx) error {
		v := evisa.Visa{Number: out.Visa, Application: a.ID, Version: 2, Standing: evisa.Revoked, Terms: terms()}
		return w.store.VisaChanged(ctx, tx, v, 2)
	}))
	told := w.portal.last(t)
	require.Equal(t, evisa.Revoked, told.Standing)
	require.Greater(t, told.Version, was.Version)
	_, err = w.db.Pool.Exec(ctx, `UPDATE visa SET standing = 'revoked' WHERE number = $1`, out.Visa)
	require.NoError(t, err)
	w.keep(w.paid(a)) // something new for the applicant
	require.Equal(t, evisa.Revoked, w.portal.last(t).Standing)
}
