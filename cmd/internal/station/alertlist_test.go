package station

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// silent takes the alerts of replication: none is expected.
type silent struct{ t testing.TB }

func (s silent) Raise(_ context.Context, a replication.Alert) { s.t.Errorf("alert %+v", a) }

// distribution is a centre that publishes lists and a station that answers from them, over a real bus.
type distribution struct {
	centre, post *postgres.DB
	receiver     *replication.Receiver
	bus          *bustest.Bus
	lists        *alertLists
	check        *listcheck.Check
}

// newDistribution fills both databases before the line opens.
func newDistribution(t testing.TB, fill func(*distribution)) *distribution {
	t.Helper()
	d := &distribution{centre: pgtest.New(t, migrations.Central), post: pgtest.New(t, migrations.Station), bus: bustest.New(t)}
	if fill != nil {
		fill(d)
	}
	signer, _ := d.bus.Seals(t)
	var err error
	d.receiver, err = replication.NewReceiver(d.bus.Centre(t), replication.Parts{
		Applier:      centraldb.NewApplier(centraldb.ApplierConfig{DB: d.centre, Now: time.Now, NewID: uuid.New, Alerts: silent{t}, Log: bustest.Log(t)}),
		Completeness: centraldb.NewCompleteness(d.centre, time.Now), Status: centraldb.NewStatus(d.centre),
		Source: centraldb.NewReference(d.centre), Signer: signer, Alerts: silent{t}, Now: time.Now, Log: bustest.Log(t),
	})
	require.NoError(t, err)
	t.Cleanup(d.receiver.Close)
	d.lists, err = openAlertLists(t.Context(), stationdb.NewAlerts(d.post), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	d.check = listcheck.New(listcheck.Config{Lists: d.lists, Details: stationdb.NewAlerts(d.post), Log: slog.New(slog.DiscardHandler)})
	return d
}

// connect has the station follow the centre until the test ends.
func (d *distribution) connect(t testing.TB) {
	t.Helper()
	_, seals := d.bus.Seals(t)
	store := relaydb.NewReferences(d.post, map[string]relaydb.Sink{alerts.ListsDataset: stationdb.AlertSink{}}, time.Now)
	puller := replication.NewPuller(replication.PullerConfig{
		Station: "land", Datasets: store.Datasets(), Conn: d.bus.Station(t, "land", ""), Store: store, Trust: seals, Alerts: silent{t},
		OnApplied: func(string, int64) { d.lists.changed() }, Every: time.Hour, Timeout: time.Minute, Log: bustest.Log(t),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}, 2)
	go func() { _ = puller.Run(ctx); ended <- struct{}{} }()
	go func() { _ = d.lists.run(ctx); ended <- struct{}{} }()
	t.Cleanup(func() { cancel(); <-ended; <-ended })
}

// publish makes a version of the dataset and tells the stations.
func (d *distribution) publish(t testing.TB, changes ...replication.Change) int64 {
	t.Helper()
	var version int64
	require.NoError(t, d.centre.InTx(t.Context(), func(tx pgx.Tx) (err error) {
		version, err = centraldb.Publish(t.Context(), tx, alerts.ListsDataset, "a", time.Now(), changes)
		return err
	}))
	require.NoError(t, d.receiver.Nudge(alerts.ListsDataset))
	return version
}

func putAlert(t testing.TB, a alerts.Alert) replication.Change {
	t.Helper()
	data, err := json.Marshal(a)
	require.NoError(t, err)
	return replication.Change{Op: replication.OpPut, Key: alerts.RowKey(a.Key()), Data: data}
}

func putList(t testing.TB, version int64, entries int) replication.Change {
	t.Helper()
	data, err := json.Marshal(alerts.ListInfo{ID: "national", Title: "National list", Version: version, Published: time.Now(), Entries: entries})
	require.NoError(t, err)
	return replication.Change{Op: replication.OpPut, Key: alerts.ListKey("national"), Data: data}
}

func listed(id, surname, given string) alerts.Alert {
	return alerts.Flat{ID: id, Surname: surname, GivenNames: given, Reason: "r", Action: "refer"}.Alert("national")
}

func (d *distribution) ask(t testing.TB, surname, given string) border.Finding {
	t.Helper()
	f, err := d.check.Check(t.Context(), border.Subject{
		Identity: traveldoc.Identity{Surname: surname, GivenNames: given}, MRZ: &mrz.Document{}, At: time.Now(), Today: traveldoc.DateOf(time.Now()),
	})
	require.NoError(t, err)
	return f
}

// eventually waits until the traveller's answer is what it should be.
func (d *distribution) eventually(t testing.TB, outcome border.Outcome, surname, given string) {
	t.Helper()
	require.Eventually(t, func() bool { return d.ask(t, surname, given).Outcome == outcome }, time.Minute, time.Millisecond, "%s %s", given, surname)
}

func TestANewAlertReachesTheAnswersOfAConnectedStation(t *testing.T) {
	d := newDistribution(t, nil)
	require.Equal(t, border.ReasonListMissing, d.ask(t, "OKONKWO", "ADAEZE").Reason)
	d.connect(t)
	d.publish(t, putAlert(t, listed("1", "LINDQVIST", "ILSE")), putList(t, 1, 1))
	d.eventually(t, border.Hit, "LINDQVIST", "ILSE")
	require.Equal(t, border.NoHit, d.ask(t, "OKONKWO", "ADAEZE").Outcome)

	d.publish(t, putAlert(t, listed("2", "OKONKWO", "ADAEZE")), putList(t, 2, 2))
	d.eventually(t, border.Hit, "OKONKWO", "ADAEZE")
	require.Equal(t, "2", d.ask(t, "OKONKWO", "ADAEZE").Sources[0].Version)
	d.publish(t, replication.Change{Op: replication.OpDelete, Key: alerts.RowKey("national/1")}, putList(t, 3, 1))
	d.eventually(t, border.NoHit, "LINDQVIST", "ILSE")

	d.publish(t, putList(t, 4, 9))
	d.eventually(t, border.NotChecked, "LINDQVIST", "ILSE")
	require.Equal(t, border.ReasonListIncomplete, d.ask(t, "LINDQVIST", "ILSE").Reason, "the list says that it has more than came here")
}

// What is followed change by change answers as what is loaded anew: the same lists give the same scores however they came, for names weigh
// by how common they are among the entries of now.
func TestListsThatFollowAreAsListsLoadedAnew(t *testing.T) {
	d := newDistribution(t, nil)
	d.connect(t)
	random := rand.New(rand.NewPCG(1, 2))
	names := strings.Fields("LINDQVIST OKONKWO VARGHESE MAREK TAVORA QUIROGA HADDOUR SIHAM PETROVNA OBASANYA KOWALCZUK BRANN HAMADA REIS")
	open := map[string]bool{}
	for round := range int64(25) {
		var changes []replication.Change
		for range 1 + random.IntN(4) {
			id := fmt.Sprint(random.IntN(30))
			key := alerts.RowKey("national/" + id)
			if open[id] && random.IntN(3) == 0 {
				delete(open, id)
				changes = append(changes, replication.Change{Op: replication.OpDelete, Key: key})
				continue
			}
			open[id] = true
			changes = append(changes, putAlert(t, listed(id, names[random.IntN(len(names))], names[random.IntN(len(names))])))
		}
		version := d.publish(t, append(changes, putList(t, round+1, len(open)))...)
		// Every version is waited for, or a fast centre would be through before the first is loaded, and nothing be followed.
		require.Eventually(t, func() bool { b := d.lists.Book(); return b != nil && b.Version == version }, time.Minute, time.Millisecond)
	}
	anew, err := openAlertLists(t.Context(), stationdb.NewAlerts(d.post), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, anew.Book().Lists, d.lists.Book().Lists)
	require.Equal(t, len(open), d.lists.Book().Index.Len())
	fresh := listcheck.New(listcheck.Config{Lists: anew, Details: stationdb.NewAlerts(d.post), Log: slog.New(slog.DiscardHandler)})
	for _, surname := range names {
		for _, given := range names {
			s := border.Subject{Identity: traveldoc.Identity{Surname: surname, GivenNames: given}, At: time.Now(), Today: traveldoc.DateOf(time.Now())}
			want, err := fresh.Check(t.Context(), s)
			require.NoError(t, err)
			got, err := d.check.Check(t.Context(), s)
			require.NoError(t, err)
			require.Equal(t, want.Outcome, got.Outcome, "%s %s", given, surname)
			require.Equal(t, want.Evidence, got.Evidence, "%s %s", given, surname)
		}
	}
}
