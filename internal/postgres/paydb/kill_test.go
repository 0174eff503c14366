package paydb_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
)

// axe kills the program at one step: nothing that comes after it happens, until the program is started anew.
type axe struct {
	at   int // the step that it falls at; counted from 1
	n    int
	dead bool
}

// step reports whether the program lives at this step.
func (a *axe) step() error {
	if a.n++; a.n == a.at {
		a.dead = true
	}
	if a.dead {
		return errKilled
	}
	return nil
}

// killed is a store and a provider whose every call has a step before it and one after it: before nothing was done, after it everything was, and
// the program did not live to know.
type killed struct {
	store    pay.Store
	provider pay.Provider
	axe      *axe
}

func around[T any](a *axe, call func() (T, error)) (T, error) {
	var none T
	if err := a.step(); err != nil {
		return none, err
	}
	got, err := call()
	if dead := a.step(); dead != nil {
		return none, dead
	}
	return got, err
}

func (k killed) Open(ctx context.Context, g uuid.UUID) (pay.Order, error) {
	return around(k.axe, func() (pay.Order, error) { return k.store.Open(ctx, g) })
}
func (k killed) Begun(ctx context.Context, o uuid.UUID, name string, p pay.Page) (pay.Order, error) {
	return around(k.axe, func() (pay.Order, error) { return k.store.Begun(ctx, o, name, p) })
}
func (k killed) Apply(ctx context.Context, name string, s pay.Standing) (pay.Order, error) {
	return around(k.axe, func() (pay.Order, error) { return k.store.Apply(ctx, name, s) })
}
func (k killed) Account(ctx context.Context, g uuid.UUID) (pay.Account, error) {
	return around(k.axe, func() (pay.Account, error) { return k.store.Account(ctx, g) })
}
func (k killed) Due(ctx context.Context, name string, n int) ([]pay.Order, error) {
	return around(k.axe, func() ([]pay.Order, error) { return k.store.Due(ctx, name, n) })
}
func (k killed) Owed(ctx context.Context, name string, n int) ([]pay.Back, error) {
	return around(k.axe, func() ([]pay.Back, error) { return k.store.Owed(ctx, name, n) })
}
func (k killed) Went(ctx context.Context, r uuid.UUID, a pay.Returned, refused bool) error {
	_, err := around(k.axe, func() (int, error) { return 0, k.store.Went(ctx, r, a, refused) })
	return err
}
func (k killed) Forged(ctx context.Context, name, why string) error {
	return k.store.Forged(ctx, name, why)
}
func (k killed) Wait(ctx context.Context, name string, d time.Duration) error {
	return k.store.Wait(ctx, name, d)
}
func (k killed) Name() string { return k.provider.Name() }
func (k killed) Create(ctx context.Context, w pay.Wanted) (pay.Page, error) {
	return around(k.axe, func() (pay.Page, error) { return k.provider.Create(ctx, w) })
}
func (k killed) Ask(ctx context.Context, ref string) (pay.Standing, error) {
	return around(k.axe, func() (pay.Standing, error) { return k.provider.Ask(ctx, ref) })
}
func (k killed) Refund(ctx context.Context, b pay.Back) (pay.Returned, error) {
	return around(k.axe, func() (pay.Returned, error) { return k.provider.Refund(ctx, b) })
}
func (k killed) Called(h func(string) string, b []byte) (pay.Standing, error) {
	return k.provider.Called(h, b)
}

// life is one applicant's way: he asks for the page, pays when he has one, comes back; the worker goes round. A program that was killed is
// started anew, and the applicant tries again.
func (s *shop) life(a *axe) {
	start := func() *pay.Service {
		k := killed{s.store, s.client, a}
		return pay.NewService(k, k, pay.Options{Return: "http://portal.test/{group}", Notify: "http://127.0.0.1:1/none", Now: s.now, Log: slog.New(slog.DiscardHandler)})
	}
	service, ctx := start(), s.t.Context()
	revive := func() {
		if a.dead {
			a.dead, a.at = false, 0
			service = start()
		}
	}
	for range 6 {
		order, err := service.Start(ctx, s.group)
		revive()
		if err == nil && order.State == pay.Pending {
			_, _ = s.sim.Pay(order.Ref) // the second time the page says that it is paid
		}
		_, _ = service.Returned(ctx, s.group)
		revive()
		_, _ = service.Round(ctx)
		revive()
		s.pass(time.Minute)
	}
}

// The program is killed at every step between an applicant and the provider, with the second payment of a provider that takes twice: he is
// charged once in the end, the centre is told once, and what he paid too much is back.
func TestKilledAtEveryStep(t *testing.T) {
	for name, knobs := range map[string]simulator.Knobs{"paid": {Lose: true}, "paid twice": {Lose: true, Twice: true}, "slow refund": {Lose: true, Twice: true, Slow: true}} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			require.NoError(t, s.sim.Set(knobs))
			count := &axe{}
			s.life(count)
			s.settled()
			s.paidOnce()
			steps := min(count.n, 40) // what follows is the worker that finds nothing
			require.Greater(t, steps, 10)
			for at := 1; at <= steps; at++ {
				s.another()
				s.life(&axe{at: at})
				s.settled()
				t.Logf("killed at step %d", at) // shown when what follows fails
				s.paidOnce()
			}
		})
	}
}

// another begins with another applicant.
func (s *shop) another() {
	s.group = uuid.New()
	s.sim.Forget()
	s.send()
}

// The transaction that counts a payment and the parcel for the centre are one: when the parcel cannot be written, nothing is counted, and it is
// when it can.
func TestPaymentAndParcelAreOne(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true}))
	_, ok := s.sim.Pay(s.start().Ref)
	require.True(t, ok)
	s.die = func() error { return errKilled }
	_, err := s.service.Returned(t.Context(), s.group)
	require.NoError(t, err)
	require.Empty(t, s.account().Receipts)
	s.die = nil
	s.pass(time.Minute)
	s.round()
	s.paidOnce()
}

// The provider does what it is asked and the answer is lost, at every kind of question.
func TestAnswersThatAreLost(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true, Twice: true, Mute: true}))
	_, err := s.service.Start(t.Context(), s.group)
	require.Error(t, err)
	require.Len(t, s.sim.Orders(), 1)
	require.NoError(t, s.sim.Set(simulator.Knobs{Lose: true, Twice: true}))
	order := s.start()
	require.Equal(t, []string{order.Ref}, s.sim.Orders(), "the same order, with the same key")
	_, ok := s.sim.Pay(order.Ref)
	require.True(t, ok)
	require.NoError(t, s.sim.Set(simulator.Knobs{Mute: true}))
	_, err = s.service.Returned(t.Context(), s.group)
	require.NoError(t, err)
	require.Empty(t, s.account().Receipts, "not known is not paid")
	require.NoError(t, s.sim.Set(simulator.Knobs{}))
	_, err = s.service.Returned(t.Context(), s.group)
	require.NoError(t, err)
	require.NoError(t, s.sim.Set(simulator.Knobs{Mute: true}))
	s.round()
	left, _ := s.sim.Charged(order.Ref)
	require.Equal(t, fee.Minor, left.Minor, "the refund was made")
	require.Equal(t, pay.RefundOwed, s.account().Receipts[1].Refunds[0].State, "and the portal does not know it")
	require.NoError(t, s.sim.Set(simulator.Knobs{}))
	s.settled()
	s.paidOnce()
}
