package passengers_test

import (
	"bufio"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/auth"
)

// BenchmarkPushToScreen is from the moment a carrier's list is taken to the rows of the flights that the analyst's page fetches when it is
// nudged: kept, read, applied, told, asked for and drawn. What a browser adds is a repaint.
func BenchmarkPushToScreen(b *testing.B) {
	d := open(b)
	client := d.SignedIn(b, d.Person(b, auth.RoleAnalyst, "ana"))
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, d.URL+"/passengers/stream", http.NoBody)
	require.NoError(b, err)
	stream, err := client.Do(request)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, stream.Body.Close()) })
	nudges := make(chan struct{}, 1)
	go func() {
		for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "event: flights") {
				select {
				case nudges <- struct{}{}:
				default:
				}
			}
		}
	}()
	<-nudges
	body := list(d.Clock.Now())
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		flight := fmt.Sprintf("XX%04d", 1000+n)
		pushed := strings.NewReplacer("XX123", flight, "+77'", fmt.Sprintf("+%d'", 100000+n), "'UNZ+1+77", fmt.Sprintf("'UNZ+1+%d", 100000+n)).Replace(body)
		began := time.Now()
		d.send(b, pushed)
		for seen := false; !seen; {
			<-nudges
			seen = strings.Contains(d.Get(b, client, "/passengers/rows").Body, flight)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
