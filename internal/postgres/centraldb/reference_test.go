package centraldb_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/vehicle"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
)

func listAct(verb audit.Verb) audit.Entry {
	e := audit.Actor{ID: uuid.NewString(), Role: "supervisor", Post: "central"}.Entry(noon, verb, "alert", "")
	e.Purpose = "list_maintenance"
	return e
}

func wanted(t testing.TB, surname string) central.Alert {
	t.Helper()
	return central.Alert{ID: uuid.New(), Flat: alerts.Flat{
		Surname: surname, GivenNames: "PAT", BirthDate: day(t, "1980"), Reason: "witness", Action: "refer", ValidFrom: day(t, "2026-11-01"),
	}}
}

// What stations pull is the list as it stands: the same rows, parsed by the same package, under the same digest.
func TestTheListIsPublished(t *testing.T) {
	c := newCentre(t)
	var news []string
	list := centraldb.NewNationalAlerts(c.db, func(dataset string) { news = append(news, dataset) })
	source := centraldb.NewReference(c.db)
	first, second := wanted(t, "ONE"), wanted(t, "TWO")
	version, err := list.Add(t.Context(), "samira", noon, listAct(audit.Collection), first, second)
	require.NoError(t, err)
	require.EqualValues(t, 1, version)
	version, err = list.Withdraw(t.Context(), first.ID, "samira", "settled", noon, listAct(audit.Erasure))
	require.NoError(t, err)
	require.EqualValues(t, 2, version)
	require.Equal(t, []string{alerts.Dataset, alerts.Dataset}, news)

	rows, now, err := source.Rows(t.Context(), alerts.Dataset, "", 10)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	parsed, err := alerts.Parse(rows[0].Key, rows[0].Data)
	require.NoError(t, err)
	require.Equal(t, "TWO", parsed.Surname)
	digest := new(replication.ContentDigest)
	digest.Add(rows[0].Key, rows[0].Data)
	require.Equal(t, replication.DatasetVersion{Version: 2, Digest: digest.Sum()}, now)
	versions, err := source.Versions(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]replication.DatasetVersion{alerts.Dataset: now}, versions)

	// Whole versions, however small the limit; the digest is of the version reached.
	changes, reached, err := source.Changes(t.Context(), alerts.Dataset, 0, 1)
	require.NoError(t, err)
	require.Len(t, changes, 2)
	require.EqualValues(t, 1, reached.Version)
	both := new(replication.ContentDigest)
	for _, change := range changes {
		both.Add(change.Key, change.Data)
	}
	require.Equal(t, both.Sum(), reached.Digest)
	changes, reached, err = source.Changes(t.Context(), alerts.Dataset, 1, 10)
	require.NoError(t, err)
	require.Equal(t, []replication.Change{{Version: 2, Op: replication.OpDelete, Key: first.ID.String(), SignedBy: "samira"}}, changes)
	require.Equal(t, now, reached)
	changes, reached, err = source.Changes(t.Context(), alerts.Dataset, 2, 10)
	require.NoError(t, err)
	require.Empty(t, changes)
	require.Equal(t, now, reached)
	_, _, err = source.Changes(t.Context(), alerts.Dataset, 99, 10)
	require.ErrorIs(t, err, replication.ErrTooOld)
}

type holding alerts.Held

func (h holding) Held() alerts.Held { return alerts.Held(h) }

// An alert on a vehicle alone reaches the stations as one that a plate meets, and stands on the list as it was written.
func TestAVehicleIsPublished(t *testing.T) {
	c := newCentre(t)
	list := centraldb.NewNationalAlerts(c.db, nil)
	stolen := central.Alert{ID: uuid.New(), Flat: alerts.Flat{
		Plate: "KCA 123-X", PlateCountry: "EAK", Reason: "stolen", Action: "refer", ValidFrom: day(t, "2026-11-01"),
	}}
	_, err := list.Add(t.Context(), "samira", noon, listAct(audit.Collection), stolen)
	require.NoError(t, err)
	rows, _, err := centraldb.NewReference(c.db).Rows(t.Context(), alerts.Dataset, "", 10)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	entry, err := alerts.Parse(rows[0].Key, rows[0].Data)
	require.NoError(t, err)

	vehicles := alerts.NewVehicles(holding{List: alerts.NewList("1", []alerts.Flat{entry}), CurrentAt: noon})
	hits, _ := vehicles.Plates("kca123x", "EAK", day(t, "2026-11-20"))
	require.Equal(t, []vehicle.Listed{{ID: stolen.ID.String(), Plate: "KCA 123-X", Country: "EAK", Reason: "stolen", Action: "refer"}}, hits)
	hits, _ = vehicles.Plates("kca124x", "EAK", day(t, "2026-11-20"))
	require.Empty(t, hits)

	page, err := list.List(t.Context(), central.Cursor{}, 10, listAct(audit.Consultation))
	require.NoError(t, err)
	found, err := list.Find(t.Context(), stolen.ID, listAct(audit.Consultation))
	require.NoError(t, err)
	for _, a := range []central.Alert{page.Rows[0], found} {
		require.Equal(t, "KCA 123-X", a.Plate)
		require.Equal(t, "EAK", a.PlateCountry)
	}
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
	list := centraldb.NewNationalAlerts(c.db, nil)
	const writers, each = 6, 5
	var work sync.WaitGroup
	for range writers {
		work.Go(func() {
			for range each {
				a := wanted(t, "SAME")
				_, err := list.Add(t.Context(), "samira", noon, listAct(audit.Collection), a)
				require.NoError(t, err)
			}
		})
	}
	work.Wait()
	require.EqualValues(t, writers*each, one[int64](t, c.db, `SELECT version FROM ref_dataset`))
	require.EqualValues(t, writers*each, one[int64](t, c.db, `SELECT count(*) FROM ref_version`))
	require.EqualValues(t, writers*each, one[int64](t, c.db, `SELECT max(version) FROM ref_change`))
}

func TestWithdrawingWhatIsNotThereChangesNothing(t *testing.T) {
	c := newCentre(t)
	list := centraldb.NewNationalAlerts(c.db, nil)
	_, err := list.Withdraw(t.Context(), uuid.New(), "samira", "settled", noon, listAct(audit.Erasure))
	require.Equal(t, problem.NotFound, problem.KindOf(err))
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM ref_version`))
	require.Zero(t, one[int](t, c.db, `SELECT count(*) FROM audit`))
}

func TestListAndPages(t *testing.T) {
	c := newCentre(t)
	list := centraldb.NewNationalAlerts(c.db, nil)
	for range 7 {
		_, err := list.Add(t.Context(), "samira", noon, listAct(audit.Collection), wanted(t, "SAME"))
		require.NoError(t, err)
	}
	seen := map[uuid.UUID]bool{}
	var after central.Cursor
	for {
		page, err := list.List(t.Context(), after, 3, listAct(audit.Consultation))
		require.NoError(t, err)
		require.Equal(t, 7, page.Total)
		require.EqualValues(t, 7, page.Version)
		for _, a := range page.Rows {
			require.False(t, seen[a.ID])
			seen[a.ID] = true
		}
		if page.Next.IsZero() {
			break
		}
		after = page.Next
	}
	require.Len(t, seen, 7)
}

// How many rows a second a dataset takes in, in versions of two thousand.
func BenchmarkPublish(b *testing.B) {
	c := newCentre(b)
	list := centraldb.NewNationalAlerts(c.db, nil)
	const rows = 2000
	alerts := make([]central.Alert, rows)
	for b.Loop() {
		for i := range alerts {
			alerts[i] = wanted(b, "SAME")
		}
		_, err := list.Add(b.Context(), "samira", noon, listAct(audit.Collection), alerts...)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
