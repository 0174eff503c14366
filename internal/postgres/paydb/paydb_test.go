package paydb_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/migrations"
)

const (
	patience = time.Minute // machines are shared; nothing passes by how fast it was
	tick     = 10 * time.Millisecond
)

var (
	fee = evisa.Money{Minor: 7000, Currency: "EUR"}
	key = []byte("a key of the tests alone, 32 bytes and more")
)

// shop is everything between an applicant's browser and the provider: a database as the portal's role, the simulator behind HTTP, the service.
type shop struct {
	t       testing.TB
	db      *postgres.DB // the portal's role
	centre  *postgres.DB
	admin   *postgres.DB
	store   *paydb.Store
	sim     *simulator.Server
	client  *payhttp.Client
	service *pay.Service
	group   uuid.UUID

	mu    sync.Mutex
	at    time.Time
	calls chan error // what call-backs that came were answered
	die   func() error
}

func (s *shop) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *shop) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

// tell is the parcel of the tests: a row of a table that lives and dies with the transaction.
func (s *shop) tell(ctx context.Context, tx pgx.Tx, o pay.Order, p evisa.Paid) error {
	if s.die != nil {
		if err := s.die(); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO portal.act (id, at, verb, kind, object, result) VALUES ($1, $2, 'told', $3, $4, $5)`,
		uuid.New(), s.now(), o.Group.String(), p.Payment, p.Amount.String())
	return err
}

// parcels are what was told in transactions that were committed.
func (s *shop) parcels() (amounts []string) {
	rows, err := s.admin.Pool.Query(s.t.Context(), `SELECT result FROM portal.act WHERE kind = $1 ORDER BY seq`, s.group.String())
	require.NoError(s.t, err)
	amounts, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(s.t, err)
	return amounts
}

func open(t testing.TB) *shop {
	t.Helper()
	centre := pgtest.New(t, migrations.Central)
	return openOn(t, &shop{centre: centre, admin: pgtest.Admin(t, centre), db: pgtest.Portal(t, centre)})
}

// openOn is open with the databases that the shop has.
func openOn(t testing.TB, s *shop) *shop {
	t.Helper()
	s.t, s.at, s.group, s.calls = t, time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), uuid.New(), make(chan error, 100)
	s.store = paydb.New(s.db, paydb.Options{ID: uuid.New, Now: s.now, Told: s.tell})
	log := slog.New(slog.DiscardHandler)
	notify := httptest.NewServer(http.HandlerFunc(s.callBack))
	t.Cleanup(notify.Close)
	provider := httptest.NewUnstartedServer(nil)
	var err error
	s.sim, err = simulator.New(simulator.Options{URL: "http://" + provider.Listener.Addr().String(), Key: key, ID: uuid.New, Now: s.now, Log: log, Again: time.Millisecond})
	require.NoError(t, err)
	provider.Config.Handler = s.sim
	provider.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	provider.Start()
	t.Cleanup(provider.Close)
	t.Cleanup(s.sim.Close)
	s.client, err = payhttp.New(payhttp.Options{Name: "simulator", URL: provider.URL, Key: key, Now: s.now})
	require.NoError(t, err)
	s.service = pay.NewService(s.store, s.client, pay.Options{Return: "http://portal.test/paid/{group}", Notify: notify.URL, Now: s.now, Log: log})
	s.send()
	return s
}

// callBack is the portal's route.
func (s *shop) callBack(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = s.service.CallBack(context.WithoutCancel(r.Context()), r.Header.Get, body)
	}
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
	}
	s.calls <- err
}

// send makes the order as sending an application does.
func (s *shop) send() {
	require.NoError(s.t, s.db.InTx(s.t.Context(), func(tx pgx.Tx) error {
		_, err := s.store.Order(s.t.Context(), tx, pay.New{Group: s.group, Application: uuid.New(), Amount: fee, Language: "en"})
		return err
	}))
}

func (s *shop) start() pay.Order {
	s.t.Helper()
	order, err := s.service.Start(s.t.Context(), s.group)
	require.NoError(s.t, err)
	return order
}

// called waits for a call-back and gives what it was answered.
func (s *shop) called() error {
	s.t.Helper()
	select {
	case err := <-s.calls:
		return err
	case <-time.After(patience):
		s.t.Fatal("no call-back came")
		return nil
	}
}

func (s *shop) round() {
	s.t.Helper()
	_, err := s.service.Round(s.t.Context())
	require.NoError(s.t, err)
}

func (s *shop) account() pay.Account {
	s.t.Helper()
	a, err := s.service.Account(s.t.Context(), s.group)
	require.NoError(s.t, err)
	return a
}

// settled runs the worker for a day of the tests' clock.
func (s *shop) settled() {
	s.t.Helper()
	for range 40 {
		s.round()
		s.pass(40 * time.Minute)
	}
}

// paidOnce is what must hold at the end, whatever happened: the fee once, and the centre told once.
func (s *shop) paidOnce() {
	s.t.Helper()
	a := s.account()
	order, _ := a.Order()
	require.Equal(s.t, pay.Paid, order.State)
	require.Equal(s.t, []string{fee.String()}, s.parcels())
	total := int64(0)
	for _, ref := range s.sim.Orders() {
		left, _ := s.sim.Charged(ref)
		total += left.Minor
	}
	require.Equal(s.t, fee.Minor, total, "the applicant's money that is not with him")
	receipt, paid := a.Paid()
	require.True(s.t, paid)
	require.Equal(s.t, fee, receipt.Amount)
	require.Empty(s.t, receipt.Refunds)
}

func TestAFeeIsPaid(t *testing.T) {
	s := open(t)
	order := s.start()
	require.Equal(t, pay.Pending, order.State)
	require.Equal(t, order, s.start(), "the same page, as often as it is asked for")
	back, ok := s.sim.Pay(order.Ref)
	require.True(t, ok)
	require.Equal(t, "http://portal.test/paid/"+s.group.String(), back)
	require.NoError(t, s.called(), "before the browser is back")
	_, err := s.service.Returned(t.Context(), s.group)
	require.NoError(t, err)
	s.paidOnce()
	require.Equal(t, pay.Paid, s.start().State, "nobody is sent to pay again")
}

func TestTheBrowserIsBackBeforeTheCallBack(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Delay: 300 * time.Millisecond}))
	order := s.start()
	_, ok := s.sim.Pay(order.Ref)
	require.True(t, ok)
	account, err := s.service.Returned(t.Context(), s.group)
	require.NoError(t, err)
	_, paid := account.Paid()
	require.True(t, paid)
	require.NoError(t, s.called())
	s.paidOnce()
}

func TestCallBacksThatComeTwiceCountOnce(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Repeat: true}))
	_, ok := s.sim.Pay(s.start().Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	require.NoError(t, s.called())
	s.paidOnce()
}

func TestACallBackThatNeverComesIsMadeUpForByAsking(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true}))
	_, ok := s.sim.Pay(s.start().Ref)
	require.True(t, ok)
	s.round()
	require.Empty(t, s.parcels(), "not due yet")
	s.pass(time.Minute)
	s.round()
	s.paidOnce()
}

func TestASecondPaymentGoesBackByItself(t *testing.T) {
	for name, knobs := range map[string]simulator.Knobs{"told": {Twice: true}, "call-back lost": {Twice: true, Lose: true}, "slow": {Twice: true, Slow: true}} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			require.NoError(t, s.sim.Set(knobs))
			order := s.start()
			_, ok := s.sim.Pay(order.Ref)
			require.True(t, ok)
			s.pass(time.Minute)
			s.settled()
			s.paidOnce()
			_, payments := s.sim.Charged(order.Ref)
			require.Equal(t, 2, payments)
			receipts := s.account().Receipts
			require.Len(t, receipts, 2)
			require.Equal(t, pay.ReasonTwice, receipts[1].Refunds[0].Reason)
			require.Equal(t, pay.RefundDone, receipts[1].Refunds[0].State)
		})
	}
}

// Hours after it was paid, and after the call-back was lost, the provider finds another payment.
func TestALatePaymentIsFound(t *testing.T) {
	s := open(t)
	order := s.start()
	_, ok := s.sim.Pay(order.Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true}))
	s.settled()
	require.True(t, s.sim.PayAgain(order.Ref))
	s.settled()
	s.paidOnce()
	require.Len(t, s.account().Receipts, 2)
}

func TestWhatIsNotOwedIsKeptShownAndGoesBack(t *testing.T) {
	for reason, knobs := range map[string]simulator.Knobs{pay.ReasonAmount: {Amount: -1}, pay.ReasonCurrency: {Currency: "XOF"}} {
		t.Run(reason, func(t *testing.T) {
			s := open(t)
			require.NoError(t, s.sim.Set(knobs))
			first := s.start()
			_, ok := s.sim.Pay(first.Ref)
			require.True(t, ok)
			require.NoError(t, s.called())
			a := s.account()
			require.Equal(t, pay.RefundDue, a.Orders[0].State)
			require.Equal(t, reason, a.Receipts[0].Refunds[0].Reason)
			require.False(t, a.Receipts[0].Counts)
			require.Empty(t, s.parcels())
			s.round()
			require.Equal(t, pay.Refunded, s.account().Orders[0].State)

			require.NoError(t, s.sim.Set(simulator.Knobs{}))
			second := s.start()
			require.NotEqual(t, first.ID, second.ID, "he may pay what is owed")
			_, ok = s.sim.Pay(second.Ref)
			require.True(t, ok)
			require.NoError(t, s.called())
			s.paidOnce()
		})
	}
}

func TestARefusedPaymentMayBeTriedAgain(t *testing.T) {
	s := open(t)
	first := s.start()
	_, ok := s.sim.Refuse(first.Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	require.Equal(t, pay.Failed, s.account().Orders[0].State)
	second := s.start()
	_, ok = s.sim.Pay(second.Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	s.paidOnce()
	require.True(t, s.sim.PayAgain(first.Ref), "and the first is paid after all")
	require.NoError(t, s.called())
	s.settled()
	s.paidOnce()
}

// The first order failed, a second is open, and then the first is paid after all: it counts, and what comes for the second goes back.
func TestTheEarlierOrderIsPaidAfterAll(t *testing.T) {
	s := open(t)
	first := s.start()
	_, _ = s.sim.Refuse(first.Ref)
	require.NoError(t, s.called())
	second := s.start()
	require.True(t, s.sim.PayAgain(first.Ref))
	require.NoError(t, s.called())
	require.Equal(t, pay.Paid, s.start().State)
	_, ok := s.sim.Pay(second.Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	s.settled()
	s.paidOnce()
}

// Nobody is sent to a page that has closed, and nobody who paid on it in time pays again.
func TestAClosedPageIsAskedAboutFirst(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true}))
	first := s.start()
	s.pass(time.Hour)
	second := s.start()
	require.NotEqual(t, first.Page, second.Page)
	_, ok := s.sim.Pay(second.Ref)
	require.True(t, ok)
	s.pass(time.Hour)
	require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true, Mute: true}))
	_, err := s.service.Start(t.Context(), s.group)
	require.Equal(t, problem.Unavailable, problem.KindOf(err))
	require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true}))
	require.Equal(t, pay.Paid, s.start().State)
	s.settled()
	s.paidOnce()
}

// forgetful is a provider that knows no order any more.
type forgetful struct{ pay.Provider }

func (forgetful) Ask(context.Context, string) (pay.Standing, error) {
	return pay.Standing{}, fmt.Errorf("asked: %w", pay.ErrUnknown)
}

// An order that the provider has forgotten waits while its page may be open; then it has expired, and another can be paid.
func TestAnOrderThatTheProviderHasForgotten(t *testing.T) {
	s := open(t)
	first := s.start()
	log := slog.New(slog.DiscardHandler)
	service := pay.NewService(s.store, forgetful{s.client}, pay.Options{Return: "https://visa.example/{group}", Notify: "https://visa.example/n", Now: s.now, Log: log})
	account, err := service.Returned(t.Context(), s.group)
	require.NoError(t, err)
	require.Equal(t, pay.Pending, account.Orders[0].State, "its page may be open")
	s.pass(time.Hour)
	second, err := service.Start(t.Context(), s.group)
	require.NoError(t, err)
	require.NotEqual(t, first.Ref, second.Ref)
	require.Equal(t, pay.Pending, second.State)
	account = s.account()
	require.Equal(t, []pay.State{pay.Pending, pay.Expired}, []pay.State{account.Orders[0].State, account.Orders[1].State})
}

// Of a flood of forged call-backs a hundred an hour are kept.
func TestAFloodOfForgedCallBacks(t *testing.T) {
	s := open(t)
	for range 150 {
		require.NoError(t, s.store.Forged(t.Context(), "simulator", "signature"))
	}
	s.pass(2 * time.Hour)
	require.NoError(t, s.store.Forged(t.Context(), "simulator", "signature"))
	var kept int
	require.NoError(t, s.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM portal.payment_event WHERE order_id IS NULL`).Scan(&kept))
	require.Equal(t, 101, kept)
}

func TestAnOrderExpires(t *testing.T) {
	s := open(t)
	first := s.start()
	s.pass(time.Hour)
	s.round()
	require.Equal(t, pay.Expired, s.account().Orders[0].State)
	_, ok := s.sim.Pay(first.Ref)
	require.False(t, ok)
	second := s.start()
	require.NotEqual(t, first.Ref, second.Ref)
	_, ok = s.sim.Pay(second.Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	s.paidOnce()
}

func TestTheCentreWantsAFeeBack(t *testing.T) {
	s := open(t)
	_, ok := s.sim.Pay(s.start().Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	want := func(id uuid.UUID, amount int64) {
		s.pass(time.Second)
		require.NoError(t, s.centre.InTx(t.Context(), func(tx pgx.Tx) error {
			return paydb.WantRefund(t.Context(), tx, paydb.Want{ID: id, Group: s.group, Amount: amount}, s.now())
		}))
	}
	part, rest := uuid.New(), uuid.New()
	want(part, 3000)
	want(part, 3000)
	s.round()
	require.Equal(t, pay.Paid, s.account().Orders[0].State, "a part went back")
	want(uuid.New(), 6000)
	want(rest, 0)
	want(uuid.New(), 0)
	s.pass(time.Second)
	s.round()
	require.Equal(t, []string{"70.00 EUR", "-30.00 EUR", "-40.00 EUR"}, s.parcels())
	left, _ := s.sim.Charged(s.sim.Orders()[0])
	require.Zero(t, left.Minor)
	var answers []string
	require.NoError(t, s.centre.InTx(t.Context(), func(tx pgx.Tx) error {
		wanted, err := paydb.ReadWanted(t.Context(), tx, s.group)
		for _, w := range wanted {
			answers = append(answers, w.Answer)
			require.False(t, w.TakenAt.IsZero())
		}
		return err
	}))
	require.ElementsMatch(t, []string{"due", "too_much", "due", "gone_back"}, answers)
	require.Equal(t, pay.Refunded, s.start().State, "and it is not asked for again")
	require.Len(t, s.account().Orders, 1)
}

func TestARefundThatTheProviderRefusesIsShown(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Amount: 100, Deny: true}))
	_, ok := s.sim.Pay(s.start().Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	s.round()
	a := s.account()
	require.Equal(t, pay.RefundDue, a.Orders[0].State, "somebody must see to it")
	require.Equal(t, pay.RefundRefused, a.Receipts[0].Refunds[0].State)
}

func TestForgedCallBacksAreRefusedAndKept(t *testing.T) {
	s := open(t)
	order := s.start()
	forged := payhttp.Standing{Ref: order.Ref, Key: order.ID, State: pay.AtPaid, Payments: []payhttp.Payment{{Ref: "mine", Amount: fee, At: s.now()}}}
	s.service = pay.NewService(s.store, s.client, pay.Options{Now: s.now, Log: slog.New(slog.DiscardHandler)})
	notify := httptest.NewServer(http.HandlerFunc(s.callBack))
	defer notify.Close()
	for name, call := range map[string]func() error{
		"another key": func() error {
			return payhttp.Call(t.Context(), http.DefaultClient, notify.URL, []byte("another key, of 32 bytes and a few more"), forged, s.now())
		},
		"sent again later": func() error {
			return payhttp.Call(t.Context(), http.DefaultClient, notify.URL, key, forged, s.now().Add(-payhttp.Window-time.Second))
		},
		"of tomorrow": func() error {
			return payhttp.Call(t.Context(), http.DefaultClient, notify.URL, key, forged, s.now().Add(payhttp.Window+time.Second))
		},
	} {
		require.Error(t, call(), name)
		err := s.called()
		require.ErrorIs(t, err, pay.ErrForged, name)
		require.Equal(t, problem.Forbidden, problem.KindOf(err), name)
	}
	require.Empty(t, s.parcels())
	require.Empty(t, s.account().Receipts)
	var kept int
	require.NoError(t, s.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM portal.payment_event WHERE kind = 'call_back_refused'`).Scan(&kept))
	require.Equal(t, 3, kept)
}

// A provider's answer that is about another order, or contradicts what it said before, changes nothing.
func TestContradictionsChangeNothing(t *testing.T) {
	s := open(t)
	order := s.start()
	paid := pay.Standing{Ref: order.Ref, Key: order.ID, State: pay.AtPaid, Payments: []pay.Payment{{Ref: "p1", Amount: fee, At: s.now()}}}
	other := paid
	other.Ref = "ord_other"
	_, err := s.store.Apply(t.Context(), "simulator", other)
	require.ErrorIs(t, err, paydb.ErrMismatch)
	_, err = s.store.Apply(t.Context(), "somebody", paid)
	require.ErrorIs(t, err, paydb.ErrMismatch)
	_, err = s.store.Apply(t.Context(), "simulator", paid)
	require.NoError(t, err)
	paid.Payments = []pay.Payment{{Ref: "p1", Amount: evisa.Money{Minor: 1, Currency: "EUR"}, At: s.now()}}
	_, err = s.store.Apply(t.Context(), "simulator", paid)
	require.ErrorIs(t, err, paydb.ErrMismatch)
	require.Equal(t, []string{fee.String()}, s.parcels())
	_, err = s.store.Apply(t.Context(), "simulator", pay.Standing{Ref: "x", Key: uuid.New()})
	require.Equal(t, problem.NotFound, problem.KindOf(err))
}

// Many at once: call-backs, browsers and workers of several programs.
func TestManyAtOnce(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Twice: true, Lose: true}))
	orders := make(chan string, 8)
	var all sync.WaitGroup
	for range cap(orders) {
		all.Go(func() {
			order, err := s.service.Start(t.Context(), s.group)
			if err == nil {
				orders <- order.Ref
			}
		})
	}
	all.Wait()
	close(orders)
	refs := map[string]bool{}
	for ref := range orders {
		refs[ref] = true
	}
	require.Len(t, refs, 1)
	for ref := range refs {
		_, ok := s.sim.Pay(ref)
		require.True(t, ok)
	}
	s.pass(time.Minute)
	for range 8 {
		all.Go(func() { _, _ = s.service.Returned(t.Context(), s.group) })
		all.Go(func() { _, _ = s.service.Round(t.Context()) })
	}
	all.Wait()
	s.settled()
	s.paidOnce()
}

func TestNothingToPayHasNoOrder(t *testing.T) {
	s := open(t)
	err := s.db.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := s.store.Order(t.Context(), tx, pay.New{Group: uuid.New(), Amount: evisa.Money{Currency: "EUR"}})
		return err
	})
	require.Equal(t, problem.Invalid, problem.KindOf(err))
	_, err = s.service.Start(t.Context(), uuid.New())
	require.Equal(t, problem.NotFound, problem.KindOf(err))
}
