package relaydb_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/openbmis/openbmis/internal/postgres"
)

// cpu is the processor time taken by this program (station's relay, bus and centre's receiver in one) and by the two databases. It
// tells what a busy machine's clock cannot. Where there is no /proc it is zero.
type cpu struct{ program, station, centre time.Duration }

func cpuNow(station, centre *postgres.DB) cpu {
	return cpu{cpuTime(statOf("self"), 11, 13), serverTime(station), serverTime(centre)}
}

func (c cpu) plus(d cpu) cpu {
	return cpu{c.program + d.program, c.station + d.station, c.centre + d.centre}
}

func (c cpu) minus(d cpu) cpu { return c.plus(cpu{-d.program, -d.station, -d.centre}) }

func (c cpu) report(b *testing.B, events int) {
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(events) }
	b.ReportMetric(each(c.program), "cpu-us/event")
	b.ReportMetric(each(c.station), "station-db-cpu-us/event")
	b.ReportMetric(each(c.centre), "centre-db-cpu-us/event")
}

// serverTime is of a database server: its first process, those that it has now and those that have ended.
func serverTime(db *postgres.DB) (sum time.Duration) {
	var backend int
	if err := db.Pool.QueryRow(context.Background(), `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		return 0
	}
	own := statOf(strconv.Itoa(backend))
	if len(own) < 2 {
		return 0
	}
	first := own[1]
	sum = cpuTime(statOf(first), 11, 15)
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range all {
		if fields := statOf(filepath.Base(path)); len(fields) > 1 && fields[1] == first {
			sum += cpuTime(fields, 11, 13)
		}
	}
	return sum
}

// cpuTime sums fields of a process's stat, counted from its state on: user and system time are 11 and 12, those of children that
// have ended 13 and 14, all in hundredths of a second.
func cpuTime(stat []string, from, to int) (sum time.Duration) {
	if len(stat) < to {
		return 0
	}
	for _, field := range stat[from:to] {
		n, _ := strconv.Atoi(field) // the kernel writes numbers
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum
}

func statOf(process string) []string {
	text, err := os.ReadFile(filepath.Join("/proc", process, "stat"))
	if err != nil {
		return nil // it has ended
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.Fields(rest)
}
