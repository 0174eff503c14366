package filedb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
)

// crowd fills the station with files that the centre told of, each with some movements.
func crowd(b *testing.B, p *post, n int) {
	b.Helper()
	var rows []file.Published
	for i := range n {
		row := published(uuid.New(), []file.Paper{paper(b, fmt.Sprintf("NAME%c%c", 'A'+i%26, 'A'+i/26%26), fmt.Sprintf("PAT%d", i%97),
			fmt.Sprintf("%d-%02d-%02d", 1940+i%70, 1+i%12, 1+i%28), fmt.Sprintf("N%07d", i))})
		for j := range 4 {
			row.Movements = append(row.Movements, movement(b, uuid.New(), []border.Direction{border.Entry, border.Exit}[j%2], "test-sea", fmt.Sprintf("2026-0%d-11", 1+j)))
		}
		if rows = append(rows, row); len(rows) == 500 {
			p.tell(b, rows...)
			rows = nil
		}
	}
	if len(rows) > 0 {
		p.tell(b, rows...)
	}
}

// The history of a file of 50 crossings among 20,000 files: what every check of stays waits for.
func BenchmarkHistory(b *testing.B) {
	p := newPost(b)
	crowd(b, p, 20_000)
	who := paper(b, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	row := published(uuid.New(), []file.Paper{who})
	for j := range 50 {
		m := movement(b, uuid.New(), []border.Direction{border.Entry, border.Exit}[j%2], "test-sea", "2026-01-01")
		m.At = m.At.AddDate(0, 0, j*3)
		row.Movements = append(row.Movements, m)
	}
	p.tell(b, row)
	_, err := p.db.Pool.Exec(b.Context(), "ANALYZE")
	require.NoError(b, err)
	for b.Loop() {
		h := p.history(b, who)
		require.Len(b, h.Movements, 50)
	}
}

// A search by the beginnings of a name and a birth year among 20,000 files.
func BenchmarkSearch(b *testing.B) {
	p := newPost(b)
	crowd(b, p, 20_000)
	_, err := p.db.Pool.Exec(b.Context(), "ANALYZE")
	require.NoError(b, err)
	for b.Loop() {
		found, err := p.Search(b.Context(), file.Search{Name: "namea pat1", BirthDate: day(b, "1970"), Purpose: "border_control"}, look(""))
		require.NoError(b, err)
		require.NotEmpty(b, found.Papers)
	}
}

// A decision on a new document: the file, its movement and the look for duplicates, in the counter's transaction.
func BenchmarkNewFile(b *testing.B) {
	p := newPost(b)
	crowd(b, p, 20_000)
	_, err := p.db.Pool.Exec(b.Context(), "ANALYZE")
	require.NoError(b, err)
	n := 0
	for b.Loop() {
		b.StopTimer()
		n++
		scan := bordertest.Scan(fmt.Sprintf("Z%07d", n))
		require.NoError(b, p.store.OpenScan(b.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
		event := bordertest.Event(scan, now.Add(time.Duration(n)*time.Second))
		event.Identity.GivenNames = fmt.Sprintf("PAT %d", n)
		b.StartTimer()
		_, err := p.store.Record(b.Context(), scan.ID, event, bordertest.Entry(audit.Collection, "crossing", event.CrossingID))
		require.NoError(b, err)
	}
}
