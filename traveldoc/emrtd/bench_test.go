package emrtd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// BenchmarkVerify is passive authentication of a chip with nine data groups, a portrait of 20 KB and active authentication, from the
// files to the report: ECDSA with P-256 below a P-384 authority, and RSA with 2048 bits.
func BenchmarkVerify(b *testing.B) {
	for name, o := range map[string]emrtdtest.SignerOptions{
		"ECDSA": {DocumentTypes: []string{"P"}}, "RSA": {RSA: true, DocumentTypes: []string{"P"}},
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			w.files["DG2"] = emrtdtest.DG2(emrtdtest.FaceRecord(0, append(emrtdtest.Picture(), make([]byte, 20_000)...)))
			w.sign(b, o)
			store, refused := trust.NewStore(w.items, 7, inspection())
			require.Empty(b, refused)
			b.ReportAllocs()
			for b.Loop() {
				report := emrtd.Verify(w.evidence, store, inspection())
				if report.Steps[1].Verdict != traveldoc.Pass {
					b.Fatal(report.Steps[1])
				}
			}
		})
	}
}

// BenchmarkVerifySpecimen is a real chip, as far as there is trust material for it: hashes and one signature with RSA.
func BenchmarkVerifySpecimen(b *testing.B) {
	evidence := emrtd.Evidence{Files: passportOf2006(b)}
	for b.Loop() {
		report := emrtd.Verify(evidence, nil, inspection())
		if report.Steps[1].Verdict != traveldoc.Pass {
			b.Fatal(report.Steps[1])
		}
	}
}

// BenchmarkRead is reading the files alone.
func BenchmarkRead(b *testing.B) {
	files := chipFiles(b)
	files["DG11"] = tlv.Write(0x6B, emrtdtest.Text(0x5F0E, "ERIKSSON<<ANNA<MARIA"), emrtdtest.Text(0x5F2B, "19740812"))
	b.ReportAllocs()
	for b.Loop() {
		if chip := emrtd.Read(files); chip.DG1 == nil {
			b.Fatal(chip.Findings)
		}
	}
}
