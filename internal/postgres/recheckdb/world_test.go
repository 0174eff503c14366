package recheckdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/recheckdb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
)

// list is a check whose answer by document number the test chooses; nothing said means "no hit".
type list struct {
	mu     sync.Mutex
	answer map[string]border.Finding
	fault  error
	asked  []string
}

func (l *list) Name() string { return "alerts.national" }

func (l *list) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, s.Document.Number)
	f, said := l.answer[s.Document.Number]
	if !said {
		f.Outcome = border.NoHit
	}
	f.Source = border.Source{Name: l.Name(), Version: "8"}
	return f, l.fault
}

func hit(ref string) border.Finding {
	return border.Finding{Outcome: border.Hit, Evidence: []border.Evidence{{Code: "alert_name", Field: "name", Ref: ref, Severity: border.SecondLine}}}
}

// world is a station's database with a clock, a line and a check that the test holds in its hands.
type world struct {
	db        *postgres.DB
	facts     *stationdb.Store
	store     *recheckdb.Store
	list      *list
	now       time.Time
	online    bool
	confirmed time.Time
	nudged    int
	worker    *recheck.Worker
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{db: pgtest.New(t, migrations.Station), list: &list{answer: map[string]border.Finding{}}, now: bordertest.Noon}
	w.facts = stationdb.New(w.db, uuid.New, func() {})
	w.restart()
	return w
}

// restart is a new process over the same database.
func (w *world) restart() {
	w.store = recheckdb.New(w.db, func() { w.nudged++ })
	w.worker = recheck.NewWorker(w.config())
}

func (w *world) config() recheck.Config {
	return recheck.Config{
		Store:   w.store,
		Ready:   func(context.Context) (time.Time, bool, error) { return w.confirmed, w.online, nil },
		Plan:    []border.Planned{{Check: w.list, Deadline: 10 * time.Second}},
		Station: "test-air", Zone: time.UTC, Now: func() time.Time { return w.now }, NewID: uuid.New, Log: slog.New(slog.DiscardHandler),
	}
}

// decide records a decision of the document now. What the check said then is outcome.
func (w *world) decide(t require.TestingT, number string, status border.Status, outcome border.Outcome, reason string) border.CrossingEvent {
	scan := bordertest.Scan(number)
	scan.At = w.now
	require.NoError(t, w.facts.OpenScan(context.Background(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, w.now)
	e.Status = status
	e.Findings = []border.Finding{{Check: "alerts.national", Source: border.Source{Name: "alerts.national"}, Outcome: outcome, Reason: reason, At: w.now}}
	recorded, err := w.facts.Record(context.Background(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return recorded
}

func (w *world) annul(t require.TestingT, e border.CrossingEvent) {
	_, err := w.facts.Annul(context.Background(), border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: e.CrossingID, Station: "test-air", Lane: "1", Officer: "officer.one", Reason: "wrong_key", CorrectedAt: w.now,
	}, time.Time{}, bordertest.Entry(audit.Alteration, "crossing", e.CrossingID))
	require.NoError(t, err)
}

// reconnect brings the line back and confirms the reference data after everything that was decided.
func (w *world) reconnect() {
	w.now = w.now.Add(time.Hour)
	w.online, w.confirmed = true, w.now
}

// results are the records of a crossing, in order.
func (w *world) results(t require.TestingT, crossing uuid.UUID) []recheck.Result {
	rows, err := w.db.Pool.Query(context.Background(), `select body from record where kind = 'decision.rechecked' and subject = $1 order by recorded_at, (body->>'attempt')::int`, crossing)
	require.NoError(t, err)
	defer rows.Close()
	var all []recheck.Result
	for rows.Next() {
		var body []byte
		require.NoError(t, rows.Scan(&body))
		var r recheck.Result
		require.NoError(t, json.Unmarshal(body, &r))
		all = append(all, r)
	}
	require.NoError(t, rows.Err())
	return all
}

func (w *world) count(t require.TestingT, query string, args ...any) int {
	var n int
	require.NoError(t, w.db.Pool.QueryRow(context.Background(), query, args...).Scan(&n))
	return n
}

var errAway = errors.New("away")
