package relaydb_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/faultnet"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

// traffic writes crossings until it is stopped, and gives the ids of all that were committed.
func traffic(t *testing.T, p *post, relay *replication.Relay) (stop func() []uuid.UUID) {
	t.Helper()
	var written []uuid.UUID
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			default:
				some, err := p.record(context.Background(), 5)
				if err != nil {
					t.Errorf("record crossings: %v", err)
					return
				}
				written = append(written, some...)
				relay.Wake()
			}
		}
	}()
	return func() []uuid.UUID { close(end); <-ended; return written }
}

// stuck waits until events wait at the post that cannot leave: the fault has bitten.
func (p *post) stuck(t testing.TB, atLeast int64) {
	t.Helper()
	require.Eventually(t, func() bool { return p.state(t).Backlog >= atLeast }, patience, 5*time.Millisecond)
}

func TestNothingIsLostWhenTheLineFails(t *testing.T) {
	l := newLine(t)
	p := newPost(t, "land")
	wire, err := faultnet.Listen(l.bus.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, wire.Close()) })
	conn := l.bus.Station(t, "land", wire.Addr())
	relay, _ := l.run(t, p, conn)
	stop := traffic(t, p, relay)
	for range 3 {
		refused := wire.Refused()
		wire.Cut()
		p.stuck(t, p.state(t).Backlog+100)
		require.Eventually(t, func() bool { return wire.Refused() > refused }, patience, time.Millisecond)
		wire.Restore()
		require.Eventually(t, conn.IsConnected, patience, time.Millisecond)
		before := p.state(t).Confirmed.Seq
		require.Eventually(t, func() bool { return p.state(t).Confirmed.Seq > before }, patience, 5*time.Millisecond)
	}
	wire.Latency(30 * time.Millisecond)
	wire.Blackhole()
	require.Eventually(t, func() bool { return wire.Dropped() > 0 }, patience, time.Millisecond)
	p.stuck(t, p.state(t).Backlog+100)
	wire.Restore()
	written := stop()
	p.settles(t)
	l.exact(t, p, written)
	require.Empty(t, l.alerts.codes(), "a line that fails is no reason for an alert")
}

// unruly does to batches what networks, restarts and impatience do: it loses them, repeats them, delivers them late, and
// loses answers after the commit.
type unruly struct {
	replication.Applier
	random *rand.Rand
	late   sync.WaitGroup
	faults atomic.Int64

	mu sync.Mutex
}

func (u *unruly) roll() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.random.IntN(8)
}

var errUnruly = errors.New("unruly")

func (u *unruly) Apply(ctx context.Context, station string, epoch uuid.UUID, events []replication.Event) (replication.Reply, error) {
	fault := u.roll()
	if fault < 4 {
		u.faults.Add(1)
	}
	switch fault {
	case 0: // lost on the way there
		return replication.Reply{}, errUnruly
	case 1: // lost on the way back
		_, err := u.Applier.Apply(ctx, station, epoch, events)
		return replication.Reply{}, errors.Join(errUnruly, err)
	case 2: // twice, the second time much later and beside others
		events := slices.Clone(events)
		u.late.Go(func() {
			for range 3 {
				_, _ = u.Applier.Apply(context.Background(), station, epoch, events)
			}
		})
	case 3: // a piece of it overtakes the rest
		_, _ = u.Applier.Apply(ctx, station, epoch, events[len(events)/2:])
	}
	return u.Applier.Apply(ctx, station, epoch, events)
}

func TestNothingIsLostOrDoubledWhenMessagesAre(t *testing.T) {
	l := newLine(t)
	l.receiver.Close()
	u := &unruly{Applier: l.applier, random: rand.New(rand.NewPCG(1, 2))}
	l.applier = u
	l.receive(t)
	var posts []*post
	var written [][]uuid.UUID
	for _, name := range []string{"land", "airport", "port"} {
		p := newPost(t, name)
		relay, _ := l.run(t, p, l.bus.Station(t, name, ""))
		stop := traffic(t, p, relay)
		p.stuck(t, 1)
		written = append(written, append(p.cross(t, 3000), stop()...))
		posts = append(posts, p)
	}
	for _, p := range posts {
		p.settles(t)
	}
	u.late.Wait()
	require.Positive(t, u.faults.Load())
	for i, p := range posts {
		l.exact(t, p, written[i])
	}
	require.Empty(t, l.alerts.codes())
}

// The centre's database connections are killed in the middle of what they do, and its end of the line is closed and opened.
func TestNothingIsLostWhenTheCentreFailsWithinACommit(t *testing.T) {
	l := newLine(t)
	p := newPost(t, "land")
	written := p.cross(t, 20_000)
	admin := pgtest.Admin(t, l.central)
	_, _ = l.run(t, p, l.bus.Station(t, "land", ""))
	killed := 0
	for p.state(t).Backlog > 0 {
		var n int
		require.NoError(t, admin.Pool.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'`).Scan(&n))
		killed += n
		if n > 0 {
			l.receiver.Close()
			l.receive(t)
			before := p.state(t).Confirmed.Seq
			require.Eventually(t, func() bool { s := p.state(t); return s.Confirmed.Seq > before || s.Backlog == 0 }, patience, time.Millisecond)
		}
	}
	require.Positive(t, killed, "a transaction was hit")
	l.exact(t, p, written)
	require.Empty(t, l.alerts.codes())
}

func TestAPoisonedEventIsParkedAndHoldsUpNothing(t *testing.T) {
	l := newLine(t)
	p := newPost(t, "land")
	written := p.cross(t, 10)
	for _, payload := range []string{`{"not":"a crossing"}`, `[]`, `"\ud800"`, `{"crossing_id":"\u0000"}`} {
		p.append(t, uuid.New(), time.Now(), json.RawMessage(payload)) // of a kind nobody knows
		require.NoError(t, relaydb.Append(t.Context(), p.db.Pool, border.KindCrossing, border.EventVersion, json.RawMessage(payload), time.Now(), uuid.New()))
	}
	written = append(written, p.cross(t, 10)...)
	_, _ = l.run(t, p, l.bus.Station(t, "land", ""))
	p.settles(t)
	l.exact(t, p, written)
	var parked int
	require.NoError(t, l.central.Pool.QueryRow(t.Context(), `SELECT count(*) FROM dead_letter WHERE station = 'land'`).Scan(&parked))
	require.Equal(t, 8, parked)
	require.Equal(t, []replication.AlertCode{replication.AlertDeadLetter}, l.alerts.codes())
}

// backup remembers the outbox as a backup of the station's database would.
func (p *post) backup(t *testing.T) (restore func()) {
	t.Helper()
	admin := pgtest.Admin(t, p.db)
	run := func(sql string) {
		t.Helper()
		_, err := admin.Pool.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	run(`CREATE TABLE b1 AS TABLE outbox; CREATE TABLE b2 AS TABLE outbox_state; CREATE TABLE b3 AS TABLE outbox_day`)
	return func() {
		run(`TRUNCATE outbox, outbox_state, outbox_day; INSERT INTO outbox OVERRIDING SYSTEM VALUE TABLE b1;
			INSERT INTO outbox_state TABLE b2; INSERT INTO outbox_day TABLE b3; DROP TABLE b1, b2, b3`)
	}
}

func TestAStationRestoredFromABackupGoesOnUnderANewEpoch(t *testing.T) {
	for name, after := range map[string]int{"the centre is ahead": 3, "numbers were used again": 120, "nothing new was written": 0} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			p := newPost(t, "land")
			conn := l.bus.Station(t, "land", "")
			written := p.cross(t, 20)
			_, stop := l.run(t, p, conn)
			p.settles(t)
			stop()
			written = append(written, p.cross(t, 30)...)
			p.number(t)
			restore := p.backup(t)
			written = append(written, p.cross(t, 50)...) // the backup does not know them; the centre will
			_, stop = l.run(t, p, conn)
			p.settles(t)
			stop()
			epoch := p.state(t).Epoch
			restore()
			require.Equal(t, int64(30), p.state(t).Backlog)
			written = append(written, p.cross(t, after)...)
			p.number(t)
			_, _ = l.run(t, p, conn)
			p.settles(t)
			require.NotEqual(t, epoch, p.state(t).Epoch)
			require.Equal(t, []replication.AlertCode{replication.AlertEpochChanged}, l.alerts.codes())
			l.exact(t, p, written)
		})
	}
}

func TestACentreThatForgotIsNoticedAndTheLossNamed(t *testing.T) {
	l := newLine(t)
	p := newPost(t, "land")
	conn := l.bus.Station(t, "land", "")
	p.cross(t, 40)
	_, stop := l.run(t, p, conn)
	p.settles(t)
	stop()
	before := p.state(t)
	l.receiver.Close()
	l.openCentral(t, pgtest.New(t, migrations.Central)) // restored from a backup that knows nothing
	l.receive(t)
	p.cross(t, 10)
	_, _ = l.run(t, p, conn)
	p.settles(t)
	require.Equal(t, []replication.AlertCode{replication.AlertCentreBehind}, l.alerts.codes())
	require.Len(t, l.applied(t, "land"), 10, "the station goes on")
	parts := l.parts(t)
	require.NoError(t, parts.Completeness.Claim(t.Context(), "land", p.days(t, uuid.Nil)))
	comparison, err := parts.Completeness.Compare(t.Context(), "land")
	require.NoError(t, err)
	require.Equal(t, []replication.Range{{Epoch: before.Epoch, First: 1, Last: 40}}, comparison.Missing)
}

func TestATamperedOutboxIsRefusedAndTold(t *testing.T) {
	l := newLine(t)
	p := newPost(t, "land")
	p.cross(t, 20)
	p.number(t)
	_, err := p.db.Pool.Exec(t.Context(), `UPDATE outbox SET payload = replace(payload::text, 'officer1', 'officer2')::json WHERE seq = 12`)
	require.NoError(t, err)
	_, stop := l.run(t, p, l.bus.Station(t, "land", ""))
	require.Eventually(t, func() bool { return slices.Contains(l.alerts.codes(), replication.AlertChainBroken) }, patience, time.Millisecond)
	stop()
	require.Empty(t, l.applied(t, "land"))
	require.Equal(t, int64(20), p.state(t).Backlog)
}

// An operator begins a new epoch while the relay works: nothing is lost, nothing doubled, and nobody is alarmed.
func TestANewEpochWhileTheRelayWorks(t *testing.T) {
	l := newLine(t)
	p := newPost(t, "land")
	relay, _ := l.run(t, p, l.bus.Station(t, "land", ""))
	stop := traffic(t, p, relay)
	for range 4 {
		before := p.state(t).Epoch
		state, err := p.outbox.NewEpoch(t.Context(), "by hand")
		require.NoError(t, err)
		require.NotEqual(t, before, state.Epoch)
		require.Eventually(t, func() bool { return p.state(t).Confirmed.Seq > 0 }, patience, time.Millisecond)
	}
	written := stop()
	p.settles(t)
	l.exact(t, p, written)
	require.Empty(t, l.alerts.codes())
}
