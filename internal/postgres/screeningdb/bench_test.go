package screeningdb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
)

// people is how many crossings a round of the benchmarks screens.
const people = 2000

// BenchmarkScreenArrivals is the screening of arriving events, reading and writing included.
func BenchmarkScreenArrivals(b *testing.B) {
	c := deskworld.New(b)
	wanted(c)
	c.Screen()
	crossings(c, people)
	c.Screen()
	again := `INSERT INTO screening_due (crossed_at, crossings, queued_at)
		SELECT array_agg(crossed_at), array_agg(event_id), now() FROM (SELECT *, row_number() OVER () / 100 AS part FROM crossing) c GROUP BY part`
	for b.Loop() {
		b.StopTimer()
		c.Exec(again)
		b.StartTimer()
		c.Screen()
	}
	b.ReportMetric(float64(people*b.N)/b.Elapsed().Seconds(), "crossings/s")
}

// BenchmarkSearchChangedAlerts is a run of changed alerts over the people who have crossed, reading and writing included.
func BenchmarkSearchChangedAlerts(b *testing.B) {
	c := deskworld.New(b)
	crossings(c, people)
	c.Screen()
	searched := 0
	for b.Loop() {
		b.StopTimer()
		for n := range 20 {
			c.Alert(deskworld.Wanted("N-"+string(rune('A'+n)), deskworld.Traveller(500+n)))
		}
		b.StartTimer()
		c.Screen()
		searched += people
	}
	b.ReportMetric(float64(searched)/b.Elapsed().Seconds(), "crossings/s")
}

// wanted puts alerts on the list.
func wanted(c *deskworld.Centre) {
	for n := range 500 {
		c.Alert(deskworld.Wanted("A-"+string(rune('A'+n/26))+string(rune('A'+n%26)), deskworld.Traveller(10_000+n*7)))
	}
}

// crossings are applied as one batch of copies of one crossing, each of another person.
func crossings(c *deskworld.Centre, n int) {
	c.Station("xaa-apt").Cross(deskworld.Traveller(1), border.Entry, c.Now.Add(-time.Hour), deskworld.NoHit())
	c.Exec(`INSERT INTO crossing SELECT nextval('crossing_received_id'), crossed_at - g * interval '1 second', gen_random_uuid(), gen_random_uuid(),
		gen_random_uuid(), received_at, origin, origin_seq + g, station, local_date, zone, lane, officer, direction, mode, transport, purpose,
		'PERSON' || md5(g::text), 'GIVEN' || md5((g * 7)::text), birth_date, sex, nationality, doc_code, 'Z' || g, 'Z' || g, issuing_state, outcome, reason, hits, not_checked,
		annulled_at, payload FROM crossing, generate_series(1, $1) g`, n-1)
	require.Equal(c, n, c.Count("crossing"))
}
