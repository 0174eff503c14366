package hitdb_test

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

// post is a crossing point with hits on a database of its own.
type post struct {
	db      *postgres.DB
	first   *stationdb.Store
	store   *hitdb.Store
	desk    *hit.Desk
	now     time.Time
	space   pgcluster.Space
	changed atomic.Int64
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station), now: bordertest.Noon, space: pgcluster.Ample}
	writer := hit.Writer{
		Station: "test-air", Zone: time.UTC, Status: func() border.Status { return border.Confirmed },
		Now: func() time.Time { return p.now }, NewID: uuid.New,
	}
	p.store = hitdb.New(hitdb.Config{
		DB: p.db, Writer: writer, Space: func() pgcluster.Space { return p.space }, Nudge: func() {}, Changed: func() { p.changed.Add(1) },
	})
	p.first = stationdb.New(p.db, uuid.New, func() {}).Raising(p.store)
	p.desk = hit.NewDesk(p.store, writer)
	p.list(t, wanted("7", 1))
	return p
}

func actor(name string) audit.Actor {
	return audit.Actor{ID: name + "-id", Name: name, Role: "second_line", Post: "test-air"}
}

// wanted is an alert on a person, for arrest.
func wanted(id string, version int) alerts.Alert {
	return alerts.Alert{
		List: "national", ID: id, Version: version, Owner: "police", Category: alerts.CategoryArrest, Action: alerts.ActionDetain,
		Reason: "a reason for few eyes", Instructions: "call first", Contact: "+00 1", Safety: []string{"armed"},
		Subject: alerts.Subject{Kind: alerts.Person, Names: []alerts.Name{{Raw: "Anna Maria Eriksson", Kind: alerts.Primary}}},
	}
}

// list puts alerts into the reference data, as the centre's newest version would.
func (p *post) list(t testing.TB, all ...alerts.Alert) {
	t.Helper()
	put := func(key string, row any) {
		data, err := json.Marshal(row)
		require.NoError(t, err)
		_, err = p.db.Pool.Exec(t.Context(), `INSERT INTO ref_row (dataset, key, data) VALUES ($1, $2, $3)
			ON CONFLICT (dataset, key) DO UPDATE SET data = excluded.data`, alerts.ListsDataset, key, string(data))
		require.NoError(t, err)
	}
	put(alerts.ListKey("national"), alerts.ListInfo{ID: "national", Owner: "interior", Policy: alerts.Policy{
		EscalateAfter: 10 * time.Minute, ConfirmWithin: 2 * time.Hour, ClearedFor: 24 * time.Hour,
	}})
	for _, a := range all {
		put(alerts.RowKey(a.Key()), a)
	}
}

// found is a finding with a match by name of alert id in a version.
func found(id, version string) border.Finding {
	ref := "national/" + id + "@" + version
	return border.Finding{
		Check: alerts.CheckName, Source: border.Source{Name: alerts.CheckName, Version: "7"}, Outcome: border.Hit, At: bordertest.Noon, Matcher: "1",
		Evidence: []border.Evidence{
			{Code: hit.CodeMatch, Field: "name", Severity: border.SecondLine, Ref: ref, Band: "probable", Score: 0.9, Found: "X", Expected: "X"},
			{Code: "alert_field", Field: "birth_date", Severity: border.Note, Ref: ref, Relation: "same_year", Found: "1974-08-12", Expected: "1974"},
			{Code: hit.CodeAction, Severity: border.SecondLine, Ref: ref, Expected: "detain"},
		},
	}
}

// together is one finding with the evidence of several.
func together(all ...border.Finding) border.Finding {
	f := all[0]
	for _, other := range all[1:] {
		f.Evidence = append(f.Evidence, other.Evidence...)
	}
	return f
}

func (p *post) scan(t testing.TB, number string) border.Scan {
	t.Helper()
	s := bordertest.Scan(number)
	require.NoError(t, p.first.OpenScan(t.Context(), s, bordertest.Entry(audit.Consultation, "inspection", s.ID)))
	return s
}

func (p *post) decide(t testing.TB, s border.Scan, verdict border.Verdict, findings ...border.Finding) border.CrossingEvent {
	t.Helper()
	e := bordertest.Event(s, p.now)
	e.Decision = border.Decision{Verdict: verdict, Reason: "hit"}
	e.Findings = findings
	e, err := p.first.Record(t.Context(), s.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e
}

// raised is a hit on a traveller who was referred.
func (p *post) raised(t testing.TB, number string) (uuid.UUID, border.CrossingEvent) {
	t.Helper()
	s := p.scan(t, number)
	e := p.decide(t, s, border.Refer, found("7", "1"))
	return hit.ID(s.ID, "national/7"), e
}

func (p *post) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), "select count(*) from "+sql, args...).Scan(&n))
	return n
}

func (p *post) look(t testing.TB, id uuid.UUID) hit.Dossier {
	t.Helper()
	d, err := p.desk.Look(t.Context(), actor("sam"), id)
	require.NoError(t, err)
	return d
}

func kinds(h *hit.Hit) (all []hit.Kind) {
	for _, e := range h.Course {
		all = append(all, e.Kind)
	}
	return all
}

// tell applies a row of the centre's answers as replication does.
func (p *post) tell(t testing.TB, id uuid.UUID, told hit.Told) {
	t.Helper()
	data, err := json.Marshal(told)
	require.NoError(t, err)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		return hitdb.Sink{}.Apply(t.Context(), tx, []replication.Change{{Op: replication.OpPut, Key: id.String(), Data: data}})
	}))
}
