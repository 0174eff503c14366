package stationdb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/replication"
)

// shelf takes versions of the alert lists as the puller does.
type shelf struct {
	db      *postgres.DB
	store   *relaydb.References
	alerts  stationdb.Alerts
	version int64
	digest  *replication.ContentDigest
	rows    map[string][]byte
}

func newShelf(t testing.TB) *shelf {
	t.Helper()
	db := pgtest.New(t, migrations.Station)
	return &shelf{
		db: db, alerts: stationdb.NewAlerts(db), digest: new(replication.ContentDigest), rows: map[string][]byte{},
		store: relaydb.NewReferences(db, map[string]relaydb.Sink{alerts.ListsDataset: stationdb.AlertSink{}}, time.Now),
	}
}

func row(t testing.TB, id, surname string) (key string, data []byte) {
	t.Helper()
	a := alerts.Flat{ID: id, Surname: surname, GivenNames: "ADA", Reason: "r", Action: "refer"}.Alert("national")
	data, err := json.Marshal(a)
	require.NoError(t, err)
	return alerts.RowKey(a.Key()), data
}

// change applies one version; nil data takes a row away.
func (s *shelf) change(t testing.TB, rows map[string][]byte) {
	t.Helper()
	var changes []replication.Change
	for key, data := range rows {
		if old, there := s.rows[key]; there {
			s.digest.Remove(key, old)
			delete(s.rows, key)
		}
		c := replication.Change{Version: s.version + 1, Op: replication.OpDelete, Key: key}
		if data != nil {
			s.digest.Add(key, data)
			s.rows[key] = data
			c.Op, c.Data = replication.OpPut, data
		}
		changes = append(changes, c)
	}
	require.NoError(t, s.store.ApplyChanges(t.Context(), alerts.ListsDataset, s.version, s.next(), changes))
	s.version++
}

func (s *shelf) next() replication.DatasetVersion {
	return replication.DatasetVersion{Version: s.version + 1, Digest: s.digest.Sum(), Seal: replication.Seal{At: time.Now()}}
}

// snapshot replaces everything by what there is.
func (s *shelf) snapshot(t testing.TB) {
	t.Helper()
	require.NoError(t, s.store.Replace(t.Context(), alerts.ListsDataset, &pages{shelf: s}))
	s.version++
}

type pages struct {
	shelf *shelf
	given bool
}

func (p *pages) NextRows(context.Context) ([]replication.Row, error) {
	if p.given {
		return nil, nil
	}
	p.given = true
	var rows []replication.Row
	for _, key := range slices.Sorted(maps.Keys(p.shelf.rows)) {
		rows = append(rows, replication.Row{Key: key, Data: p.shelf.rows[key]})
	}
	return rows, nil
}

func (p *pages) NextChanges(context.Context) ([]replication.Change, replication.DatasetVersion, error) {
	return nil, p.shelf.next(), nil
}

// whole are the keys that Load gives.
func (s *shelf) whole(t testing.TB) (keys []string, state stationdb.AlertState) {
	t.Helper()
	state, err := s.alerts.Load(t.Context(), func(r stationdb.AlertRow) error {
		keys = append(keys, r.Key)
		return nil
	})
	require.NoError(t, err)
	return keys, state
}

func TestOnlyChangedAlertsAreReadAgain(t *testing.T) {
	s := newShelf(t)
	state, err := s.alerts.State(t.Context())
	require.NoError(t, err)
	require.False(t, state.Held(), "a station that never heard of lists has none")

	a, dataA := row(t, "a", "ADLER")
	b, dataB := row(t, "b", "BERG")
	s.change(t, map[string][]byte{a: dataA, b: dataB, alerts.ListKey("national"): []byte(`{"id":"national","entries":2}`)})
	keys, state := s.whole(t)
	require.Equal(t, []string{a, b, alerts.ListKey("national")}, keys)
	require.True(t, state.Held())

	c, dataC := row(t, "c", "CALDER")
	_, renamed := row(t, "b", "BERGER")
	s.change(t, map[string][]byte{a: nil, b: renamed})
	s.change(t, map[string][]byte{c: dataC})
	now, err := s.alerts.State(t.Context())
	require.NoError(t, err)
	require.True(t, now.Follows(state))
	got := map[string]string{}
	after, held, err := s.alerts.Changed(t.Context(), state, func(r stationdb.AlertRow) error {
		got[r.Key] = string(r.Data)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, now, after)
	require.Equal(t, map[string]string{a: "", b: string(renamed), c: string(dataC)}, got)
	require.Equal(t, map[string]int{"national": 2}, held)
}

func TestASnapshotIsReadWhole(t *testing.T) {
	s := newShelf(t)
	a, dataA := row(t, "a", "ADLER")
	s.change(t, map[string][]byte{a: dataA})
	_, state := s.whole(t)
	s.snapshot(t)
	now, err := s.alerts.State(t.Context())
	require.NoError(t, err)
	require.False(t, now.Follows(state))
	_, _, err = s.alerts.Changed(t.Context(), state, func(stationdb.AlertRow) error { return nil })
	require.ErrorContains(t, err, "not recorded any more")
}

func TestTheRecordOfChangesIsBounded(t *testing.T) {
	s := newShelf(t)
	a, dataA := row(t, "a", "ADLER")
	s.change(t, map[string][]byte{a: dataA})
	_, state := s.whole(t)
	many := map[string][]byte{}
	for n := range 50_001 {
		key, data := row(t, fmt.Sprintf("m%d", n), "MANY")
		many[key] = data
	}
	s.change(t, many)
	now, err := s.alerts.State(t.Context())
	require.NoError(t, err)
	require.False(t, now.Follows(state), "who was this far behind loads everything")
	var kept int
	require.NoError(t, s.db.Pool.QueryRow(t.Context(), `select count(*) from alert_change`).Scan(&kept))
	require.Equal(t, 50_000, kept)
	_, state = s.whole(t)
	s.change(t, map[string][]byte{a: nil})
	now, err = s.alerts.State(t.Context())
	require.NoError(t, err)
	require.True(t, now.Follows(state))
}

func TestAlertsAreReadByKey(t *testing.T) {
	s := newShelf(t)
	a, dataA := row(t, "a", "ADLER")
	s.change(t, map[string][]byte{a: dataA})
	found, err := s.alerts.Alerts(t.Context(), []string{"national/a", "national/none"})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "ADLER", found["national/a"].Subject.Names[0].Parts[1].Text)
}

// A version whose digest is wrong leaves no record of changes behind.
func TestARefusedVersionRecordsNoChanges(t *testing.T) {
	s := newShelf(t)
	a, dataA := row(t, "a", "ADLER")
	s.change(t, map[string][]byte{a: dataA})
	_, state := s.whole(t)
	err := s.store.ApplyChanges(t.Context(), alerts.ListsDataset, 1, replication.DatasetVersion{Version: 2, Digest: []byte("no")},
		[]replication.Change{{Version: 2, Op: replication.OpDelete, Key: a}})
	require.ErrorIs(t, err, replication.ErrDigest)
	now, err := s.alerts.State(t.Context())
	require.NoError(t, err)
	require.Equal(t, state, now)
}
