package match_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/openbmis/openbmis/alerts/match"
)

// large is set where the list of ten million may be built: it takes a minute and three gigabytes.
const large = "BMIS_BENCH_LARGE"

type sized struct {
	name  string
	world world
	n     int
}

func sizes() []sized {
	var out []sized
	for _, n := range []int{5_000, 1_000_000} {
		out = append(out, sized{"zipf", newZipfWorld(), n}, sized{"peoples", newPeoplesWorld(), n})
	}
	if os.Getenv(large) != "" {
		out = append(out, sized{"zipf", newZipfWorld(), 10_000_000})
	}
	return out
}

func (s sized) String() string { return fmt.Sprintf("%s/%d", s.name, s.n) }

// BenchmarkSearch searches lists of five thousand, a million and, where BMIS_BENCH_LARGE is set, ten million invented persons for
// travellers of whom half are listed, on one core.
func BenchmarkSearch(b *testing.B) {
	for _, s := range sizes() {
		var ix *match.Index
		b.Run(s.String(), func(b *testing.B) {
			if ix == nil {
				ix = match.Build(everybody(s.world, s.n))
			}
			search(b, ix, travellers(s.world, s.n, 2000))
		})
	}
}

func search(b *testing.B, ix *match.Index, queries []match.Query) {
	for _, q := range queries[:100] {
		ix.Search(q)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	took, all := make([]time.Duration, 0, b.N), time.Duration(0)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		start := processor()
		ix.Search(queries[i%len(queries)])
		took = append(took, processor()-start)
		all += took[i]
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(all.Microseconds())/1000/float64(b.N), "cpu-ms/search")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(b.N)/all.Seconds(), "searches/s")
}

// processor is the time that the processor has given to this thread: what a search takes whatever else the machine does.
func processor() time.Duration { return used(3) } // CLOCK_THREAD_CPUTIME_ID of Linux

// processors is the time that all threads of this program have had, garbage collection too.
func processors() time.Duration { return used(2) } // CLOCK_PROCESS_CPUTIME_ID of Linux

func used(clock uintptr) time.Duration {
	var at syscall.Timespec
	if _, _, err := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&at)), 0); err != 0 {
		panic(err)
	}
	return time.Duration(at.Nano())
}

// BenchmarkLoad builds the index and tells what it holds.
func BenchmarkLoad(b *testing.B) {
	for _, s := range sizes() {
		b.Run(s.String(), func(b *testing.B) {
			var ix *match.Index
			b.ReportAllocs()
			before := processors()
			for range everybody(s.world, s.n) { // what drawing the people takes is not the index's
			}
			drawing := processors() - before
			before = processors()
			b.ResetTimer()
			for range b.N {
				ix = match.Build(everybody(s.world, s.n))
			}
			b.StopTimer()
			b.ReportMetric((processors()-before).Seconds()/float64(b.N)-drawing.Seconds(), "cpu-s/load")
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
			b.ReportMetric(float64(ix.Memory())/1e6, "index-MB")
			b.ReportMetric(float64(s.n)/b.Elapsed().Seconds()*float64(b.N), "entries/s")
		})
	}
}

// BenchmarkWith puts one new alert into a list, and searches it once.
func BenchmarkWith(b *testing.B) {
	for _, s := range sizes() {
		var ix *match.Index
		b.Run(s.String(), func(b *testing.B) {
			if ix == nil {
				ix = match.Build(everybody(s.world, s.n))
			}
			b.ResetTimer()
			for i := range b.N {
				e := s.world.person(s.n + i%100)
				ix = ix.With([]match.Entry{e}, nil)
				if i%100 == 99 {
					ix.Search(match.Query{Names: e.Subject.Names, Births: e.Subject.Births, Least: 0.70})
				}
			}
		})
	}
}
