package visaregdb_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/visacheck"
)

const million = 1_000_000

// BenchmarkVisaCheck1M is the whole check of travellers at a post that holds a million visas: with a visa, found by the document; on another
// passport, found by the person; and with none.
func BenchmarkVisaCheck1M(b *testing.B) {
	p := open(b)
	p.required(b)
	p.visas(b)
	fill(b, p)
	for _, one := range []struct {
		name string
		s    func(n int) border.Scan
		want string
	}{
		{"document", func(n int) border.Scan { return somebody(b, n, fmt.Sprintf("P%08d", n)) }, visacheck.CodeValid},
		{"person", func(n int) border.Scan { return somebody(b, n, fmt.Sprintf("N%08d", n)) }, visacheck.CodeNeeded},
		{"none", func(n int) border.Scan { return bordertest.Scan(fmt.Sprintf("Q%08d", n)) }, visacheck.CodeNone},
	} {
		b.Run(one.name, func(b *testing.B) {
			took := make([]time.Duration, 0, b.N)
			for n := 0; b.Loop(); n++ {
				scan := one.s(n * 7919 % million)
				s, err := border.SubjectOf(scan, time.UTC, true)
				require.NoError(b, err)
				start := time.Now()
				f, err := p.check.Check(b.Context(), s)
				took = append(took, time.Since(start))
				if err != nil || f.Evidence[0].Code != one.want {
					b.Fatal(err, f.Evidence)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// somebody is the nth of a million persons, with a document.
func somebody(b *testing.B, n int, document string) border.Scan {
	b.Helper()
	s := bordertest.Scan(document)
	s.Identity.Surname, s.Identity.GivenNames = fmt.Sprintf("%c%c%cSON", 'A'+n%26, 'A'+n/26%26, 'A'+n/676%26), []string{"ADA", "JOHN", "MARIA", "CHI", "OMAR"}[n%5]
	s.Identity.BirthDate = day(b, fmt.Sprintf("%d-%02d-%02d", 1940+n%70, 1+n/70%12, 1+n/840%28))
	return s
}

// fill puts a million visas into the database, as the sink does, in a few large steps.
func fill(b *testing.B, p *post) {
	b.Helper()
	template := visa(b, "E00000000", "P")
	const step = 50_000
	for from := 0; from < million; from += step {
		rows := make([]evisa.Row, step)
		for i := range rows {
			n := from + i
			s := somebody(b, n, fmt.Sprintf("P%08d", n))
			rows[i] = template
			rows[i].Number, rows[i].Identity, rows[i].Document = evisa.Number(fmt.Sprintf("E%08d", n)), s.Identity, s.Document
		}
		p.visas(b, rows...)
	}
	var n int
	require.NoError(b, p.db.Pool.QueryRow(b.Context(), `SELECT count(*) FROM visa`).Scan(&n))
	require.Equal(b, million, n)
}
