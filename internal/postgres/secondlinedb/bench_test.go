package secondlinedb_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// openCases is how many cases are open in the benchmarks: more than a month of a large airport's, none of them ended.
const openCases = 10_000

// crowd makes n cases out of a real one, a minute apart; every third is claimed by one of thirty officers.
const crowd = `
WITH n AS (
    SELECT g, gen_random_uuid() AS scan_id, gen_random_uuid() AS id FROM generate_series(1, $2::int) g
), s AS (
    INSERT INTO scan (id, scanned_at, station, lane, officer, direction, mode, transport, purpose, mrz, identity, document, status)
    SELECT n.scan_id, x.scanned_at + make_interval(secs => n.g * 60), x.station, x.lane, x.officer, x.direction, x.mode, x.transport || n.g / 200,
        x.purpose, x.mrz, x.identity || jsonb_build_object('surname', 'NAME' || n.g % 3000), x.document, 'decided'
    FROM n, scan x JOIN referral r ON r.inspection_id = x.id WHERE r.id = $1 RETURNING id
), f AS (
    INSERT INTO traveller (id, created_at, audit_salt, group_id)
    SELECT n.id, x.created_at, x.audit_salt, n.id FROM n, traveller x JOIN referral r ON r.file_id = x.id WHERE r.id = $1 RETURNING id
), i AS (
    INSERT INTO inspection (id, traveller_id, identity, document, inspected_at)
    SELECT n.scan_id, n.id, x.identity, x.document, x.inspected_at
    FROM n, inspection x JOIN referral r ON r.inspection_id = x.id WHERE r.id = $1 RETURNING id
), d AS (
    INSERT INTO decision (crossing_id, inspection_id, verdict, reason, note, officer, lane, decided_at, event)
    SELECT n.id, n.scan_id, x.verdict, x.reason, x.note, x.officer, x.lane, x.decided_at + make_interval(secs => n.g * 60), x.event
    FROM n, decision x WHERE x.crossing_id = $1 RETURNING crossing_id
)
INSERT INTO referral (id, inspection_id, file_id, station, zone, lane, direction, referred_by, reason, severity, surname, given_names, opened_at,
    changed_at, owner, claimed_at)
SELECT n.id, n.scan_id, n.id, x.station, x.zone, x.lane, x.direction, x.referred_by, x.reason, x.severity, 'NAME' || n.g % 3000, x.given_names,
    x.opened_at + make_interval(secs => n.g * 60), x.changed_at, CASE WHEN n.g % 3 = 0 THEN 'officer' || n.g % 30 ELSE '' END,
    CASE WHEN n.g % 3 = 0 THEN x.opened_at END
FROM n, referral x WHERE x.id = $1`

func crowded(b *testing.B) *post {
	b.Helper()
	p := open(b)
	e := p.refer(b, "L898902C3", listed(border.SecondLine))
	_, err := p.db.Pool.Exec(b.Context(), crowd, e.CrossingID, openCases-1)
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
	var after secondline.Cursor
	filters := secondline.Filters()
	timed(b, func(n int) {
		page, err := p.line.Queue(b.Context(), actor("officer3"), secondline.Query{Filter: filters[n%3], After: after})
		if err != nil || page.All != openCases {
			b.Fatal(err, page.Counts)
		}
		after = secondline.Cursor{}
		if n%2 == 0 {
			after = page.Next
		}
	})
}

// What an open page asks every second.
func BenchmarkVersion(b *testing.B) {
	p := crowded(b)
	timed(b, func(int) {
		if v, err := p.line.Version(b.Context()); err != nil || v.Open != openCases {
			b.Fatal(err, v)
		}
	})
}

// A case as an officer opens it, among 10,000 others.
func BenchmarkCase(b *testing.B) {
	p := crowded(b)
	page, err := p.line.Queue(b.Context(), actor("sam"), secondline.Query{})
	require.NoError(b, err)
	ids := make([]uuid.UUID, len(page.Items))
	for n, i := range page.Items {
		ids[n] = i.ID
	}
	timed(b, func(n int) {
		if _, err := p.line.Look(b.Context(), actor("sam"), ids[n%len(ids)]); err != nil {
			b.Fatal(err)
		}
	})
}
