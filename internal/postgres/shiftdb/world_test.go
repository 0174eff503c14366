package shiftdb_test

import (
	"bytes"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/accounts"
	"github.com/openbmis/openbmis/internal/postgres/shiftdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
)

const station = "XAA-APT"

// post is a crossing point with a real database and a clock of ours.
type post struct {
	*shiftdb.Store
	db        *postgres.DB
	crossings *stationdb.Store
	door      *auth.Service
	woken     int

	mu sync.Mutex
	at time.Time
}

func (p *post) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

func (p *post) pass(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = p.at.Add(d)
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station), at: time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)}
	p.Store = shiftdb.New(shiftdb.Config{
		DB: p.db, Station: station, Zone: time.UTC, Now: p.now, NewID: uuid.New, Wake: func() { p.woken++ },
		Lanes: []shiftdb.Lane{{Name: "1", Direction: border.Entry}, {Name: "2", Direction: border.Exit}, {Name: "3", Direction: border.Entry}},
	})
	p.crossings = stationdb.New(p.db, uuid.New, func() {})
	hasher, err := auth.NewHasher(auth.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}, 4, rand.Reader)
	require.NoError(t, err)
	p.door, err = auth.NewService(auth.Config{
		Store: accounts.New(p.db), Hasher: hasher, Policy: auth.DefaultPolicy(), Key: bytes.Repeat([]byte{7}, 32), Post: station,
		Now: p.now, Random: rand.Reader, NewID: uuid.New,
	})
	require.NoError(t, err)
	return p
}

func person(login string) audit.Actor {
	return audit.Actor{ID: "id of " + login, Name: login, Role: "supervisor", Post: station}
}

func in(lane, login string) audit.Actor {
	a := person(login)
	a.Lane = lane
	return a
}

// traveller is what a test says of a decision; the rest is the same for all.
type traveller struct {
	number      string
	nationality string
	lane        string
	direction   border.Direction
	decision    border.Decision
	change      func(*border.CrossingEvent)
	findings    []border.Finding
}

// scan puts a document on the reader.
func (p *post) scan(t testing.TB, x traveller) border.Scan {
	t.Helper()
	birth, err := traveldoc.NewDate(1980, 2, 3)
	require.NoError(t, err)
	s := border.Scan{
		ID: uuid.New(), At: p.now(), Station: station, Lane: x.lane, Officer: "amara", Direction: x.direction, Mode: border.Air,
		Identity: traveldoc.Identity{Surname: "TRAVELLER", GivenNames: x.number, Nationality: x.nationality, Sex: "X", BirthDate: birth},
		Document: traveldoc.Document{Code: "P", Number: x.number, IssuingState: x.nationality},
	}
	entry := in(x.lane, "amara").Entry(p.now(), audit.Consultation, "inspection", s.ID.String())
	entry.Purpose = border.PurposeOfControl
	require.NoError(t, p.crossings.OpenScan(t.Context(), s, entry))
	return s
}

// decide scans and decides.
func (p *post) decide(t testing.TB, x traveller) border.CrossingEvent {
	t.Helper()
	if x.direction == "" {
		x.direction = border.Entry
	}
	if x.lane == "" {
		x.lane = "1"
	}
	s := p.scan(t, x)
	e := border.CrossingEvent{
		CrossingID: uuid.New(), Station: station, Lane: s.Lane, Officer: s.Officer, Direction: s.Direction, Mode: s.Mode,
		CrossedAt: p.now(), ScannedAt: s.At, Zone: "UTC", LocalDate: traveldoc.DateOf(p.now()), Identity: s.Identity, Document: s.Document,
		Decision: x.decision, Findings: x.findings, Category: border.Ordinary,
	}
	if e.Decision.Verdict == "" {
		e.Decision.Verdict = border.Admit
	}
	if x.change != nil {
		x.change(&e)
	}
	entry := in(x.lane, "amara").Entry(p.now(), audit.Collection, "crossing", e.CrossingID.String())
	entry.Purpose = border.PurposeOfControl
	recorded, err := p.crossings.Record(t.Context(), s.ID, e, entry)
	require.NoError(t, err)
	return recorded
}

// refer opens a case of the second line.
func (p *post) refer(t testing.TB, number string) uuid.UUID {
	t.Helper()
	e := p.decide(t, traveller{number: number, nationality: "UTO", decision: border.Decision{Verdict: border.Refer, Reason: "hit"}})
	p.exec(t, `insert into referral (id, inspection_id, file_id, station, zone, lane, direction, referred_by, reason, severity, surname, given_names,
		opened_at, changed_at) select crossing_id, inspection_id, $2, $3, 'UTC', lane, 'entry', officer, reason, '', '', '', decided_at, decided_at
		from decision where crossing_id = $1 on conflict do nothing`, e.CrossingID, e.TravellerID, station)
	return e.CrossingID
}

// end closes a case as the second line does.
func (p *post) end(t testing.TB, id uuid.UUID, outcome string) {
	t.Helper()
	p.exec(t, `update referral set outcome = $2, closed_at = $3 where id = $1`, id, outcome, p.now())
}

func (p *post) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	_, err := p.db.Pool.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

func (p *post) count(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func (p *post) begin(t testing.TB, by string, team ...string) uuid.UUID {
	t.Helper()
	id, err := p.Begin(t.Context(), person(by), team)
	require.NoError(t, err)
	return id
}

func (p *post) offer(t testing.TB, by string) shiftdb.Folder {
	t.Helper()
	state, err := p.State(t.Context())
	require.NoError(t, err)
	require.NoError(t, p.Offer(t.Context(), person(by), state.Current, "nothing to report"))
	return p.folder(t, state.Current)
}

func (p *post) folder(t testing.TB, id uuid.UUID) shiftdb.Folder {
	t.Helper()
	entry := person("sara").Entry(p.now(), audit.Consultation, "shift", id.String())
	entry.Purpose = shiftdb.Purpose
	f, err := p.Open(t.Context(), id, entry)
	require.NoError(t, err)
	return f
}

func finding(check string, outcome border.Outcome) border.Finding {
	return border.Finding{Check: check, Outcome: outcome, At: time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)}
}
