package paxlst_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
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

func BenchmarkRead(b *testing.B) {
	for _, size := range []int{70 << 10, 1 << 20, 16 << 20} {
		body := manifest(size)
		b.Run(fmt.Sprintf("bytes=%dk", size>>10), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				m := paxlst.Read(edifact.Read(body, edifact.DefaultLimits()).Messages[0])
				require.NotEmpty(b, m.Travellers)
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(len(body)), "B/byte")
		})
	}
}
