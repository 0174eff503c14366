package evidencedb_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/faultnet"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb/archive"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

const (
	patience = time.Minute
	station  = "test-air"
)

// hasty lets the tests not wait for what production waits for.
var hasty = replication.BlobTiming{
	Poll: 5 * time.Millisecond, Pause: 5 * time.Millisecond, Request: 2 * time.Second, Share: 20 * time.Millisecond, Review: 20 * time.Millisecond,
}

// line is the whole way: stations, a real bus, the centre's receiver, archive and database.
type line struct {
	testing.TB
	bus      *bustest.Bus
	db       *postgres.DB
	clock    *clock
	own      *vault.PrivateKey
	keys     *vault.Files
	archive  *archive.Archive
	receiver *replication.Receiver
	alerts   alerts
}

type alerts struct {
	mu   sync.Mutex
	list []replication.Alert
}

func (a *alerts) Raise(_ context.Context, alert replication.Alert) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, alert)
}

func (a *alerts) all() []replication.Alert {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.list
}

func newLine(t testing.TB) *line {
	t.Helper()
	l := &line{TB: t, bus: bustest.New(t), db: pgtest.New(t, migrations.Central), clock: &clock{at: bordertest.Noon}}
	var err error
	l.own, err = vault.OpenPrivateKey(filepath.Join(t.TempDir(), "evidence.key"), rand.Reader)
	require.NoError(t, err)
	l.keys, err = vault.OpenFiles(t.TempDir(), rand.Reader, l.clock.now)
	require.NoError(t, err)
	l.archive = archive.New(archive.Options{DB: l.db, Own: l.own, Wrapping: l.keys, Now: l.clock.now})
	l.receive(l.archive)
	return l
}

// receive starts the centre's end; a test may close it and start it anew.
func (l *line) receive(blobs replication.BlobStore) {
	l.Helper()
	applier := centraldb.NewApplier(centraldb.ApplierConfig{DB: l.db, Now: l.clock.now, NewID: uuid.New, Alerts: &l.alerts, Log: bustest.Log(l)})
	r, err := replication.NewReceiver(l.bus.Centre(l), replication.Parts{
		Applier: applier, Completeness: centraldb.NewCompleteness(l.db, l.clock.now), Status: centraldb.NewStatus(l.db), Blobs: blobs,
		Alerts: &l.alerts, Now: l.clock.now, Log: bustest.Log(l),
	})
	require.NoError(l, err)
	l.receiver = r
	l.Cleanup(r.Close)
}

// relays are a station's relay of events and that of blobs.
func (l *line) relays(p *post, conn *nats.Conn) (events, blobs func(context.Context) error) {
	outbox := relaydb.NewOutbox(p.db, station, uuid.New, p.clock.now)
	timing := replication.Timing{Poll: 10 * time.Millisecond, Pause: 5 * time.Millisecond, Barred: 20 * time.Millisecond, Request: 2 * time.Second}
	relay := replication.NewRelay(station, outbox, conn, &l.alerts, timing, bustest.Log(l))
	blob := replication.NewBlobRelay(replication.BlobRelayConfig{
		Station: station, Blobs: p.evidence, Events: outbox, Conn: conn, Timing: hasty, Log: bustest.Log(l),
	})
	return relay.Run, blob.Run
}

// start runs functions until the returned one is called, or the test ends.
func start(t testing.TB, runs ...func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, run := range runs {
		all.Go(func() { _ = run(ctx) })
	}
	stop = func() { cancel(); all.Wait() }
	t.Cleanup(stop)
	return stop
}

func (p *post) progress() replication.BlobProgress {
	p.Helper()
	b, err := p.evidence.Progress(p.Context())
	require.NoError(p, err)
	return b
}

// settles waits until the post owes the centre nothing.
func (p *post) settles() {
	p.Helper()
	require.Eventually(p, func() bool { return p.progress().Waiting == 0 && p.count("outbox") == 0 }, patience, 5*time.Millisecond)
}

// exact requires that every blob that the decisions name is at the centre once, whole, readable there, and nothing else.
func (l *line) exact(p *post, events ...border.CrossingEvent) {
	l.Helper()
	want := map[string]bool{}
	for _, e := range events {
		for _, x := range e.Exhibits {
			want[string(x.Digest)] = true
		}
	}
	rows, err := l.db.Pool.Query(l.Context(), `SELECT digest FROM exhibit_blob WHERE station = $1 AND sealed IS NOT NULL`, station)
	require.NoError(l, err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		var digest []byte
		require.NoError(l, rows.Scan(&digest))
		require.True(l, want[string(digest)])
		n++
	}
	require.NoError(l, rows.Err())
	require.Equal(l, len(want), n)
	require.Zero(l, l.count("exhibit_chunk"))
	require.Zero(l, l.count("exhibit_missing"))
	for _, e := range events {
		r, err := l.archive.Reading(l.Context(), e.CrossingID, entry(e.CrossingID))
		require.NoError(l, err)
		here, err := p.store.Reading(l.Context(), scanOf(p, e))
		require.NoError(l, err)
		require.Equal(l, here, r)
	}
}

func (l *line) count(from string, args ...any) (n int) {
	l.Helper()
	require.NoError(l, l.db.Pool.QueryRow(l.Context(), "SELECT count(*) FROM "+from, args...).Scan(&n))
	return n
}

// large is a reading with a page of so many bytes.
func large(n, size int) *reader.Reading {
	r := reading(n)
	page := make([]byte, size)
	_, _ = rand.Read(page)
	r.Images[0].Data = page
	return r
}

func TestEvidenceReachesTheCentreThatReadsIt(t *testing.T) {
	l, p := newLine(t), newPost(t)
	e := p.decide(p.open("L898902C3", large(1, 3<<20)))
	require.Equal(t, "no_key", p.progress().Held, "the station says why nothing leaves")
	require.Equal(t, int64(parts), p.progress().Waiting)
	published, err := l.archive.PublishKey(t.Context())
	require.NoError(t, err)
	require.True(t, published)
	published, err = l.archive.PublishKey(t.Context())
	require.NoError(t, err)
	require.False(t, published, "once")
	references := relaydb.NewReferences(p.db, map[string]relaydb.Sink{evidencedb.KeyDataset: evidencedb.Sink{}}, p.clock.now)
	l.receiver.Close()
	l.receiveWithReference()
	conn := l.bus.Station(t, station, "")
	_, seals := l.bus.Seals(t)
	puller := replication.NewPuller(replication.PullerConfig{
		Station: station, Datasets: references.Datasets(), Conn: conn, Store: references, Trust: seals, Alerts: &l.alerts, Log: bustest.Log(t), Timeout: patience,
	})
	require.NoError(t, puller.PullAll(t.Context()))
	require.Empty(t, p.progress().Held)
	events, blobs := l.relays(p, conn)
	start(t, events, blobs)
	p.settles()
	l.exact(p, e)
	require.Empty(t, l.alerts.all())
	require.Equal(t, 1, l.count("person_key"))
}

func (l *line) receiveWithReference() {
	l.Helper()
	signer, _ := l.bus.Seals(l)
	r, err := replication.NewReceiver(l.bus.Centre(l), replication.Parts{
		Applier:      centraldb.NewApplier(centraldb.ApplierConfig{DB: l.db, Now: l.clock.now, NewID: uuid.New, Alerts: &l.alerts, Log: bustest.Log(l)}),
		Completeness: centraldb.NewCompleteness(l.db, l.clock.now), Status: centraldb.NewStatus(l.db), Blobs: l.archive,
		Source: centraldb.NewReference(l.db), Signer: signer, Alerts: &l.alerts, Now: l.clock.now, Log: bustest.Log(l),
	})
	require.NoError(l, err)
	l.Cleanup(r.Close)
}

// The line is cut again and again while a large page is on its way; nothing is lost, nothing is twice, and what had arrived is not sent
// again.
func TestNothingIsLostWhenTheLineIsCut(t *testing.T) {
	l, p := newLine(t), newPost(t)
	p.learn(l.own.Public())
	wire, err := faultnet.Listen(l.bus.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, wire.Close()) })
	conn := l.bus.Station(t, station, wire.Addr())
	const page = 4 << 20
	first := p.decide(p.open("L898902C3", large(1, page)))
	wire.Bandwidth(8 << 20)
	events, blobs := l.relays(p, conn)
	start(t, events, blobs)
	chunks := func() int { return l.count(`exhibit_chunk`) }
	for range 3 {
		before := chunks()
		require.Eventually(t, func() bool { return chunks() > before || p.progress().Waiting < 2 }, patience, time.Millisecond)
		wire.Cut()
		require.Eventually(t, func() bool { return !conn.IsConnected() }, patience, time.Millisecond)
		require.GreaterOrEqual(t, chunks(), min(before, 1))
		wire.Restore()
		wire.Bandwidth(8 << 20)
		require.Eventually(t, conn.IsConnected, patience, time.Millisecond)
	}
	second := p.decide(p.open("L898902C3", large(2, page)))
	p.settles()
	l.exact(p, first, second)
	require.Less(t, wire.Passed(), int64(4*page), "two pages of four megabytes, resumed and not begun anew")
	require.Empty(t, l.alerts.all())
}

// The receiver, the relay and the connection are stopped at any moment, as by kill -9: whatever was committed stands.
func TestNothingIsLostWhenAnEndDies(t *testing.T) {
	l, p := newLine(t), newPost(t)
	p.learn(l.own.Public())
	var decided []border.CrossingEvent
	for n := range 4 {
		decided = append(decided, p.decide(p.open("L898902C3", large(n, 1<<20))))
	}
	for n := range 6 {
		conn := l.bus.Station(t, station, "")
		stop := start(t, func() []func(context.Context) error {
			e, b := l.relays(p, conn)
			return []func(context.Context) error{e, b}
		}()...)
		before := l.count(`exhibit_chunk`) + l.count(`exhibit_blob`)
		require.Eventually(t, func() bool {
			return l.count(`exhibit_chunk`)+l.count(`exhibit_blob`) != before || p.progress().Waiting == 0
		},
			patience, time.Millisecond)
		if n%2 == 0 {
			l.receiver.Close()
			stop()
			l.receive(l.archive)
		}
		conn.Close()
		stop()
	}
	events, blobs := l.relays(p, l.bus.Station(t, station, ""))
	start(t, events, blobs)
	p.settles()
	l.exact(p, decided...)
}

// forgetful is a centre whose answers get lost: it commits and says nothing.
type forgetful struct {
	replication.BlobStore
	mu   sync.Mutex
	lose int
}

func (f *forgetful) Piece(ctx context.Context, station string, b replication.Blob, at int64, bytes []byte) (int64, bool, error) {
	have, done, err := f.BlobStore.Piece(ctx, station, b, at, bytes)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lose > 0 && len(bytes) > 0 {
		f.lose--
		return 0, false, context.DeadlineExceeded // answered "unavailable" although it is committed
	}
	return have, done, err
}

func TestALostAnswerDoublesNothing(t *testing.T) {
	l, p := newLine(t), newPost(t)
	p.learn(l.own.Public())
	l.receiver.Close()
	l.receive(&forgetful{BlobStore: l.archive, lose: 12})
	e := p.decide(p.open("L898902C3", large(1, 1<<20)))
	events, blobs := l.relays(p, l.bus.Station(t, station, ""))
	start(t, events, blobs)
	p.settles()
	l.exact(p, e)
}

// Events overtake blobs: while a large page is on its way over a thin line, a decision made later is at the centre first.
func TestEventsOvertakeBlobs(t *testing.T) {
	l, p := newLine(t), newPost(t)
	p.learn(l.own.Public())
	wire, err := faultnet.Listen(l.bus.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, wire.Close()) })
	conn := l.bus.Station(t, station, wire.Addr())
	first := p.decide(p.open("L898902C3", large(1, 2<<20)))
	wire.Bandwidth(512 << 10)
	events, blobs := l.relays(p, conn)
	stopEvents := start(t, events)
	start(t, blobs)
	require.Eventually(t, func() bool { return l.count(`exhibit_chunk`) > 1 }, patience, time.Millisecond)
	second := p.decide(p.open("D23145890", reading(2)))
	require.Eventually(t, func() bool { return l.count(`crossing WHERE crossing_id = $1`, second.CrossingID) == 1 }, patience, time.Millisecond)
	require.NotZero(t, p.progress().Waiting, "the page was decided first and is still on its way")
	require.Zero(t, l.count(`exhibit_blob WHERE digest = ANY ($1)`, [][]byte{pageOf(first).Digest}))
	stopEvents()
	third := p.decide(p.open("D23145890", reading(3)))
	wire.Bandwidth(0)
	require.Eventually(t, func() bool { return p.progress().Waiting == 0 }, patience, 5*time.Millisecond, "events that cannot leave do not starve blobs")
	require.Zero(t, l.count(`crossing WHERE crossing_id = $1`, third.CrossingID))
	start(t, events)
	p.settles()
	l.exact(p, first, second, third)
}

func pageOf(e border.CrossingEvent) border.Exhibit {
	for _, x := range e.Exhibits {
		if x.Name == "white/0" {
			return x
		}
	}
	return border.Exhibit{}
}

// A centre restored from a backup asks for what it had confirmed and lost.
func TestACentreThatLostEvidenceGetsItAgain(t *testing.T) {
	l, p := newLine(t), newPost(t)
	p.learn(l.own.Public())
	e := p.decide(p.open("L898902C3", reading(1)))
	events, blobs := l.relays(p, l.bus.Station(t, station, ""))
	start(t, events, blobs)
	p.settles()
	admin := pgtest.Admin(t, l.db)
	_, err := admin.Pool.Exec(t.Context(), `DELETE FROM exhibit_blob; DELETE FROM person_key; UPDATE exhibit_named SET settled_at = NULL`)
	require.NoError(t, err)
	l.clock.move(time.Hour)
	require.Eventually(t, func() bool { return l.count(`exhibit_blob`) == parts }, patience, 5*time.Millisecond)
	p.settles()
	l.exact(p, e)
}

func TestADestroyedKeyIsDestroyedAtTheCentreToo(t *testing.T) {
	l, p := newLine(t), newPost(t)
	p.learn(l.own.Public())
	e := p.decide(p.open("L898902C3", reading(1)))
	events, blobs := l.relays(p, l.bus.Station(t, station, ""))
	stop := start(t, events, blobs)
	p.settles()
	stop()
	late := p.decide(p.open("D23145890", reading(2)))
	p.destroy(evidencedb.Whose{File: e.TravellerID})
	p.destroy(evidencedb.Whose{File: late.TravellerID})
	require.Zero(t, p.progress().Waiting, "what nobody can read is not sent")
	start(t, events, blobs)
	require.Eventually(t, func() bool { return p.count(`key_tombstone WHERE sent_at IS NULL`) == 0 && p.count("outbox") == 0 }, patience, 5*time.Millisecond)
	require.Zero(t, l.count(`exhibit_blob WHERE sealed IS NOT NULL`))
	require.Equal(t, 2, l.count(`person_key WHERE wrapped IS NULL AND ground = 'retention'`))
	require.Zero(t, l.count("exhibit_missing"), "what is destroyed is not missing, though its event came after the tombstone")
	for _, x := range []border.CrossingEvent{e, late} {
		_, err := l.archive.Reading(t.Context(), x.CrossingID, entry(x.CrossingID))
		require.ErrorIs(t, err, evidencedb.ErrDestroyed)
	}
}

// What the centre would not take is parked, shown, and does not hold up the next.
func TestABlobThatCannotBeTakenIsParked(t *testing.T) {
	l, p := newLine(t), newPost(t)
	p.learn(l.own.Public())
	e := p.decide(p.open("L898902C3", reading(1)))
	admin := pgtest.Admin(t, p.db)
	page := pageOf(e)
	_, err := admin.Pool.Exec(t.Context(), `UPDATE exhibit_blob SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE digest = $1`, page.Digest)
	require.NoError(t, err, "the disk gives other bytes than it was given")
	events, blobs := l.relays(p, l.bus.Station(t, station, ""))
	start(t, events, blobs)
	require.Eventually(t, func() bool { b := p.progress(); return b.Waiting == 1 && b.Parked == 1 }, patience, 5*time.Millisecond)
	require.Equal(t, 1, p.count(`exhibit_blob WHERE state = 'parked' AND reason = 'digest' AND digest = $1`, page.Digest))
	require.Equal(t, parts-1, l.count("exhibit_blob"))
	require.Equal(t, 1, l.count("exhibit_missing"), "the centre knows what it misses")
	_, err = admin.Pool.Exec(t.Context(), `UPDATE exhibit_blob SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE digest = $1`, page.Digest)
	require.NoError(t, err)
	p.clock.move(2 * time.Hour)
	p.settles()
	l.exact(p, e)
}

func TestAStationWritesUnderItsOwnNameOnly(t *testing.T) {
	l, p := newLine(t), newPost(t)
	p.learn(l.own.Public())
	e := p.decide(p.open("L898902C3", reading(1)))
	events, blobs := l.relays(p, l.bus.Station(t, station, ""))
	start(t, events, blobs)
	p.settles()
	blob := replication.Blob{Digest: e.Exhibits[0].Digest, Size: 1, Exhibit: uuid.New(), Key: e.Exhibits[0].Key, Kind: "page", Version: 1, Envelope: []byte("x")}
	_, done, err := l.archive.Piece(t.Context(), "other", blob, 0, nil)
	require.NoError(t, err)
	require.False(t, done, "another station's blob of the same digest is another blob")
	other := l.bus.Station(t, "other", "")
	problems := make(chan error, 1)
	other.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { problems <- err })
	require.NoError(t, other.Publish(bus.BlobSubject(station), []byte("x")))
	require.NoError(t, other.Flush())
	require.ErrorIs(t, <-problems, nats.ErrPermissionViolation)
	require.Error(t, l.archive.Bury(t.Context(), "other", replication.Tombstone{Key: blob.Key, Ground: "x", DestroyedAt: bordertest.Noon}))
	l.exact(p, e)
}
