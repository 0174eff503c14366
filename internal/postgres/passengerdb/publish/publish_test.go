package publish_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/expecteddb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/publish"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// found is what a screening says.
type found map[uuid.UUID]apipnr.Screening

func (f found) Screenings(_ context.Context, persons []uuid.UUID) (map[uuid.UUID]apipnr.Screening, error) {
	out := map[uuid.UUID]apipnr.Screening{}
	for _, id := range persons {
		if s, is := f[id]; is {
			out[id] = s
		}
	}
	return out, nil
}

// centre is a centre that publishes, and a station that takes what it publishes by the way of replication.
type centre struct {
	t         testing.TB
	db        *postgres.DB
	store     *passengerdb.Store
	publisher *publish.Publisher
	screened  found
	source    *centraldb.Reference
	station   *postgres.DB
	taken     *relaydb.References
	now       time.Time
	mu        sync.Mutex
	told      int
}

func open(t testing.TB, direction func(apipnr.ExpectedFlight) (border.Direction, bool)) *centre {
	t.Helper()
	c := &centre{t: t, db: pgtest.New(t, migrations.Central), station: pgtest.New(t, migrations.Station), now: noon, screened: found{}}
	clock := func() time.Time { return c.now }
	c.store = passengerdbtest.Store(t, c.db, clock)
	c.source = centraldb.NewReference(c.db)
	c.taken = relaydb.NewReferences(c.station, map[string]relaydb.Sink{expected.Dataset: expecteddb.Sink{Zone: time.UTC}}, clock)
	c.publisher = publish.New(publish.Config{
		DB: c.db, Manifests: c.store, Screenings: c.screened, Direction: direction, Now: clock, Log: slog.New(slog.DiscardHandler),
		Published: func(dataset string) {
			require.Equal(t, expected.Dataset, dataset)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.told++
		},
	})
	return c
}

func (c *centre) round() {
	c.t.Helper()
	for more := true; more; {
		var err error
		more, err = c.publisher.Round(c.t.Context())
		require.NoError(c.t, err)
	}
}

// replicate leads the station to the newest version, change by change, and holds both to one digest.
func (c *centre) replicate() {
	c.t.Helper()
	held, err := c.taken.Held(c.t.Context(), expected.Dataset)
	require.NoError(c.t, err)
	changes, reached, err := c.source.Changes(c.t.Context(), expected.Dataset, held.Version, 100000)
	if errors.Is(err, replication.ErrTooOld) {
		rows, now, err := c.source.Rows(c.t.Context(), expected.Dataset, "", 100000)
		require.NoError(c.t, err)
		require.NoError(c.t, c.taken.Replace(c.t.Context(), expected.Dataset, &snapshot{rows: rows, now: now}))
		return
	}
	require.NoError(c.t, err)
	if reached.Version > held.Version {
		require.NoError(c.t, c.taken.ApplyChanges(c.t.Context(), expected.Dataset, held.Version, reached, changes))
	}
}

// snapshot hands a whole dataset over.
type snapshot struct {
	rows []replication.Row
	now  replication.DatasetVersion
}

func (s *snapshot) NextRows(context.Context) (rows []replication.Row, err error) {
	rows, s.rows = s.rows, nil
	return rows, nil
}

func (s *snapshot) NextChanges(context.Context) ([]replication.Change, replication.DatasetVersion, error) {
	return nil, s.now, nil
}

func (c *centre) rows() map[string]json.RawMessage {
	c.t.Helper()
	rows, _, err := c.source.Rows(c.t.Context(), expected.Dataset, "", 10000)
	require.NoError(c.t, err)
	out := map[string]json.RawMessage{}
	for _, r := range rows {
		out[r.Key] = r.Data
	}
	return out
}

func (c *centre) count(db *postgres.DB, from string, args ...any) (n int) {
	c.t.Helper()
	require.NoError(c.t, db.Pool.QueryRow(c.t.Context(), "SELECT count(*) FROM "+from, args...).Scan(&n))
	return n
}

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func traveller(t testing.TB, surname, number string) apipnr.Traveller {
	return apipnr.Traveller{
		Surname: surname, GivenNames: "ANNA", Sex: "F", BirthDate: date(t, "1974-08-12"), Nationality: "UTO", Kind: apipnr.Passenger, Ref: number,
		Documents: []apipnr.Document{{Type: "P", Number: number, Issuer: "UTO", Expiry: date(t, "2030-04-15")}},
		Seats:     []apipnr.Seat{{Seat: "12B", Source: "RFF+SEA"}},
	}
}

// lookFor is the finding of a station's counter.
func (c *centre) lookFor(surname, number string) border.Finding {
	c.t.Helper()
	check := expected.NewCheck(expected.CheckConfig{
		Register: expecteddb.NewRegister(c.station), Matcher: expected.Matcher{Policy: expected.DefaultPolicy()},
	})
	f, err := check.Check(c.t.Context(), border.Subject{
		Identity:  traveldoc.Identity{Surname: surname, GivenNames: "ANNA", BirthDate: date(c.t, "1974-08-12"), Sex: "F", Nationality: "UTO"},
		Document:  traveldoc.Document{Code: "P", Number: number, IssuingState: "UTO", ExpiryDate: date(c.t, "2030-04-15")},
		Direction: border.Entry, Mode: border.Air, At: c.now,
		Circumstances: border.Circumstances{Particulars: map[string]string{"carrier": "XX", "flight": "400"}},
	})
	require.NoError(c.t, err)
	f.Check = expected.Name
	return f
}

// From a carrier's list to a station's counter: found and equal; changed and cancelled persons follow; the screening follows.
func TestFromTheListToTheCounter(t *testing.T) {
	c := open(t, func(apipnr.ExpectedFlight) (border.Direction, bool) { return border.Entry, true })
	c.round()
	c.replicate()
	require.Equal(t, border.NoHit, c.lookFor("ERIKSSON", "L8988901").Outcome, "the dataset is there before the first passenger is")

	flight := passengerdbtest.Flight("0400", noon)
	_, persons := passengerdbtest.List(t, c.store, flight, noon.Add(-time.Hour), traveller(t, "ERIKSSON", "L8988901"), traveller(t, "TANAKA", "K7654321"))
	c.round()
	c.replicate()
	f := c.lookFor("ERIKSSON", "L8988901")
	require.Equal(t, border.NoHit, f.Outcome)
	met, is := expected.MetIn([]border.Finding{f})
	require.True(t, is)
	require.Equal(t, persons[0].ID, met.Person)
	require.Equal(t, border.Hit, c.lookFor("NOBODY", "X1111111").Outcome, "the list is here and he is not on it")
	told := c.told

	c.round()
	require.Equal(t, told, c.told, "nothing changed: no new version")
	require.Zero(t, c.count(c.db, "passenger_note WHERE work = 'publish'"))

	c.screened[persons[0].ID] = apipnr.Screening{
		Person: persons[0].ID, Outcome: border.Hit, Severity: border.SecondLine, At: noon,
		Decision: &apipnr.ScreeningDecision{Verdict: apipnr.DecideNoBoard, Reason: "stopped"},
	}
	_, err := c.db.Pool.Exec(t.Context(), `INSERT INTO passenger_note (work, person_id, flight_id, version, at) VALUES ('publish', $1, $2, 1, $3)`,
		persons[0].ID, persons[0].Flight, noon)
	require.NoError(t, err)
	c.round()
	c.replicate()
	require.Equal(t, border.SecondLine, c.lookFor("ERIKSSON", "L8988901").Severity())

	passengerdbtest.Message(t, c.store, flight, noon.Add(-30*time.Minute), apipnr.Message{
		Type: apipnr.PAXLST, Function: apipnr.Cancel, Travellers: []apipnr.Traveller{traveller(t, "TANAKA", "K7654321")},
	})
	c.round()
	c.replicate()
	require.Contains(t, codes(c.lookFor("TANAKA", "K7654321")), expected.CodeStatus)
	require.NoError(t, c.taken.Verify(t.Context(), expected.Dataset), "digest over all rows at the station")
}

func codes(f border.Finding) (all []string) {
	for _, e := range f.Evidence {
		all = append(all, e.Code)
	}
	return all
}

// A day after the flight nothing of it is left: in the dataset, in its history and at the station.
func TestADayAfterTheFlightNothingIsLeft(t *testing.T) {
	c := open(t, nil)
	f, _ := passengerdbtest.List(t, c.store, passengerdbtest.Flight("0400", noon), noon.Add(-time.Hour), traveller(t, "ERIKSSON", "L8988901"))
	c.round()
	c.replicate()
	require.Len(t, c.rows(), 2)
	c.now = f.ArrivesAt.Add(23 * time.Hour)
	c.round()
	require.Len(t, c.rows(), 2)
	c.now = f.ArrivesAt.Add(49 * time.Hour)
	c.round()
	c.replicate()
	require.Empty(t, c.rows())
	for _, table := range []string{"expected_flight", "expected_person", "ref_row WHERE dataset = 'expected'"} {
		require.Zero(t, c.count(c.station, table), table)
	}
	c.now = c.now.Add(26 * time.Hour)
	c.round()
	require.Zero(t, c.count(c.db, `ref_change WHERE dataset = 'expected' AND row IS NOT NULL`), "nor in the history of the dataset")
	held, err := c.taken.Held(t.Context(), expected.Dataset)
	require.NoError(t, err)
	_, _, err = c.source.Changes(t.Context(), expected.Dataset, 1, 10)
	require.ErrorIs(t, err, replication.ErrTooOld, "a station that was away takes a snapshot")
	require.Positive(t, held.Version)
}

// Nobody is told of a flight that crosses no border of the State, nor of a person who was masked.
func TestWhoIsNotToldOf(t *testing.T) {
	crosses := true
	c := open(t, func(apipnr.ExpectedFlight) (border.Direction, bool) { return "", crosses })
	_, persons := passengerdbtest.List(t, c.store, passengerdbtest.Flight("0400", noon), noon.Add(-time.Hour), traveller(t, "ERIKSSON", "L8988901"))
	c.round()
	require.Len(t, c.rows(), 2)
	crosses = false
	c.round()
	require.Empty(t, c.rows(), "a flight can cease to be told of without a note of its persons")
	crosses = true
	_, err := c.db.Pool.Exec(t.Context(), `INSERT INTO passenger_note (work, person_id, flight_id, version, at) VALUES ('publish', $1, $2, 1, $3)`,
		uuid.New(), persons[0].Flight, noon)
	require.NoError(t, err)
	c.round()
	require.Len(t, c.rows(), 2, "with it come all of its persons, not only those of the notes")
}

// While another process of the centre publishes, this one leaves the notes to it.
func TestOneProcessPublishes(t *testing.T) {
	c := open(t, nil)
	passengerdbtest.List(t, c.store, passengerdbtest.Flight("0400", noon), noon.Add(-time.Hour), traveller(t, "ERIKSSON", "L8988901"))
	require.NoError(t, c.db.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock(hashtext('passengers published'))`)
		require.NoError(t, err)
		c.round()
		require.Empty(t, c.rows())
		return nil
	}))
	require.Equal(t, 1, c.count(c.db, "passenger_note WHERE work = 'publish'"))
	c.round()
	require.Len(t, c.rows(), 2)
}

// The worker publishes when it is nudged: nobody waits for its tick.
func TestTheWorkerIsWokenByTheStore(t *testing.T) {
	c := open(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.publisher.Run(ctx) }()
	passengerdbtest.List(t, c.store, passengerdbtest.Flight("0400", noon), noon.Add(-time.Hour), traveller(t, "ERIKSSON", "L8988901"))
	c.store.Nudge()
	require.Eventually(t, func() bool { return len(c.rows()) == 2 }, time.Minute, 10*time.Millisecond)
	stop()
	require.NoError(t, <-done)
}
