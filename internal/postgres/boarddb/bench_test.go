package boarddb_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb/deskworld"
	"github.com/openbmis/openbmis/migrations"
)

// entries is how long the list of the benchmarks is.
const entries = 1_000_000

// benchWorld is a centre on a database that syncs every commit to disk, with a long list and the machine's clock.
func benchWorld(b *testing.B) (*world, *crowd) {
	b.Helper()
	cluster := pgtest.Durable(b)
	require.NoError(b, postgres.Migrate(b.Context(), cluster.AdminDSN(pgcluster.Database), migrations.Central))
	db, err := postgres.Open(b.Context(), cluster.DSN(pgcluster.Database, pgcluster.AppRole), postgres.WithMaxConns(24))
	require.NoError(b, err)
	b.Cleanup(db.Close)
	w := &world{Centre: deskworld.Over(b, db, time.Now()), Courier: &courier{}, Slow: &slow{}, clock: time.Now}
	w.open()
	c := newCrowd(w.Store, entries)
	w.Details.Store = c
	w.start(policy(b, func(p *board.Policy) {
		p.Deadline, p.Reserve = board.Duration(2*time.Second), board.Duration(150*time.Millisecond)
	}))
	return w, c
}

// BenchmarkInteractive asks about one traveller each at 500 requests a second, whatever the answers take, for ten seconds: from the
// instant at which a request was due to the answer that is durable and logged.
func BenchmarkInteractive(b *testing.B) {
	const rate, seconds = 500, 10
	w, c := benchWorld(b)
	bodies := make([]string, rate*seconds)
	for n := range bodies {
		p := c.person(9, n)
		p.ref = uuid.NewString()[:12]
		bodies[n] = w.list("XX0123", "745", p.ref, p)
	}
	var took []time.Duration
	late := 0
	for b.Loop() {
		var mu sync.Mutex
		var all sync.WaitGroup
		begin := time.Now()
		for n, body := range bodies {
			due := begin.Add(time.Duration(n) * time.Second / rate)
			<-time.After(time.Until(due))
			all.Go(func() {
				reply, err := w.Office.Answer(b.Context(), w.envelope(body))
				d := time.Since(due)
				mu.Lock()
				defer mu.Unlock()
				took = append(took, d)
				if err != nil || len(reply) == 0 {
					b.Error(err)
				}
			})
		}
		all.Wait()
		b.StopTimer()
		require.NoError(b, w.DB.Pool.QueryRow(b.Context(), `SELECT count(*) FROM board_request WHERE timed_out`).Scan(&late))
		b.StartTimer()
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.50), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "max-ms")
	b.ReportMetric(float64(late), "late")
}

// BenchmarkFlight260 takes a list of 260 passengers from the message to findings, hits and notes for the stations: read, stored, matched
// against a million entries, by every check.
func BenchmarkFlight260(b *testing.B) {
	w, c := benchWorld(b)
	flight := 1000
	for b.Loop() {
		b.StopTimer()
		flight++
		var list []pax
		for n := range 260 {
			p := c.person(11, flight*1000+n)
			p.ref = uuid.NewString()[:12]
			list = append(list, p)
		}
		body := w.list(fmt.Sprintf("XX%04d", flight), "745", uuid.NewString()[:12], list...)
		b.StartTimer()
		_, err := w.Persons.Keep(b.Context(), w.envelope(body))
		require.NoError(b, err)
		m := message.Read([]byte(body)).Messages[0]
		_, persons := passengerdbtest.Message(b, w.Persons, m.Flights[0], time.Now(), m)
		w.work()
		require.Len(b, persons, 260)
	}
	require.Equal(b, 260*(flight-1000), w.Count("passenger_screening"))
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/flight")
}
