package fingerprint

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

// BenchmarkExtract extracts prints of 300 by 380 pixels at 500 ppi, of all qualities that a counter sees.
func BenchmarkExtract(b *testing.B) {
	var images []biometrics.Image
	for seed := range uint64(8) {
		pose := synthetic.Draw(seed, 0.3+0.1*float64(seed))
		pose.Width, pose.Height = 300, 380
		images = append(images, synthetic.NewFinger(seed, synthetic.Options{}).Impression(pose))
	}
	b.ReportAllocs()
	start, i := processor(b), 0
	for b.Loop() {
		_, err := Extract(images[i%len(images)])
		require.NoError(b, err)
		i++
	}
	reportProcessor(b, start, time.Millisecond, "cpu-ms/print")
}

func BenchmarkTemplateForm(b *testing.B) {
	out := extracted(b, synthetic.NewFinger(1, synthetic.Options{}).Impression(synthetic.Pose{}))
	form, err := out.MarshalBinary()
	require.NoError(b, err)
	for b.Loop() {
		var read Template
		require.NoError(b, read.UnmarshalBinary(form))
	}
	b.ReportMetric(float64(len(form)), "bytes/template")
}
