package fingertaskdb_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/fingertaskdb"
	"github.com/openbmis/openbmis/internal/postgres/recorddb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

// states remembers what was asked of the prints, in the transaction: the states of takings stand in a table of this test.
type states struct{}

func (states) MakeReferences(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error {
	return states{}.set(ctx, tx, taking, "reference")
}

func (states) Dispute(ctx context.Context, tx pgx.Tx, taking uuid.UUID) error {
	return states{}.set(ctx, tx, taking, "disputed")
}

func (states) Separate(ctx context.Context, tx pgx.Tx, p fingers.Parting) error {
	return states{}.set(ctx, tx, p.Taking, "separated")
}

func (states) Return(ctx context.Context, tx pgx.Tx, p fingers.Parting) error {
	return states{}.set(ctx, tx, p.Taking, "returned")
}

func (states) set(ctx context.Context, tx pgx.Tx, taking uuid.UUID, state string) error {
	_, err := tx.Exec(ctx, `INSERT INTO ref_row (dataset, key, data) VALUES ('test_states', $1, to_json($2::text))
		ON CONFLICT (dataset, key) DO UPDATE SET data = excluded.data`, taking.String(), state)
	return err
}

// post is a crossing point with tasks on a database of its own.
type post struct {
	db      *postgres.DB
	first   *stationdb.Store
	store   *fingertaskdb.Store
	desk    *fingers.TaskDesk
	now     time.Time
	space   pgcluster.Space
	changed atomic.Int64
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station), now: bordertest.Noon, space: pgcluster.Ample}
	writer := fingers.TaskWriter{
		Station: "test-air", Zone: time.UTC, Status: func() border.Status { return border.Confirmed },
		Now: func() time.Time { return p.now }, NewID: uuid.New,
	}
	p.store = fingertaskdb.New(fingertaskdb.Config{
		DB: p.db, Writer: writer, Prints: states{}, Space: func() pgcluster.Space { return p.space }, Nudge: func() {},
		Changed: func() { p.changed.Add(1) },
	})
	p.first = stationdb.New(p.db, uuid.New, func() {})
	p.desk = fingers.NewTaskDesk(p.store, writer)
	return p
}

func actor(name string) audit.Actor {
	return audit.Actor{ID: name + "-id", Name: name, Role: "second_line", Post: "test-air"}
}

// cross admits a traveller, and gives his file.
func (p *post) cross(t testing.TB, number, surname string) uuid.UUID {
	t.Helper()
	s := bordertest.Scan(number)
	s.Identity.Surname = surname
	require.NoError(t, p.first.OpenScan(t.Context(), s, bordertest.Entry(audit.Consultation, "inspection", s.ID)))
	e := bordertest.Event(s, p.now)
	e, err := p.first.Record(t.Context(), s.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e.TravellerID
}

func candidate(file, other uuid.UUID) fingers.Candidacy {
	return fingers.Candidacy{
		Ground: fingers.GroundCandidate, Place: "test-air", Link: uuid.New(), File: file, CandidateLink: uuid.New(), CandidateFile: other,
		Score: 71.5, Engine: "openbmis", Version: "1",
		Fingers: []fingers.FingerScore{{Position: biometrics.RightIndex, Score: 40}, {Position: biometrics.RightMiddle, Score: 38}},
	}
}

// raise raises a task, and says whether it was new.
func (p *post) raise(t testing.TB, taking uuid.UUID, c fingers.Candidacy) (id uuid.UUID, raised bool) {
	t.Helper()
	before := p.count(t, "finger_task")
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return p.store.Raise(t.Context(), tx, taking, c, nil) }))
	p.store.Committed()
	return fingers.TaskID(taking, c.CandidateLink, c.Ground), p.count(t, "finger_task") > before
}

func (p *post) claimed(t testing.TB, by string, taking uuid.UUID, c fingers.Candidacy) uuid.UUID {
	t.Helper()
	id, raised := p.raise(t, taking, c)
	require.True(t, raised)
	require.NoError(t, p.desk.Claim(t.Context(), actor(by), id))
	return id
}

func (p *post) say(t testing.TB, by string, id uuid.UUID, v fingers.Verdict, words ...uuid.UUID) error {
	t.Helper()
	p.now = p.now.Add(time.Minute)
	return p.desk.Adjudicate(t.Context(), actor(by), id, fingers.Adjudication{Verdict: v, Reason: "core and delta, eleven ridges", Agreed: "sara"}, words)
}

func (p *post) look(t testing.TB, id uuid.UUID) fingers.Dossier {
	t.Helper()
	d, err := p.desk.Look(t.Context(), actor("sam"), id)
	require.NoError(t, err)
	return d
}

func (p *post) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), "select count(*) from "+sql, args...).Scan(&n))
	return n
}

func (p *post) state(t testing.TB, taking uuid.UUID) (state string) {
	t.Helper()
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT data #>> '{}' FROM ref_row WHERE dataset = 'test_states' AND key = $1`,
		taking.String()).Scan(&state))
	return state
}

// tell applies rows as replication does.
func (p *post) tell(t testing.TB, key string, row any) {
	t.Helper()
	data, err := json.Marshal(row)
	require.NoError(t, err)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return fingertaskdb.Sink{Station: "test-air"}.Apply(t.Context(), tx, []replication.Change{{Op: replication.OpPut, Key: key, Data: data}})
	}))
}

// enrol writes what a decision writes about a taking.
func (p *post) enrol(t testing.TB, e fingers.Enrolment) {
	t.Helper()
	body, err := json.Marshal(fingers.Event{Step: fingers.Enrolled, At: p.now, By: "amira", Taking: e.Taking.ID, Enrolment: &e})
	require.NoError(t, err)
	r := border.Record{
		ID: uuid.New(), Kind: border.FingerprintEvent, File: e.File, Subject: e.Taking.ID, Station: "test-air", Lane: "1", Officer: "amira", Zone: "UTC",
		EventTime: p.now, RecordedAt: p.now, Origin: border.Live, Status: border.Confirmed, Body: body,
	}
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return recorddb.Append(t.Context(), tx, r, bordertest.Entry(audit.Collection, "fingerprint_taking", e.Taking.ID))
	}))
}
