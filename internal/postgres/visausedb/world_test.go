package visausedb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/paging"
	"github.com/openbmis/openbmis/internal/postgres/visausedb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// centre takes the events of stations, and makes cases of them.
type centre struct {
	db      *postgres.DB
	applier *centraldb.Applier
	worker  *visausedb.Worker
	cases   *visausedb.Cases
	told    []evisa.Number // of what the register was told
	posts   map[string]*post
}

type post struct {
	epoch uuid.UUID
	at    replication.Position
}

func open(t testing.TB) *centre {
	t.Helper()
	c := &centre{db: pgtest.New(t, migrations.Central), posts: map[string]*post{}}
	now := func() time.Time { return noon }
	log := slog.New(slog.DiscardHandler)
	c.applier = centraldb.NewApplier(centraldb.ApplierConfig{DB: c.db, Now: now, NewID: uuid.New, Alerts: centraldb.NewAlerts(c.db, now, log), Log: log})
	changed := func(_ context.Context, _ pgx.Tx, numbers []evisa.Number) error {
		c.told = append(c.told, numbers...)
		return nil
	}
	c.worker = visausedb.NewWorker(visausedb.WorkConfig{DB: c.db, Changed: changed, Now: now})
	c.cases = visausedb.NewCases(c.db, changed, now)
	return c
}

// send applies an event of a station.
func (c *centre) send(t testing.TB, station, kind string, payload any) {
	t.Helper()
	p := c.posts[station]
	if p == nil {
		p = &post{epoch: uuid.New()}
		p.at.Head = replication.Genesis(station, p.epoch)
		c.posts[station] = p
	}
	body, err := json.Marshal(payload)
	require.NoError(t, err)
	id := uuid.Must(uuid.NewV7())
	if r, is := payload.(border.Record); is {
		id = r.ID
	}
	e := replication.Event{Seq: p.at.Seq + 1, ID: id, Kind: kind, Version: 1, CreatedAt: noon, Payload: body}
	e.Seal(p.at.Head)
	p.at = replication.Position{Seq: e.Seq, Head: e.Hash}
	reply, err := c.applier.Apply(t.Context(), station, p.epoch, []replication.Event{e})
	require.NoError(t, err)
	require.Equal(t, replication.CodeNone, reply.Code)
	var parked int
	require.NoError(t, c.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM dead_letter`).Scan(&parked))
	require.Zero(t, parked)
}

// crossed is an admitted crossing on a visa, as a post's check found it.
func crossed(hour int, station string, direction border.Direction, entries, known int) border.CrossingEvent {
	when := at(hour)
	f := border.Finding{Check: evisa.CheckName, Outcome: border.NoHit, At: when, Evidence: []border.Evidence{
		{Code: visacheck.CodeValid, Ref: string(number), Severity: border.Note},
		{Code: visacheck.CodeEntries, Found: fmt.Sprint(known), Expected: fmt.Sprint(entries), Severity: border.Note},
	}}
	if entries == 0 {
		f.Evidence[1] = border.Evidence{Code: visacheck.CodeMultiple, Found: fmt.Sprint(known), Severity: border.Note}
	}
	if direction == border.Exit {
		f.Evidence = []border.Evidence{{Code: visacheck.CodeExit, Ref: string(number), Severity: border.Note}}
	}
	return border.CrossingEvent{
		CrossingID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, hour, station, direction)), TravellerID: uuid.NewSHA1(uuid.Nil, []byte(station)), Station: station,
		Lane: "1", Officer: "olga", Direction: direction, Mode: border.Air, CrossedAt: when, ScannedAt: when.Add(-time.Minute), Zone: "UTC",
		LocalDate: traveldoc.DateOf(when), Identity: traveldoc.Identity{Surname: "OKORO", GivenNames: "ADA", Nationality: "NGA"},
		Document: traveldoc.Document{Code: "P", Number: "A1", IssuingState: "NGA"}, Decision: border.Decision{Verdict: border.Admit}, Findings: []border.Finding{f},
	}
}

func correction(c border.CrossingEvent) border.CorrectionEvent {
	return border.CorrectionEvent{
		CorrectionID: uuid.New(), CrossingID: c.CrossingID, Station: c.Station, Lane: "1", Officer: "olga", Reason: "wrong_key", CorrectedAt: c.CrossedAt.Add(time.Minute),
	}
}

// struck is a record that strikes a movement out, or supersedes one that did.
func struck(t testing.TB, station string, c border.CrossingEvent, supersedes ...uuid.UUID) border.Record {
	t.Helper()
	body, err := json.Marshal(file.Voided{Movement: c.CrossingID, Ground: "never_crossed", Evidence: "camera"})
	require.NoError(t, err)
	return border.Record{
		ID: uuid.New(), Kind: border.MovementVoided, File: c.TravellerID, Subject: c.CrossingID, Station: station, Officer: "olga", Zone: "UTC", EventTime: noon,
		RecordedAt: noon, Origin: border.Live, Status: border.Confirmed, Body: body, Supersedes: supersedes,
	}
}

func (c *centre) look(t testing.TB) (uses []evisa.Use, open bool) {
	t.Helper()
	require.NoError(t, c.worker.Drain(t.Context()))
	of, err := visausedb.UsesOf(t.Context(), c.db.Pool, []evisa.Number{number})
	require.NoError(t, err)
	uses = slices.DeleteFunc(of[number].Uses, func(u evisa.Use) bool { return u.Void })
	return uses, of[number].Case
}

func entry() audit.Entry {
	e := audit.Actor{ID: "s", Name: "sara", Role: "visa_supervisor"}.Entry(noon, audit.Consultation, "visa_case", "list")
	e.Purpose = "visa"
	return e
}

func supervisor(name string) audit.Actor {
	return audit.Actor{ID: "id-" + name, Name: name, Role: "visa_supervisor"}
}

func (c *centre) open(t testing.TB) []visausedb.Case {
	t.Helper()
	list, err := c.cases.List(t.Context(), visausedb.CaseOpen, paging.Page{}, entry())
	require.NoError(t, err)
	return list.Rows
}
