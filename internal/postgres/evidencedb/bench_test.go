package evidencedb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
)

// A reading of one megabyte of a new document is kept with its scan, in one transaction.
func BenchmarkKeepReading1MB(b *testing.B) {
	p := newPost(b)
	r := large(1, 1<<20)
	for b.Loop() {
		p.open(uuid.NewString()[:9], r)
	}
}

// The same with a decision: what a counter waits for when an officer presses the key.
func BenchmarkSettleReading(b *testing.B) {
	p := newPost(b)
	var scan border.Scan
	for b.Loop() {
		b.StopTimer()
		scan = p.open(uuid.NewString()[:9], reading(1))
		b.StartTimer()
		p.decide(scan)
	}
}

// A reading of one megabyte is decrypted for a desk that resumes.
func BenchmarkResumeReading1MB(b *testing.B) {
	p := newPost(b)
	scan := p.open("L898902C3", large(1, 1<<20))
	for b.Loop() {
		r, err := p.store.Reading(b.Context(), scan.ID)
		require.NoError(b, err)
		require.NotNil(b, r)
	}
}

// Evidence from a station to the centre over a real bus, verified and committed there: pages of one megabyte.
func BenchmarkEvidenceToCentre(b *testing.B) {
	l, p := newLine(b), newPost(b)
	p.learn(l.own.Public())
	const page, pages = 1 << 20, 16
	events, blobs := l.relays(p, l.bus.Station(b, station, ""))
	var took time.Duration
	for b.Loop() {
		b.StopTimer()
		for n := range pages {
			scan := bordertest.Scan("L898902C3")
			scan.Reading = large(n, page)
			require.NoError(b, p.store.OpenScan(b.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
			p.decide(scan)
		}
		b.StartTimer()
		began := time.Now()
		stop := start(b, events, blobs)
		require.Eventually(b, func() bool { return p.progress().Waiting == 0 }, time.Minute, time.Millisecond)
		took += time.Since(began)
		b.StopTimer()
		stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)*page*pages/(1<<20)/took.Seconds(), "MB/s")
}
