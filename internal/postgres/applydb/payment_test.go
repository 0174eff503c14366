package applydb_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/migrations"
)

// payer is the payment provider's simulator, with the portal's side of the fees on the test's database.
type payer struct {
	w        *world
	server   *simulator.Server
	http     *httptest.Server
	provider *payhttp.Client
	fees     *paydb.Store
}

func newPayer(w *world) *payer {
	key := bytes.Repeat([]byte{7}, 32)
	p := &payer{w: w, http: httptest.NewServer(nil)}
	var err error
	p.server, err = simulator.New(simulator.Options{URL: p.http.URL, Key: key, ID: uuid.New, Now: time.Now, HTTP: p.http.Client(), Log: slog.New(slog.DiscardHandler), Again: time.Hour})
	require.NoError(w.t, err)
	p.http.Config.Handler = p.server
	p.knobs(simulator.Knobs{})
	w.t.Cleanup(func() { p.server.Close(); p.http.Close() })
	p.provider, err = payhttp.New(payhttp.Options{URL: p.http.URL, Key: key, Now: time.Now, Timeout: 5 * time.Second})
	require.NoError(w.t, err)
	p.fees = paydb.New(pgtest.Portal(w.t, w.db), paydb.Options{ID: uuid.New, Now: w.clock, Told: func(context.Context, pgx.Tx, pay.Order, evisa.Paid) error { return nil }})
	return p
}

// knobs say how badly the provider behaves; it never calls back.
func (p *payer) knobs(k simulator.Knobs) {
	k.Lose = true
	require.NoError(p.w.t, p.server.Set(k))
}

// paid pays the fee of an application at the provider, and says what the portal hands over then.
func (p *payer) paid(a evisa.Application, amount evisa.Money) evisa.Paid {
	t := p.w.t
	var order pay.Order
	require.NoError(t, pgtest.Portal(t, p.w.db).InTx(ctx, func(tx pgx.Tx) (err error) {
		order, err = p.fees.Order(ctx, tx, pay.New{Group: a.Group, Application: a.ID, Amount: amount, Language: "en"})
		return err
	}))
	page, err := p.provider.Create(ctx, pay.Wanted{
		Key: order.ID, Amount: amount, Language: "en", Return: "https://portal.test/", Notify: "https://portal.test/", Until: time.Now().Add(time.Hour),
	})
	require.NoError(t, err)
	_, err = p.fees.Begun(ctx, order.ID, p.provider.Name(), page)
	require.NoError(t, err)
	_, taken := p.server.Pay(page.Ref)
	require.True(t, taken)
	standing, err := p.provider.Ask(ctx, page.Ref)
	require.NoError(t, err)
	_, err = p.fees.Apply(ctx, p.provider.Name(), standing)
	require.NoError(t, err)
	account, err := p.fees.Account(ctx, a.Group)
	require.NoError(t, err)
	r, counts := account.Paid()
	require.True(t, counts)
	return evisa.Paid{Payment: r.Payment, Amount: a.Fee, Provider: r.Provider, Ref: r.Ref, At: r.At}
}

// arrive is an application that came with what the portal says was paid, with its checks asked.
func (p *payer) arrive(a evisa.Application, paid evisa.Paid) {
	p.w.keep(p.w.sent(a), p.w.parcel(evisa.ParcelPaid, a.ID, paid))
	require.NoError(p.w.t, p.w.desk.Work(ctx))
}

// The centre itself asks the provider about what the portal says was paid: three outcomes, and no visa on a payment that nobody confirmed.
func TestThePortalIsNotBelievedAboutPayments(t *testing.T) {
	var p *payer
	w := newWorldOn(t, pgtest.New(t, migrations.Central), nil, func(w *world) desk.Planned {
		p = newPayer(w)
		return desk.Planned{Check: desk.PaymentCheck(p.provider, paydb.NewProofs(w.db, w.clock)), Deadline: 10 * time.Second, Judged: true}
	})

	honest := w.person(1, "A")
	paid := p.paid(honest, honest.Fee)
	p.arrive(honest, paid)
	require.Equal(t, border.NoHit, w.finding(honest.ID, desk.CheckPayment).Finding.Outcome)
	free := w.person(2, "H")
	w.keep(w.sent(free))
	require.NoError(t, w.desk.Work(ctx))
	require.Equal(t, border.NoHit, w.finding(free.ID, desk.CheckPayment).Finding.Outcome)

	t.Run("claims that are made up", func(t *testing.T) {
		invented := w.person(3, "A")
		p.arrive(invented, evisa.Paid{Payment: uuid.New(), Amount: invented.Fee, Provider: p.provider.Name(), Ref: "made-up", At: noon})
		require.Equal(t, []string{desk.CodePaymentUnknown}, codes(w.finding(invented.ID, desk.CheckPayment)))
		at := w.claimed(ada, invented.ID)
		_, err := w.desk.Decide(ctx, ada, at, approval())
		require.ErrorIs(t, err, desk.ErrNotJudged)

		other := w.person(4, "A")
		elsewhere := paid
		elsewhere.Provider = "another"
		p.arrive(other, elsewhere)
		require.Equal(t, []string{desk.CodePaymentProvider}, codes(w.finding(other.ID, desk.CheckPayment)))

		again := w.person(5, "A") // another's payment, told as its own
		p.arrive(again, paid)
		require.Equal(t, []string{desk.CodePaymentUnknown, desk.CodePaymentShared}, codes(w.finding(again.ID, desk.CheckPayment)))

		beside := w.person(6, "A") // a member that nobody paid for
		beside.Group, beside.Lead = honest.Group, false
		p.arrive(beside, paid)
		require.Contains(t, codes(w.finding(beside.ID, desk.CheckPayment)), desk.CodePaymentAmount)
	})

	t.Run("an outage", func(t *testing.T) {
		a := w.person(7, "A")
		told := p.paid(a, a.Fee)
		p.knobs(simulator.Knobs{Mute: true})
		p.arrive(a, told)
		k := w.finding(a.ID, desk.CheckPayment)
		require.Equal(t, border.NotChecked, k.Finding.Outcome)
		require.Equal(t, border.ReasonUnreachable, k.Finding.Reason)
		at := w.claimed(ada, a.ID)
		_, err := w.desk.Decide(ctx, ada, at, approval())
		require.ErrorIs(t, err, desk.ErrUnconfirmed)
		require.ErrorIs(t, w.desk.Propose(ctx, ada, at, approval()), desk.ErrUnconfirmed)
		require.ErrorContains(t, w.insertEvent(a.ID, "approved", ada.ID, ""), "not confirmed", "nor past the program")

		p.knobs(simulator.Knobs{})
		w.pass(time.Hour)
		require.NoError(t, w.desk.Work(ctx))
		require.Equal(t, border.NoHit, w.finding(a.ID, desk.CheckPayment).Finding.Outcome, "asked again by itself")
		p.knobs(simulator.Knobs{Mute: true})
		_, at = w.look(ada, a.ID)
		require.NoError(t, w.desk.Recheck(ctx, ada, at))
		require.Equal(t, border.NoHit, w.finding(a.ID, desk.CheckPayment).Finding.Outcome, "what was confirmed stands")
		_, at = w.look(ada, a.ID)
		out, err := w.desk.Decide(ctx, ada, at, approval())
		require.NoError(t, err)
		require.Equal(t, evisa.Approved, out.State)
	})
}
