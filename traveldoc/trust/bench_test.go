package trust_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

func BenchmarkLoad500(b *testing.B) {
	ders, _ := manyAuthorities(500)
	rows, err := trust.Rows(anchored(b, ders...))
	require.NoError(b, err)
	for b.Loop() {
		items, broken := trust.FromRows(rows)
		if s, refused := trust.NewStore(items, 1, now); len(broken)+len(refused) > 0 || s.Counts()[trust.CSCA] != 500 {
			b.Fatal("not all were loaded")
		}
	}
}

func BenchmarkImport500(b *testing.B) {
	ders, _ := manyAuthorities(500)
	u := newUtopia()
	list := u.masterList(ders...).DER(seeded(4))
	b.SetBytes(int64(len(list)))
	for b.Loop() {
		if got := trust.Import("list", list, trust.Options{Now: now}); got.Report.Parsed != 500 {
			b.Fatal("not all were read")
		}
	}
}

func BenchmarkChain(b *testing.B) {
	ders, dsc := manyAuthorities(500)
	s := store(b, anchored(b, ders...)...)
	for b.Loop() {
		c, err := pki.ParseCertificate(dsc.DER)
		if err != nil {
			b.Fatal(err)
		}
		if s.Chain(c, &signedAt, now).Verdict != traveldoc.Pass {
			b.Fatal("no chain")
		}
	}
}
