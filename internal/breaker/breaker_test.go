package breaker_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/breaker"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// clock is a clock in the test's hand.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(noon.UnixNano())
	return c
}

func (c *clock) now() time.Time       { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }

func TestItOpensAfterFailuresAndIsTriedByOne(t *testing.T) {
	c := newClock()
	b := breaker.New(breaker.Settings{Failures: 2, Open: 10 * time.Second, Longest: 30 * time.Second, Probes: 2}, c.now, nil)
	fail := func() {
		report, may := b.Ask()
		require.True(t, may)
		report(breaker.Bad)
	}
	fail()
	report, _ := b.Ask() // whether it may is not what is tested here
	report(breaker.Good)
	fail()
	state, _, _ := b.State() // instants, not errors
	require.Equal(t, breaker.Closed, state, "not in a row")
	fail()
	state, _, _ = b.State()
	require.Equal(t, breaker.Open, state)
	for _, pause := range []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second, 30 * time.Second} { // twice as long each time, up to the longest
		c.pass(pause - 1)
		_, may := b.Ask()
		require.False(t, may, "before %s are over", pause)
		c.pass(1)
		report, may := b.Ask()
		require.True(t, may)
		_, second := b.Ask()
		require.False(t, second, "one at a time")
		report(breaker.Bad)
	}
	c.pass(30 * time.Second)
	for n := range 2 {
		report, may := b.Ask()
		require.True(t, may, n)
		report(breaker.Good)
	}
	state, since, back := b.State()
	require.Equal(t, breaker.Closed, state)
	require.Equal(t, since, back)
	fail()
	fail()
	c.pass(10 * time.Second)
	_, may := b.Ask()
	require.True(t, may, "the pause begins anew after it was closed")
}

func TestAVoidReportTeachesNothing(t *testing.T) {
	c := newClock()
	b := breaker.New(breaker.Settings{Failures: 1, Open: time.Second, Longest: time.Second, Probes: 1}, c.now, nil)
	report, _ := b.Ask() // whether it may is not what is tested here
	late, _ := b.Ask()   // likewise
	report(breaker.Bad)
	c.pass(time.Second)
	probe, may := b.Ask()
	require.True(t, may)
	late(breaker.Good)
	state, _, _ := b.State() // instants, not errors
	require.Equal(t, breaker.HalfOpen, state, "a late word of before the outage closes nothing")
	probe(breaker.Void)
	probe(breaker.Good)
	state, _, _ = b.State()
	require.Equal(t, breaker.HalfOpen, state, "each report counts once")
	_, may = b.Ask()
	require.True(t, may, "the next may try")
}

// Whatever happens: while open nobody asks before its time; half open one asks; closed it opens after exactly so many failures in a row.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		set := breaker.Settings{
			Failures: rapid.IntRange(1, 5).Draw(t, "failures"), Open: time.Duration(rapid.IntRange(1, 20).Draw(t, "open")) * time.Second,
			Longest: time.Minute, Probes: rapid.IntRange(1, 3).Draw(t, "probes"),
		}
		spread := rapid.Float64Range(0, 1).Draw(t, "spread")
		b := breaker.New(set, c.now, func() float64 { return spread })
		var out []func(breaker.Result)
		inARow := 0
		t.Repeat(map[string]func(*rapid.T){
			"time": func(t *rapid.T) { c.pass(time.Duration(rapid.IntRange(0, 30).Draw(t, "s")) * time.Second) },
			"ask": func(t *rapid.T) {
				before, since, _ := b.State()
				until := b.Until()
				report, may := b.Ask()
				switch before { //nolint:exhaustive // half open is below
				case breaker.Closed:
					require.True(t, may)
				case breaker.Open:
					require.Equal(t, !c.now().Before(until), may)
					require.LessOrEqual(t, until.Sub(since), set.Longest)
				}
				if may {
					out = append(out, report)
				}
			},
			"report": func(t *rapid.T) {
				if len(out) == 0 {
					t.Skip("no question is open, so this step of the random course has nothing to report")
				}
				report := out[len(out)-1]
				out = out[:len(out)-1]
				before, _, _ := b.State()
				r := rapid.SampledFrom([]breaker.Result{breaker.Good, breaker.Bad, breaker.Void}).Draw(t, "result")
				report(r)
				after, _, _ := b.State()
				if before == breaker.Closed && after == breaker.Closed {
					switch r {
					case breaker.Good:
						inARow = 0
					case breaker.Bad: // of this turn, or an older one that is not counted
						inARow++
					case breaker.Void:
					}
				}
				if before == breaker.Closed && after == breaker.Open {
					require.Equal(t, breaker.Bad, r)
					inARow = 0
				}
				if before == breaker.Open {
					require.Equal(t, breaker.Open, after, "only a probe changes it")
				}
			},
		})
	})
}

func TestAThousandAskersAreOneProbe(t *testing.T) {
	c := newClock()
	b := breaker.New(breaker.Settings{Failures: 1, Open: time.Second, Longest: time.Second, Probes: 1}, c.now, nil)
	report, _ := b.Ask() // whether it may is not what is tested here
	report(breaker.Bad)
	c.pass(time.Second)
	var let atomic.Int32
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			if _, may := b.Ask(); may {
				let.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, let.Load())
}
