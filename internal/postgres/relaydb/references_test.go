package relaydb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/bus/bustest"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// library is a centre that gives out reference data and a station that takes it, over a real bus.
type library struct {
	*line
	list   *writer
	post   *post
	store  *relaydb.References
	puller *replication.Puller
	trust  replication.SealTrust
	told   *alertList
	sink   *tableSink
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	l := &library{line: &line{bus: bustest.New(t), alerts: &alertList{}}, told: &alertList{}, post: newPost(t, "land")}
	l.openCentral(t, pgtest.New(t, migrations.Central))
	l.receive(t)
	l.list = &writer{db: l.central, published: func(dataset string) { _ = l.receiver.Nudge(dataset) }}
	l.sink = newTableSink(t, l.post.db)
	l.store = relaydb.NewReferences(l.post.db, map[string]relaydb.Sink{alerts.ListsDataset: l.sink}, time.Now)
	_, l.trust = l.bus.Seals(t)
	l.puller = replication.NewPuller(replication.PullerConfig{
		Station: "land", Datasets: l.store.Datasets(), Conn: l.bus.Station(t, "land", ""), Store: l.store, Trust: l.trust, Alerts: l.told, Log: bustest.Log(t), Timeout: patience,
		Every: time.Hour,
	})
	return l
}

// tableSink keeps rows in a table of its own.
type tableSink struct{ fail error }

func newTableSink(t *testing.T, db *postgres.DB) *tableSink {
	t.Helper()
	_, err := pgtest.Admin(t, db).Pool.Exec(t.Context(), `CREATE TABLE sink_row (key text PRIMARY KEY, data text); GRANT ALL ON sink_row TO bmis_app`)
	require.NoError(t, err)
	return &tableSink{}
}

func (s *tableSink) Clear(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM sink_row`)
	return err
}

func (s *tableSink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	b := &pgx.Batch{}
	for _, c := range changes {
		b.Queue(`DELETE FROM sink_row WHERE key = $1`, c.Key)
		if c.Op == replication.OpPut {
			b.Queue(`INSERT INTO sink_row VALUES ($1, $2)`, c.Key, string(c.Data))
		}
	}
	return errors.Join(s.fail, tx.SendBatch(ctx, b).Close())
}

func content(t *testing.T, db *postgres.DB, query string) map[string]string {
	t.Helper()
	rows, err := db.Pool.Query(t.Context(), query)
	require.NoError(t, err)
	out := map[string]string{}
	var key, data string
	_, err = pgx.ForEachRow(rows, []any{&key, &data}, func() error { out[key] = data; return nil })
	require.NoError(t, err)
	return out
}

// same requires that the station holds, and uses, exactly the centre's rows, at its version.
func (l *library) same(t *testing.T) {
	t.Helper()
	at := content(t, l.central, `SELECT key, row::text FROM ref_row`)
	require.Equal(t, at, content(t, l.post.db, `SELECT key, data::text FROM ref_row`))
	require.Equal(t, at, content(t, l.post.db, `SELECT key, data FROM sink_row`))
	versions, err := centraldb.NewReference(l.central).Versions(t.Context())
	require.NoError(t, err)
	require.Equal(t, versions[alerts.ListsDataset].Version, l.status(t).Version)
	require.NoError(t, l.store.Verify(t.Context(), alerts.ListsDataset))
}

func (l *library) status(t *testing.T) replication.DatasetStatus {
	t.Helper()
	status, err := l.store.Status(t.Context())
	require.NoError(t, err)
	require.Len(t, status, 1)
	return status[0]
}

// writer writes a dataset, as the packages do that keep what is published.
type writer struct {
	db        *postgres.DB
	published func(dataset string)
}

// write makes the next version of the dataset.
func (w *writer) write(t *testing.T, changes ...replication.Change) {
	t.Helper()
	require.NoError(t, w.db.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := centraldb.Publish(t.Context(), tx, alerts.ListsDataset, "a", time.Now(), changes)
		return err
	}))
	if w.published != nil {
		w.published(alerts.ListsDataset)
	}
}

// publish puts n rows into the dataset, as one version.
func (l *library) publish(t *testing.T, n int) []uuid.UUID {
	t.Helper()
	ids, changes := make([]uuid.UUID, n), make([]replication.Change, n)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
		row, err := json.Marshal(alerts.Flat{
			ID: ids[i].String(), Surname: fmt.Sprintf("TESTER %d <&>", i), DocumentNumber: fmt.Sprintf("X%d", i), IssuingState: "UTO", Reason: "wanted",
			Action: "refer", ValidFrom: traveldoc.DateOf(day), ValidUntil: traveldoc.DateOf(day.AddDate(1, 0, 0)),
		})
		require.NoError(t, err)
		changes[i] = replication.Change{Op: replication.OpPut, Key: ids[i].String(), Data: row}
	}
	l.list.write(t, changes...)
	return ids
}

// withdraw takes a row out of the dataset.
func (l *library) withdraw(t *testing.T, id uuid.UUID) {
	t.Helper()
	l.list.write(t, replication.Change{Op: replication.OpDelete, Key: id.String()})
}

func TestReferenceDataReachesTheStation(t *testing.T) {
	l := newLibrary(t)
	require.NoError(t, l.puller.PullAll(t.Context()))
	require.Zero(t, l.status(t).Version)
	require.True(t, l.status(t).AppliedAt.IsZero())
	require.False(t, l.status(t).ConfirmedAt.IsZero(), "it is known that there is nothing")
	for range 5 {
		l.publish(t, 3)
	}
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.same(t)
	require.Equal(t, int64(5), l.status(t).Version)
	before := l.status(t)
	require.NoError(t, l.puller.PullAll(t.Context()))
	require.Equal(t, before.AppliedAt, l.status(t).AppliedAt)
	require.True(t, l.status(t).ConfirmedAt.After(before.ConfirmedAt), "the age is that of the last word from the centre")
	require.Empty(t, l.told.codes())
}

// A centre at which nobody was ever recorded says so: the station then knows that there is nothing, which is not the same as knowing
// nothing, and goes on from there.
func TestAnEmptyDatasetIsHeldAndConfirmed(t *testing.T) {
	l := newLibrary(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended, news := make(chan error), make(chan string, 1)
	projector := centraldb.NewProjector(centraldb.ProjectorConfig{
		DB: l.central, Now: time.Now, Published: func(dataset string) { news <- dataset }, Log: bustest.Log(t),
	})
	go func() { ended <- projector.Run(ctx) }()
	require.Equal(t, file.Dataset, <-news)
	cancel()
	require.NoError(t, <-ended)

	l.store = relaydb.NewReferences(l.post.db, map[string]relaydb.Sink{file.Dataset: l.sink}, time.Now)
	puller := replication.NewPuller(replication.PullerConfig{
		Station: "land", Datasets: l.store.Datasets(), Conn: l.bus.Station(t, "land", ""), Store: l.store, Trust: l.trust, Alerts: l.told, Log: bustest.Log(t), Timeout: patience,
	})
	for range 2 {
		require.NoError(t, puller.PullAll(t.Context()))
		require.EqualValues(t, 1, l.status(t).Version)
		require.False(t, l.status(t).AppliedAt.IsZero())
		require.False(t, l.status(t).ConfirmedAt.IsZero())
	}
	require.NoError(t, l.store.Verify(t.Context(), file.Dataset))
	err := l.central.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := centraldb.Publish(t.Context(), tx, file.Dataset, "a", time.Now(), []replication.Change{{Op: replication.OpPut, Key: "k", Data: []byte(`{}`)}})
		return err
	})
	require.NoError(t, err)
	require.NoError(t, puller.PullAll(t.Context()))
	require.EqualValues(t, 2, l.status(t).Version)
	require.Equal(t, map[string]string{"k": "{}"}, content(t, l.post.db, `SELECT key, data FROM sink_row`))
	require.Empty(t, l.told.codes())
}

func TestNewsArrivesAtOnce(t *testing.T) {
	l := newLibrary(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- l.puller.Run(ctx) }()
	require.Eventually(t, func() bool { return !l.status(t).ConfirmedAt.IsZero() }, patience, time.Millisecond)
	l.publish(t, 1)
	require.Eventually(t, func() bool { return l.status(t).Version == 1 }, patience, time.Millisecond, "though it asks by itself only once an hour")
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestAVersionTooLargeForAMessageArrivesAsASnapshot(t *testing.T) {
	l := newLibrary(t)
	l.publish(t, 2)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.publish(t, 5000)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.same(t)
	require.Empty(t, l.told.codes())
}

func TestRowsAlteredAtTheStationAreFoundAndReplaced(t *testing.T) {
	for name, alter := range map[string]string{
		"changed": `UPDATE ref_row SET data = '{"surname":"SOMEBODY"}' WHERE key = (SELECT min(key) FROM ref_row)`,
		"removed": `DELETE FROM ref_row WHERE key = (SELECT min(key) FROM ref_row)`,
		"added":   `INSERT INTO ref_row SELECT dataset, 'another', data FROM ref_row LIMIT 1`,
	} {
		t.Run(name, func(t *testing.T) {
			l := newLibrary(t)
			l.publish(t, 10)
			require.NoError(t, l.puller.PullAll(t.Context()))
			_, err := l.post.db.Pool.Exec(t.Context(), alter)
			require.NoError(t, err)
			require.ErrorIs(t, l.store.Verify(t.Context(), alerts.ListsDataset), replication.ErrDigest)
			l.puller.Verify(t.Context())
			require.Equal(t, []replication.AlertCode{replication.AlertDigest}, l.told.codes())
			require.NoError(t, l.puller.PullAll(t.Context()))
			l.same(t)
		})
	}
}

func TestAnAlteredRowIsFoundWhenItChanges(t *testing.T) {
	l := newLibrary(t)
	ids := l.publish(t, 3)
	require.NoError(t, l.puller.PullAll(t.Context()))
	_, err := l.post.db.Pool.Exec(t.Context(), `UPDATE ref_row SET data = '{}' WHERE key = $1`, ids[1].String())
	require.NoError(t, err)
	l.withdraw(t, ids[1])
	require.NoError(t, l.puller.PullAll(t.Context()))
	require.Equal(t, []replication.AlertCode{replication.AlertDigest}, l.told.codes())
	l.same(t)
}

func TestACentreWhoseDigestIsWrongIsNotBelieved(t *testing.T) {
	l := newLibrary(t)
	l.publish(t, 3)
	require.NoError(t, l.puller.PullAll(t.Context()))
	held := content(t, l.post.db, `SELECT key, data FROM sink_row`)
	l.publish(t, 1)
	_, err := pgtest.Admin(t, l.central).Pool.Exec(t.Context(), `UPDATE ref_row SET row = '{"forged":true}' WHERE key = (SELECT max(key) FROM ref_row);
		UPDATE ref_change SET row = '{"forged":true}' WHERE version = 2`)
	require.NoError(t, err)
	require.ErrorIs(t, l.puller.PullAll(t.Context()), replication.ErrDigest)
	require.Equal(t, []replication.AlertCode{replication.AlertDigest}, l.told.codes())
	require.Equal(t, held, content(t, l.post.db, `SELECT key, data FROM sink_row`), "the station goes on with what it had")
	require.Equal(t, int64(1), l.status(t).Version)
}

func TestARestoredCentreIsFollowedBack(t *testing.T) {
	l := newLibrary(t)
	for range 4 {
		l.publish(t, 2)
	}
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.receiver.Close()
	l.openCentral(t, pgtest.New(t, migrations.Central))
	l.receive(t)
	l.list = &writer{db: l.central}
	l.publish(t, 1)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.same(t)
}

func TestASinkThatFailsKeepsTheOldVersion(t *testing.T) {
	l := newLibrary(t)
	l.publish(t, 1)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.publish(t, 1)
	l.sink.fail = errors.New("no room")
	require.ErrorContains(t, l.puller.PullAll(t.Context()), "no room")
	require.Equal(t, int64(1), l.status(t).Version)
	l.sink.fail = nil
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.same(t)
}

// What was applied is told of, though what comes behind it fails: a revocation does not wait for the rest.
func TestWhatIsAppliedIsToldThoughTheRestFails(t *testing.T) {
	l := newLibrary(t)
	for range 3 { // more than one message holds
		l.publish(t, 2000)
	}
	short := shortSink{tableSink: l.sink, room: 1}
	store := relaydb.NewReferences(l.post.db, map[string]relaydb.Sink{alerts.ListsDataset: &short}, time.Now)
	var told []int64
	puller := replication.NewPuller(replication.PullerConfig{
		Station: "land", Datasets: store.Datasets(), Conn: l.bus.Station(t, "land", ""), Store: store, Trust: l.trust, Alerts: l.told, Log: bustest.Log(t), Timeout: patience,
		OnApplied: func(_ string, version int64) { told = append(told, version) },
	})
	require.ErrorContains(t, puller.PullAll(t.Context()), "no room")
	held := l.status(t).Version
	require.Positive(t, held)
	require.Less(t, held, int64(3))
	require.Equal(t, []int64{held}, told)
	short.room = 10
	require.NoError(t, puller.PullAll(t.Context()))
	require.Equal(t, []int64{held, 3}, told)
	require.NoError(t, puller.PullAll(t.Context()))
	require.Len(t, told, 2, "nothing new is not told")
	l.same(t)
}

// shortSink has room for so many messages.
type shortSink struct {
	*tableSink
	room int
}

func (s *shortSink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	if s.room == 0 {
		return errors.New("no room")
	}
	s.room--
	return s.tableSink.Apply(ctx, tx, changes)
}

func TestChangesMustHaveNoGap(t *testing.T) {
	l := newLibrary(t)
	put := func(v int64) replication.Change {
		return replication.Change{Version: v, Op: replication.OpPut, Key: "k", Data: json.RawMessage(`{}`)}
	}
	for name, c := range map[string]struct {
		from, to int64
		changes  []replication.Change
	}{
		"not ours":         {3, 4, []replication.Change{put(4)}},
		"gap at the start": {0, 2, []replication.Change{put(2)}},
		"gap within":       {0, 3, []replication.Change{put(1), put(3)}},
		"gap at the end":   {0, 3, []replication.Change{put(1), put(2)}},
		"backwards":        {0, 2, []replication.Change{put(1), put(2), put(1)}},
		"nothing":          {0, 1, nil},
	} {
		err := l.store.ApplyChanges(t.Context(), alerts.ListsDataset, c.from, replication.DatasetVersion{Version: c.to}, c.changes)
		require.ErrorIs(t, err, replication.ErrVersion, name)
	}
	require.ErrorContains(t, l.store.Confirm(t.Context(), "other", replication.DatasetVersion{}), "not taken at this station")
	require.ErrorIs(t, l.store.Confirm(t.Context(), alerts.ListsDataset, replication.DatasetVersion{Version: 7}), replication.ErrVersion)
}

// While the station takes a snapshot the centre goes on writing; the end is one exact version all the same.
func TestASnapshotTakenWhileTheCentreWrites(t *testing.T) {
	l := newLibrary(t)
	l.publish(t, 4500)
	var open []uuid.UUID
	l.sink.fail = nil
	writes := 0
	busy := busySink{l.sink, func() {
		open = append(open, l.publish(t, 2)...)
		l.withdraw(t, open[0])
		open = open[1:]
		writes++
	}}
	l.store = relaydb.NewReferences(l.post.db, map[string]relaydb.Sink{alerts.ListsDataset: &busy}, time.Now)
	config := replication.PullerConfig{Station: "land", Datasets: []string{alerts.ListsDataset}, Conn: l.bus.Station(t, "land", ""), Store: l.store, Trust: l.trust, Alerts: l.told, Log: bustest.Log(t), Timeout: patience}
	require.NoError(t, replication.NewPuller(config).PullAll(t.Context()))
	require.Greater(t, writes, 2, "the centre wrote while the snapshot was on its way")
	l.store = relaydb.NewReferences(l.post.db, map[string]relaydb.Sink{alerts.ListsDataset: l.sink}, time.Now)
	require.NoError(t, l.puller.PullAll(t.Context()))
	l.same(t)
	require.Empty(t, l.told.codes())
}

// busySink has something happen with the first pages that arrive.
type busySink struct {
	*tableSink
	meanwhile func()
}

func (s *busySink) Apply(ctx context.Context, tx pgx.Tx, changes []replication.Change) error {
	if len(changes) > 100 {
		s.meanwhile()
	}
	return s.tableSink.Apply(ctx, tx, changes)
}
