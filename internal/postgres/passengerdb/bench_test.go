package passengerdb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// manyPax are n travellers of a list.
func manyPax(n, from int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = pax(fmt.Sprintf("R%05d", from+i), "TESTER"+letters(from+i), "ANNA MARIA", fmt.Sprintf("%02d0101", 20+i%80), fmt.Sprintf("P%07d", from+i))
	}
	return list
}

func letters(n int) string {
	return string([]byte{byte('A' + n/676%26), byte('A' + n/26%26), byte('A' + n%26)})
}

func (w *world) bodyOf(flight int, ref string, travellers ...string) string {
	return strings.ReplaceAll(paxlst(ref, "745", "01:F", travellers...), "XX0123", fmt.Sprintf("XX%04d", flight))
}

// How long a carrier waits until what he sent is safe: sealed, chained, on the disk.
func BenchmarkKeep(b *testing.B) {
	for _, size := range []int{1, 260} {
		b.Run(fmt.Sprintf("travellers=%d", size), func(b *testing.B) {
			w := newWorld(b)
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				e := envelope("XX", w.bodyOf(n%9999, fmt.Sprint(n), manyPax(size, n)...))
				begin := time.Now()
				_, err := w.store.Keep(b.Context(), e)
				took = append(took, time.Since(begin))
				require.NoError(b, err)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// A flight of 260 passengers: kept, read, compared, applied with its sealed copies, marks and notes.
func BenchmarkFlight(b *testing.B) {
	w := newWorld(b)
	p := w.processor()
	list := manyPax(260, 0)
	for n := 0; b.Loop(); n++ {
		_, err := w.store.Keep(b.Context(), envelope("XX", w.bodyOf(n, "1", list...)))
		require.NoError(b, err)
		_, err = p.Drain(b.Context())
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/flight")
}

// The same flight pushed again with nothing new, and with one new traveller.
func BenchmarkFlightAgain(b *testing.B) {
	w := newWorld(b)
	p := w.processor()
	list := manyPax(261, 0)
	for n := 0; b.Loop(); n++ {
		_, err := w.store.Keep(b.Context(), envelope("XX", w.bodyOf(1, fmt.Sprint(n), list[:260+n%2]...)))
		require.NoError(b, err)
		_, err = p.Drain(b.Context())
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/flight")
}

// Small messages, one passenger each, of many flights; and of one flight that fills with each of them, as interactive requests do.
func BenchmarkMessages(b *testing.B) {
	for name, flights := range map[string]int{"flights=100": 100, "flights=1": 1} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			p := w.processor()
			n := 0
			for b.Loop() {
				for range 260 {
					n++
					_, err := w.store.Keep(b.Context(), envelope("XX", w.bodyOf(n%flights+(n/260)*flights%9000, fmt.Sprint(n), manyPax(1, n)...)))
					require.NoError(b, err)
				}
				_, err := p.Drain(b.Context())
				require.NoError(b, err)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
