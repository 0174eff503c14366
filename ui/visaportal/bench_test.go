package visaportal_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkPortalPages is how many pages a second one browser is served: the first page, a question, and the page on which everything is
// checked, with the draft opened from the database each time.
func BenchmarkPortalPages(b *testing.B) {
	w := open(b)
	v := w.begun(b, "en")
	v.fillIn(1, true)
	for name, path := range map[string]string{"start": "/", "question": "/apply/name", "check": "/apply/check"} {
		b.Run(name, func(b *testing.B) {
			handler, err := w.Handler()
			require.NoError(b, err)
			cookie := v.cookies()
			for b.Loop() {
				request, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
				request.Header.Set("Cookie", cookie)
				answer := &discard{header: http.Header{}}
				handler.ServeHTTP(answer, request)
				if answer.status != http.StatusOK {
					b.Fatal(answer.status)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// discard takes an answer without keeping it.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
