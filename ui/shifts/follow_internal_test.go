package shifts

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type told struct {
	online bool
	at     time.Time
}

// A dropped beat is no outage; an outage counts from its beginning, and what could not be written is told again.
func TestOutagesAreToldOnce(t *testing.T) {
	begin := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	second := func(n int) time.Time { return begin.Add(time.Duration(n) * time.Second) }
	var list []told
	var failure error
	note := func(_ context.Context, online bool, at time.Time) error {
		if failure == nil {
			list = append(list, told{online, at})
		}
		return failure
	}
	w := watch{patience: 15 * time.Second, since: begin}
	for n, online := range []bool{false, true, true, false, true} { // the start, and a dropped beat
		require.NoError(t, w.look(t.Context(), online, second(n), note))
	}
	require.Equal(t, []told{{true, second(1)}, {true, second(4)}}, list, "the store drops what changes nothing")
	list = nil
	for n := range 20 {
		require.NoError(t, w.look(t.Context(), false, second(10+n), note))
	}
	require.Equal(t, []told{{false, second(10)}}, list)
	list, failure = nil, errors.New("the database is away")
	require.Error(t, w.look(t.Context(), true, second(40), note))
	failure = nil
	require.NoError(t, w.look(t.Context(), true, second(41), note))
	require.NoError(t, w.look(t.Context(), true, second(42), note))
	require.Equal(t, []told{{true, second(40)}}, list)
}

func TestFollowingEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	h := New(Options{})
	require.NoError(t, h.Follow(ctx, Timing{Look: time.Hour, Reconcile: time.Hour}, nil, time.Now, slog.New(slog.DiscardHandler)))
}
