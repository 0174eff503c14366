package screeningdb_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// noon is when these tests begin.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const (
	owner = "NCB Utopia"
	other = "Customs"
)

// centre is a central database with what applies events to it and screens them.
type centre struct {
	testing.TB
	db        *postgres.DB
	applier   *centraldb.Applier
	projector *centraldb.Projector
	store     *screeningdb.Store
	worker    *screening.Worker
	now       time.Time
	told      int // nudges of the stations
	stations  map[string]*station
}

func newCentre(t testing.TB) *centre {
	t.Helper()
	c := &centre{TB: t, db: pgtest.New(t, migrations.Central), now: noon, stations: map[string]*station{}}
	log := slog.New(slog.DiscardHandler)
	clock := func() time.Time { return c.now }
	c.applier = centraldb.NewApplier(centraldb.ApplierConfig{DB: c.db, Now: clock, NewID: newID, Alerts: centraldb.NewAlerts(c.db, clock, log), Log: log})
	c.projector = centraldb.NewProjector(centraldb.ProjectorConfig{DB: c.db, Now: clock, Log: log})
	c.store = screeningdb.New(c.db, clock, func(string) { c.told++ })
	c.restart()
	c.list("national", owner)
	return c
}

// restart is a new start of the program: nothing is left but the database.
func (c *centre) restart() {
	c.worker = screening.NewWorker(screening.Config{Store: c.store, Now: func() time.Time { return c.now }, Log: slog.New(slog.DiscardHandler)})
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func (c *centre) exec(sql string, args ...any) {
	c.Helper()
	_, err := c.db.Pool.Exec(c.Context(), sql, args...)
	require.NoError(c, err)
}

func (c *centre) list(id, agency string) {
	c.Helper()
	c.exec(`INSERT INTO alert_list (id, title, owner, policy) VALUES ($1, $1, $2, '{}')`, id, agency)
}

// alert puts an alert, or the next version of it, on its list.
func (c *centre) alert(a alerts.Alert) alerts.Alert {
	c.Helper()
	if a.Secrecy == "" {
		a.Secrecy = alerts.Open
	}
	if a.Status == "" {
		a.Status = alerts.Active
	}
	require.NoError(c, c.db.Pool.QueryRow(c.Context(), `SELECT coalesce(max(version), 0) + 1 FROM alert_version WHERE list = $1 AND id = $2`,
		a.List, a.ID).Scan(&a.Version))
	body, err := json.Marshal(a)
	require.NoError(c, err)
	c.exec(`INSERT INTO alert_version (list, id, version, body, digest, published, proposal, at) VALUES ($1, $2, $3, $4, '', false, $5, $6)`,
		a.List, a.ID, a.Version, string(body), uuid.New(), c.now)
	agency := a.Owner
	if agency == "" {
		agency = owner
	}
	c.exec(`INSERT INTO alert (list, id, version, secrecy, agency, status, published, digest, terms) VALUES ($1, $2, $3, $4, $5, $6, false, '', '{}')
		ON CONFLICT (list, id) DO UPDATE SET version = excluded.version, secrecy = excluded.secrecy, agency = excluded.agency, status = excluded.status`,
		a.List, a.ID, a.Version, string(a.Secrecy), agency, string(a.Status))
	return a
}

// wanted is an alert on a person.
func wanted(id string, p person) alerts.Alert {
	a := alerts.Flat{
		ID: id, Surname: p.surname, GivenNames: p.given, BirthDate: date(p.birth), Nationality: p.nationality, Sex: "F", Reason: "robbery", Action: "detain",
	}.Alert("national")
	a.Category = alerts.CategoryArrest
	return a
}

func discreet(id string, p person) alerts.Alert {
	a := wanted(id, p)
	a.Secrecy, a.Action, a.Category = alerts.Discreet, alerts.ActionObserve, alerts.CategoryCheck
	return a
}

func date(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err) // a mistake in the test's own data
	}
	return d
}

// screen works until nothing is left to do.
func (c *centre) screen() {
	c.Helper()
	require.NoError(c, c.worker.Drain(c.Context()))
}

// station writes events as a station would: numbered and chained.
type station struct {
	c     *centre
	name  string
	epoch uuid.UUID
	at    replication.Position
}

func (c *centre) station(name string) *station {
	if s, there := c.stations[name]; there {
		return s
	}
	s := &station{c: c, name: name, epoch: uuid.New()}
	s.at.Head = replication.Genesis(name, s.epoch)
	c.stations[name] = s
	return s
}

// send seals one event and has it applied.
func (s *station) send(id uuid.UUID, kind string, payload any) {
	s.c.Helper()
	body, err := json.Marshal(payload)
	require.NoError(s.c, err)
	e := replication.Event{Seq: s.at.Seq + 1, ID: id, Kind: kind, Version: 1, CreatedAt: s.c.now, Payload: body}
	e.Seal(s.at.Head)
	s.at = replication.Position{Seq: e.Seq, Head: e.Hash}
	_, err = s.c.applier.Apply(s.c.Context(), s.name, s.epoch, []replication.Event{e})
	require.NoError(s.c, err)
	var parked int
	require.NoError(s.c, s.c.db.Pool.QueryRow(s.c.Context(), `SELECT count(*) FROM dead_letter`).Scan(&parked))
	require.Zero(s.c, parked, "the event is applied")
}

// person is somebody who crosses.
type person struct {
	surname, given, number, nationality, birth string
	file                                       uuid.UUID
}

func traveller(n int) person {
	names := []string{"HAVERKAMP", "OYELARAN", "QUISPE", "LINDQVIST", "TAMBOURA", "KOVALCHUK", "ROSSELLINI", "MBEKI", "NAKAMURA", "FITZGERALD"}
	given := []string{"ANNELIESE", "ADEBAYO", "XIMENA", "TORBJORN", "FATOUMATA", "OLEKSANDRA", "GIANLUCA", "THANDIWE", "HIROSHI", "SEAMUS"}
	return person{
		surname: names[n%len(names)], given: given[(n/len(names)+n)%len(given)], number: fmt.Sprintf("X%07d", n), nationality: "UTO",
		birth: fmt.Sprintf("19%02d-%02d-%02d", 50+n%45, 1+n%12, 1+n%27), file: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, n)),
	}
}

// cross is a decision at the station's counter, with what its check of the lists answered.
func (s *station) cross(p person, direction border.Direction, at time.Time, finding border.Finding, change ...func(*border.CrossingEvent)) border.CrossingEvent {
	s.c.Helper()
	e := border.CrossingEvent{
		CrossingID: newID(), TravellerID: p.file, Station: s.name, Lane: "1", Officer: "officer1", Direction: direction,
		Mode: border.Air, Purpose: "holiday", CrossedAt: at, ScannedAt: at.Add(-20 * time.Second), Zone: "Europe/Paris", LocalDate: traveldoc.DateOf(at),
		Identity: traveldoc.Identity{Surname: p.surname, GivenNames: p.given, BirthDate: date(p.birth), Sex: "F", Nationality: p.nationality},
		Document: traveldoc.Document{Code: "P", Number: p.number, IssuingState: p.nationality},
		Decision: border.Decision{Verdict: border.Admit}, Findings: []border.Finding{finding},
	}
	for _, act := range change {
		act(&e)
	}
	s.send(newID(), border.KindCrossing, e)
	require.NoError(s.c, s.c.projector.Drain(s.c.Context()))
	return e
}

func noHit() border.Finding {
	return border.Finding{Check: alerts.CheckName, Source: border.Source{Name: alerts.CheckName, Version: "7"}, Outcome: border.NoHit}
}

func notChecked() border.Finding {
	return border.Unanswered(alerts.CheckName, border.Source{Name: alerts.CheckName}, border.ReasonListMissing)
}

// met is what a station's check says of an alert.
func met(a alerts.Alert) border.Finding {
	f := noHit()
	ref := fmt.Sprintf("%s@%d", a.Key(), a.Version)
	f.Outcome = border.Hit
	f.Evidence = []border.Evidence{{Code: hit.CodeMatch, Severity: border.SecondLine, Ref: ref, Band: "certain", Score: 1}}
	return f
}

// hits are the desk's rows.
func (c *centre) hits() []screening.Row {
	c.Helper()
	var all []screening.Row
	for _, agency := range []string{owner, other} {
		q, err := c.store.Queue(c.Context(), agency, false, look())
		require.NoError(c, err)
		all = append(all, append(append(q.Asked, q.Raised...), q.Past...)...)
	}
	return all
}

func look() audit.Entry {
	return audit.Entry{At: noon, Actor: "desk", Role: "list_owner", Verb: audit.Consultation, ObjectKind: "hit", ObjectID: "queue", Purpose: "hit_handling"}
}

func (c *centre) count(table string) (n int) {
	c.Helper()
	require.NoError(c, c.db.Pool.QueryRow(c.Context(), `SELECT count(*) FROM `+table).Scan(&n))
	return n
}

func act() audit.Entry {
	e := look()
	e.Verb = audit.Alteration
	return e
}
