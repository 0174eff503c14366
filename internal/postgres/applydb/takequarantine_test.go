package applydb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/applydb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
)

// What cannot be used is kept, in quarantine, and shown: a reply that was altered on its way holds nothing else up, lets no time run out, is
// tried again and set aside by people, with a reason, and leaves the quarantine when it can be used.
func TestWhatCannotBeUsedIsQuarantined(t *testing.T) {
	p, w := throughPortal(t)
	q := applydb.Quarantine{Store: w.store, Centre: p.Centre}
	_, sent := p.Sent(t, "H")
	w.take(p)
	id := sent.Applications[0].ID
	require.NoError(t, w.desk.Ask(ctx, ada, w.claimed(ada, id), desk.Asking{Text: "Where will you stay?", Days: 1}))
	answer := func(act func(token string) (apply.Problems, error)) {
		problems, err := act(p.Find(t, sent.Applications[0].Reference))
		require.NoError(t, err)
		require.Empty(t, problems)
	}
	answer(func(token string) (apply.Problems, error) {
		return p.Service.Reply(ctx, token, apply.Form{"text": {"With my sister."}}, nil)
	})
	admin := pgtest.Admin(t, p.DB)
	_, err := admin.Pool.Exec(ctx, `UPDATE portal.parcel SET sealed = sealed || '\x00' WHERE kind = 'reply'`)
	require.NoError(t, err)
	answer(func(token string) (apply.Problems, error) {
		return p.Service.Withdraw(ctx, token, apply.Form{"sure": {"yes"}})
	})
	_, err = p.Centre.Take(ctx, w.store.Keep)
	require.ErrorContains(t, err, "cannot be opened")

	waiting, err := q.Waiting(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, waiting)
	one := func() desk.Quarantined {
		list, err := q.List(ctx, ada, paging.Page{})
		require.NoError(t, err)
		require.Len(t, list.Rows, 1)
		return list.Rows[0]
	}
	got := one()
	require.Equal(t, evisa.ParcelReply, got.Kind)
	require.Equal(t, desk.QuarantineBody, got.Reason)
	require.Equal(t, sent.Applications[0].Reference, got.Reference)
	require.True(t, got.Here)
	require.Equal(t, 1, got.Behind, "the withdrawal waits for its turn")
	require.Equal(t, 1, got.Tries)
	require.NotZero(t, got.NextAt)

	w.pass(49 * time.Hour)
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, evisa.Asked, w.replays(id).State, "the reply may have been in time: nothing lapses")

	used, err := q.Again(ctx, ada, got.ID)
	require.NoError(t, err)
	require.False(t, used)
	require.Equal(t, 2, one().Tries)
	require.ErrorIs(t, q.SetAside(ctx, ada, got.ID, " "), desk.ErrAsideReason)
	require.NoError(t, q.SetAside(ctx, ada, got.ID, "altered on its way"))
	require.ErrorIs(t, q.SetAside(ctx, ada, got.ID, "again"), desk.ErrAsideAlready)
	require.ErrorIs(t, q.SetAside(ctx, ada, uuid.New(), "nobody's"), desk.ErrNotQuarantined)
	got = one()
	require.True(t, got.SetAside)
	require.Equal(t, "altered on its way", got.Why)
	standing, err := p.Service.Standing(ctx, p.Find(t, sent.Applications[0].Reference))
	require.NoError(t, err)
	require.Equal(t, apply.UnreadEver, standing.Unread)
	p.Clock.Add(time.Minute)
	w.take(p)
	require.Equal(t, evisa.Withdrawn, w.replays(id).State, "what waited behind it goes on")

	_, err = admin.Pool.Exec(ctx, `UPDATE portal.parcel SET sealed = substring(sealed for length(sealed) - 1) WHERE kind = 'reply'`)
	require.NoError(t, err)
	used, err = q.Again(ctx, ada, got.ID)
	require.NoError(t, err)
	require.True(t, used, "nothing was lost")
	require.NotEmpty(t, w.replays(id).SetAside, "it came to its application: a reply to nothing that is asked any more")
	_, err = q.Again(ctx, ada, got.ID)
	require.ErrorIs(t, err, desk.ErrNotQuarantined)
	var said []string
	require.NoError(t, admin.Pool.QueryRow(ctx, `SELECT array_agg(decision ORDER BY at, decision) FROM audit WHERE object_kind = 'visa_parcel' AND object_id = $1`,
		got.ID.String()).Scan(&said))
	require.ElementsMatch(t, []string{"quarantined", "again", "set_aside", "again", "taken"}, said)
}

// What opens and says nothing that can be read is in quarantine too; set aside, its time ends like a refused application's.
func TestContentsThatDoNotReadAreQuarantined(t *testing.T) {
	p, w := throughPortal(t)
	q := applydb.Quarantine{Store: w.store, Centre: p.Centre}
	a := w.person(1, "T")
	reply := w.parcel(evisa.ParcelReply, a.ID, "")
	reply.Body = []byte(`[7]`)
	w.keep(w.sent(a), reply)
	list, err := q.List(ctx, ada, paging.Page{})
	require.NoError(t, err)
	require.Len(t, list.Rows, 1)
	require.Equal(t, desk.QuarantineContents, list.Rows[0].Reason)
	require.True(t, list.Rows[0].NextAt.IsZero(), "only another program reads it")
	used, err := q.Again(ctx, ada, reply.ID)
	require.NoError(t, err)
	require.False(t, used)
	list, err = q.List(ctx, ada, paging.Page{})
	require.NoError(t, err)
	require.Equal(t, 2, list.Rows[0].Tries)
	parked, err := w.desk.Parked(ctx, ada, "")
	require.NoError(t, err)
	require.Empty(t, parked.List, "it is shown once")

	require.NoError(t, q.SetAside(ctx, ada, reply.ID, "says nothing"))
	require.NoError(t, q.Erase(ctx))
	require.Len(t, must(q.List(ctx, ada, paging.Page{})).Rows, 1, "kept")
	w.pass(10 * 366 * 24 * time.Hour)
	require.NoError(t, q.Erase(ctx))
	require.Empty(t, must(q.List(ctx, ada, paging.Page{})).Rows)
	var left int
	require.NoError(t, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM visa_application_parcel WHERE sealed IS NOT NULL`).Scan(&left))
	require.Zero(t, left)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // of a test
	}
	return v
}
