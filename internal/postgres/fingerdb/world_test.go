package fingerdb_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
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

// raised is a task that the store opened.
type raised struct {
	Taking    uuid.UUID
	Candidacy fingers.Candidacy
	Search    *fingers.Search
}

// tasks remembers what is raised.
type tasks struct{ all []raised }

func (t *tasks) Raise(_ context.Context, _ pgx.Tx, taking uuid.UUID, c fingers.Candidacy, search *fingers.Search) error {
	t.all = append(t.all, raised{taking, c, search})
	return nil
}

// Withdrawn remembers nothing: see fingertaskdb.
func (*tasks) Withdrawn(context.Context, pgx.Tx, uuid.UUID) error { return nil }

func (*tasks) Committed() {}

// post is a crossing point that takes prints.
type post struct {
	testing.TB
	db     *postgres.DB
	keys   *vault.Files
	clock  *clock
	tasks  *tasks
	prints *fingerdb.Store
	store  *stationdb.Store
	made   int
	ctx    context.Context //nolint:containedctx // of a request, where a test counts what one sends
}

// Context is what the post's acts run in.
func (p *post) Context() context.Context {
	if p.ctx != nil {
		return p.ctx
	}
	return p.TB.Context()
}

func newPost(t testing.TB) *post {
	t.Helper()
	return openPost(t, pgtest.New(t, migrations.Station))
}

func openPost(t testing.TB, db *postgres.DB) *post {
	t.Helper()
	p := &post{TB: t, db: db, clock: &clock{at: bordertest.Noon}, tasks: &tasks{}}
	var err error
	p.keys, err = vault.OpenFiles(t.TempDir(), rand.Reader, p.clock.now)
	require.NoError(t, err)
	p.start()
	return p
}

// start opens the store as a program does that starts.
func (p *post) start() {
	p.prints = fingerdb.New(fingerdb.Options{
		DB: p.db, Wrapping: p.keys, Random: rand.Reader, Now: p.clock.now, NewID: uuid.New, Station: "test-air", Zone: time.UTC, Tasks: p.tasks,
	})
	p.store = stationdb.New(p.db, uuid.New, func() {}).Enrolling(p.prints)
}

func (p *post) open(number string) border.Scan {
	p.Helper()
	scan := bordertest.Scan(number)
	scan.At = p.clock.now()
	require.NoError(p, p.store.OpenScan(p.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	return scan
}

// rightFour are the fingers of the right hand that are asked for.
func rightFour() []biometrics.Position {
	return []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle}
}

// random makes a template and an image that are nobody's: what is kept is bytes here. Each is another one.
func (p *post) random(position biometrics.Position, quality int) fingers.Print {
	p.made++
	t := fingerprint.Template{Width: 300, Height: 400, Quality: uint8(quality), Algorithm: fingerprint.Algorithm}
	for n := range 40 {
		t.Minutiae = append(t.Minutiae, fingerprint.Minutia{
			X: uint16(20 + (n*37+p.made*13)%260), Y: uint16(20 + (n*53+p.made*29)%360), Angle: uint8(n*7 + p.made), Kind: fingerprint.Ending, Quality: 50,
		})
	}
	m := &biometrics.Image{Width: 64, Height: 80, PPI: 500, Pix: make([]byte, 64*80)}
	for n := range m.Pix {
		m.Pix[n] = byte(128 + 90*math.Sin(float64(n%64)/float64(3+p.made%5)+float64(p.made))) // ridges
	}
	return fingers.Print{ID: uuid.New(), Position: position, Template: t, Image: m}
}

// taking is a taking of prints for a scan.
func (p *post) taking(scan border.Scan, prints []fingers.Print, missing ...fingers.Slot) fingers.Taking {
	t := fingers.Taking{ID: uuid.New(), Scan: scan.ID, Station: scan.Station, Lane: scan.Lane, Officer: scan.Officer, At: p.clock.now(), Policy: "1", Slots: missing}
	for _, one := range prints {
		t.Slots = append(t.Slots, fingers.Slot{
			Position: one.Position, Print: one.ID, Quality: int(one.Template.Quality), Algorithm: fingerprint.Algorithm, Tries: 1, Accepted: one.Accepted,
		})
	}
	return t
}

// take keeps prints of four fingers for a scan.
func (p *post) take(scan border.Scan, quality int) (fingers.Taking, []fingers.Print) {
	p.Helper()
	var prints []fingers.Print
	for _, f := range rightFour() {
		prints = append(prints, p.random(f, quality))
	}
	t := p.taking(scan, prints)
	require.NoError(p, p.prints.Keep(p.Context(), t, prints, bordertest.Entry(audit.Collection, "fingerprint_taking", t.ID)))
	return t, prints
}

// finding is what the check said of the prints.
func finding(code string, score float64) border.Finding {
	f := border.Finding{Check: fingers.CheckName, Outcome: border.NoHit, Matcher: fingerprint.Algorithm, At: bordertest.Noon}
	if code == fingers.CodeMismatch {
		f.Outcome = border.Hit
	}
	if code != "" {
		f.Evidence = []border.Evidence{
			{Code: code, Found: fmt.Sprintf("%.1f", score), Severity: border.Note},
			{Code: fingers.CodeFinger, Field: "right_index", Found: "12.5", Severity: border.Note},
		}
	}
	return f
}

// bound is a finding as the check gives it: about the taking that stands, and about each of its prints, which are all as alike unless the
// finding says of some how alike they are.
func (p *post) bound(scan border.Scan, f border.Finding, scores ...float64) border.Finding {
	p.Helper()
	taking, err := p.prints.Of(p.Context(), scan.ID)
	require.NoError(p, err)
	if taking == nil || len(f.Evidence) == 0 {
		return f
	}
	about := border.Evidence{Code: fingers.CodeTaking, Severity: border.Note, Ref: taking.ID.String()}
	if f.Evidence[0].Code == fingers.CodeMismatch {
		f.Evidence = append(slices.Clone(f.Evidence), about)
		return f
	}
	f.Evidence = append(f.Evidence[:1:1], about)
	for n, s := range taking.Taken() {
		found := 60.0
		if n < len(scores) {
			found = scores[n]
		}
		f.Evidence = append(f.Evidence, border.Evidence{
			Code: fingers.CodeFinger, Field: s.Position.String(), Found: fmt.Sprintf("%.1f", found), Expected: "35.0", Severity: border.Note,
			Ref: s.Print.String() + " " + uuid.NewString(),
		})
	}
	return f
}

func (p *post) decide(scan border.Scan, findings ...border.Finding) border.CrossingEvent {
	p.Helper()
	for n, f := range findings {
		findings[n] = p.bound(scan, f)
	}
	return p.decideAs(scan, border.Admit, findings...)
}

// decideAs decides with findings as they are given.
func (p *post) decideAs(scan border.Scan, verdict border.Verdict, findings ...border.Finding) border.CrossingEvent {
	p.Helper()
	e := bordertest.Event(scan, p.clock.now())
	e.Decision = border.Decision{Verdict: verdict}
	if verdict != border.Admit {
		e.Decision.Reason = "identity_doubt"
	}
	e.Findings = append(e.Findings, findings...)
	e, err := p.store.Record(p.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(p, err)
	return e
}

func (p *post) annul(scan border.Scan, e border.CrossingEvent) {
	p.Helper()
	c := border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.CrossingID, Station: scan.Station, Lane: scan.Lane, Officer: scan.Officer, Reason: "wrong_key", CorrectedAt: p.clock.now(),
	}
	_, err := p.store.Annul(p.Context(), c, p.clock.now().Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(p, err)
}

func (p *post) known(scan border.Scan) fingers.Person {
	p.Helper()
	known, err := p.prints.Known(p.Context(), subject(scan))
	require.NoError(p, err)
	return known
}

func subject(s border.Scan) border.Subject {
	return border.Subject{Identity: s.Identity, Document: s.Document, Scan: s.ID, Lane: s.Lane}
}

func (p *post) count(from string, args ...any) (n int) {
	p.Helper()
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), "SELECT count(*) FROM "+from, args...).Scan(&n))
	return n
}

// events are the records about prints, oldest first.
func (p *post) events() []fingers.Event {
	p.Helper()
	rows, err := p.db.Pool.Query(p.Context(), `SELECT body FROM record WHERE kind = 'fingerprint.event' ORDER BY received_at, id`)
	require.NoError(p, err)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e fingers.Event, err error) {
		var body []byte
		if err := row.Scan(&body); err != nil {
			return e, err
		}
		return e, json.Unmarshal(body, &e)
	})
	require.NoError(p, err)
	return list
}

func (p *post) destroy(file uuid.UUID) int {
	p.Helper()
	var n int
	require.NoError(p, p.db.InTx(p.Context(), func(tx pgx.Tx) (err error) {
		n, err = p.prints.Destroy(p.Context(), tx, file, "retention", bordertest.Entry(audit.Erasure, "biometric_key", file))
		return err
	}))
	return n
}

// learn gives the station the centre's key as the centre's dataset does.
func (p *post) learn(public vault.PublicKey) {
	p.Helper()
	data, err := json.Marshal(evidencedb.CentreKey{ID: public.ID, Point: public.Bytes, Since: p.clock.now()})
	require.NoError(p, err)
	require.NoError(p, p.db.InTx(p.Context(), func(tx pgx.Tx) error {
		return evidencedb.Sink{}.Apply(p.Context(), tx, []replication.Change{{Version: 1, Op: replication.OpPut, Key: public.ID, Data: data}})
	}))
}

// gallery is everybody as a gallery sees them.
func (p *post) gallery() map[uuid.UUID]int {
	p.Helper()
	all := map[uuid.UUID]int{}
	_, err := p.prints.Each(p.Context(), func(link uuid.UUID, prints []fingers.Print) error { all[link] = len(prints); return nil })
	require.NoError(p, err)
	return all
}

func entry(kind string, id uuid.UUID) audit.Entry {
	e := bordertest.Entry(audit.Consultation, kind, id)
	e.Purpose = fingers.PurposeOfAdjudication
	return e
}

func searched(n int) fingers.Search {
	return fingers.Search{ID: uuid.New(), Place: "test-air", Purpose: fingers.PurposeOfIdentification, Engine: "test", Threshold: 50, Fingers: 4, Compared: n}
}

func keepAll() fingerdb.Keeping {
	const forever = 20 * 365 * 24 * time.Hour
	return fingerdb.Keeping{Apart: forever, Sent: forever, Generations: forever}
}
