package archive_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"math"
	mrand "math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/fingers/identify"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	evidence "github.com/openbmis/openbmis/internal/postgres/evidencedb/archive"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb/archive"
	"github.com/openbmis/openbmis/internal/postgres/fingertaskdb"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// centre is the centre's side: applier, archive, gallery and worker, on a database of its own.
type centre struct {
	testing.TB
	clock   *clock
	db      *postgres.DB
	own     *vault.PrivateKey
	keys    *vault.Files
	applier *centraldb.Applier
	persons *centraldb.Projector
	archive *archive.Archive
	stores  replication.BlobStore
	engine  abis.Engine
	worker  *identify.Worker
	log     *bytes.Buffer
	mark    int64
	told    []string
}

func newCentre(t testing.TB) *centre {
	t.Helper()
	c := &centre{TB: t, clock: &clock{at: bordertest.Noon}, db: pgtest.New(t, migrations.Central), log: new(bytes.Buffer)}
	var err error
	c.own, err = vault.OpenPrivateKey(filepath.Join(t.TempDir(), "centre.key"), rand.Reader)
	require.NoError(t, err)
	c.keys, err = vault.OpenFiles(t.TempDir(), rand.Reader, c.clock.now)
	require.NoError(t, err)
	log := slog.New(slog.NewTextHandler(io.MultiWriter(c.log, t.Output()), nil))
	c.applier = centraldb.NewApplier(centraldb.ApplierConfig{
		DB: c.db, Now: c.clock.now, NewID: uuid.New, Alerts: centraldb.NewAlerts(c.db, c.clock.now, log), Log: log,
	})
	c.persons = centraldb.NewProjector(centraldb.ProjectorConfig{DB: c.db, Now: c.clock.now, Log: log})
	c.archive = archive.New(archive.Options{
		DB: c.db, Own: c.own, Wrapping: c.keys, Policy: fingers.DefaultPolicy, Now: c.clock.now, Log: log,
		Published: func(dataset string) { c.told = append(c.told, dataset) },
	})
	c.stores = replication.BlobStores(c.archive, evidence.New(evidence.Options{DB: c.db, Own: c.own, Wrapping: c.keys, Now: c.clock.now}))
	c.engine = abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), c.clock.now)
	c.worker = identify.NewWorker(identify.WorkerConfig{
		Queue: c.archive, Engine: c.engine, Policy: fingers.DefaultPolicy, Place: archive.Place, Actor: service(), Now: c.clock.now,
		NewID: uuid.New, Log: log,
	})
	return c
}

func service() audit.Actor {
	return audit.Actor{ID: fingers.CheckName, Name: fingers.CheckName, Role: "service", Post: archive.Place}
}

// follow brings the engine up to the archive, as the gallery does.
func (c *centre) follow() {
	c.Helper()
	next, err := c.archive.Since(c.Context(), c.mark, func(link uuid.UUID, prints []fingers.Print) error {
		if len(prints) == 0 {
			return c.engine.Delete(c.Context(), link)
		}
		list := make([]abis.Finger, len(prints))
		for n, p := range prints {
			list[n] = abis.Finger{Position: p.Position, Template: p.Template}
		}
		return c.engine.Insert(c.Context(), link, list)
	})
	require.NoError(c, err)
	c.mark = next
}

// search makes what is due, and says how many searches it were.
func (c *centre) search() int {
	c.Helper()
	c.follow()
	all := 0
	for {
		n, err := c.worker.Step(c.Context())
		require.NoError(c, err)
		if all += n; n == 0 {
			return all
		}
	}
}

// gallery is everybody as a gallery that starts now sees them: prints by link.
func (c *centre) gallery() map[uuid.UUID]int {
	c.Helper()
	all := map[uuid.UUID]int{}
	_, err := c.archive.Each(c.Context(), func(link uuid.UUID, prints []fingers.Print) error {
		if len(prints) > 0 {
			all[link] = len(prints)
		}
		return nil
	})
	require.NoError(c, err)
	return all
}

func (c *centre) count(from string, args ...any) int { return count(c, c.db, from, args...) }

func count(t testing.TB, db *postgres.DB, from string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM "+from, args...).Scan(&n), from)
	return n
}

// exec does what nobody may: it is for damage.
func (c *centre) exec(sql string, args ...any) {
	c.Helper()
	_, err := pgtest.Admin(c, c.db).Pool.Exec(c.Context(), sql, args...)
	require.NoError(c, err)
}

// post is a crossing point that takes prints and sends them to a centre.
type post struct {
	testing.TB
	name   string
	centre *centre
	db     *postgres.DB
	prints *fingerdb.Store
	tasks  *fingertaskdb.Store
	desk   *fingers.TaskDesk
	store  *stationdb.Store
	outbox *relaydb.Outbox
	make   func(who uint64, f biometrics.Position) fingers.Print
	have   int64 // of the dataset of candidates
}

func newPost(c *centre, name string) *post {
	c.Helper()
	p := &post{TB: c.TB, make: printOf, name: name, centre: c, db: pgtest.New(c, migrations.Station)}
	keys, err := vault.OpenFiles(c.TempDir(), rand.Reader, c.clock.now)
	require.NoError(c, err)
	p.prints = fingerdb.New(fingerdb.Options{
		DB: p.db, Wrapping: keys, Random: rand.Reader, Now: c.clock.now, NewID: uuid.New, Station: name, Zone: time.UTC,
	})
	writer := fingers.TaskWriter{
		Station: name, Zone: time.UTC, Status: func() border.Status { return border.Confirmed }, Now: c.clock.now, NewID: uuid.New,
	}
	p.tasks = fingertaskdb.New(fingertaskdb.Config{DB: p.db, Writer: writer, Prints: p.prints, Nudge: func() {}})
	p.desk = fingers.NewTaskDesk(p.tasks, writer)
	p.prints = p.prints.Raising(p.tasks)
	p.store = stationdb.New(p.db, uuid.New, func() {}).Enrolling(p.prints)
	p.outbox = relaydb.NewOutbox(p.db, name, uuid.New, c.clock.now)
	public := c.own.Public()
	require.NoError(c, p.db.InTx(c.Context(), func(tx pgx.Tx) error {
		data := marshal(c, evidencedb.CentreKey{ID: public.ID, Point: public.Bytes, Since: c.clock.now()})
		return evidencedb.Sink{}.Apply(c.Context(), tx, []replication.Change{{Version: 1, Op: replication.OpPut, Key: public.ID, Data: data}})
	}))
	return p
}

// events brings the station's events to the centre.
func (p *post) events() {
	p.Helper()
	_, err := p.outbox.Sequence(p.Context())
	require.NoError(p, err)
	state, err := p.outbox.State(p.Context())
	require.NoError(p, err)
	list, err := p.outbox.Pending(p.Context(), state.Epoch, state.Confirmed.Seq, 500, 1<<24)
	require.NoError(p, err)
	if len(list) == 0 {
		return
	}
	reply, err := p.centre.applier.Apply(p.Context(), p.name, state.Epoch, list)
	require.NoError(p, err)
	last := list[len(list)-1]
	require.Equal(p, replication.Reply{Cursor: last.Seq, Head: last.Hash}, reply)
	require.Zero(p, p.centre.count("dead_letter"))
	require.NoError(p, p.outbox.Confirm(p.Context(), state.Epoch, replication.Position{Seq: last.Seq, Head: last.Hash}))
}

// blobs brings at most so many sealed blobs to the centre, as the relay does, and says how many.
func (p *post) blobs(most int) (n int) {
	p.Helper()
	for ; n < most; n++ {
		b, err := p.prints.Next(p.Context())
		require.NoError(p, err)
		if b == nil {
			return n
		}
		require.NoError(p, p.give(*b))
		require.NoError(p, p.prints.Confirm(p.Context(), b.Digest))
	}
	return n
}

// give brings one blob in pieces.
func (p *post) give(b replication.Blob) error {
	for at := int64(0); ; {
		piece, err := p.prints.Read(p.Context(), b.Digest, at, 1500)
		require.NoError(p, err)
		have, done, err := p.centre.stores.Piece(p.Context(), p.name, b, at, piece)
		if err != nil || done {
			return err
		}
		at = have
	}
}

// sent is everything of the post at the centre, which searches for it, and what it told taken.
func (p *post) sent() {
	p.Helper()
	p.events()
	require.NoError(p, p.centre.persons.Drain(p.Context()))
	p.blobs(math.MaxInt)
	list, err := p.prints.Tombstones(p.Context(), 100)
	require.NoError(p, err)
	for _, t := range list {
		require.NoError(p, p.centre.stores.Bury(p.Context(), p.name, t))
		require.NoError(p, p.prints.Told(p.Context(), t.Key))
	}
	p.centre.search()
	p.pull()
}

// pull takes what the centre told, as the puller does.
func (p *post) pull() {
	p.Helper()
	changes, at, err := centraldb.NewReference(p.centre.db).Changes(p.Context(), fingers.ToldDataset, p.have, 1000)
	require.NoError(p, err)
	p.have = at.Version
	require.NoError(p, p.db.InTx(p.Context(), func(tx pgx.Tx) error {
		return fingertaskdb.Sink{Station: p.name}.Apply(p.Context(), tx, changes)
	}))
	_, err = p.tasks.TakeTold(p.Context(), 100)
	require.NoError(p, err)
}

func (p *post) count(from string, args ...any) int { return count(p, p.db, from, args...) }

func (p *post) open(number string) border.Scan {
	p.Helper()
	scan := bordertest.Scan(number)
	scan.Station, scan.At = p.name, p.centre.clock.now()
	require.NoError(p, p.store.OpenScan(p.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	return scan
}

// take keeps four prints of somebody's right hand for a scan.
func (p *post) take(scan border.Scan, who uint64) fingers.Taking {
	p.Helper()
	t := fingers.Taking{
		ID: uuid.New(), Scan: scan.ID, Station: p.name, Lane: scan.Lane, Officer: scan.Officer, At: p.centre.clock.now(), Policy: "1",
	}
	var prints []fingers.Print
	for _, f := range rightFour() {
		one := p.make(who, f)
		prints = append(prints, one)
		t.Slots = append(t.Slots, fingers.Slot{Position: f, Print: one.ID, Quality: 60, Algorithm: fingerprint.Algorithm, Tries: 1})
	}
	require.NoError(p, p.prints.Keep(p.Context(), t, prints, bordertest.Entry(audit.Collection, "fingerprint_taking", t.ID)))
	return t
}

func (p *post) decide(scan border.Scan, findings ...border.Finding) border.CrossingEvent {
	p.Helper()
	e := bordertest.Event(scan, p.centre.clock.now())
	e.Findings = append(e.Findings, findings...)
	e, err := p.store.Record(p.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(p, err)
	return e
}

// enrolled is somebody admitted with a document of this number.
type enrolled struct {
	scan   border.Scan
	taking fingers.Taking
	event  border.CrossingEvent
	link   uuid.UUID
}

func (p *post) enrol(number string, who uint64, findings ...border.Finding) enrolled {
	p.Helper()
	p.centre.clock.move(time.Minute)
	var e enrolled
	e.scan = p.open(number)
	e.taking = p.take(e.scan, who)
	e.event = p.decide(e.scan, findings...)
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), `SELECT link FROM finger_taking WHERE id = $1`, e.taking.ID).Scan(&e.link))
	return e
}

// task is the one task of the post.
func (p *post) task() (id uuid.UUID) {
	p.Helper()
	require.Equal(p, 1, p.count("finger_task"))
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), `SELECT id FROM finger_task`).Scan(&id))
	return id
}

func (p *post) say(id uuid.UUID, v fingers.Verdict) {
	p.Helper()
	p.centre.clock.move(time.Minute)
	require.NoError(p, p.desk.Claim(p.Context(), adjudicator(p.name), id))
	d, err := p.desk.Look(p.Context(), adjudicator(p.name), id)
	require.NoError(p, err)
	words := make([]uuid.UUID, len(d.Words))
	for n, w := range d.Words {
		words[n] = w.ID
	}
	p.centre.clock.move(time.Minute)
	require.NoError(p, p.desk.Adjudicate(p.Context(), adjudicator(p.name), id, fingers.Adjudication{Verdict: v, Reason: "core and delta", Agreed: "sara"}, words))
}

func adjudicator(station string) audit.Actor {
	return audit.Actor{ID: "sam-id", Name: "sam", Role: "second_line", Post: station}
}

func rightFour() []biometrics.Position {
	return []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle}
}

// printOf is another impression of the same finger each time: its minutiae moved a little, its image another picture.
func printOf(who uint64, finger biometrics.Position) fingers.Print {
	of := mrand.New(mrand.NewPCG(who, uint64(finger)))
	id := uuid.New()
	jitter := mrand.New(mrand.NewPCG(uint64(id[0])<<8|uint64(id[1]), 1))
	t := fingerprint.Template{Width: 300, Height: 400, Quality: 60, Algorithm: fingerprint.Algorithm}
	for range 40 {
		x, y, angle := 20+of.IntN(260), 20+of.IntN(360), of.IntN(256)
		t.Minutiae = append(t.Minutiae, fingerprint.Minutia{
			X: uint16(x + jitter.IntN(3)), Y: uint16(y + jitter.IntN(3)), Angle: uint8(angle + jitter.IntN(3)), Kind: fingerprint.Ending, Quality: 50,
		})
	}
	m := &biometrics.Image{Width: 64, Height: 80, PPI: 500, Pix: make([]byte, 64*80)}
	for n := range m.Pix {
		m.Pix[n] = byte(128 + 90*math.Sin(float64(n%64)/float64(3+int(id[2])%5)+float64(id[3])))
	}
	return fingers.Print{ID: id, Position: finger, Template: t, Image: m}
}

// audited is how many entries of a kind there are at the centre.
func (c *centre) audited(kind, purpose string) int {
	return c.count("audit WHERE object_kind = $1 AND purpose = $2", kind, purpose)
}

// record writes an event as a station does that does what it likes.
func (p *post) record(file uuid.UUID, e fingers.Event) {
	p.Helper()
	now := p.centre.clock.now()
	r := border.Record{
		ID: uuid.New(), Kind: border.FingerprintEvent, File: file, Subject: e.Taking, Station: p.name, Lane: "1", Officer: "officer.one", Zone: "UTC",
		EventTime: now, RecordedAt: now, Origin: border.Live, Status: border.Confirmed, Body: marshal(p, e),
	}
	require.NoError(p, p.db.InTx(p.Context(), func(tx pgx.Tx) error {
		return recorddb.Append(p.Context(), tx, r, bordertest.Entry(audit.Alteration, "fingerprint_taking", e.Taking))
	}))
}
