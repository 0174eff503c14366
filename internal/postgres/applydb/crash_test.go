package applydb_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
)

// The database's process ends in the middle of each step, before its commit: nothing of the step is there, and doing it again does it once.
func TestKilledBetweenSteps(t *testing.T) {
	w := newWorld(t)
	a := w.person(1, "T")
	sent, paid := w.sent(a), w.paid(a)
	keep := func(p evisa.Parcel) func() error {
		return func() error {
			return w.db.InTx(ctx, func(tx pgx.Tx) error { return w.store.Keep(ctx, tx, p) })
		}
	}
	act := func(do func(at desk.At) error) func() error {
		return func() error {
			_, at := w.look(ada, a.ID)
			return do(at)
		}
	}
	for _, step := range []struct {
		name string
		do   func() error
		then evisa.State
	}{
		{"sent", keep(sent), evisa.Waiting},
		{"paid", keep(paid), evisa.Received},
		{"checked", func() error { return w.desk.Examine(ctx, a.ID) }, evisa.Examined},
		{"asked", act(func(at desk.At) error { return w.desk.Ask(ctx, ada, at, desk.Asking{Text: "more"}) }), evisa.Asked},
		{"replied", func() error {
			c, _ := w.look(ada, a.ID)
			return keep(w.parcel(evisa.ParcelReply, a.ID, evisa.Reply{Request: c.Request.ID}))()
		}, evisa.Examined},
		{"decided", act(func(at desk.At) error { _, err := w.desk.Decide(ctx, ada, at, approval()); return err }), evisa.Approved},
	} {
		if step.name == "asked" {
			w.claimed(ada, a.ID)
		}
		before := w.everything()
		w.portal.setKill(true)
		require.Error(t, step.do(), step.name)
		w.portal.setKill(false)
		require.Equal(t, before, w.everything(), "%s: nothing of a step that did not end", step.name)
		require.NoError(t, step.do(), step.name)
		require.Equal(t, step.then, w.replays(a.ID).State, step.name)
	}
	w.keep(sent, paid) // the answers to these commits were lost, and the portal gives them again
	c := w.replays(a.ID)
	require.Len(t, c.Payments, 1)
	require.Empty(t, c.SetAside)
}

// everything counts the rows of every table that an act writes, but the notes of who looked.
func (w *world) everything() map[string]int {
	counts := map[string]int{}
	for _, table := range []string{"visa_application", "visa_application_event", "visa_application_file", "visa_application_mark", "visa_application_parcel",
		"visa", "visa_event", "visa_note"} {
		var n int
		require.NoError(w.t, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM `+table).Scan(&n))
		counts[table] = n
	}
	return counts
}
