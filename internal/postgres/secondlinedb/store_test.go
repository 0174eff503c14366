package secondlinedb_test

import (
	"context"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/border/refusal"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/fingerdb"
	"github.com/openbmis/openbmis/internal/postgres/secondlinedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
)

// post is a crossing point with a first and a second line on a database of its own.
type post struct {
	printsState string    // what came of taking fingerprints
	printsOf    uuid.UUID // of which inspection that was asked
	db          *postgres.DB
	first       *stationdb.Store
	line        *secondline.Line
	store       *secondlinedb.Store
	prints      *fingerdb.Store
	now         time.Time
	check       *answering
	kept        kept
	woken       atomic.Int64
	space       pgcluster.Space
	given       []uuid.UUID // inspections handed to the protection service
}

// answering is a check that answers what the test says.
type answering struct {
	name    string // alerts.national when empty
	finding border.Finding
	asked   []border.Subject
}

func (a *answering) Name() string {
	if a.name != "" {
		return a.name
	}
	return "alerts.national"
}

func (a *answering) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	a.asked = append(a.asked, s)
	return a.finding, nil
}

func open(t testing.TB) *post {
	t.Helper()
	p := &post{db: pgtest.New(t, migrations.Station), now: bordertest.Noon, check: &answering{}, space: pgcluster.Ample}
	nudge := func() { p.woken.Add(1) }
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, func() time.Time { return p.now })
	require.NoError(t, err)
	p.prints = fingerdb.New(fingerdb.Options{
		DB: p.db, Wrapping: keys, Random: rand.Reader, Now: func() time.Time { return p.now }, NewID: uuid.New, Station: "test-air", Zone: time.UTC,
	})
	p.first = stationdb.New(p.db, uuid.New, nudge).Enrolling(p.prints).Expecting(visaregdb.Uses{})
	p.store = secondlinedb.New(secondlinedb.Config{
		DB: p.db, Decisions: p.first, Prints: p.prints, Zone: time.UTC, Nudge: nudge, Space: func() pgcluster.Space { return p.space },
		Protect: func(_ context.Context, _ pgx.Tx, _ audit.Actor, s protection.Signal) error {
			p.given = append(p.given, s.Inspection)
			return nil
		},
	})
	reasons, err := refusal.Default()
	require.NoError(t, err)
	p.line = secondline.New(secondline.Config{
		Post: border.Post{Station: "test-air", Zone: time.UTC, Mode: border.Air}, Store: p.store, Readings: &p.kept,
		Plan:   func() []border.Planned { return []border.Planned{{Check: p.check, Deadline: time.Minute}} },
		Status: func() border.Status { return border.Confirmed }, Reasons: reasons,
		Prints: func(_ context.Context, inspection uuid.UUID) (string, error) {
			p.printsOf = inspection
			return p.printsState, nil
		},
		VisaNumber: func(context.Context) (string, error) { return "A1", nil }, Now: func() time.Time { return p.now }, NewID: uuid.New,
	})
	return p
}

func actor(name string) audit.Actor {
	return audit.Actor{ID: name + "-id", Name: name, Role: "second_line", Post: "test-air"}
}

func listed(severity border.Severity) border.Finding {
	return border.Finding{
		Check: "alerts.national", Source: border.Source{Name: "alerts.national", Version: "7"}, Outcome: border.Hit, At: bordertest.Noon,
		Evidence: []border.Evidence{{Code: "alert_name", Field: "name", Severity: severity, Ref: "a1", Found: "X", Expected: "X"}},
	}
}

// refer scans a document and refers its bearer with the finding.
func (p *post) refer(t testing.TB, number string, f border.Finding) border.CrossingEvent {
	t.Helper()
	s := bordertest.Scan(number)
	require.NoError(t, p.first.OpenScan(t.Context(), s, bordertest.Entry(audit.Consultation, "inspection", s.ID)))
	e := bordertest.Event(s, p.now)
	e.Decision = border.Decision{Verdict: border.Refer, Reason: "hit", Note: "the photo"}
	e.Findings = []border.Finding{f}
	e, err := p.first.Record(t.Context(), s.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	return e
}

func (p *post) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), "select count(*) from "+sql, args...).Scan(&n))
	return n
}

func (p *post) look(t testing.TB, id uuid.UUID) secondline.Dossier {
	t.Helper()
	d, err := p.line.Look(t.Context(), actor("sam"), id)
	require.NoError(t, err)
	return d
}

func TestAReferralOpensACase(t *testing.T) {
	p := open(t)
	e := p.refer(t, "L898902C3", listed(border.SecondLine))
	page, err := p.line.Queue(t.Context(), actor("sam"), secondline.Query{})
	require.NoError(t, err)
	require.Equal(t, secondline.Counts{All: 1, Unclaimed: 1}, page.Counts)
	require.Len(t, page.Items, 1)
	require.Equal(t, e.CrossingID, page.Items[0].ID)
	require.Equal(t, border.SecondLine, page.Items[0].Severity)
	require.Equal(t, "ERIKSSON", page.Items[0].Surname)

	d := p.look(t, e.CrossingID)
	require.Equal(t, e.Findings[0].Evidence, d.Case.Findings()[0].Evidence)
	require.Equal(t, "L898902C3", d.Scan.Document.Number)
	require.Equal(t, e.TravellerID, d.Case.Referred.TravellerID)
	require.Equal(t, 1, p.count(t, "audit where object_kind = 'referral' and object_id = $1 and purpose = 'second_line'", e.CrossingID.String()),
		"opening a case is audited with its purpose")
}

func TestOfTwoWhoClaimAtOnceOneHasTheCase(t *testing.T) {
	p := open(t)
	e := p.refer(t, "L898902C3", listed(border.SecondLine))
	var all sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		all.Go(func() { errs[n] = p.line.Claim(t.Context(), actor(string(rune('a'+n))), e.CrossingID) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, secondline.ErrClaimed)
	}
	require.Equal(t, 1, won)
	require.Equal(t, 1, p.count(t, "record where kind = 'referral.event'"))
	require.Equal(t, 1, p.count(t, "outbox where kind = 'referral.event'"))
}

// Without room on the disk nothing is decided here either; the queue can still be read.
func TestWithoutRoomNothingIsDecided(t *testing.T) {
	p := open(t)
	e := p.refer(t, "L898902C3", listed(border.SecondLine))
	p.space = pgcluster.Scarce
	require.ErrorIs(t, p.line.Claim(t.Context(), actor("sam"), e.CrossingID), postgres.ErrFull)
	page, err := p.line.Queue(t.Context(), actor("sam"), secondline.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	p.space = pgcluster.Ample
	require.NoError(t, p.line.Claim(t.Context(), actor("sam"), e.CrossingID))
}
