package simulator

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/internal/sbihttp"
)

// Handler is the simulator's own page and its endpoint for tests, below /simulator. hosts are the names by which it may be asked.
func (r *Reader) Handler(hosts []string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, request *http.Request) {
		http.Redirect(w, request, "/simulator", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /simulator", func(w http.ResponseWriter, request *http.Request) { r.show(w, request, nil) })
	mux.HandleFunc("GET /simulator/page.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(pageCSS) // whoever asked has gone otherwise
	})
	mux.HandleFunc("GET /simulator/stream", r.live)
	mux.HandleFunc("GET /simulator/knobs", r.told)
	mux.HandleFunc("PATCH /simulator/knobs", r.merged)
	mux.HandleFunc("POST /simulator/knobs", r.posted)
	mux.HandleFunc("POST /simulator/reset", func(w http.ResponseWriter, request *http.Request) {
		_ = r.Set(Knobs{Person: r.Knobs().Person}) // a person that was accepted before
		http.Redirect(w, request, "/simulator", http.StatusSeeOther)
	})
	guarded := http.NewCrossOriginProtection().Handler(mux) // no other page turns the knobs
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'")
		if !sbihttp.KnownHost(request.Host, hosts) {
			http.Error(w, "unknown host", http.StatusMisdirectedRequest)
			return
		}
		guarded.ServeHTTP(w, request)
	})
}

// livePicture is how long the page's live picture runs.
const livePicture = 10 * time.Minute

// live is the stream for a browser, which can only GET.
func (r *Reader) live(w http.ResponseWriter, request *http.Request) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // the connection has no deadline otherwise
	ctx, cancel := context.WithTimeout(request.Context(), livePicture)
	defer cancel()
	w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=frame")
	_, _ = fmt.Fprint(w, "--frame\r\n")
	_ = r.Preview(ctx, capture.Request{}, func(jpeg []byte) error { // the page has gone
		if _, err := fmt.Fprintf(w, "Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n--frame\r\n", len(jpeg), jpeg); err != nil {
			return err
		}
		return control.Flush()
	})
}
