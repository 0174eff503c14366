package trust_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// large is a CRL of several rows, and some smaller items.
func large(t testing.TB) []trust.Item {
	u := newUtopia()
	crl := u.crl(now)
	for i := range int64(9000) {
		crl.Revoked = append(crl.Revoked, pkitest.Revoked{Serial: big.NewInt(i << 33), At: signedAt, Reason: 1})
	}
	items := trust.Import("list.crl", u.csca.CRL(seeded(1), crl), trust.Options{Now: now}).Items
	defects := trust.Import("d.json", []byte(`{"deviations": [{"issuer": "UTO", "defect": "x", "text": "é <\"&>"}]}`), trust.Options{Now: now}).Items
	return slices.Concat(items, defects, anchored(t, u.csca.DER, u.link, u.dsc.DER))
}

func TestRowsAndBack(t *testing.T) {
	items := large(t)
	rows, err := trust.Rows(items)
	require.NoError(t, err)
	require.Greater(t, len(rows), len(items)+4)
	for i, r := range rows {
		require.LessOrEqual(t, len(r.Data), 64<<10)
		require.LessOrEqual(t, len(r.Key), 256)
		if i > 0 {
			require.Less(t, rows[i-1].Key, r.Key)
		}
	}
	again, err := trust.Rows(items)
	require.NoError(t, err)
	require.Equal(t, rows, again)

	rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	back, broken := trust.FromRows(rows)
	require.Empty(t, broken)
	require.ElementsMatch(t, items, back)
	s, refused := trust.NewStore(back, 1, now)
	require.Empty(t, refused)
	require.Equal(t, 1, s.Counts()[trust.CRL])
}

func TestAMissingOrChangedRowIsNamed(t *testing.T) {
	items := large(t)
	rows, err := trust.Rows(items)
	require.NoError(t, err)
	for i, r := range rows {
		rest := slices.Delete(slices.Clone(rows), i, i+1)
		back, broken := trust.FromRows(rest)
		require.Len(t, back, len(items)-1)
		if len(r.Key) == 64 {
			require.Empty(t, broken, "a whole item that is gone cannot be known")
			continue
		}
		require.Len(t, broken, 1)
		require.Equal(t, r.Key[:64], broken[0].Subject)
		require.Contains(t, broken[0].Reason, "is missing")
	}
	for i := range rows {
		changed := slices.Clone(rows)
		changed[i].Data = []byte(`{"id":"` + changed[i].Key + `","kind":"csca","der":"MAA="}`)
		back, broken := trust.FromRows(changed)
		require.Len(t, back, len(items)-1)
		require.NotEmpty(t, broken)
	}
}

func TestRowsHoldAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.StringN(0, 300, -1)
		item := trust.Import("d.json", []byte(`{"deviations": [{"issuer": "UTO", "defect": "x"}]}`), trust.Options{Now: now}).Items[0]
		for range rapid.IntRange(1, 400).Draw(t, "sources") {
			item.Sources = append(item.Sources, trust.Source{Origin: trust.Listed, Signer: u.Draw(t, "signer"), Date: now})
		}
		rows, err := trust.Rows([]trust.Item{item})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if len(r.Data) > 64<<10 {
				t.Fatalf("row of %d bytes", len(r.Data))
			}
		}
		back, broken := trust.FromRows(rows)
		if len(broken) > 0 || len(back) != 1 || len(back[0].Sources) != len(item.Sources) {
			t.Fatalf("broken: %v", broken)
		}
	})
}
