package visaregdb_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = bordertest.Noon

// post is a crossing point that is told of visas.
type post struct {
	db       *postgres.DB
	store    *stationdb.Store
	registry visaregdb.Registry
	rules    *visaregdb.Rules
	check    *visacheck.Check
	versions map[string]int64
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station), versions: map[string]int64{}}
	p.store = stationdb.New(p.db, uuid.New, func() {}).Expecting(visaregdb.Uses{})
	p.registry, p.rules = visaregdb.NewRegistry(p.db), visaregdb.NewRules(p.db)
	p.check = visacheck.New(visacheck.Config{Registry: p.registry, Rules: p.rules, State: "FRA", Post: "test-air", MaxAge: 24 * time.Hour})
	return p
}

// tell applies changes as replication does, and moves the dataset's version.
func (p *post) tell(t testing.TB, dataset string, sink relaydb.Sink, changes ...replication.Change) {
	t.Helper()
	p.versions[dataset]++
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO ref_cursor (dataset, version, digest, digest_state, confirmed_at) VALUES ($1, $2, '', '', $3)
			ON CONFLICT (dataset) DO UPDATE SET version = excluded.version`, dataset, p.versions[dataset], noon.Add(-10*time.Minute))
		require.NoError(t, err)
		return sink.Apply(t.Context(), tx, changes)
	}))
	require.NoError(t, p.rules.Follow(t.Context()))
}

func put(t testing.TB, key string, row any) replication.Change {
	t.Helper()
	data, err := json.Marshal(row)
	require.NoError(t, err)
	return replication.Change{Op: replication.OpPut, Key: key, Data: data}
}

func (p *post) visas(t testing.TB, rows ...evisa.Row) {
	t.Helper()
	changes := make([]replication.Change, len(rows))
	for n, r := range rows {
		changes[n] = put(t, string(r.Number), r)
	}
	p.tell(t, evisa.DatasetVisas, visaregdb.Sink{}, changes...)
}

// required puts rules in force by which everybody needs a visa.
func (p *post) required(t testing.TB) {
	t.Helper()
	p.tell(t, evisa.DatasetRules, visaregdb.RulesSink{}, put(t, "book", evisa.RuleBook{Version: "1", Rules: []evisa.EntryRule{
		{ID: "all", Kind: evisa.VisaRequired, Basis: "Act 3", Nationalities: []string{"*"}},
	}}))
}

func day(t testing.TB, text string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(text)
	require.NoError(t, err)
	return d
}

// visa is one for the bearer of the suite's scan of a document.
func visa(t testing.TB, number evisa.Number, document string) evisa.Row {
	t.Helper()
	s := bordertest.Scan(document)
	return evisa.Row{
		Number: number, Version: 1, Standing: evisa.InForce, Kind: evisa.KindVisa, Type: "T", Purpose: "tourism", Identity: s.Identity, Document: s.Document,
		Terms: evisa.Terms{From: day(t, "2020-01-01"), Until: day(t, "2030-12-31"), Days: 30, Entries: 1}, IssuedAt: noon,
	}
}

func (p *post) find(t testing.TB, scan border.Scan) border.Finding {
	t.Helper()
	s, err := border.SubjectOf(scan, time.UTC, true)
	require.NoError(t, err)
	f, err := p.check.Check(t.Context(), s)
	require.NoError(t, err)
	return f
}

// decide scans somebody and decides.
func (p *post) decide(t testing.TB, scan border.Scan, verdict border.Verdict, at time.Time) border.CrossingEvent {
	t.Helper()
	require.NoError(t, p.store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	return p.again(t, scan, verdict, at)
}

// again decides a scan that is open.
func (p *post) again(t testing.TB, scan border.Scan, verdict border.Verdict, at time.Time) border.CrossingEvent {
	t.Helper()
	e := bordertest.Event(scan, at)
	e.Decision = border.Decision{Verdict: verdict, Reason: "other"}
	e.Findings = []border.Finding{p.find(t, scan)}
	e, err := p.store.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e
}

func (p *post) undo(t testing.TB, e border.CrossingEvent) border.Scan {
	t.Helper()
	c := border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.CrossingID, Station: e.Station, Lane: e.Lane, Officer: e.Officer, Reason: "wrong_key", CorrectedAt: e.CrossedAt,
	}
	scan, err := p.store.Annul(t.Context(), c, noon.Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(t, err)
	return scan
}

// codes are the codes of the evidence of a finding.
func codes(f border.Finding) (list []string) {
	for _, e := range f.Evidence {
		list = append(list, e.Code)
	}
	return list
}
