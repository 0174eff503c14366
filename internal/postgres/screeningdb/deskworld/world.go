// Package deskworld is a centre for tests: a real database with what applies the events of stations to it and screens them.
package deskworld

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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

// Noon is when these tests begin.
var Noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// The agencies of these tests; each has a desk.
const (
	Owner = "NCB Utopia"
	Other = "Customs"
)

// Centre is a central database with what applies events to it and screens them.
type Centre struct {
	testing.TB
	DB        *postgres.DB
	applier   *centraldb.Applier
	projector *centraldb.Projector
	Store     *screeningdb.Store
	Worker    *screening.Worker
	Now       time.Time
	Told      int // nudges of the stations
	stations  map[string]*Station
}

// New makes a centre on a database of its own, with the list "national" of agency Owner.
func New(t testing.TB) *Centre {
	t.Helper()
	return Over(t, pgtest.New(t, migrations.Central), Noon)
}

// Over is New on a migrated database at an instant.
func Over(t testing.TB, db *postgres.DB, now time.Time) *Centre {
	t.Helper()
	c := &Centre{TB: t, DB: db, Now: now, stations: map[string]*Station{}}
	log := slog.New(slog.DiscardHandler)
	clock := func() time.Time { return c.Now }
	c.applier = centraldb.NewApplier(centraldb.ApplierConfig{DB: c.DB, Now: clock, NewID: NewID, Alerts: centraldb.NewAlerts(c.DB, clock, log), Log: log})
	c.projector = centraldb.NewProjector(centraldb.ProjectorConfig{DB: c.DB, Now: clock, Log: log})
	c.Store = screeningdb.New(c.DB, clock, func(string) { c.Told++ })
	c.Restart()
	c.List("national", Owner)
	c.Desk(Owner)
	c.Desk(Other)
	return c
}

// Restart is a new start of the program: nothing is left but the database.
func (c *Centre) Restart() {
	c.Worker = screening.NewWorker(screening.Config{Store: c.Store, Now: func() time.Time { return c.Now }, Log: slog.New(slog.DiscardHandler)})
}

// NewID is a new id.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// Exec runs a statement.
func (c *Centre) Exec(sql string, args ...any) {
	c.Helper()
	_, err := c.DB.Pool.Exec(c.Context(), sql, args...)
	require.NoError(c, err)
}

// List makes a list of an agency, with the default policy.
func (c *Centre) List(id, agency string) {
	c.Helper()
	c.Exec(`INSERT INTO alert_list (id, title, owner, policy) VALUES ($1, $1, $2, '{}')`, id, agency)
}

// Desk has somebody work for an agency that owns alerts.
func (c *Centre) Desk(agency string) {
	c.Helper()
	c.Exec(`INSERT INTO account (id, login, display_name, role, language, password_hash, agency, created_at)
		VALUES ($1, 'desk of ' || $2::text, $2::text, 'list_owner', 'en', '$argon2id$', $2::text, $3)`, NewID(), agency, c.Now)
}

// Alert puts an alert, or the next version of it, on its list.
func (c *Centre) Alert(a alerts.Alert) alerts.Alert {
	c.Helper()
	if a.Secrecy == "" {
		a.Secrecy = alerts.Open
	}
	if a.Status == "" {
		a.Status = alerts.Active
	}
	require.NoError(c, c.DB.Pool.QueryRow(c.Context(), `SELECT coalesce(max(version), 0) + 1 FROM alert_version WHERE list = $1 AND id = $2`,
		a.List, a.ID).Scan(&a.Version))
	body, err := json.Marshal(a)
	require.NoError(c, err)
	c.Exec(`INSERT INTO alert_version (list, id, version, body, digest, published, proposal, at) VALUES ($1, $2, $3, $4, '', false, $5, $6)`,
		a.List, a.ID, a.Version, string(body), uuid.New(), c.Now)
	agency := a.Owner
	if agency == "" {
		agency = Owner
	}
	c.Exec(`INSERT INTO alert (list, id, version, secrecy, agency, status, published, digest, terms) VALUES ($1, $2, $3, $4, $5, $6, false, '', '{}')
		ON CONFLICT (list, id) DO UPDATE SET version = excluded.version, secrecy = excluded.secrecy, agency = excluded.agency, status = excluded.status`,
		a.List, a.ID, a.Version, string(a.Secrecy), agency, string(a.Status))
	return a
}

// Wanted is an alert on a person.
func Wanted(id string, p Person) alerts.Alert {
	a := alerts.Flat{
		ID: id, Surname: p.Surname, GivenNames: p.Given, BirthDate: date(p.Birth), Nationality: p.Nationality, Sex: "F", Reason: "robbery", Action: "detain",
	}.Alert("national")
	a.Category = alerts.CategoryArrest
	return a
}

// Discreet is a discreet alert on a person.
func Discreet(id string, p Person) alerts.Alert {
	a := Wanted(id, p)
	a.Secrecy, a.Action, a.Category = alerts.Discreet, alerts.ActionObserve, alerts.CategoryCheck
	return a
}

func date(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err) //nolint:forbidigo // a mistake in the test's own data
	}
	return d
}

// Screen works until nothing is left to do.
func (c *Centre) Screen() {
	c.Helper()
	require.NoError(c, c.Worker.Drain(c.Context()))
}

// Station writes events as a station would: numbered and chained.
type Station struct {
	c     *Centre
	name  string
	epoch uuid.UUID
	at    replication.Position
}

// Station is a crossing point of the centre, always the same of one name.
func (c *Centre) Station(name string) *Station {
	if s, there := c.stations[name]; there {
		return s
	}
	s := &Station{c: c, name: name, epoch: uuid.New()}
	s.at.Head = replication.Genesis(name, s.epoch)
	c.stations[name] = s
	return s
}

// Send seals one event and has it applied.
func (s *Station) Send(id uuid.UUID, kind string, payload any) {
	s.c.Helper()
	body, err := json.Marshal(payload)
	require.NoError(s.c, err)
	e := replication.Event{Seq: s.at.Seq + 1, ID: id, Kind: kind, Version: 1, CreatedAt: s.c.Now, Payload: body}
	e.Seal(s.at.Head)
	s.at = replication.Position{Seq: e.Seq, Head: e.Hash}
	_, err = s.c.applier.Apply(s.c.Context(), s.name, s.epoch, []replication.Event{e})
	require.NoError(s.c, err)
	var parked int
	require.NoError(s.c, s.c.DB.Pool.QueryRow(s.c.Context(), `SELECT count(*) FROM dead_letter`).Scan(&parked))
	require.Zero(s.c, parked, "the event is applied")
}

// Person is somebody who crosses.
type Person struct {
	Surname, Given, Number, Nationality, Birth string
	File                                       uuid.UUID
}

// Traveller is a person; another number is another one.
func Traveller(n int) Person {
	names := []string{"HAVERKAMP", "OYELARAN", "QUISPE", "LINDQVIST", "TAMBOURA", "KOVALCHUK", "ROSSELLINI", "MBEKI", "NAKAMURA", "FITZGERALD"}
	given := []string{"ANNELIESE", "ADEBAYO", "XIMENA", "TORBJORN", "FATOUMATA", "OLEKSANDRA", "GIANLUCA", "THANDIWE", "HIROSHI", "SEAMUS"}
	return Person{
		Surname: names[n%len(names)], Given: given[(n/len(names)+n)%len(given)], Number: fmt.Sprintf("X%07d", n), Nationality: "UTO",
		Birth: fmt.Sprintf("19%02d-%02d-%02d", 50+n%45, 1+n%12, 1+n%27), File: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, n)),
	}
}

// Cross is a decision at the station's counter, with what its check of the lists answered.
func (s *Station) Cross(p Person, direction border.Direction, at time.Time, finding border.Finding, change ...func(*border.CrossingEvent)) border.CrossingEvent {
	s.c.Helper()
	e := border.CrossingEvent{
		CrossingID: NewID(), TravellerID: p.File, Station: s.name, Lane: "1", Officer: "officer1", Direction: direction,
		Mode: border.Air, Purpose: "holiday", CrossedAt: at, ScannedAt: at.Add(-20 * time.Second), Zone: "Europe/Paris", LocalDate: traveldoc.DateOf(at),
		Identity: traveldoc.Identity{Surname: p.Surname, GivenNames: p.Given, BirthDate: date(p.Birth), Sex: "F", Nationality: p.Nationality},
		Document: traveldoc.Document{Code: "P", Number: p.Number, IssuingState: p.Nationality},
		Decision: border.Decision{Verdict: border.Admit}, Findings: []border.Finding{finding},
	}
	for _, act := range change {
		act(&e)
	}
	s.Send(NewID(), border.KindCrossing, e)
	require.NoError(s.c, s.c.projector.Drain(s.c.Context()))
	return e
}

// NoHit is what a station's check says of somebody whom its lists do not hold.
func NoHit() border.Finding {
	return border.Finding{Check: alerts.CheckName, Source: border.Source{Name: alerts.CheckName, Version: "7"}, Outcome: border.NoHit}
}

// NotChecked is what a station says whose check had no list.
func NotChecked() border.Finding {
	return border.Unanswered(alerts.CheckName, border.Source{Name: alerts.CheckName}, border.ReasonListMissing)
}

// Met is what a station's check says of an alert.
func Met(a alerts.Alert) border.Finding {
	f := NoHit()
	ref := fmt.Sprintf("%s@%d", a.Key(), a.Version)
	f.Outcome = border.Hit
	f.Evidence = []border.Evidence{{Code: hit.CodeMatch, Severity: border.SecondLine, Ref: ref, Band: "certain", Score: 1}}
	return f
}

// Hits are the desk's rows.
func (c *Centre) Hits() []screening.Row {
	c.Helper()
	var all []screening.Row
	for _, agency := range []string{Owner, Other} {
		q, err := c.Store.Queue(c.Context(), agency, false, Look())
		require.NoError(c, err)
		all = append(all, append(append(q.Asked, q.Raised...), q.Past...)...)
	}
	return all
}

// Look is an audit entry of somebody who looks at hits.
func Look() audit.Entry {
	return audit.Entry{At: Noon, Actor: "desk", Role: "list_owner", Verb: audit.Consultation, ObjectKind: "hit", ObjectID: "queue", Purpose: "hit_handling"}
}

// Count counts the rows of a table, which may have a condition with it.
func (c *Centre) Count(table string) (n int) {
	c.Helper()
	require.NoError(c, c.DB.Pool.QueryRow(c.Context(), `SELECT count(*) FROM `+table).Scan(&n))
	return n
}

// Act is an audit entry of somebody who works on a hit.
func Act() audit.Entry {
	e := Look()
	e.Verb = audit.Alteration
	return e
}

// Row is a hit as the owner's desk has it.
func (c *Centre) Row(id uuid.UUID) screening.Row {
	c.Helper()
	d, err := c.Store.Dossier(c.Context(), id, Owner, Look())
	require.NoError(c, err)
	return d.Row
}

// Everything is how many rows each table has but those of discreet hits, of the alerts themselves and of the audit log's own work.
func (c *Centre) Everything() map[string]int {
	c.Helper()
	rows, err := c.DB.Pool.Query(c.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public'
		AND tablename NOT LIKE 'discreet%' AND tablename NOT IN ('alert', 'alert_version', 'screening_run', 'screening_state', 'screening_due')`)
	require.NoError(c, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c, err)
	counts := map[string]int{}
	for _, name := range names {
		counts[name] = c.Count(name)
	}
	return counts
}

// Hit is a hit at the station's counter with its course so far.
type Hit struct {
	*hit.Hit
	s *Station
}

// Raise raises a hit of the station on an alert that its check met.
func (s *Station) Raise(e border.CrossingEvent, a alerts.Alert, band alerts.Band, change ...func(*hit.Raise)) *Hit {
	s.c.Helper()
	inspection := NewID()
	h := &Hit{Hit: &hit.Hit{ID: hit.ID(inspection, a.Key())}, s: s}
	r := hit.Raise{
		Inspection: inspection, Crossing: e.CrossingID, File: e.TravellerID, Station: s.name, Lane: e.Lane, CrossedAt: e.CrossedAt, Direction: e.Direction,
		Check: alerts.CheckName, List: a.List, Alert: a.Key(), AlertVersion: a.Version, ListVersion: "7", Matcher: "1", Owner: a.Owner, Category: a.Category,
		Action: a.Action, Band: band, Score: 0.97, Identity: e.Identity, Document: e.Document, Subject: alerts.Person,
		Evidence: []border.Evidence{
			{Code: hit.CodeMatch, Band: string(band), Score: 0.97, Severity: border.SecondLine, Ref: a.Key()},
			{Code: "alert_field", Field: "name", Found: e.Identity.Surname, Expected: e.Identity.Surname, Relation: "equal", Score: 1, Ref: a.Key()},
			{Code: "alert_field", Field: "birth_date", Found: e.Identity.BirthDate.String(), Expected: "1960-01-01", Relation: "different", Ref: a.Key()},
		},
	}
	for _, act := range change {
		act(&r)
	}
	h.Step(hit.Event{Kind: hit.Raised, By: "hits", Raise: &r})
	return h
}

// At is the hit as another station would write its next steps.
func (h *Hit) At(s *Station) *Hit { return &Hit{Hit: h.Hit, s: s} }

// Step takes a step of the station's hit and sends its record.
func (h *Hit) Step(e hit.Event) {
	h.s.c.Helper()
	e.Hit, e.Seq, e.At = h.ID, len(h.Course)+1, h.s.c.Now
	if e.By == "" {
		e.By = "second1"
	}
	require.NoError(h.s.c, h.Apply(e))
	body, err := json.Marshal(e)
	require.NoError(h.s.c, err)
	r := border.Record{
		ID: NewID(), Kind: border.HitEvent, File: h.File(), Subject: h.ID, Station: h.s.name, Lane: "1", Officer: e.By, Zone: "Europe/Paris",
		EventTime: e.At, RecordedAt: e.At, Origin: border.Live, Status: border.Confirmed, Body: body,
	}
	h.s.Send(r.ID, string(r.Kind), r)
}

// Ask takes the hit to the question to its owner.
func (h *Hit) Ask(message string) {
	h.Step(hit.Event{Kind: hit.Claimed})
	h.Step(hit.Event{Kind: hit.Judged, Judgement: &hit.Judgement{Same: true, Compared: []string{"photo"}}})
	h.Step(hit.Event{Kind: hit.Asked, Question: &hit.Question{Reference: hit.Reference(h.ID), Message: message, AnswerBy: h.s.c.Now.Add(2 * time.Hour)}})
}
