package expecteddb_test

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/expecteddb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = bordertest.Noon

// post is a crossing point that is told who is expected.
type post struct {
	db       *postgres.DB
	store    *stationdb.Store
	register *expecteddb.Register
	board    *expecteddb.Board
	check    *expected.Check
	changed  atomic.Int64
	version  int64
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station)}
	p.store = stationdb.New(p.db, uuid.New, func() {}).Expecting(expecteddb.Arrivals{Changed: func() { p.changed.Add(1) }})
	p.register, p.board = expecteddb.NewRegister(p.db), expecteddb.NewBoard(p.db, time.UTC, func() time.Time { return noon })
	p.check = expected.NewCheck(expected.CheckConfig{
		Register: p.register, Matcher: expected.Matcher{Policy: expected.DefaultPolicy()}, MaxAge: 24 * time.Hour,
	})
	return p
}

// tell applies rows as replication does, and moves the dataset's version.
func (p *post) tell(t testing.TB, rows ...any) {
	t.Helper()
	var changes []replication.Change
	for _, row := range rows {
		data, err := json.Marshal(row)
		require.NoError(t, err)
		key := ""
		switch r := row.(type) {
		case expected.Flight:
			key = expected.FlightKey(r.ID)
		case expected.Person:
			key = expected.PersonKey(r.Flight, r.ID)
		}
		changes = append(changes, replication.Change{Op: replication.OpPut, Key: key, Data: data})
	}
	p.apply(t, changes...)
}

func (p *post) apply(t testing.TB, changes ...replication.Change) {
	t.Helper()
	p.version++
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO ref_cursor (dataset, version, digest, digest_state, confirmed_at) VALUES ('expected', $1, '', '', $2)
			ON CONFLICT (dataset) DO UPDATE SET version = excluded.version`, p.version, noon.Add(-10*time.Minute))
		require.NoError(t, err)
		return expecteddb.Sink{Zone: time.UTC}.Apply(t.Context(), tx, changes)
	}))
}

func gone(key string) replication.Change {
	return replication.Change{Op: replication.OpDelete, Key: key}
}

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func flight(number string, due time.Time) expected.Flight {
	return expected.Flight{
		ID: uuid.NewSHA1(uuid.Nil, []byte(number)), Carrier: "XX", Number: number, Origin: "DXB", Destination: "LHR", ArrivesAt: due,
		Direction: border.Entry, Status: apipnr.FlightOpen, API: 3, Until: due.Add(24 * time.Hour), LastAt: due.Add(-time.Hour),
	}
}

// person is the nth person of a flight: SURNAMEn with document Pn.
func person(t testing.TB, f expected.Flight, n int) expected.Person {
	t.Helper()
	return expected.Person{
		ID: uuid.NewSHA1(f.ID, fmt.Append(nil, n)), Flight: f.ID, Kind: apipnr.Passenger, Status: apipnr.StatusExpected, Listed: true,
		Seat: fmt.Sprintf("%dA", n),
		Identity: traveldoc.Identity{
			Surname: fmt.Sprintf("SURNAME%c", 'A'+n%26), GivenNames: "JANE", Sex: "F", Nationality: "UTO",
			BirthDate: date(t, fmt.Sprintf("%d-%02d-%02d", 1950+n%50, 1+n%12, 1+n%28)),
		},
		Documents: []traveldoc.Document{{Code: "P", Number: fmt.Sprintf("P%07d", n), IssuingState: "UTO"}},
	}
}

// subject is the document of a person at the counter, on a flight that the officer noted.
func subject(p expected.Person, noted string) border.Subject {
	s := border.Subject{Identity: p.Identity, Document: p.Documents[0], Direction: border.Entry, Mode: border.Air, At: noon, Today: traveldoc.DateOf(noon)}
	if noted != "" {
		s.Particulars = map[string]string{"carrier": "XX", "flight": noted}
	}
	return s
}

func (p *post) find(t testing.TB, s border.Subject) border.Finding {
	t.Helper()
	f, err := p.check.Check(t.Context(), s)
	require.NoError(t, err)
	f.Check = expected.Name
	return f
}

// decide scans somebody and decides.
func (p *post) decide(t testing.TB, s border.Subject, verdict border.Verdict) border.CrossingEvent {
	t.Helper()
	scan := bordertest.Scan(s.Document.Number)
	scan.Identity, scan.Document = s.Identity, s.Document
	require.NoError(t, p.store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, noon)
	e.Decision = border.Decision{Verdict: verdict, Reason: "other"}
	e.Findings = []border.Finding{p.find(t, s)}
	e, err := p.store.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e
}

func entry() audit.Entry {
	e := audit.Actor{ID: "o", Name: "olga", Role: "officer", Post: "test-air"}.Entry(noon, audit.Consultation, "expected_flight", "x")
	e.Purpose = border.PurposeOfControl
	return e
}

func (p *post) line(t testing.TB, f expected.Flight) expected.Counts {
	t.Helper()
	lines, err := p.board.Flights(t.Context(), expected.FlightsQuery{Day: traveldoc.DateOf(noon)})
	require.NoError(t, err)
	for _, l := range lines {
		if l.Flight.ID == f.ID {
			return l.Counts
		}
	}
	require.Fail(t, "flight is not on the board")
	return expected.Counts{}
}

func (p *post) count(t testing.TB, sql string) (n int) {
	t.Helper()
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM "+sql).Scan(&n))
	return n
}
