package mrz_test

import (
	"strings"
	"testing"

	"github.com/openbmis/openbmis/traveldoc/mrz"
)

func BenchmarkSuggestions(b *testing.B) {
	for name, text := range map[string]string{
		"one":          td3(2, 5, "9O2"),
		"none":         specimenTD3,
		"hopeless":     "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n" + strings.Repeat("O0I1S5", 8)[:44],
		"hopeless TD1": "I<UTOO0I1S5B8ZX" + strings.Repeat("O0I1S", 3) + "\n7O0I1S5F1Z0I1S9UTO" + strings.Repeat("O0I1S", 2) + "B2\nE<<A" + strings.Repeat("<", 26),
	} {
		d, err := mrz.Parse(text, inspection(b), mrz.Training)
		if err != nil {
			b.Fatal(name, err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = d.Suggestions()
			}
		})
	}
}
