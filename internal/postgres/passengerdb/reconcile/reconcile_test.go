package reconcile_test

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/reconcile"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// centre takes the events of one station.
type centre struct {
	t       testing.TB
	db      *postgres.DB
	store   *passengerdb.Store
	book    *reconcile.Book
	applier *centraldb.Applier
	epoch   uuid.UUID
	at      replication.Position
}

func open(t testing.TB) *centre {
	t.Helper()
	db := pgtest.New(t, migrations.Central)
	now := func() time.Time { return noon }
	c := &centre{t: t, db: db, store: passengerdbtest.Store(t, db, now), epoch: uuid.New()}
	c.book = reconcile.New(db, c.store, expected.Matcher{Policy: expected.DefaultPolicy()})
	log := slog.New(slog.DiscardHandler)
	c.applier = centraldb.NewApplier(centraldb.ApplierConfig{DB: db, Now: now, NewID: uuid.New, Alerts: centraldb.NewAlerts(db, now, log), Log: log})
	c.at.Head = replication.Genesis("air-1", c.epoch)
	return c
}

func (c *centre) send(kind string, payload any) {
	c.t.Helper()
	body, err := json.Marshal(payload)
	require.NoError(c.t, err)
	e := replication.Event{Seq: c.at.Seq + 1, ID: uuid.Must(uuid.NewV7()), Kind: kind, Version: 1, CreatedAt: noon, Payload: body}
	e.Seal(c.at.Head)
	c.at = replication.Position{Seq: e.Seq, Head: e.Hash}
	reply, err := c.applier.Apply(c.t.Context(), "air-1", c.epoch, []replication.Event{e})
	require.NoError(c.t, err)
	require.Equal(c.t, replication.CodeNone, reply.Code)
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
	}
}

// crossing is a decision on somebody of whom the counter says what evidence says.
func (c *centre) crossing(surname, number string, verdict border.Verdict, evidence ...border.Evidence) border.CrossingEvent {
	return border.CrossingEvent{
		CrossingID: uuid.New(), TravellerID: uuid.New(), Station: "air-1", Lane: "1", Officer: "olga", Direction: border.Entry, Mode: border.Air,
		Transport: "XX 400", CrossedAt: noon, ScannedAt: noon.Add(-time.Minute), Zone: "UTC", LocalDate: traveldoc.DateOf(noon),
		Identity: traveldoc.Identity{Surname: surname, GivenNames: "ANNA", BirthDate: date(c.t, "1974-08-12"), Sex: "F", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: number, IssuingState: "UTO", ExpiryDate: date(c.t, "2030-04-15")},
		Decision: border.Decision{Verdict: verdict, Reason: "x"}, Status: border.Confirmed,
		Findings: []border.Finding{{Check: expected.Name, Source: border.Source{Name: expected.Name}, Outcome: border.NoHit, Evidence: evidence, At: noon}},
	}
}

func found(flight, person uuid.UUID) border.Evidence {
	return border.Evidence{Code: expected.CodeFound, Severity: border.Note, Ref: flight.String() + "/" + person.String()}
}

func undeclared(flight uuid.UUID) border.Evidence {
	return border.Evidence{Code: expected.CodeUndeclared, Severity: border.Acknowledge, Ref: flight.String()}
}

func (c *centre) flight(id uuid.UUID) reconcile.Flight {
	c.t.Helper()
	e := audit.Actor{ID: "a", Name: "anna", Role: "analyst", Post: "central"}.Entry(noon, audit.Consultation, "passenger_flight", id.String())
	e.Purpose = "risk_analysis"
	f, err := c.book.OfFlight(c.t.Context(), id, e)
	require.NoError(c.t, err)
	return f
}

func TestWhoWasDeclaredAndWhoCame(t *testing.T) {
	c := open(t)
	leg := passengerdbtest.Flight("0400", noon)
	f, persons := passengerdbtest.List(t, c.store, leg, noon.Add(-time.Hour),
		traveller(t, "ADAMS", "A1111111"), traveller(t, "BAKER", "B2222222"), traveller(t, "CLARK", "C3333333"), traveller(t, "DAVIS", "D4444444"))
	require.Equal(t, reconcile.Counts{Declared: 4, Absent: 4}, c.flight(f.ID).Counts)

	c.send(border.KindCrossing, c.crossing("ADAMS", "A1111111", border.Admit, found(f.ID, persons[0].ID)))
	differs := border.Evidence{Code: expected.CodeDiffers, Field: "sex", Severity: border.Acknowledge}
	c.send(border.KindCrossing, c.crossing("BAKER", "B2222222", border.Admit, found(f.ID, persons[1].ID), differs))
	wrong := c.crossing("CLARK", "C3333333", border.Admit, found(f.ID, persons[2].ID))
	c.send(border.KindCrossing, wrong)
	c.send(border.KindCrossing, c.crossing("EVANS", "E5555555", border.Admit, undeclared(f.ID)))
	c.send(border.KindCrossing, c.crossing("FROST", "F6666666", border.Admit, undeclared(f.ID)))
	c.send(border.KindCrossing, c.crossing("NOBODY", "N9999999", border.Admit))
	require.Equal(t, reconcile.Counts{Declared: 4, Arrived: 3, Absent: 1, Undeclared: 2, Differing: 1}, c.flight(f.ID).Counts)

	// Annulled, and never was.
	c.send(border.KindCorrection, border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: wrong.CrossingID, Station: "air-1", Lane: "1", Officer: "olga", Reason: "wrong_traveller", CorrectedAt: noon,
	})
	// The carrier declares Frost too late, and takes Baker off.
	passengerdbtest.List(t, c.store, leg, noon.Add(time.Hour), traveller(t, "FROST", "F6666666"),
		traveller(t, "ADAMS", "A1111111"), traveller(t, "BAKER", "B2222222"), traveller(t, "CLARK", "C3333333"), traveller(t, "DAVIS", "D4444444"))
	passengerdbtest.Message(t, c.store, leg, noon.Add(2*time.Hour), apipnr.Message{
		Type: apipnr.PAXLST, Function: apipnr.Cancel, Travellers: []apipnr.Traveller{traveller(t, "BAKER", "B2222222")},
	})
	all := c.flight(f.ID)
	require.Equal(t, reconcile.Counts{Declared: 4, Arrived: 3, Absent: 2, Unforeseen: 1, Late: 1, Undeclared: 1, Differing: 1}, all.Counts)
	require.Equal(t, "EVANS", all.Undeclared[0].Identity.Surname)
	require.Empty(t, all.Undeclared[0].Document.MRZ)
	for _, p := range all.Persons {
		require.Equal(t, p.Expected.Identity.Surname == "FROST", p.Late)
	}
	var looks int
	require.NoError(t, c.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE purpose = 'risk_analysis' AND object_id = $1`, f.ID.String()).Scan(&looks))
	require.Equal(t, 3, looks)
}

// A referral and the decision of the second line that ends it are one arrival.
func TestAReferralAndItsOutcomeAreOneArrival(t *testing.T) {
	c := open(t)
	f, persons := passengerdbtest.List(t, c.store, passengerdbtest.Flight("0400", noon), noon.Add(-time.Hour), traveller(t, "ADAMS", "A1111111"))
	first := c.crossing("EVANS", "E5555555", border.Refer, undeclared(f.ID))
	c.send(border.KindCrossing, first)
	second := c.crossing("EVANS", "E5555555", border.Admit, undeclared(f.ID))
	second.Referral = first.CrossingID
	c.send(border.KindCrossing, second)
	got := c.flight(f.ID)
	require.Equal(t, reconcile.Counts{Declared: 1, Absent: 1, Undeclared: 1}, got.Counts)
	require.Equal(t, border.Admit, got.Undeclared[0].Arrival.Verdict)
	_ = persons
}

// A person's record became another's after he came: his arrival is found by his document, and he is not called late.
func TestAnArrivalUnderANumberThatIsGone(t *testing.T) {
	c := open(t)
	f, _ := passengerdbtest.List(t, c.store, passengerdbtest.Flight("0400", noon), noon.Add(-time.Hour), traveller(t, "ADAMS", "A1111111"))
	c.send(border.KindCrossing, c.crossing("ADAMS", "A1111111", border.Admit, found(f.ID, uuid.New())))
	require.Equal(t, reconcile.Counts{Declared: 1, Arrived: 1}, c.flight(f.ID).Counts)
}

// What is kept names nobody.
func TestTheReadModelNamesNobody(t *testing.T) {
	c := open(t)
	f, persons := passengerdbtest.List(t, c.store, passengerdbtest.Flight("0400", noon), noon.Add(-time.Hour), traveller(t, "ADAMS", "A1111111"))
	c.send(border.KindCrossing, c.crossing("ADAMS", "A1111111", border.Admit, found(f.ID, persons[0].ID)))
	var row string
	require.NoError(t, c.db.Pool.QueryRow(t.Context(), `SELECT to_jsonb(e)::text FROM expected_crossing e`).Scan(&row))
	require.NotContains(t, row, "ADAMS")
	require.NotContains(t, row, "A1111111")
}
