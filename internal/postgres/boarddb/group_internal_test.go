package boarddb

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Many share a transaction, nobody fails for another's sake, and each has his own answer.
func TestAGroup(t *testing.T) {
	bad := errors.New("bad")
	var mu sync.Mutex
	batches := 0
	begin := make(chan struct{})
	g := newGroup(16, func(_ context.Context, in []int) ([]int, error) {
		<-begin
		mu.Lock()
		defer mu.Unlock()
		batches++
		if slices.Contains(in, 13) {
			return nil, bad
		}
		out := make([]int, len(in))
		for n, x := range in {
			out[n] = 2 * x
		}
		return out, nil
	})
	var all sync.WaitGroup
	for x := range 100 {
		all.Go(func() {
			y, err := g.do(t.Context(), x)
			if x == 13 {
				require.ErrorIs(t, err, bad)
				return
			}
			require.NoError(t, err)
			require.Equal(t, 2*x, y)
		})
	}
	for waiting := 0; waiting < 84; runtime.Gosched() { // the first batch is at it, and the others gather behind it
		g.mu.Lock()
		waiting = len(g.waiting)
		g.mu.Unlock()
	}
	close(begin)
	all.Wait()
	require.Less(t, batches, 100)
}

// Who goes away does not take his work with him.
func TestAGroupGoesOnWithoutHimWhoAsked(t *testing.T) {
	done := make(chan int, 1)
	begin := make(chan struct{})
	g := newGroup(16, func(ctx context.Context, in []int) ([]int, error) {
		<-begin
		require.NoError(t, ctx.Err())
		done <- in[0]
		return in, nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := g.do(ctx, 7)
	require.ErrorIs(t, err, context.Canceled)
	close(begin)
	require.Equal(t, 7, <-done)
}
