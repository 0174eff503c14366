package trust_test

import (
	"strings"
	"testing"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

func FuzzImport(f *testing.F) {
	u := newUtopia()
	list := u.masterList(u.csca.DER).DER(seeded(4))
	crl := u.csca.CRL(seeded(1), u.crl(now, 5))
	for _, seed := range [][]byte{
		u.csca.DER, u.link, crl, list, asPEM(u.csca.DER, u.dsc.DER), ldif([2]any{"userCertificate;binary", u.dsc.DER}),
		[]byte(`{"deviations": [{"issuer": "UTO", "defect": "x", "number_from": "1", "number_to": "2", "from": "2024-01"}]}`),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := trust.Import("file", data, trust.Options{Now: now})
		if got.Report.Parsed == 0 && len(got.Report.Refused) == 0 && len(got.Report.Contained) == 0 && got.Report.Signature.Reason == trust.ReasonUnreadable {
			t.Fatal("unreadable without a reason")
		}
		if got.Report.Signature.Verdict == traveldoc.Fail && len(got.Items) > 0 {
			t.Fatal("items of a file whose signature is wrong")
		}
		rows, err := trust.Rows(got.Items)
		if err != nil {
			t.Fatal(err)
		}
		if back, broken := trust.FromRows(rows); len(broken) > 0 || len(back) != len(got.Items) {
			t.Fatalf("%d of %d items came back: %v", len(back), len(got.Items), broken)
		}
	})
}

func FuzzLDIF(f *testing.F) {
	f.Add(string(ldif([2]any{"userCertificate;binary", []byte("abc")}, [2]any{"x", []byte{}})))
	f.Add("version: 1\n\ndn:: Y249w7w=\ncn: a\n b\n-\n\n# c\ndn: b\nphoto:< u\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := trust.NewLDIFReader(strings.NewReader(text))
		for n := 0; ; n++ {
			e, err := r.Next()
			if err != nil {
				return
			}
			if e.Index != n || n > len(text) {
				t.Fatalf("record %d has index %d", n, e.Index)
			}
		}
	})
}
