package listdb_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

// entries is how many alerts are imported; BMIS_BENCH_ENTRIES says another number.
func entries(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("BMIS_BENCH_ENTRIES"))
	if err != nil {
		return 100_000
	}
	return n
}

// How long a list takes to be read and compared, to be published, and, a hundredth of it changed, to be read and published again.
func BenchmarkImport(b *testing.B) {
	n := entries(b)
	for b.Loop() {
		w := newWorld(b)
		w.add()
		first := w.timed(b, "first", n, 0)
		require.Equal(b, n, first.Counts.Added)
		second := w.timed(b, "second", n, n/100)
		require.Equal(b, n/100, second.Counts.Changed)
	}
}

func (w *world) timed(b *testing.B, name string, n, changed int) listdb.Proposal {
	b.Helper()
	clock := stopwatch()
	up, err := w.lists.NewUpload(b.Context(), ana, listdb.Submission{List: "national", File: name + ".json", Format: listfile.OwnJSON, Whole: true})
	require.NoError(b, err)
	reader, writer := io.Pipe()
	go func() { _ = writer.CloseWithError(write(writer, n, changed)) }()
	require.NoError(b, up.Part(b.Context(), listdb.PartFile, reader))
	p, err := up.Close(b.Context())
	require.NoError(b, err)
	require.NoError(b, w.lists.Work(b.Context()))
	b.ReportMetric(float64(n)/clock(), name+"-read/s")
	clock = stopwatch()
	r, err := w.lists.Review(b.Context(), ben, p.ID, listdb.Look{})
	require.NoError(b, err)
	b.ReportMetric(clock()*1000, name+"-preview-ms")
	clock = stopwatch()
	_, err = w.lists.Approve(b.Context(), ben, p.ID)
	require.NoError(b, err)
	require.NoError(b, w.lists.Work(b.Context()))
	b.ReportMetric(float64(r.Counts.Changes())/clock(), name+"-published/s")
	return r.Proposal
}

// write writes a list of the own form, entry by entry.
func write(to io.Writer, n, changed int) error {
	if _, err := io.WriteString(to, `{"alerts":[`); err != nil {
		return err
	}
	for i := range n {
		a := wanted(fmt.Sprintf("n%07d", i), fmt.Sprintf("Given%d Middle%d", i%4999, i%977), fmt.Sprintf("Family%d", i%49999))
		if i < changed {
			a.Contact = "changed"
		}
		raw, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if i > 0 {
			raw = append([]byte(","), raw...)
		}
		if _, err := to.Write(raw); err != nil {
			return err
		}
	}
	_, err := io.WriteString(to, `]}`)
	return err
}
