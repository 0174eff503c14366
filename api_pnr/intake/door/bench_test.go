package door_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus/gate"
)

// BenchmarkAcknowledge is a carrier's list of 260 passengers (47 kB) until its receipt: filtered, synced to disk, answered over TLS.
func BenchmarkAcknowledge(b *testing.B) {
	p := open(b, nil)
	conn := p.Carrier(b, "XA")
	took := make([]time.Duration, 0, 1024)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		body := []byte(fmt.Sprintf("UNB+UNOA:4+XA+XAA+261122:1200+%d'", n) + strings.Repeat("NAD+FL+++SPECIMEN:ANNA'", 2000))
		begun := time.Now()
		answer, err := conn.Request(gate.BatchSubject("XA"), body, patience)
		require.NoError(b, err)
		took = append(took, time.Since(begun))
		receipt(b, answer)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
