package fingerprint

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// benchPrints are prints of different fingers, of about 34 minutiae each, as real ones have.
func benchPrints(n int) []Template {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]Template, n)
	for i := range out {
		f := madeOf(r, 36)
		out[i] = f.impression(r, taking{degrees: 40*r.Float64() - 20, right: 1, jitter: 2, turn: 0.1, missing: 0.15, unrelated: 0.1})
	}
	return out
}

// processor is the time that the processors worked for this process: what an operation costs, also on a busy machine.
func processor(tb testing.TB) time.Duration {
	var used syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// reportProcessor reports the processors' time an operation since start.
func reportProcessor(b *testing.B, start time.Duration, unit time.Duration, name string) {
	b.ReportMetric(float64(processor(b)-start)/float64(unit)/float64(b.N), name)
}

func BenchmarkMatch(b *testing.B) {
	var prints []*Prepared
	for _, t := range benchPrints(64) {
		prints = append(prints, Prepare(t))
	}
	b.ReportAllocs()
	start := processor(b)
	i := 0
	for b.Loop() {
		Score(prints[i&63], prints[(i*7+1)&63])
		i++
	}
	reportProcessor(b, start, time.Microsecond, "cpu-us/match")
}

func BenchmarkPrepare(b *testing.B) {
	prints := benchPrints(64)
	b.ReportAllocs()
	start := processor(b)
	i := 0
	for b.Loop() {
		Prepare(prints[i&63])
		i++
	}
	reportProcessor(b, start, time.Microsecond, "cpu-us/print")
}

// BenchmarkMatchReal compares real prints, when the folder of test data is named.
func BenchmarkMatchReal(b *testing.B) {
	prints := realPrints(b)
	b.ReportAllocs()
	b.ResetTimer()
	start := processor(b)
	i := 0
	for b.Loop() {
		Score(prints[i%len(prints)].prepared, prints[(i*7+1)%len(prints)].prepared)
		i++
	}
	reportProcessor(b, start, time.Microsecond, "cpu-us/match")
}
