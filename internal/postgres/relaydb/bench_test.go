package relaydb_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

// BenchmarkDrain measures how fast a station's backlog reaches the centre's tables, committed, over TLS: events of about
// 1.2 kB, numbered while the centre was away (as the relay does), pruned at the station when confirmed.
func BenchmarkDrain(b *testing.B) {
	const backlog = 20_000
	l := newDurableLine(b)
	p := newDurablePost(b, "airport")
	conn := l.bus.Station(b, p.name, "")
	warm := p.cross(b, 2000)
	_, stop := l.run(b, p, conn)
	p.settles(b)
	stop()
	var size int
	var used cpu
	for b.Loop() {
		b.StopTimer()
		p.cross(b, backlog)
		p.number(b)
		events, err := p.outbox.Pending(b.Context(), p.state(b).Epoch, 0, 1, 1)
		require.NoError(b, err)
		size = len(events[0].Payload)
		before := cpuNow(p.db, l.central)
		b.StartTimer()
		_, stop := l.run(b, p, conn)
		p.drained(b)
		stop()
		used = used.plus(cpuNow(p.db, l.central).minus(before))
	}
	require.Len(b, l.applied(b, p.name), len(warm)+b.N*backlog)
	used.report(b, b.N*backlog)
	b.ReportMetric(float64(b.N*backlog)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(size), "payload-B")
	b.ReportMetric(float64(conn.Stats().OutBytes)/float64(len(warm)+b.N*backlog), "wire-B/event")
}

// drained waits until the centre has confirmed everything. It looks seldom: looking takes what is measured.
func (p *post) drained(b *testing.B) {
	b.Helper()
	require.Eventually(b, func() bool {
		var left int64
		err := p.db.Pool.QueryRow(b.Context(), `SELECT last_seq - confirmed_seq FROM outbox_state`).Scan(&left)
		return err == nil && left == 0
	}, 5*time.Minute, 10*time.Millisecond)
}

// BenchmarkInsertToCommit measures the way of single crossings at 100 a second: from the start of the station's transaction to
// the return of the commit at the centre.
func BenchmarkInsertToCommit(b *testing.B) {
	l := newDurableLine(b)
	p := newDurablePost(b, "airport")
	relay, _ := l.run(b, p, l.bus.Station(b, p.name, ""))
	p.cross(b, 100)
	p.settles(b)
	written := map[uuid.UUID]time.Time{}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for b.Loop() {
		<-tick.C
		id := uuid.Must(uuid.NewV7())
		at := time.Now()
		payload, err := json.Marshal(crossing(p.name, id, len(written), at))
		require.NoError(b, err)
		require.NoError(b, p.db.InTx(b.Context(), func(tx pgx.Tx) error {
			return relaydb.Append(b.Context(), tx, border.KindCrossing, border.EventVersion, json.RawMessage(payload), at, id)
		}))
		relay.Wake()
		written[id] = at
	}
	p.settles(b)
	var took []time.Duration
	for id, at := range written {
		took = append(took, l.clocked.committed(id).Sub(at))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// clocked notes when the centre's commit of an event returned.
type clocked struct {
	replication.Preparer
	mu   sync.Mutex
	seen map[uuid.UUID]time.Time
}

func (c *clocked) Prepare(station string, events []replication.Event) func(context.Context, uuid.UUID) (replication.Reply, error) {
	apply := c.Preparer.Prepare(station, events)
	return func(ctx context.Context, epoch uuid.UUID) (replication.Reply, error) {
		reply, err := apply(ctx, epoch)
		c.note(time.Now(), events, reply, err)
		return reply, err
	}
}

func (c *clocked) note(now time.Time, events []replication.Event, reply replication.Reply, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range events {
		if _, known := c.seen[events[i].ID]; !known && err == nil && events[i].Seq <= reply.Cursor {
			c.seen[events[i].ID] = now
		}
	}
}

func (c *clocked) committed(id uuid.UUID) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[id]
}

// durable opens a database of a cluster of its own that syncs every commit to disk, as in production.
func durable(b *testing.B, kind migrations.Kind) *postgres.DB {
	b.Helper()
	cluster := pgtest.Durable(b)
	require.NoError(b, postgres.Migrate(b.Context(), cluster.AdminDSN(pgcluster.Database), kind))
	db, err := postgres.Open(b.Context(), cluster.DSN(pgcluster.Database, pgcluster.AppRole))
	require.NoError(b, err)
	b.Cleanup(db.Close)
	return db
}

func newDurablePost(b *testing.B, name string) *post {
	b.Helper()
	return openPost(durable(b, migrations.Station), name)
}

type durableLine struct {
	*line
	clocked *clocked
}

func newDurableLine(b *testing.B) *durableLine {
	b.Helper()
	l := &line{bus: bustest.New(b), alerts: &alertList{}}
	l.openCentral(b, durable(b, migrations.Central))
	clock := &clocked{Preparer: l.applier.(replication.Preparer), seen: map[uuid.UUID]time.Time{}}
	l.applier = clock
	l.receive(b)
	return &durableLine{l, clock}
}
