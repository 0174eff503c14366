package centraldb_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/replication"
)

// dataset is what the tests write.
const dataset = "tests"

// book writes a dataset, as the packages do that keep what is published.
type book struct{ c *centre }

func (b book) write(t testing.TB, changes ...replication.Change) (version int64) {
	t.Helper()
	require.NoError(t, b.c.db.InTx(t.Context(), func(tx pgx.Tx) (err error) {
		version, err = centraldb.Publish(t.Context(), tx, dataset, "samira", noon, changes)
		return err
	}))
	return version
}

func put(key string) replication.Change {
	return replication.Change{Op: replication.OpPut, Key: key, Data: json.RawMessage(`{"name":"` + key + `"}`)}
}

// What stations pull is the dataset as it stands: the same rows under the same digest.
func TestADatasetIsPublished(t *testing.T) {
	c := newCentre(t)
	source, list := centraldb.NewReference(c.db), book{c}
	require.EqualValues(t, 1, list.write(t, put("one"), put("two")))
	require.EqualValues(t, 2, list.write(t, replication.Change{Op: replication.OpDelete, Key: "one"}))
	rows, now, err := source.Rows(t.Context(), dataset, "", 10)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, put("two").Data, rows[0].Data)
	digest := new(replication.ContentDigest)
	digest.Add(rows[0].Key, rows[0].Data)
	require.Equal(t, replication.DatasetVersion{Version: 2, Digest: digest.Sum()}, now)
	versions, err := source.Versions(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]replication.DatasetVersion{dataset: now}, versions)

	// Whole versions, however small the limit; the digest is of the version reached.
	changes, reached, err := source.Changes(t.Context(), dataset, 0, 1)
	require.NoError(t, err)
	require.Len(t, changes, 2)
	require.EqualValues(t, 1, reached.Version)
	both := new(replication.ContentDigest)
	for _, change := range changes {
		both.Add(change.Key, change.Data)
	}
	require.Equal(t, both.Sum(), reached.Digest)
	changes, reached, err = source.Changes(t.Context(), dataset, 1, 10)
	require.NoError(t, err)
	require.Equal(t, []replication.Change{{Version: 2, Op: replication.OpDelete, Key: "one", SignedBy: "samira"}}, changes)
	require.Equal(t, now, reached)
	changes, reached, err = source.Changes(t.Context(), dataset, 2, 10)
	require.NoError(t, err)
	require.Empty(t, changes)
	require.Equal(t, now, reached)
	_, _, err = source.Changes(t.Context(), dataset, 99, 10)
	require.ErrorIs(t, err, replication.ErrTooOld)
}

func TestADatasetNeverWrittenIsEmpty(t *testing.T) {
	source := centraldb.NewReference(newCentre(t).db)
	rows, now, err := source.Rows(t.Context(), "rules", "", 10)
	require.NoError(t, err)
	require.Empty(t, rows)
	require.Equal(t, replication.DatasetVersion{Digest: new(replication.ContentDigest).Sum()}, now)
}

// The dataset of files is there from the centre's first start, once, however many processes start; a later one leaves it alone.
func TestTheFilesArePublishedThoughThereAreNone(t *testing.T) {
	c := newCentre(t)
	const processes = 4
	news := make(chan string, processes)
	var work sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	start := func() {
		projector := centraldb.NewProjector(centraldb.ProjectorConfig{
			DB: c.db, Now: func() time.Time { return noon }, Published: func(dataset string) { news <- dataset }, Log: slog.New(slog.DiscardHandler),
		})
		work.Go(func() { assert.NoError(t, projector.Run(ctx)) })
	}
	for range processes {
		start()
	}
	require.Equal(t, file.Dataset, <-news)
	empty := replication.DatasetVersion{Version: 1, Digest: new(replication.ContentDigest).Sum()}
	source := centraldb.NewReference(c.db)
	rows, at, err := source.Rows(t.Context(), file.Dataset, "", 10)
	require.NoError(t, err)
	require.Empty(t, rows)
	require.Equal(t, empty, at)

	s := newStation("airport")
	c.apply(t, s, s.event(t, border.KindCrossing, s.crossing(traveller(1), border.Entry, noon)))
	start()
	require.Equal(t, file.Dataset, <-news)
	stop()
	work.Wait()
	require.Empty(t, news, "opened once, and one person published")
	changes, at, err := source.Changes(t.Context(), file.Dataset, 1, 10)
	require.NoError(t, err)
	require.EqualValues(t, 2, at.Version)
	require.Len(t, changes, 1)
	_, _, err = source.Changes(t.Context(), file.Dataset, 0, 10)
	require.ErrorIs(t, err, replication.ErrTooOld, "a station that holds nothing takes a snapshot, of what is there by then")
}

// Writers at the same time get versions without a gap, and every version has its digest.
func TestVersionsHaveNoGap(t *testing.T) {
	c := newCentre(t)
	const writers, each = 6, 5
	var work sync.WaitGroup
	for range writers {
		work.Go(func() {
			for range each {
				book{c}.write(t, put("same"))
			}
		})
	}
	work.Wait()
	require.EqualValues(t, writers*each, one[int64](t, c.db, `SELECT version FROM ref_dataset`))
	require.EqualValues(t, writers*each, one[int64](t, c.db, `SELECT count(*) FROM ref_version`))
	require.EqualValues(t, writers*each, one[int64](t, c.db, `SELECT max(version) FROM ref_change`))
}

// How many rows a second a dataset takes in, in versions of two thousand.
func BenchmarkPublish(b *testing.B) {
	c := newCentre(b)
	const rows = 2000
	changes := make([]replication.Change, rows)
	for b.Loop() {
		for i := range changes {
			changes[i] = put(uuid.NewString())
		}
		book{c}.write(b, changes...)
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func listAct(verb audit.Verb) audit.Entry {
	e := audit.Actor{ID: uuid.NewString(), Role: "supervisor", Post: "central"}.Entry(noon, verb, "alert", "")
	e.Purpose = "list_maintenance"
	return e
}
