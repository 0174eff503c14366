package centraldb_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

func look() audit.Entry {
	return audit.Actor{ID: uuid.NewString(), Role: "analyst", Post: "central"}.Entry(noon, audit.Consultation, "crossing", "search")
}

func day(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func TestSearch(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	anna := person{surname: "Müller-Łukasz", given: "Anna Maria", number: "C01X00T47", nationality: "D", birth: "1974-08-12", file: uuid.New()}
	bob := person{surname: "ERIKSSON", given: "BOB", number: "L898902C3", nationality: "UTO", birth: "1974", file: uuid.New()}
	refused := s.crossing(bob, border.Entry, noon.AddDate(0, 0, -40))
	refused.Decision = border.Decision{Verdict: border.Refuse, Reason: "C"}
	hit := s.crossing(bob, border.Entry, noon.Add(-time.Hour))
	hit.Findings[1].Outcome = border.Hit
	late := s.crossing(anna, border.Exit, time.Date(2026, 11, 1, 23, 30, 0, 0, time.UTC)) // the 2nd in Paris
	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(anna, border.Entry, noon)), s.event(t, border.KindCrossing, refused),
		s.event(t, border.KindCrossing, hit), s.event(t, border.KindCrossing, late))
	reader := centraldb.NewReader(c.db, make([]byte, 32))
	for name, test := range map[string]struct {
		search central.Search
		found  int
	}{
		"surname":               {central.Search{Name: "eriksson"}, 2},
		"beginning":             {central.Search{Name: "erik"}, 2},
		"similar spelling":      {central.Search{Name: "ericson"}, 2},
		"marks taken off":       {central.Search{Name: "muller"}, 2},
		"marks typed":           {central.Search{Name: "Müller"}, 2},
		"given name, any order": {central.Search{Name: "maria muller anna"}, 2},
		"no such combination":   {central.Search{Name: "bob muller"}, 0},
		"LIKE is no wildcard":   {central.Search{Name: "er%"}, 2},
		"document as printed":   {central.Search{Document: "L898902C3"}, 2},
		"document, O for 0":     {central.Search{Document: "c 01x-OOt47"}, 2},
		"document of nobody":    {central.Search{Document: "X"}, 0},
		"name and birth day":    {central.Search{Name: "eriksson", BirthDate: day(t, "1974-08-12")}, 2}, // his is known by year only
		"name and birth year":   {central.Search{Name: "muller", BirthDate: day(t, "1974")}, 2},
		"name, another year":    {central.Search{Name: "muller", BirthDate: day(t, "1975")}, 0},
		"local day":             {central.Search{From: day(t, "2026-11-02"), To: day(t, "2026-11-02")}, 1},
		"not the UTC day":       {central.Search{From: day(t, "2026-11-01"), To: day(t, "2026-11-01")}, 0},
		"from":                  {central.Search{Station: "airport", From: day(t, "2026-11-03")}, 2},
		"crossing point":        {central.Search{Station: "airport"}, 4},
		"another one":           {central.Search{Station: "land"}, 0},
		"exits":                 {central.Search{Station: "airport", Direction: border.Exit}, 1},
		"refused":               {central.Search{Station: "airport", Verdict: border.Refuse}, 1},
		"hits":                  {central.Search{Station: "airport", HitsOnly: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			test.search.Purpose = "investigation"
			page, err := reader.Search(t.Context(), test.search, central.Cursor{}, 50, look())
			require.NoError(t, err)
			require.Len(t, page.Rows, test.found)
			require.Equal(t, test.found, page.Total, "the count is that of the rows")
		})
	}
}

func TestANameOfTooManyPeopleAsksForMore(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	_, err := pgtest.Admin(t, c.db).Pool.Exec(t.Context(), `INSERT INTO traveller_word SELECT 'SMITH', gen_random_uuid() FROM generate_series(1, 2001)`)
	require.NoError(t, err)
	c.send(t, s, s.backlog(t, 3)...)
	_, err = centraldb.NewReader(c.db, make([]byte, 32)).Search(t.Context(), central.Search{Name: "smith", Purpose: "audit"}, central.Cursor{}, 50, look())
	require.ErrorIs(t, err, problem.New(problem.Invalid, "name_too_common"))
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM audit`), "nothing was shown")
}

// counter counts statements, without those that begin and end transactions.
type counter struct{ statements atomic.Int64 }

func (n *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	switch data.SQL {
	case "begin", "begin isolation level repeatable read", "commit":
	default:
		n.statements.Add(1)
	}
	return ctx
}

func (*counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// The number of statements of a page does not grow with its rows.
func TestStatementsDoNotGrowWithRows(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	seen := new(counter)
	db, err := postgres.Open(t.Context(), pgtest.DSN(t, c.db), func(config *pgxpool.Config) { config.ConnConfig.Tracer = seen })
	require.NoError(t, err)
	t.Cleanup(db.Close)
	reader := centraldb.NewReader(db, make([]byte, 32))
	var who uuid.UUID
	pages := map[string]func() error{
		"search": func() error {
			_, err := reader.Search(t.Context(), central.Search{Name: "tester", Purpose: "audit"}, central.Cursor{}, 50, look())
			return err
		},
		"history":  func() error { _, err := reader.History(t.Context(), who, "audit", look()); return err },
		"live":     func() error { _, err := reader.Latest(t.Context(), 50, "audit", look()); return err },
		"stations": func() error { _, err := reader.Stations(t.Context()); return err },
		"audit":    func() error { _, err := reader.AuditEntries(t.Context(), "", 0, 50, auditLook()); return err },
	}
	measure := func() map[string]int64 {
		counts := map[string]int64{}
		for name, page := range pages {
			before := seen.statements.Load()
			require.NoError(t, page(), name)
			counts[name] = seen.statements.Load() - before
		}
		return counts
	}
	p := traveller1(t, c, s, &who)
	few := measure()
	for i := range 30 {
		again := s.crossing(p, border.Entry, noon.Add(time.Duration(i)*time.Minute))
		c.send(t, s, s.event(t, border.KindCrossing, again), s.event(t, border.KindCorrection, s.correction(again)))
		other := newStation(fmt.Sprintf("post-%d", i))
		c.send(t, other, other.event(t, border.KindCrossing, other.crossing(traveller(i+2), border.Entry, noon)))
	}
	require.Equal(t, few, measure())
	for name, n := range few {
		require.LessOrEqual(t, n, map[string]int64{"history": 12}[name]+5, name)
	}
}

func auditLook() audit.Entry {
	e := look()
	e.ObjectKind, e.Purpose = "audit", "audit"
	return e
}

// traveller1 crosses once and is undone once, so that every part of a history is there.
func traveller1(t *testing.T, c *centre, s *station, id *uuid.UUID) person {
	t.Helper()
	p := traveller(1)
	first := s.crossing(p, border.Entry, noon.Add(-time.Hour))
	c.send(t, s, s.event(t, border.KindCrossing, first), s.event(t, border.KindCorrection, s.correction(first)),
		s.event(t, border.KindCrossing, s.crossing(p, border.Entry, noon.Add(-time.Minute))))
	*id = one[uuid.UUID](t, c.db, `SELECT DISTINCT traveller_id FROM crossing`)
	return p
}

func TestHistoryShowsEverythingThatWasSent(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	var id uuid.UUID
	traveller1(t, c, s, &id)
	reader := centraldb.NewReader(c.db, make([]byte, 32))
	h, err := reader.History(t.Context(), id, "audit", look())
	require.NoError(t, err)
	require.Equal(t, 2, h.Total)
	require.Len(t, h.Events, 2)
	require.True(t, h.Events[0].CrossedAt.After(h.Events[1].CrossedAt))
	require.Len(t, h.Events[0].Findings, 3)
	require.Nil(t, h.Events[0].Correction)
	require.Equal(t, "wrong_key", h.Events[1].Correction.Reason)
	require.True(t, h.Stay.Inside)
	require.Equal(t, "2026-11-20 12:59", h.Events[0].Local().Format("2006-01-02 15:04"), "the time at the crossing point")
	_, err = reader.History(t.Context(), uuid.New(), "audit", look())
	require.Equal(t, problem.NotFound, problem.KindOf(err))
}

func TestPartitionsAtTheTurnOfTheMonth(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	s.zone = "UTC"
	turn := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, at := range []time.Time{turn.Add(-time.Microsecond), turn, turn.Add(time.Microsecond)} {
		c.send(t, s, s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, at)))
	}
	require.Equal(t, 1, one[int](t, c.db, `SELECT count(*) FROM crossing_2026_10`))
	require.Equal(t, 2, one[int](t, c.db, `SELECT count(*) FROM crossing_2026_11`))
	page, err := centraldb.NewReader(c.db, make([]byte, 32)).Search(t.Context(),
		central.Search{From: day(t, "2026-11-01"), To: day(t, "2026-11-01"), Purpose: "audit"}, central.Cursor{}, 50, look())
	require.NoError(t, err)
	require.Equal(t, 2, page.Total)
}

// Crossings that waited among the odd ones move to their month when it gets its partition.
func TestOddCrossingsMoveToTheirMonth(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	admin := pgtest.Admin(t, c.db)
	c.send(t, s, s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, noon)))
	_, err := admin.Pool.Exec(t.Context(), `
		ALTER TABLE crossing DETACH PARTITION crossing_2026_11;
		INSERT INTO crossing SELECT * FROM crossing_2026_11;
		DROP TABLE crossing_2026_11`)
	require.NoError(t, err)
	require.Equal(t, 1, one[int](t, c.db, `SELECT count(*) FROM crossing_odd`))
	require.NoError(t, centraldb.MakeMonths(t.Context(), c.db, noon))
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM crossing_odd`))
	require.Equal(t, 1, one[int](t, c.db, `SELECT count(*) FROM crossing_2026_11`))
}

func TestTheBoardShowsWhatNeedsAttention(t *testing.T) {
	c, s := newCentre(t), newStation("airport")
	c.send(t, s, s.event(t, border.KindCrossing, `{}`), s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC))))
	require.NoError(t, centraldb.NewStatus(c.db).Beat(t.Context(), "airport", noon, replication.Heartbeat{Backlog: 3}))
	c.alerts.Raise(t.Context(), replication.Alert{Station: "airport", Code: replication.AlertChainBroken, Detail: "x"})
	c.alerts.Raise(t.Context(), replication.Alert{Station: "airport", Code: replication.AlertChainBroken, Detail: "y"})
	board, err := centraldb.NewReader(c.db, make([]byte, 32)).Stations(t.Context())
	require.NoError(t, err)
	require.Len(t, board, 1)
	b := board[0]
	require.EqualValues(t, 1, b.Parked)
	require.EqualValues(t, 1, b.Odd)
	require.EqualValues(t, 2, b.Received)
	require.EqualValues(t, 3, b.Beat.Backlog)
	require.Len(t, b.Alerts, 2)
	require.True(t, b.Online(noon.Add(10*time.Second)))
	require.False(t, b.Online(noon.Add(time.Minute)))
	require.False(t, b.Complete(), "never compared is not complete")
}
