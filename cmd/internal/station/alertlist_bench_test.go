package station

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// words is a vocabulary of invented names, of which few are frequent.
func words(random *rand.Rand, n int) []string {
	parts := []string{"BA", "KO", "LIN", "MAR", "TE", "SU", "VAR", "GHE", "DO", "RI", "NA", "PEL", "OST", "IMA", "ZU", "HAD", "QUI", "FER"}
	out := make([]string, n)
	for i := range out {
		for range 2 + random.IntN(3) {
			out[i] += parts[random.IntN(len(parts))]
		}
	}
	return out
}

func drawn(random *rand.Rand, from []string) string {
	return from[int(float64(len(from))*random.Float64()*random.Float64())]
}

// people is a list of n invented persons, as rows of the dataset with their digest.
func people(t testing.TB, n int) (rows [][2]string, digest *replication.ContentDigest) {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 7))
	given, family := words(random, 6000), words(random, 40_000)
	digest = new(replication.ContentDigest)
	for i := range n {
		a := listed(fmt.Sprintf("%07d", i), drawn(random, family), drawn(random, given)+" "+drawn(random, given))
		born, err := traveldoc.NewDate(1940+random.IntN(65), 1+random.IntN(12), 1+random.IntN(28))
		require.NoError(t, err)
		a.Subject.Births = []alerts.Birth{{From: born, To: born}}
		a.Subject.Documents = []alerts.Document{{Type: "P", Number: fmt.Sprintf("P%08d", random.IntN(1e8)), Issuer: "UTO"}}
		data, err := json.Marshal(a)
		require.NoError(t, err)
		rows = append(rows, [2]string{alerts.RowKey(a.Key()), string(data)})
	}
	list := putList(t, 1, n)
	rows = append(rows, [2]string{list.Key, string(list.Data)})
	for _, row := range rows {
		digest.Add(row[0], []byte(row[1]))
	}
	return rows, digest
}

// fillAlerts puts the rows into both databases as version 1, as if they had been published and taken long ago.
func fillAlerts(t testing.TB, n int) func(*distribution) {
	rows, digest := people(t, n)
	return func(d *distribution) {
		ctx := t.Context()
		for db, column := range map[*postgres.DB]string{d.centre: "row", d.post: "data"} {
			_, err := db.Pool.CopyFrom(ctx, pgx.Identifier{"ref_row"}, []string{"dataset", "key", column},
				pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) { return []any{alerts.ListsDataset, rows[i][0], []byte(rows[i][1])}, nil }))
			require.NoError(t, err)
			_, err = db.Pool.Exec(ctx, `ANALYZE ref_row`)
			require.NoError(t, err)
		}
		signer, _ := d.bus.Seals(t)
		v, err := replication.DatasetVersion{Version: 1, Digest: digest.Sum()}.Sealed(alerts.ListsDataset, time.Now(), signer)
		require.NoError(t, err)
		_, err = d.centre.Pool.Exec(ctx, `INSERT INTO ref_dataset (dataset, version, state) VALUES ($1, 1, $2)`, alerts.ListsDataset, digest.Bytes())
		require.NoError(t, err)
		_, err = d.centre.Pool.Exec(ctx, `INSERT INTO ref_version VALUES ($1, 1, $2, 'a', now())`, alerts.ListsDataset, digest.Sum())
		require.NoError(t, err)
		_, err = d.post.Pool.Exec(ctx, `INSERT INTO ref_cursor (dataset, version, digest, digest_state, confirmed_at, sealed_at, seal, seal_chain)
			VALUES ($1, 1, $2, $3, now(), $4, $5, $6)`, alerts.ListsDataset, v.Digest, digest.Bytes(), v.Seal.At, v.Seal.Value, v.Seal.Chain)
		require.NoError(t, err)
	}
}

// BenchmarkAlertLists is what lists of a size cost a station: to load them at its start, to have a new alert of the centre in its
// answers, and to ask them about a traveller.
func BenchmarkAlertLists(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("alerts=%d", n), func(b *testing.B) {
			d := newDistribution(b, fillAlerts(b, n))
			b.Run("load", func(b *testing.B) { benchLoad(b, d) })
			began := time.Now()
			d.connect(b)
			require.Eventually(b, func() bool { return d.lists.Book().CurrentAt.After(began) }, 10*time.Minute, 100*time.Millisecond, "every row is verified first")
			b.Run("publish-to-answer", func(b *testing.B) { benchPublish(b, d, n) })
			b.Run("check", func(b *testing.B) { benchCheck(b, d) })
		})
	}
}

func benchLoad(b *testing.B, d *distribution) {
	var before, after runtime.MemStats
	busy := cpu(b)
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		anew, err := openAlertLists(b.Context(), stationdb.NewAlerts(d.post), slog.New(slog.DiscardHandler))
		require.NoError(b, err)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
		runtime.KeepAlive(anew)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "load-s")
	b.ReportMetric((cpu(b)-busy).Seconds()/float64(b.N), "cpu-s")
}

func benchPublish(b *testing.B, d *distribution, n int) {
	var took []time.Duration
	busy := cpu(b)
	for b.Loop() {
		i := len(took) + 1
		name := words(rand.New(rand.NewPCG(uint64(n), uint64(i)+99)), 1)[0] + "WEX"
		began := time.Now()
		d.publish(b, putAlert(b, listed(fmt.Sprintf("new-%d-%d", b.N, i), name, "NOVA")), putList(b, d.lists.Book().Version+1, d.lists.Book().Lists[0].Held+1))
		require.Eventually(b, func() bool { return d.ask(b, name, "NOVA").Outcome == border.Hit }, 5*time.Minute, 10*time.Millisecond)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(took[len(took)-1].Seconds()*1000, "max-ms")
	b.ReportMetric((cpu(b)-busy).Seconds()*1000/float64(len(took)), "cpu-ms")
}

// cpu is the time that processors have spent on this program: what is left of a measurement on a machine that others use too.
func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func benchCheck(b *testing.B, d *distribution) {
	random := rand.New(rand.NewPCG(8, 8))
	given, family := words(random, 6000), words(random, 40_000)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		d.ask(b, drawn(random, family), drawn(random, given)+" "+drawn(random, given))
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
