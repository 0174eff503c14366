package synthetic_test

import (
	"testing"

	"github.com/openbmis/openbmis/biometrics/synthetic"
)

func BenchmarkFinger(b *testing.B) {
	for i := range b.N {
		synthetic.NewFinger(uint64(i), synthetic.Options{})
	}
}

func BenchmarkImpression(b *testing.B) {
	f := synthetic.NewFinger(1, synthetic.Options{})
	b.ResetTimer()
	for i := range b.N {
		f.Impression(synthetic.Draw(uint64(i), 0.5))
	}
}
