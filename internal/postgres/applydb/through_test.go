package applydb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/postgres/applydb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
)

// throughPortal is a desk behind a real portal.
func throughPortal(t *testing.T) (*portaldbtest.World, *world) {
	p := portaldbtest.New(t)
	return p, newWorldOn(t, p.DB, applydb.Through{Centre: p.Centre, Now: p.Clock.Now})
}

func (w *world) take(p *portaldbtest.World) {
	w.t.Helper()
	_, err := p.Centre.Take(ctx, w.store.Keep)
	require.NoError(w.t, err)
	require.NoError(w.t, w.desk.Work(ctx))
}

// What is sent at the portal comes to the desk; what is asked, answered and decided comes back, with a letter each time that there is news.
func TestThroughTheRealPortal(t *testing.T) {
	p, w := throughPortal(t)
	_, sent := p.Sent(t, "H")
	w.take(p)
	reference := sent.Applications[0].Reference
	page, err := w.desk.Queue(ctx, ada, desk.Query{Reference: reference.String()})
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	id := page.Rows[0].ID
	c, _ := w.look(ada, id)
	require.Len(t, c.Files, 1)
	_, bytes, err := w.desk.File(ctx, ada, id, c.Files[0].ID)
	require.NoError(t, err)
	require.Len(t, bytes, c.Files[0].Size)

	token := p.Find(t, reference)
	standing, err := p.Service.Standing(ctx, token)
	require.NoError(t, err)
	require.Equal(t, evisa.Examined, standing.Told.State)

	at := w.claimed(ada, id)
	require.NoError(t, w.desk.Ask(ctx, ada, at, desk.Asking{Text: "Where will you stay?"}))
	problems, err := p.Service.Reply(ctx, token, apply.Form{"text": {"With my sister."}}, nil)
	require.NoError(t, err)
	require.Empty(t, problems)
	w.take(p)
	c, at = w.look(ada, id)
	require.Equal(t, "With my sister.", c.Requests[0].Replies[0].Text)

	d := approval()
	d.Terms.From, d.Terms.Until = day("2027-01-10"), day("2027-02-10")
	out, err := w.desk.Decide(ctx, ada, at, d)
	require.NoError(t, err)
	require.Equal(t, evisa.Proposed, out.State, "this type wants two")
	_, at = w.look(ben, id)
	out, err = w.desk.Confirm(ctx, ben, at, "")
	require.NoError(t, err)
	standing, err = p.Service.Standing(ctx, token)
	require.NoError(t, err)
	require.Equal(t, evisa.Approved, standing.Told.State)
	require.Equal(t, out.Visa, standing.Told.Visa)
	var letters int
	require.NoError(t, p.Portal.Pool.QueryRow(ctx, `SELECT count(*) FROM portal.mail WHERE sealed IS NOT NULL`).Scan(&letters))
	require.Equal(t, 4, letters, "sent, asked, answered, approved")
	w.replays(id)
}

// A fee that was paid for nothing goes back through the portal's own payment, and the applicant is told when it went.
func TestARefundThroughTheRealPortal(t *testing.T) {
	p, w := throughPortal(t)
	_, sent := p.Sent(t, "T")
	order, err := p.Payment.Open(ctx, sent.Group)
	require.NoError(t, err)
	_, err = p.Payment.Begun(ctx, order.ID, "test", pay.Page{Ref: "o1", URL: "https://pay.test/o1", Until: p.Clock.Now().Add(time.Hour)})
	require.NoError(t, err)
	_, err = p.Payment.Apply(ctx, "test", pay.Standing{
		Ref: "o1", Key: order.ID, State: pay.AtPaid, Payments: []pay.Payment{{Ref: "p1", Amount: sent.Fee, At: p.Clock.Now()}},
	})
	require.NoError(t, err)
	w.take(p)
	token := p.Find(t, sent.Applications[0].Reference)
	problems, err := p.Service.Withdraw(ctx, token, apply.Form{"sure": {"yes"}})
	require.NoError(t, err)
	require.Empty(t, problems)
	w.take(p)
	standing, err := p.Service.Standing(ctx, token)
	require.NoError(t, err)
	require.Equal(t, evisa.Withdrawn, standing.Told.State)
	require.Equal(t, "due", standing.Told.Refund)

	owed, err := p.Payment.Owed(ctx, "test", 10)
	require.NoError(t, err)
	require.Len(t, owed, 1)
	require.Equal(t, sent.Fee, owed[0].Amount)
	require.NoError(t, p.Payment.Went(ctx, owed[0].Key, pay.Returned{Ref: "r1", Done: true}, false))
	w.take(p)
	standing, err = p.Service.Standing(ctx, token)
	require.NoError(t, err)
	require.Equal(t, "refunded", standing.Told.Refund)
}
