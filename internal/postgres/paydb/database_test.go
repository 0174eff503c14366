package paydb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
	"github.com/openbmis/openbmis/internal/postgres"
)

// The database itself refuses a second payment that counts, a change of what came in, and the centre's hand on it.
func TestTheDatabaseHoldsIt(t *testing.T) {
	s := open(t)
	_, ok := s.sim.Pay(s.start().Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	insert := `INSERT INTO portal.payment (id, order_id, group_id, provider, ref, amount, currency, paid_at, kept_at, counts)
		SELECT gen_random_uuid(), order_id, group_id, provider, ref || 'x', amount, currency, paid_at, kept_at, true FROM portal.payment`
	_, err := s.db.Pool.Exec(t.Context(), insert)
	require.True(t, postgres.IsUnique(err))
	require.Equal(t, "payment_counts", postgres.Constraint(err))
	for _, sql := range []string{`UPDATE portal.payment SET amount = 1`, `DELETE FROM portal.payment`, `UPDATE portal.payment_event SET kind = ''`,
		`DELETE FROM portal.payment_event`, `DELETE FROM portal.payment_order`, `INSERT INTO portal.refund_wanted (id, group_id, at) VALUES (gen_random_uuid(), gen_random_uuid(), now())`} {
		_, err := s.db.Pool.Exec(t.Context(), sql)
		require.True(t, postgres.IsDenied(err), sql)
	}
	for _, sql := range []string{insert, `UPDATE portal.payment_order SET state = 'paid'`, `DELETE FROM portal.payment_refund`, `UPDATE portal.refund_wanted SET answer = ''`} {
		_, err := s.centre.Pool.Exec(t.Context(), sql)
		require.True(t, postgres.IsDenied(err), sql)
	}
}

// The worker runs until its context ends, and is woken by what comes.
func TestTheWorkerIsWoken(t *testing.T) {
	s := open(t)
	require.NoError(t, s.sim.Set(simulator.Knobs{Twice: true}))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.service.Run(ctx) }()
	_, ok := s.sim.Pay(s.start().Ref)
	require.True(t, ok)
	require.NoError(t, s.called())
	require.Eventually(t, func() bool {
		receipts := s.account().Receipts
		return len(receipts) == 2 && receipts[1].Refunds[0].State == pay.RefundDone
	}, patience, 10*time.Millisecond)
	stop()
	require.NoError(t, <-done)
}

var errKilled = errors.New("killed")
