package bench_test

import (
	"testing"
	"time"
)

// How a counter is loaded. A traveller takes an officer twelve seconds and more; counters that scan twice a second do the work of
// more than a thousand.
const (
	scanEvery = 500 * time.Millisecond
	loadFor   = 10 * time.Second
)

// BenchmarkCountry measures a centre and a station that run as in production, with national list and history.
func BenchmarkCountry(b *testing.B) {
	c := newCountry(b)
	people := &travellers{country: c}
	counters := c.counters(b, lanes)
	people.run(b, counters, 0, 2*time.Second) // first requests fill caches and plan statements

	b.Run("scan/counters=1", func(b *testing.B) {
		for b.Loop() {
			reportScans(b, people.run(b, counters[:1], 0, 4*time.Second))
		}
	})
	b.Run("scan/counters=50", func(b *testing.B) {
		for b.Loop() {
			reportScans(b, people.run(b, counters, scanEvery, loadFor))
		}
	})
	b.Run("scan/saturated", func(b *testing.B) {
		for b.Loop() {
			l := people.run(b, counters, 0, 5*time.Second)
			reportScans(b, l)
			b.ReportMetric(float64(len(l.scans))/l.took.Seconds(), "travellers/s")
		}
	})
	b.Run("screen", func(b *testing.B) {
		for b.Loop() {
			report(b, "", people.scansOnScreen(b, 60), 50, 95)
		}
	})
	b.Run("assets", func(b *testing.B) {
		for b.Loop() {
			page, assets, fonts := c.sizes(b)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(page, "page-KB")
			b.ReportMetric(assets, "assets-KB")
			b.ReportMetric(assets+fonts, "with-fonts-KB")
		}
	})
	b.Run("insert-to-centre", func(b *testing.B) {
		for b.Loop() {
			c.settle(b)
			seen, since := c.watch(b, lookEvery), time.Now()
			people.run(b, counters, scanEvery, loadFor)
			c.settle(b)
			report(b, "", c.reached(b, since, seen()), 50, 99)
		}
	})
	b.Run("drain", func(b *testing.B) {
		for b.Loop() {
			rate, bytes := c.drain(b, 20_000)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(rate, "events/s")
			b.ReportMetric(float64(bytes), "payload-B")
		}
	})
	b.Run("start/warm", func(b *testing.B) {
		var took durations
		for b.Loop() {
			for range 5 {
				c.post.stop(b)
				took = append(took, c.post.start(b))
			}
			report(b, "", took, 50)
		}
	})
	b.Run("start/cold", func(b *testing.B) {
		for b.Loop() {
			p := newProgram(b, "station", map[string]string{"BMIS_STATION_ID": "bench-new", "BMIS_TRANSPORT": "land", "BMIS_LANES": "1:entry"})
			report(b, "", durations{p.start(b)}, 50)
		}
	})
}

func reportScans(b *testing.B, l *load) {
	b.Helper()
	report(b, "", l.scans, 50, 99)
	report(b, "admit-", l.admits, 99)
	b.Logf("%d travellers in %s, %d with a hit or a check without answer, %d scans whose findings came later", len(l.scans), l.took.Round(time.Millisecond), l.hits, l.late)
}
