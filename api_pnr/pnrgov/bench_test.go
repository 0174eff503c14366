package pnrgov_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

// Sizes are those of the peers' figures, and the largest push there is.
var sizes = []struct {
	name    string
	records int
}{{"70kB", 28}, {"250kB", 100}, {"1MB", 450}, {"16MB", 6600}}

func BenchmarkRead(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			body := []byte(pushOf(size.records))
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			cpu := used()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			travellers := 0
			for b.Loop() {
				for _, m := range edifact.Read(body, edifact.DefaultLimits()).Messages {
					out := pnrgov.Read(m)
					travellers = len(out.Travellers)
				}
			}
			runtime.ReadMemStats(&after)
			if travellers != 2*size.records {
				b.Fatalf("%d travellers, expected %d", travellers, 2*size.records)
			}
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(len(body)), "alloc-B/B")
			b.ReportMetric(float64(len(body))*float64(b.N)/1e6/(used()-cpu).Seconds(), "cpu-MB/s")
			b.ReportMetric(float64(size.records)*float64(b.N)/b.Elapsed().Seconds(), "PNR/s")
		})
	}
}

// used is the processor time of this program: on a machine that is shared, the only figure that can be compared.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
