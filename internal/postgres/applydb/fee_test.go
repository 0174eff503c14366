package applydb_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
)

// A portal that was taken over can say what it likes of types, fees and payments: what is not the policy's is judged by a person first.
func TestThePortalIsNotBelievedAboutFees(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		kind    string // of the application when its policy's fee is taken
		change  func(a *evisa.Application)
		outcome border.Outcome
		codes   []string
	}{
		"the policy's fee":    {"T", func(*evisa.Application) {}, border.NoHit, nil},
		"free by the policy":  {"H", func(*evisa.Application) {}, border.NoHit, nil},
		"free in no currency": {"H", func(a *evisa.Application) { a.Fee.Currency = "" }, border.NoHit, nil},
		"a cent, and paid":    {"T", func(a *evisa.Application) { a.Fee.Minor = 1 }, border.Hit, []string{desk.CodeFeeDiffers, desk.CodePaidLess}},
		"nothing":             {"T", func(a *evisa.Application) { a.Fee.Minor = 0 }, border.Hit, []string{desk.CodeFeeDiffers, desk.CodePaidNothing}},
		"another currency":    {"T", func(a *evisa.Application) { a.Fee.Currency = "XOF" }, border.Hit, []string{desk.CodeFeeDiffers, desk.CodePaidLess}},
		"more":                {"T", func(a *evisa.Application) { a.Fee.Minor++ }, border.Hit, []string{desk.CodeFeeDiffers}},
		"a type that is none": {"T", func(a *evisa.Application) { a.Type = "Z" }, border.Hit, []string{desk.CodeTypeUnknown}},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.person(1, c.kind)
			a.Identity.Surname, a.Document.Number, a.Files = "FEE"+uuid.NewString()[:4], uuid.NewString()[:9], nil
			c.change(&a)
			w.keep(w.sent(a))
			if !a.Fee.Zero() {
				w.keep(w.paid(a))
			}
			require.NoError(t, w.desk.Work(ctx))
			k := w.finding(a.ID, desk.CheckFee)
			require.Equal(t, c.outcome, k.Finding.Outcome)
			require.Equal(t, c.codes, codes(k))
			require.Len(t, k.Hits, len(c.codes), "each is judged by itself")
		})
	}
}

// No decision before what the portal says of the fee was judged, in the program and in the database.
func TestAWrongFeeIsJudgedBeforeADecision(t *testing.T) {
	w := newWorld(t)
	a := w.person(1, "A")
	a.Fee.Minor = 1
	short := w.paid(a)
	short.Body = []byte(`{"payment":"` + uuid.NewString() + `","amount":{"minor":0,"currency":"EUR"}}`)
	w.keep(w.sent(a), short, w.paid(a))
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, []string{desk.CodePaidAside, desk.CodeFeeDiffers, desk.CodePaidLess}, codes(w.finding(a.ID, desk.CheckFee)))
	at := w.claimed(ada, a.ID)
	_, err := w.desk.Decide(ctx, ada, at, approval())
	require.ErrorIs(t, err, desk.ErrNotJudged)
	require.ErrorIs(t, w.desk.Propose(ctx, ada, at, approval()), desk.ErrNotJudged)
	require.Error(t, w.insertEvent(a.ID, "approved", ada.ID, ""))
	for _, h := range w.finding(a.ID, desk.CheckFee).Hits {
		_, at = w.look(ada, a.ID)
		require.NoError(t, w.desk.Judge(ctx, ada, at, desk.Judgement{Check: desk.CheckFee, Hit: h.Key, Same: desk.SamePerson, Reason: "on the statement"}))
	}
	_, at = w.look(ada, a.ID)
	out, err := w.desk.Decide(ctx, ada, at, approval())
	require.NoError(t, err)
	require.Equal(t, evisa.Approved, out.State)
}

// Without a case the check has no answer.
func TestTheFeeCheckNeedsACase(t *testing.T) {
	f, err := desk.FeeCheck(evisa.DefaultPolicy("UTO")).Check(ctx, border.Subject{})
	require.NoError(t, err)
	require.Equal(t, border.NotChecked, f.Outcome)
}
