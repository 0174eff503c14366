package applydb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
)

// hits are the open hits of applications in the queue.
func (w *world) hits() map[string]int {
	w.t.Helper()
	page, err := w.desk.Queue(ctx, ada, desk.Query{})
	require.NoError(w.t, err)
	found := map[string]int{}
	for _, r := range page.Rows {
		if r.Hits > 0 {
			found[r.ID.String()] = r.Hits
		}
	}
	return found
}

// A new alert shows in the queue by itself; applications that it does not concern do not change, so that nobody at a screen is disturbed.
func TestANewAlertShowsByItself(t *testing.T) {
	w := newWorld(t)
	w.newAlert()
	met, asked, spared, ended := w.applied(1, "S"), w.applied(2, "S"), w.applied(3, "S"), w.refused(4)
	at := w.claimed(ada, asked.ID)
	require.NoError(t, w.desk.Ask(ctx, ada, at, desk.Asking{Text: "more", Days: 3}))
	before := w.replays(spared.ID).Version
	told := len(w.portal.told)
	require.NoError(t, w.desk.Work(ctx))
	require.Empty(t, w.hits())

	for _, a := range []evisa.Application{met, asked, ended} {
		w.alerts.set(a.Identity.Surname, "n/1@1")
	}
	w.newAlert()
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, map[string]int{met.ID.String(): 1, asked.ID.String(): 1}, w.hits())
	require.Equal(t, before, w.replays(spared.ID).Version, "the same answer is no event")
	require.Equal(t, border.NoHit, w.finding(ended.ID, alerts.CheckName).Finding.Outcome, "what has ended is not looked at")
	require.Len(t, w.portal.told, told, "the applicant is told nothing")
	require.Equal(t, evisa.Asked, w.replays(asked.ID).State)
	var behind int
	require.NoError(t, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM visa_application WHERE state IN ('examined', 'asked')
		AND screened < (SELECT max(seq) FROM alert_version)`).Scan(&behind))
	require.Zero(t, behind)
}

// Lists that do not answer take no hit away, and are asked again within a minute without any change.
func TestListsThatDoNotAnswerAreAskedAgain(t *testing.T) {
	w := newWorld(t)
	a, b := w.person(1, "S"), w.applied(2, "S")
	w.alerts.set(a.Identity.Surname, "n/1@1")
	w.keep(w.sent(a), w.paid(a))
	require.NoError(t, w.desk.Work(ctx))
	w.alerts.setAway(true)
	w.alerts.set(b.Identity.Surname, "n/2@1")
	w.newAlert()
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, map[string]int{a.ID.String(): 1}, w.hits())
	w.alerts.setAway(false)
	require.NoError(t, w.desk.Work(ctx))
	require.Len(t, w.hits(), 1, "not at once")
	w.pass(61 * time.Second)
	require.NoError(t, w.desk.Work(ctx))
	require.Len(t, w.hits(), 2)
}

// More applications than a batch are all reached.
func TestEveryBatchIsScreened(t *testing.T) {
	w := newWorld(t)
	for n := range 104 {
		a := w.person(n, "H")
		a.Files = nil
		w.keep(w.sent(a))
	}
	require.NoError(t, w.desk.Work(ctx))
	w.newAlert()
	require.NoError(t, w.desk.Work(ctx))
	var behind int
	require.NoError(t, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM visa_application WHERE screened = 0`).Scan(&behind))
	require.Zero(t, behind)
}
