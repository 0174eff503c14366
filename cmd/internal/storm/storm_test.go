package storm

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// Station, centre and both databases are killed at random moments while the line fails and officers work: nothing that was acknowledged
// is lost, nothing is there twice, and both audit logs verify.
func TestStormKillsAndBadLine(t *testing.T) {
	w := newWorld(t, 0)
	rounds, spoilt := 2, 1
	if long() {
		rounds, spoilt = 50, 1000
	}
	l := newLedger()
	stop := w.traffic(t, l)
	require.NoError(t, until(t.Context(), func() error { return atLeast(l, 5) }))

	weather := newWeather(w)
	ctx, calm := context.WithCancel(t.Context())
	defer calm()
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error {
		if long() {
			defer calm() // the line is spoilt for as long as something is killed
		}
		return weather.kills(ctx, rand.New(rand.NewPCG(w.seed, 1)), rounds)
	})
	all.Go(func() error { return weather.spoils(ctx, rand.New(rand.NewPCG(w.seed, 2)), spoilt) })
	require.NoError(t, ignoreEnd(all.Wait()))
	w.line.Restore()
	for _, what := range []string{"land-1 killed", "central killed", "database of land-1 killed", "database of central killed"} {
		require.Equal(t, rounds, weather.bites[what], what)
	}
	for _, what := range []string{"cut", "blackhole", "latency"} {
		require.Positive(t, weather.bites[what], what)
	}
	calmed := l.count()
	require.NoError(t, until(t.Context(), func() error { return atLeast(l, calmed+5) }), "work goes on after the storm")
	require.NoError(t, stop())
	healed := time.Now()
	w.exact(t, l)
	t.Logf("%d crossings acknowledged, %d requests refused or unanswered, faults %v, exact %.1f s after the storm",
		l.count(), l.refused, weather.bites, time.Since(healed).Seconds())
	for name, took := range weather.restarts {
		t.Logf("%s killed: from the start to serving again, median %s, longest %s", name, median(took), slices.Max(took))
	}
	require.Positive(t, l.refused, "the storm was felt at the counter")
}
