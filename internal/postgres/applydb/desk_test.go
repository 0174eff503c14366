package applydb_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
)

var ctx = context.Background()

// An application is sent, paid, checked, asked about, answered and approved: every step is an event, and the applicant is told of each that
// is his.
func TestAnApplicationGoesItsWay(t *testing.T) {
	w := newWorld(t)
	a := w.person(1, "T")
	w.keep(w.sent(a))
	require.Equal(t, evisa.Waiting, w.replays(a.ID).State)
	w.keep(w.paid(a))
	require.Equal(t, evisa.Received, w.portal.last(t).State)
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, evisa.Examined, w.replays(a.ID).State)
	require.Equal(t, evisa.Examined, w.portal.last(t).State)

	page, err := w.desk.Queue(ctx, ada, desk.Query{})
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	require.Equal(t, a.Identity.Surname+", PAT", page.Rows[0].Name)
	require.Equal(t, 1, page.Counts.Nobodys)

	at := w.claimed(ada, a.ID)
	require.NoError(t, w.desk.Ask(ctx, ada, at, desk.Asking{Kinds: []string{"ticket"}, Text: "Please send your ticket."}))
	told := w.portal.last(t)
	require.Equal(t, evisa.Asked, told.State)
	require.Equal(t, "Please send your ticket.", told.Request.Text)

	reply := w.parcel(evisa.ParcelReply, a.ID, evisa.Reply{Request: told.Request.ID, Text: "Here", Files: []evisa.File{{ID: uuid.New(), Kind: "ticket"}}})
	w.keep(reply, reply)
	c, at := w.look(ada, a.ID)
	require.Equal(t, evisa.Examined, c.State)
	require.Len(t, c.Requests[0].Replies, 1)
	require.True(t, c.Files[len(c.Files)-1].Absent, "its bytes did not come")

	out, err := w.desk.Decide(ctx, ada, at, approval())
	require.NoError(t, err)
	require.Equal(t, evisa.Approved, out.State)
	require.NotEmpty(t, out.Visa)
	require.Equal(t, out.Visa, w.portal.last(t).Visa)
	require.Equal(t, out.Visa, w.replays(a.ID).Visa)
	var n int
	require.NoError(t, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM visa WHERE application = $1`, a.ID).Scan(&n))
	require.Equal(t, 1, n)
	require.Equal(t, []evisa.State{evisa.Received, evisa.Asked, evisa.Examined, evisa.Approved}, w.portal.written(), "a letter for what is news to somebody who waits")
}

// The second of two officers who act at once is told, and nothing of his is written.
func TestTwoOfficersAtOnce(t *testing.T) {
	w := newWorld(t)
	a := w.applied(1, "T")
	_, at := w.look(ada, a.ID)
	_, same := w.look(ben, a.ID)
	require.NoError(t, w.desk.Claim(ctx, ada, at, ""))
	require.ErrorIs(t, w.desk.Claim(ctx, ben, same, ""), desk.ErrChanged)
	_, at = w.look(ben, a.ID)
	require.Error(t, w.desk.Claim(ctx, ben, at, ""), "taking over wants a reason")
	require.NoError(t, w.desk.Claim(ctx, ben, at, "ada is away"))
	require.Equal(t, "ben", w.replays(a.ID).Owner.Name)
}

// No decision while an alert is not evaluated, or a hit is not judged; what the lists find since is new to the officer.
func TestNoDecisionOverAnAlert(t *testing.T) {
	w := newWorld(t)
	w.alerts.setAway(true)
	a := w.applied(1, "A")
	at := w.claimed(ada, a.ID)
	_, err := w.desk.Decide(ctx, ada, at, approval())
	require.ErrorIs(t, err, desk.ErrNotEvaluated)
	_, err = w.desk.Decide(ctx, ada, at, refusal())
	require.ErrorIs(t, err, desk.ErrNotEvaluated)

	w.alerts.setAway(false)
	w.alerts.set(a.Identity.Surname, "national/1@1")
	w.pass(2 * time.Minute)
	require.NoError(t, w.desk.Work(ctx), "it is asked again by itself")
	c, at := w.look(ada, a.ID)
	require.Len(t, c.Checks[1].Hits, 1)
	_, err = w.desk.Decide(ctx, ada, at, approval())
	require.ErrorIs(t, err, desk.ErrNotJudged)

	judge := desk.Judgement{Check: c.Checks[1].Name, Hit: c.Checks[1].Hits[0].Key, Same: desk.NotSame, Reason: "born in another year"}
	require.NoError(t, w.desk.Judge(ctx, ada, at, judge))

	w.newAlert()
	w.alerts.set(a.Identity.Surname, "national/1@2")
	_, at = w.look(ada, a.ID)
	_, err = w.desk.Decide(ctx, ada, at, approval())
	require.ErrorIs(t, err, desk.ErrListsChanged)
	c, at = w.look(ada, a.ID)
	require.Nil(t, c.Checks[1].Hits[0].Judgement, "the alert changed: its judgement counts no more")
	judge.Hit, judge.Same = c.Checks[1].Hits[0].Key, desk.SamePerson
	require.NoError(t, w.desk.Judge(ctx, ada, at, judge))

	c, at = w.look(ada, a.ID)
	require.Equal(t, desk.FourEyes{Approve: true, Refuse: true}, c.FourEyes, "an alert on the applicant wants two")
	out, err := w.desk.Decide(ctx, ada, at, approval())
	require.NoError(t, err)
	require.Equal(t, evisa.Proposed, out.State)
	w.replays(a.ID)
}

// newAlert says that the lists changed.
func (w *world) newAlert() {
	w.t.Helper()
	_, err := w.db.Pool.Exec(ctx, `INSERT INTO alert_version (list, id, version, body, digest, published, proposal, at)
		VALUES ('national', $1, 1, '{}', '', true, $2, now())`, uuid.NewString(), uuid.New())
	require.NoError(w.t, err)
}
