package relaydb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

const patience = time.Minute

// quick lets the tests not wait for what production waits for.
var quick = replication.Timing{Poll: 10 * time.Millisecond, Pause: 5 * time.Millisecond, Barred: 20 * time.Millisecond, Request: 2 * time.Second}

// line is the whole way: stations, a real bus, the centre's applier and database.
type line struct {
	bus      *bustest.Bus
	central  *postgres.DB
	applier  replication.Applier
	alerts   *alertList
	receiver *replication.Receiver
}

// alertList remembers alerts.
type alertList struct {
	mu   sync.Mutex
	list []replication.Alert
}

func (a *alertList) Raise(_ context.Context, alert replication.Alert) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, alert)
}

func (a *alertList) codes() []replication.AlertCode {
	a.mu.Lock()
	defer a.mu.Unlock()
	var codes []replication.AlertCode
	for _, alert := range a.list {
		if !slices.Contains(codes, alert.Code) {
			codes = append(codes, alert.Code)
		}
	}
	return codes
}

func newLine(t testing.TB) *line {
	t.Helper()
	l := &line{bus: bustest.New(t), alerts: &alertList{}}
	l.openCentral(t, pgtest.New(t, migrations.Central))
	l.receive(t)
	return l
}

func (l *line) openCentral(t testing.TB, db *postgres.DB) {
	l.central = db
	l.applier = centraldb.NewApplier(centraldb.ApplierConfig{
		DB: db, Now: time.Now, NewID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }, Alerts: l.alerts, Log: bustest.Log(t),
	})
}

// receive starts the centre's end of the line; a test may close it and start it anew.
func (l *line) receive(t testing.TB) {
	t.Helper()
	r, err := replication.NewReceiver(l.bus.Centre(t), l.parts(t))
	require.NoError(t, err)
	l.receiver = r
	t.Cleanup(r.Close)
}

func (l *line) parts(t testing.TB) replication.Parts {
	signer, _ := l.bus.Seals(t)
	return replication.Parts{
		Applier: l.applier, Completeness: centraldb.NewCompleteness(l.central, time.Now), Status: centraldb.NewStatus(l.central),
		Source: centraldb.NewReference(l.central), Signer: signer, Alerts: l.alerts, Now: time.Now, Log: bustest.Log(t),
	}
}

// run starts a post's relay; it stops at the end of the test, or when the returned function is called.
func (l *line) run(t testing.TB, p *post, conn *nats.Conn) (relay *replication.Relay, stop func()) {
	t.Helper()
	relay = replication.NewRelay(p.name, p.outbox, conn, l.alerts, quick, bustest.Log(t))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = relay.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return relay, stop
}

// travellers is how many people cross in these tests; the n-th crossing is that of person n modulo travellers.
const travellers = 15_000

// person makes the n-th of them: like a passport's bearer, with a name that others have too.
func person(n int) (traveldoc.Identity, traveldoc.Document) {
	surnames := strings.Fields("ERIKSSON MARTIN GARCIA WALKER BENNANI SCHNEIDER NGUYEN ZHANG SHARMA OLIVEIRA DIOP TANAKA MANSOUR KOWALSKI ROSSI")
	given := strings.Fields("ANNA MARIA SOPHIE LUCIA EMILY KHADIJA LENA LINH YUTONG DEEPA BEATRIZ AWA YUKI MONA EWA GIULIA JULIEN PABLO OMAR WEI KENJI TAREK")
	states := strings.Fields("UTO FRA ESP GBR MAR D USA CHN IND BRA SEN JPN EGY POL ITA")
	i := n % travellers
	at := func(words []string, k int) string { return words[k%len(words)] }
	birth := time.Date(1940, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i*13%27_000)
	state := at(states, i)
	return traveldoc.Identity{Surname: at(surnames, i/7) + " " + at(surnames, i/3), GivenNames: at(given, i/11) + " " + at(given, i),
			BirthDate: traveldoc.DateOf(birth), Sex: "F", Nationality: state},
		traveldoc.Document{Code: "P", Number: fmt.Sprintf("L%08d", i*7919%100_000_000), IssuingState: state, ExpiryDate: traveldoc.DateOf(birth.AddDate(95, 0, 0))}
}

// crossing is the payload of a realistic event.
func crossing(station string, id uuid.UUID, n int, at time.Time) border.CrossingEvent {
	finding := func(check string) border.Finding {
		return border.Finding{Check: check, Source: border.Source{Name: check, Version: "1042", AsOf: at}, Outcome: border.NoHit, At: at, Took: 3 * time.Millisecond}
	}
	identity, document := person(n)
	return border.CrossingEvent{
		CrossingID: id, TravellerID: uuid.NewSHA1(uuid.Nil, []byte(document.Number)), Station: station, Lane: "3", Officer: "officer1",
		Direction: border.Entry, Mode: border.Air, Transport: "XX123", Purpose: "holiday", CrossedAt: at, ScannedAt: at.Add(-20 * time.Second),
		Zone: "Europe/Paris", LocalDate: traveldoc.DateOf(at), Identity: identity, Document: document,
		Decision: border.Decision{Verdict: border.Admit},
		Findings: []border.Finding{finding("document"), finding("alerts.national"), finding("previous")},
	}
}

// cross records n crossings, 500 to a transaction, and gives their ids.
func (p *post) cross(t testing.TB, n int) []uuid.UUID {
	t.Helper()
	written, err := p.record(t.Context(), n)
	require.NoError(t, err)
	return written
}

// record gives the ids of what was committed, whatever happened then.
func (p *post) record(ctx context.Context, n int) (written []uuid.UUID, err error) {
	for len(written) < n && err == nil {
		batch := make([]uuid.UUID, min(500, n-len(written)))
		err = p.db.InTx(ctx, func(tx pgx.Tx) error {
			for i := range batch {
				batch[i] = uuid.Must(uuid.NewV7())
				if err := p.recordOne(ctx, tx, batch[i], len(written)+i); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			written = append(written, batch...)
		}
	}
	return written, err
}

func (p *post) recordOne(ctx context.Context, tx pgx.Tx, id uuid.UUID, n int) error {
	at := time.Now()
	payload, err := json.Marshal(crossing(p.name, id, n, at))
	if err != nil {
		return err
	}
	return relaydb.Append(ctx, tx, border.KindCrossing, border.EventVersion, json.RawMessage(payload), at, id)
}

func (l *line) applied(t testing.TB, station string) []uuid.UUID {
	t.Helper()
	rows, err := l.central.Pool.Query(t.Context(), `SELECT event_id FROM crossing WHERE station = $1 ORDER BY origin, origin_seq`, station)
	require.NoError(t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(t, err)
	return out
}

// settles waits until the post has nothing more to send.
func (p *post) settles(t testing.TB) {
	t.Helper()
	require.Eventually(t, func() bool { return p.state(t).Backlog == 0 }, patience, 5*time.Millisecond)
}

// exact requires what must hold after every storm: all that was written is at the centre, once, in one unbroken chain.
func (l *line) exact(t testing.TB, p *post, written []uuid.UUID) {
	t.Helper()
	require.ElementsMatch(t, written, l.applied(t, p.name))
	state := p.state(t)
	require.Zero(t, state.Backlog)
	require.Empty(t, p.pending(t))
	at, err := l.applier.Position(t.Context(), p.name, state.Epoch)
	require.NoError(t, err)
	require.Equal(t, state.Last, at)
	completeness := centraldb.NewCompleteness(l.central, time.Now)
	require.NoError(t, completeness.Claim(t.Context(), p.name, p.days(t, uuid.Nil)))
	comparison, err := completeness.Compare(t.Context(), p.name)
	require.NoError(t, err)
	require.True(t, comparison.Complete(), "%+v", comparison)
}

func TestEventsReachTheCentre(t *testing.T) {
	l := newLine(t)
	p := newPost(t, "land")
	written := p.cross(t, 2500)
	relay, _ := l.run(t, p, l.bus.Station(t, "land", ""))
	p.settles(t)
	written = append(written, p.cross(t, 3)...)
	relay.Wake()
	p.settles(t)
	l.exact(t, p, written)
	require.Empty(t, l.alerts.codes())
}
