package scan_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc/scan"
	"github.com/openbmis/openbmis/traveldoc/scan/synth"
)

// seedOfBenchmark makes the benchmark's pages; the trainer uses others.
const seedOfBenchmark = 1000

// BenchmarkRead reads generated pages of each level and gives the share that is read exactly, all characters of all lines, and the CPU
// time of a page. With BMIS_TEST_FONT=FILE.otf the same pages are read in that font too.
func BenchmarkRead(b *testing.B) {
	faces := []struct {
		name string
		face synth.Face
	}{{"own", own()}, {"font", fontOf(b)}}
	for _, f := range faces {
		if f.face == nil {
			continue
		}
		for _, l := range levels() {
			b.Run(f.name+"/"+l.name, func(b *testing.B) { benchmarkLevel(b, l, f.face) })
		}
	}
}

func benchmarkLevel(b *testing.B, l level, face synth.Face) {
	pages := samples(b, l, face, seedOfBenchmark, l.pages)
	date := today(b)
	exact, seen, read := 0, 0, 0
	var spent time.Duration
	for b.Loop() {
		for _, s := range pages {
			before := cpu(b)
			result, err := scan.Read(s.picture, date, scan.Options{})
			spent += cpu(b) - before
			read++
			if err != nil && !errors.Is(err, scan.ErrNoZone) {
				require.NoError(b, err)
			}
			if slices.Equal(result.Lines, s.lines) {
				exact++
			}
			if slices.Equal(result.Raw, s.lines) {
				seen++
			}
		}
	}
	b.ReportMetric(float64(exact)/float64(read), "exact/page")
	b.ReportMetric(float64(seen)/float64(read), "exact-raw/page")
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(read), "cpu-ms/page")
}

// cpu is the processor time of this program so far, which a busy machine does not change.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkReadFile decodes a JPEG of a page at 300 dpi and reads it: what the counter waits for.
func BenchmarkReadFile(b *testing.B) {
	page := samples(b, levels()[1], own(), seedOfBenchmark, 1)[0]
	var file bytes.Buffer
	require.NoError(b, jpeg.Encode(&file, page.picture, &jpeg.Options{Quality: 85}))
	date := today(b)
	_, err := scan.ReadFile(file.Bytes(), date, scan.Options{}) // the weights are loaded once
	require.NoError(b, err)
	for b.Loop() {
		_, err := scan.ReadFile(file.Bytes(), date, scan.Options{})
		require.NoError(b, err)
	}
}
