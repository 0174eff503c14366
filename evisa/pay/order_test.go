package pay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa/pay"
)

// The order that matters is the one that is open or paid, whichever is newest; without one, the newest.
func TestTheOrderThatMatters(t *testing.T) {
	for _, c := range []struct {
		states []pay.State // newest first
		want   int
	}{
		{[]pay.State{pay.Failed, pay.Paid}, 1}, {[]pay.State{pay.Pending, pay.Failed}, 0}, {[]pay.State{pay.Refunded, pay.Expired}, 0},
		{[]pay.State{pay.RefundDue, pay.Created}, 1},
	} {
		a := pay.Account{}
		for _, s := range c.states {
			a.Orders = append(a.Orders, pay.Order{State: s})
		}
		order, found := a.Order()
		require.True(t, found)
		require.Equal(t, c.states[c.want], order.State)
	}
	_, found := pay.Account{}.Order()
	require.False(t, found)
}

func TestWhatCounts(t *testing.T) {
	_, paid := pay.Account{Receipts: []pay.Receipt{{Ref: "twice"}}}.Paid()
	require.False(t, paid)
	receipt, paid := pay.Account{Receipts: []pay.Receipt{{Ref: "wrong"}, {Ref: "right", Counts: true}}}.Paid()
	require.True(t, paid)
	require.Equal(t, "right", receipt.Ref)
}

func TestWhoMayStillPay(t *testing.T) {
	for _, s := range pay.States() {
		require.Equal(t, s == pay.Created || s == pay.Pending, s.Open(), s)
	}
}
