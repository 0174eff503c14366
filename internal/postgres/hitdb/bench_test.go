package hitdb_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// openHits is how many hits are open in the benchmarks: more than any crossing point has in a year.
const openHits = 10_000

// crowd makes n hits out of a real one: a third claimed by one of thirty officers, one in a hundred overdue, each with its first record.
const crowd = `
WITH made AS (
    INSERT INTO hit (id, inspection_id, file_id, lane, raised_at, check_name, alert, alert_version, subject, category, action, band, score, rank,
        surname, given_names, stage, owner, place, due_at, steps, changed_at)
    SELECT gen_random_uuid(), NULL, h.file_id, h.lane, h.raised_at + make_interval(secs => g), h.check_name, 'un/' || g, 1, h.subject,
        h.category, h.action, h.band, h.score, 100 + g % 9 * 100, 'NAME' || g % 3000, h.given_names, 'open',
        CASE WHEN g % 3 = 0 THEN 'officer' || g % 30 ELSE '' END, CASE WHEN g % 100 = 0 THEN 0 ELSE 1 END, h.due_at + make_interval(days => 1), 1, h.changed_at
    FROM hit h, generate_series(1, $2::int) g WHERE h.id = $1 RETURNING id
)
INSERT INTO record (id, kind, file_id, subject, station, lane, officer, zone, event_time, recorded_at, origin, status, body)
SELECT gen_random_uuid(), r.kind, r.file_id, m.id, r.station, r.lane, r.officer, r.zone, r.event_time, r.recorded_at, r.origin, r.status,
    jsonb_set(r.body, '{hit}', to_jsonb(m.id::text))
FROM made m, record r WHERE r.subject = $1 AND r.body ->> 'seq' = '1'`

func crowded(b *testing.B) *post {
	b.Helper()
	p := open(b)
	id, _ := p.raised(b, "L898902C3")
	_, err := p.db.Pool.Exec(b.Context(), crowd, id, openHits-1)
	require.NoError(b, err)
	_, err = pgtest.Admin(b, p.db).Pool.Exec(b.Context(), "VACUUM ANALYZE") // what autovacuum does of a running station
	require.NoError(b, err)
	return p
}

// timed runs act and tells the 99th percentile of its times.
func timed(b *testing.B, act func(n int)) {
	b.Helper()
	took := make([]time.Duration, 0, b.N)
	b.ResetTimer()
	for n := range b.N {
		began := time.Now()
		act(n)
		took = append(took, time.Since(began))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// The queue as an officer opens it, its filters and pages in turn, with the audit entry of each look.
func BenchmarkQueue(b *testing.B) {
	p := crowded(b)
	var after hit.Cursor
	filters := []hit.Filter{hit.Open, hit.Waiting, hit.Mine}
	timed(b, func(n int) {
		page, err := p.desk.Queue(b.Context(), actor("officer3"), hit.Query{Filter: filters[n%3], After: after})
		if err != nil || page.Open != openHits {
			b.Fatal(err, page.Counts)
		}
		after = hit.Cursor{}
		if n%2 == 0 {
			after = page.Next
		}
	})
}

// What an open page asks when it is nudged.
func BenchmarkVersion(b *testing.B) {
	p := crowded(b)
	timed(b, func(int) {
		if v, err := p.desk.Version(b.Context()); err != nil || v.Open != openHits {
			b.Fatal(err, v)
		}
	})
}

// A hit as an officer opens it, among 10,000 others.
func BenchmarkHit(b *testing.B) {
	p := crowded(b)
	page, err := p.desk.Queue(b.Context(), actor("sam"), hit.Query{})
	require.NoError(b, err)
	timed(b, func(n int) {
		if _, err := p.desk.Look(b.Context(), actor("sam"), page.Items[n%len(page.Items)].ID); err != nil {
			b.Fatal(err)
		}
	})
}

// A decision with its transaction: of a clear traveller, whom hits must cost nothing, and of one who meets an alert that the checks
// have raised already.
func BenchmarkDecision(b *testing.B) {
	nobody := border.Finding{Check: alerts.CheckName, Outcome: border.NoHit}
	for name, f := range map[string]border.Finding{"clear": nobody, "hit": found("7", "1")} {
		b.Run(name, func(b *testing.B) {
			p := open(b)
			scans := make([]border.Scan, b.N)
			for n := range scans {
				scans[n] = p.scan(b, "D"+strconv.Itoa(n))
				require.NoError(b, p.store.Found(b.Context(), scans[n], f))
			}
			timed(b, func(n int) { p.decide(b, scans[n], border.Refer, f) })
		})
	}
}

// A hit from the answer of a check to the row on the supervisor's screen.
func BenchmarkRaise(b *testing.B) {
	p := open(b)
	f := found("7", "1")
	scans := make([]border.Scan, b.N)
	for n := range scans {
		scans[n] = p.scan(b, "R"+strconv.Itoa(n))
	}
	timed(b, func(n int) {
		if err := p.store.Found(b.Context(), scans[n], f); err != nil {
			b.Fatal(err)
		}
	})
}
