package edifact_test

import (
	"bytes"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// manifest is a list of at least size bytes, as carriers send them.
func manifest(size int) []byte {
	var b bytes.Buffer
	b.WriteString("UNA:+.? 'UNB+UNOA:4+XX+UTOAPIS+261122:0600+1'UNH+1+PAXLST:D:05B:UN:IATA+XX123/261122/0800'BGM+745'" +
		"TDT+20+XX0123+++XX'LOC+125+UTA'DTM+189:2611220800:201'LOC+87+UTB'DTM+232:2611221130:201'")
	n := 0
	for ; b.Len() < size; n++ {
		fmt.Fprintf(&b, "NAD+FL+++TESTER:ANNA MARIA%d'ATT+2++F'DTM+329:800229'GEI+4+173'LOC+22+UTB'LOC+178+UTA'LOC+179+UTB'LOC+174+UTO'"+
			"LOC+180+:::UTOPOLIS UTO'NAT+2+UTO'RFF+AVF:QX%04d'RFF+ABO:REF%05d'RFF+SEA:12B'DOC+P:110:111+P%07d'DTM+36:310101'LOC+91+UTO'", n, n%10000, n, n)
	}
	fmt.Fprintf(&b, "CNT+42:%d'UNT+%d+1'UNZ+1+1'", n, 11+n*16)
	return b.Bytes()
}

// Benchmark figures of the specification's comparison stand in scripts/bench-aims.tsv.
func BenchmarkTokenise(b *testing.B) {
	for _, size := range []int{70 << 10, 1 << 20, 16 << 20} {
		body := manifest(size)
		b.Run(fmt.Sprintf("bytes=%dk", size>>10), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			cpu := used()
			for b.Loop() {
				segments := 0
				for _, m := range edifact.Read(body, edifact.DefaultLimits()).Messages {
					for range m.Segments() {
						segments++
					}
				}
				require.Positive(b, segments)
			}
			b.ReportMetric(float64(len(body))*float64(b.N)/1e6/(used()-cpu).Seconds(), "cpu-MB/s")
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

// Hostile input must not take longer than any other of its length.
func BenchmarkHostile(b *testing.B) {
	const size = 1 << 20
	for name, run := range map[string]string{"spaces": " ", "lines": "\r\n", "releases": "?", "openings": "UNA", "terminators": "'", "quotes": "?'"} {
		body := []byte("UNB+UNOA:4+XX+UTO+261122:0600+1'UNH+1+PAXLST:D:05B:UN:IATA'NAD+FL+++A" + strings.Repeat(run, size/len(run)) + "'UNT+3+1'UNZ+1+1'")
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				for _, m := range edifact.Read(body, edifact.DefaultLimits()).Messages {
					for s := range m.Segments() {
						_ = s.Text(3, 0)
					}
				}
			}
		})
	}
}
