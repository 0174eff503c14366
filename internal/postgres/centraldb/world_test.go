package centraldb_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// noon is "now" in these tests.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// centre is a central database with its applier.
type centre struct {
	db      *postgres.DB
	applier *centraldb.Applier
	alerts  *centraldb.Alerts
	// projector works after every send; now is its clock.
	projector *centraldb.Projector
	now       time.Time
}

func newCentre(t testing.TB) *centre {
	t.Helper()
	db := pgtest.New(t, migrations.Central)
	now := func() time.Time { return noon }
	alerts := centraldb.NewAlerts(db, now, slog.New(slog.DiscardHandler))
	c := &centre{db: db, now: noon, alerts: alerts, applier: centraldb.NewApplier(centraldb.ApplierConfig{
		DB: db, Now: now, NewID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }, Alerts: alerts, Log: slog.New(slog.DiscardHandler),
	})}
	c.projector = centraldb.NewProjector(centraldb.ProjectorConfig{
		DB: db, Now: func() time.Time { return c.now }, Log: slog.New(slog.DiscardHandler),
	})
	return c
}

// station writes events as a station would: numbered and chained.
type station struct {
	name  string
	zone  string
	epoch uuid.UUID
	at    replication.Position
}

func newStation(name string) *station {
	s := &station{name: name, zone: "Europe/Paris", epoch: uuid.New()}
	s.at.Head = replication.Genesis(name, s.epoch)
	return s
}

// event seals one event with a payload; a string payload is taken as it is.
func (s *station) event(t testing.TB, kind string, payload any) replication.Event {
	t.Helper()
	return s.eventWith(t, uuid.Must(uuid.NewV7()), kind, payload)
}

// eventWith is event with an id: that of the record, when it carries one.
func (s *station) eventWith(t testing.TB, id uuid.UUID, kind string, payload any) replication.Event {
	t.Helper()
	text, raw := payload.(string)
	body := []byte(text)
	if !raw {
		var err error
		body, err = json.Marshal(payload)
		require.NoError(t, err)
	}
	e := replication.Event{
		Seq: s.at.Seq + 1, ID: id, Kind: kind, Version: 1, CreatedAt: noon.Add(time.Duration(s.at.Seq) * time.Second), Payload: body,
	}
	e.Seal(s.at.Head)
	s.at = replication.Position{Seq: e.Seq, Head: e.Hash}
	return e
}

// person is somebody who crosses.
type person struct {
	surname, given, number, nationality, birth string
	file                                       uuid.UUID
}

func traveller(n int) person {
	return person{
		surname: fmt.Sprintf("TESTER%c", 'A'+rune(n%26)), given: fmt.Sprintf("PAT %c", 'A'+rune(n/26%26)), number: fmt.Sprintf("X%07d", n),
		nationality: []string{"UTO", "FRA", "MAR", "ESP"}[n%4], birth: "1974-08-12", file: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, n)),
	}
}

func (s *station) crossing(p person, direction border.Direction, at time.Time) border.CrossingEvent {
	birth, err := traveldoc.ParseDate(p.birth)
	if err != nil {
		panic(err) // a mistake in the test's own data
	}
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		panic(err)
	}
	return border.CrossingEvent{
		CrossingID: uuid.Must(uuid.NewV7()), TravellerID: p.file, Station: s.name, Lane: "1", Officer: "officer1", Direction: direction,
		Mode: border.Air, Transport: "XX123", Purpose: "holiday", CrossedAt: at, ScannedAt: at.Add(-20 * time.Second),
		Zone: s.zone, LocalDate: traveldoc.DateOf(at.In(zone)),
		Identity: traveldoc.Identity{Surname: p.surname, GivenNames: p.given, BirthDate: birth, Sex: "F", Nationality: p.nationality},
		Document: traveldoc.Document{Code: "P", Number: p.number, IssuingState: p.nationality},
		Decision: border.Decision{Verdict: border.Admit},
		Findings: []border.Finding{
			{Check: "document", Source: border.Source{Name: "document"}, Outcome: border.NoHit, At: at},
			{Check: "alerts.national", Source: border.Source{Name: "alerts.national", Version: "7", AsOf: at}, Outcome: border.NoHit, At: at},
			{Check: "previous", Source: border.Source{Name: "station"}, Outcome: border.NoHit, At: at},
		},
	}
}

func (s *station) correction(c border.CrossingEvent) border.CorrectionEvent {
	return border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: c.CrossingID, Station: s.name, Lane: "1", Officer: "officer1", Reason: "wrong_key",
		CorrectedAt: c.CrossedAt.Add(10 * time.Second),
	}
}

// send applies events, wants all of them taken, and lets the projector work.
func (c *centre) send(t testing.TB, s *station, events ...replication.Event) {
	t.Helper()
	c.apply(t, s, events...)
	require.NoError(t, c.projector.Drain(t.Context()))
}

// apply applies events and wants all of them taken.
func (c *centre) apply(t testing.TB, s *station, events ...replication.Event) {
	t.Helper()
	reply, err := c.applier.Apply(t.Context(), s.name, s.epoch, events)
	require.NoError(t, err)
	require.Equal(t, replication.Reply{Cursor: events[len(events)-1].Seq, Head: events[len(events)-1].Hash}, reply)
}

// one reads a single value.
func one[T any](t testing.TB, db *postgres.DB, query string, args ...any) (v T) {
	t.Helper()
	require.NoError(t, db.Pool.QueryRow(t.Context(), query, args...).Scan(&v), query)
	return v
}

// backlog makes n crossings in order of time with a payload of about 1.2 kB. Every third is of somebody new, as in two years of
// a country's crossings (3.3 per traveller).
func (s *station) backlog(t testing.TB, n int) []replication.Event {
	t.Helper()
	random := rand.New(rand.NewPCG(1, uint64(s.at.Seq)))
	events := make([]replication.Event, n)
	for i := range events {
		seq := int(s.at.Seq)
		who, direction := traveller(seq/3), border.Entry
		if seq%3 != 0 {
			who, direction = traveller(random.IntN(seq/3+1)), border.Exit
		}
		at := noon.AddDate(0, 0, -20).Add(time.Duration(seq) * 5 * time.Second)
		events[i] = s.event(t, border.KindCrossing, s.crossing(who, direction, at))
	}
	return events
}
