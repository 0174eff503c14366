package visadb_test

import (
	"crypto/rand"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
)

// many fills the register up to a million visas: copies of one row under other numbers, each with three marks of nobody.
func (d *desk) many(t testing.TB) {
	t.Helper()
	v := d.issued(grant(anna()))
	_, err := d.db.Pool.Exec(d.ctx, `INSERT INTO visa (number, application, reference, version, standing, type, purpose, kind, terms, authority, issued_at, ends_on, key_id, sealed)
		SELECT 'E' || translate(lpad(to_hex(g), 8, '0'), '0123456789abcdef', '23456789BCDFGHJK'), gen_random_uuid(), 'R' || g, 1, standing, type, purpose, kind, terms, authority,
			issued_at, ends_on, key_id, sealed FROM visa, generate_series(1, 1000000) g WHERE number = $1`, v.Number)
	require.NoError(t, err)
	_, err = d.db.Pool.Exec(d.ctx, `INSERT INTO visa_mark (kind, mark, number) SELECT k, decode(md5(number || k), 'hex'), number FROM visa, generate_series(1, 3) k
		WHERE number <> $1`, v.Number)
	require.NoError(t, err)
	_, err = d.db.Pool.Exec(d.ctx, `ANALYZE visa, visa_mark`)
	require.NoError(t, err)
}

// BenchmarkFind1000000 is the register's answer by document and by person among a million visas.
func BenchmarkFind1000000(b *testing.B) {
	d := openDesk(b, rand.Reader)
	d.many(b)
	a := anna()
	reg := visadb.NewRegistry(d.reg)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		found, err := reg.Find(d.ctx, evisa.Query{Document: a.Document, Identity: a.Identity})
		took = append(took, time.Since(start))
		require.NoError(b, err)
		require.Len(b, found.Rows, 1)
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
