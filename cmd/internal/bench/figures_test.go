package bench_test

import (
	"slices"
	"testing"
	"time"
)

// durations are what was measured, one for each act.
type durations []time.Duration

func (d durations) sorted() durations {
	out := slices.Clone(d)
	slices.Sort(out)
	return out
}

// percentile is by nearest rank: the smallest value that p percent of all do not exceed.
func (d durations) percentile(p int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	rank := (len(d)*p + 99) / 100
	return d.sorted()[max(rank, 1)-1]
}

// report writes percentiles in milliseconds under "<prefix>p50-ms" and so on, instead of the time of the whole benchmark.
func report(b *testing.B, prefix string, d durations, percentiles ...int) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	names := map[int]string{50: "p50-ms", 95: "p95-ms", 99: "p99-ms"}
	for _, p := range percentiles {
		b.ReportMetric(float64(d.percentile(p).Microseconds())/1000, prefix+names[p])
	}
}

func TestPercentilesAreByNearestRank(t *testing.T) {
	var d durations
	for n := 100; n >= 1; n-- {
		d = append(d, time.Duration(n))
	}
	for p, want := range map[int]time.Duration{1: 1, 50: 50, 99: 99, 100: 100} {
		if got := d.percentile(p); got != want {
			t.Errorf("percentile %d of 1..100 is %d, expected %d", p, got, want)
		}
	}
	if got := (durations{7}).percentile(50); got != 7 {
		t.Errorf("percentile of one value is %d", got)
	}
}
