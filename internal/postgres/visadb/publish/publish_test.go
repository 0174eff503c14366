package publish_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/internal/postgres/visadb/publish"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const kept = 30 * 24 * time.Hour

// centre is a centre that publishes, and a station that takes what it publishes by the way of replication.
type centre struct {
	t         testing.TB
	ctx       context.Context
	db        *postgres.DB
	register  *visadb.Register
	publisher *publish.Publisher
	source    *centraldb.Reference
	station   *postgres.DB
	taken     *relaydb.References
	now       time.Time
	told      chan struct{}
}

// plain is a sink whose rows are used from where the station keeps all reference data.
type plain struct{}

func (plain) Clear(context.Context, pgx.Tx) error                       { return nil }
func (plain) Apply(context.Context, pgx.Tx, []replication.Change) error { return nil }

func open(t testing.TB) *centre {
	t.Helper()
	c := &centre{
		t: t, ctx: t.Context(), db: pgtest.New(t, migrations.Central), station: pgtest.New(t, migrations.Station), now: noon,
		told: make(chan struct{}, 1),
	}
	clock := func() time.Time { return c.now }
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, clock)
	require.NoError(t, err)
	c.register = visadb.New(visadb.Options{
		DB: c.db, Wrapping: keys, Random: rand.Reader, Now: clock, NewID: uuid.New, QueryKey: make([]byte, 32), Policy: evisa.DefaultPolicy("UTO"),
	})
	c.source = centraldb.NewReference(c.db)
	c.taken = relaydb.NewReferences(c.station, map[string]relaydb.Sink{evisa.DatasetVisas: plain{}}, clock)
	c.publisher = publish.New(publish.Config{
		DB: c.db, Register: c.register, Kept: kept, Now: clock, Log: slog.New(slog.DiscardHandler), Published: func(dataset string) {
			require.Equal(t, evisa.DatasetVisas, dataset)
			select {
			case c.told <- struct{}{}:
			default:
			}
		},
	})
	return c
}

func date(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func grant(n int) evisa.Grant {
	return evisa.Grant{
		Application: evisa.Application{
			ID: uuid.New(), Reference: "7KXR4MTQC", Type: "T", Purpose: "tourism",
			Identity: traveldoc.Identity{Surname: "ERIKSSON", GivenNames: fmt.Sprint("ANNA ", n), BirthDate: date("1974-08-12"), Sex: "F", Nationality: "UTO"},
			Document: traveldoc.Document{Code: "P", Number: fmt.Sprintf("L%08d", n), IssuingState: "UTO", ExpiryDate: date("2030-04-15")},
		},
		Type: "T", Kind: evisa.KindVisa, Authority: "Visa Office", Officer: "olga", At: noon,
		Actor: audit.Actor{ID: "u2", Name: "olga", Role: "visa_officer"},
		Terms: evisa.Terms{From: date("2026-12-01"), Until: date("2027-01-31"), Days: 20, Entries: 1},
	}
}

func (c *centre) issue(from, n int) (list []evisa.Visa) {
	c.t.Helper()
	require.NoError(c.t, c.db.InTx(c.ctx, func(tx pgx.Tx) error {
		for k := range n {
			v, err := c.register.Issue(c.ctx, tx, grant(from+k))
			if err != nil {
				return err
			}
			list = append(list, v)
		}
		return nil
	}))
	return list
}

func (c *centre) round() {
	c.t.Helper()
	for more := true; more; {
		var err error
		more, err = c.publisher.Round(c.ctx)
		require.NoError(c.t, err)
	}
}

// replicate leads the station to the newest version, change by change, or by a snapshot when it was away for too long.
func (c *centre) replicate() {
	c.t.Helper()
	for {
		held, err := c.taken.Held(c.ctx, evisa.DatasetVisas)
		require.NoError(c.t, err)
		changes, reached, err := c.source.Changes(c.ctx, evisa.DatasetVisas, held.Version, 1000)
		if errors.Is(err, replication.ErrTooOld) {
			rows, now, err := c.source.Rows(c.ctx, evisa.DatasetVisas, "", 100000)
			require.NoError(c.t, err)
			require.NoError(c.t, c.taken.Replace(c.ctx, evisa.DatasetVisas, &snapshot{rows: rows, now: now}))
			return
		}
		require.NoError(c.t, err)
		if reached.Version <= held.Version {
			return
		}
		require.NoError(c.t, c.taken.ApplyChanges(c.ctx, evisa.DatasetVisas, held.Version, reached, changes))
	}
}

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

// held are the rows that the station has.
func (c *centre) held() map[evisa.Number]evisa.Row {
	c.t.Helper()
	rows, err := c.station.Pool.Query(c.ctx, `SELECT data FROM ref_row WHERE dataset = $1`, evisa.DatasetVisas)
	require.NoError(c.t, err)
	out := map[evisa.Number]evisa.Row{}
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&data}, func() error {
		var r evisa.Row
		err := json.Unmarshal(data, &r)
		out[r.Number] = r
		return err
	})
	require.NoError(c.t, err)
	return out
}

func supervisor() audit.Actor { return audit.Actor{ID: "u1", Name: "sara", Role: "visa_supervisor"} }

func (c *centre) version() (n int64) {
	c.t.Helper()
	require.NoError(c.t, c.db.Pool.QueryRow(c.ctx, `SELECT version FROM ref_dataset WHERE dataset = $1`, evisa.DatasetVisas).Scan(&n))
	return n
}

func (c *centre) count(sql string) (n int) {
	c.t.Helper()
	require.NoError(c.t, c.db.Pool.QueryRow(c.ctx, "SELECT count(*) FROM "+sql).Scan(&n))
	return n
}

func TestTheFirstVersionIsEmptyAndPublishedAtOnce(t *testing.T) {
	c := open(t)
	c.round()
	require.EqualValues(t, 1, c.version())
	c.round()
	require.EqualValues(t, 1, c.version(), "nothing new is no version")
	c.replicate()
	require.Empty(t, c.held())
}

// What becomes of a visa is at the stations: issued, extended, revoked, annulled, issued anew.
func TestWhatBecomesOfAVisaIsAtTheStations(t *testing.T) {
	c := open(t)
	v := c.issue(1, 4)
	c.round()
	c.replicate()
	held := c.held()
	require.Len(t, held, 4)
	require.Equal(t, v[0].Identity, held[v[0].Number].Identity)
	require.Equal(t, v[0].Terms, held[v[0].Number].Terms)
	before := c.version()
	_, err := c.register.Revoke(c.ctx, v[0].Number, visadb.Act{Actor: supervisor(), Reason: "alert", Version: 1})
	require.NoError(t, err)
	passport := traveldoc.Document{Code: "P", Number: "X1234567", IssuingState: "UTO", ExpiryDate: date("2036-01-01")}
	anew, err := c.register.Reissue(c.ctx, v[1].Number, passport, visadb.Act{Actor: supervisor(), Version: 1})
	require.NoError(t, err)
	longer := v[2].Terms
	longer.Until = date("2027-02-15")
	_, err = c.register.Extend(c.ctx, v[2].Number, longer, visadb.Act{Actor: supervisor(), Version: 1})
	require.NoError(t, err)
	_, err = c.register.Annul(c.ctx, v[3].Number, visadb.Act{Actor: supervisor(), Reason: "obtained_by_fraud", Version: 1})
	require.NoError(t, err)
	c.round()
	require.Equal(t, before+1, c.version(), "one version of what has changed")
	c.replicate()
	held = c.held()
	require.Equal(t, longer, held[v[2].Number].Terms)
	require.Equal(t, evisa.InForce, held[v[2].Number].Standing)
	require.Equal(t, evisa.Annulled, held[v[3].Number].Standing)
	require.Equal(t, evisa.Revoked, held[v[0].Number].Standing)
	require.Equal(t, "alert", held[v[0].Number].Reason)
	require.Equal(t, evisa.Replaced, held[v[1].Number].Standing)
	require.Equal(t, anew.Number, held[v[1].Number].ReplacedBy)
	require.Equal(t, "X1234567", held[anew.Number].Document.Number)
	require.Equal(t, v[1].Document.Number, held[anew.Number].Earlier[0].Number)
	require.Zero(t, c.count(`visa_note`))
	data, err := json.Marshal(held)
	require.NoError(t, err)
	for _, never := range []string{"olga", "sara", "7KXR4MTQC"} { // who decided, and the application, are nothing for a counter
		require.NotContains(t, string(data), never)
	}
}

// A visa leaves when it ended longer ago than was agreed, and so do the changes that told of it.
func TestAVisaLeavesSomeTimeAfterItsEnd(t *testing.T) {
	c := open(t)
	v := c.issue(1, 1)
	c.round()
	c.replicate()
	c.now = date("2027-01-31").Last().Add(kept).Add(-time.Hour)
	c.round()
	c.replicate()
	require.Contains(t, c.held(), v[0].Number)
	c.now = c.now.Add(49 * time.Hour)
	c.round()
	c.replicate()
	require.Empty(t, c.held())
	require.NotZero(t, c.count(`ref_change`), "a station that was away for a moment takes the change")
	require.NoError(t, c.db.InTx(c.ctx, func(tx pgx.Tx) error { return visadb.Note(c.ctx, tx, v[0].Number) }))
	c.round() // a note about it does not bring it back
	c.replicate()
	require.Empty(t, c.held())
	c.now = c.now.Add(publish.HistoryKept + time.Hour)
	c.round()
	require.Zero(t, c.count(`ref_change WHERE op = 'put'`), "nothing tells of it any more")
}

func TestTwoProcessesPublishOnce(t *testing.T) {
	c := open(t)
	c.issue(1, 5)
	done := make(chan error, 4)
	for range 4 {
		p := publish.New(publish.Config{DB: c.db, Register: c.register, Kept: kept, Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)})
		go func() { _, err := p.Round(c.ctx); done <- err }()
	}
	for range 4 {
		require.NoError(t, <-done)
	}
	c.round()
	require.Equal(t, 5, c.count(`ref_row WHERE dataset = 'visas'`))
	require.Equal(t, 5, c.count(`ref_change WHERE dataset = 'visas'`))
}

// A version is no larger than what a station takes in one message.
func TestVersionsAreBounded(t *testing.T) {
	c := open(t)
	c.issue(1, 700)
	c.round()
	var size, changes int
	require.NoError(t, c.db.Pool.QueryRow(c.ctx, `SELECT max(s), max(n) FROM (SELECT sum(length(row::text)) s, count(*) n FROM ref_change
		WHERE dataset = 'visas' GROUP BY version) x`).Scan(&size, &changes))
	require.LessOrEqual(t, size, 256<<10)
	require.LessOrEqual(t, changes, 1000)
	require.Greater(t, c.version(), int64(1))
	c.replicate()
	require.Len(t, c.held(), 700)
}

// The commit wakes the publisher: nobody waits for a clock.
func TestTheCommitWakesThePublisher(t *testing.T) {
	c := open(t)
	ctx, cancel := context.WithCancel(c.ctx)
	done := make(chan error, 1)
	go func() { done <- c.publisher.Run(ctx) }()
	<-c.told // the first, empty version
	v := c.issue(1, 1)
	<-c.told
	c.replicate()
	require.Contains(t, c.held(), v[0].Number)
	_, err := c.register.Revoke(c.ctx, v[0].Number, visadb.Act{Actor: supervisor(), Reason: "alert", Version: 1})
	require.NoError(t, err)
	<-c.told
	c.replicate()
	require.Equal(t, evisa.Revoked, c.held()[v[0].Number].Standing)
	cancel()
	require.NoError(t, <-done)
}

// BenchmarkRevoke is from the officer's act to the row at the station, with the publisher woken by the commit.
func BenchmarkRevoke(b *testing.B) {
	c := open(b)
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(c.ctx)
	go func() { done <- c.publisher.Run(ctx) }()
	<-c.told
	b.Cleanup(func() { cancel(); require.NoError(b, <-done) })
	n := 0
	for b.Loop() {
		b.StopTimer()
		v := c.issue(n, 1)
		n++
		<-c.told
		c.replicate()
		b.StartTimer()
		_, err := c.register.Revoke(c.ctx, v[0].Number, visadb.Act{Actor: supervisor(), Reason: "alert", Version: 1})
		require.NoError(b, err)
		<-c.told
		c.replicate()
	}
}

// BenchmarkDistribute100000 is the publishing of 100,000 visas that are all issued at once, and their way to a station.
func BenchmarkDistribute100000(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		c := open(b)
		const all = 100_000
		for n := 0; n < all; n += 1000 {
			c.issue(n, 1000)
		}
		b.StartTimer()
		c.round()
		c.replicate()
		b.StopTimer()
		require.Len(b, c.held(), all)
		b.StartTimer()
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
