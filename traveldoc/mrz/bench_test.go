package mrz_test

import (
	"strings"
	"testing"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func BenchmarkParse(b *testing.B) {
	today := inspection(b)
	for name, text := range map[string]string{
		"TD1": specimenTD1, "TD2": specimenTD2, "TD3": specimenTD3, "MRV-A": specimenMRA,
		"TD3 lower case":       strings.ToLower(specimenTD3),
		"TD3 without line end": strings.ReplaceAll(specimenTD3, "\n", ""),
		"worst":                strings.Repeat("P<<\n", mrz.MaxInput/4),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = mrz.Parse(text, today, mrz.Training)
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	d, err := mrz.Parse(specimenTD3, inspection(b), mrz.Training)
	if err != nil {
		b.Fatal(err)
	}
	doc := d.TravelDocument()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mrz.Encode(mrz.TD3, doc, d.Identity(), mrz.Extra{}); err != nil {
			b.Fatal(err)
		}
	}
}
