package node

import (
	"context"
	"encoding/json"
	"net/http"
	"sort"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Health answers whether the program lives and whether each of its parts is ready.
type Health struct {
	mu     sync.Mutex
	probes map[string]func(context.Context) error
}

// NewHealth makes a health without parts, which is ready.
func NewHealth() *Health { return &Health{probes: map[string]func(context.Context) error{}} }

// Add names a part and how to ask whether it is ready.
func (h *Health) Add(part string, probe func(context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.probes[part] = probe
}

const probeTimeout = 2 * time.Second

// Ready asks every part; it names those that are not ready, without their errors, which are for the log.
func (h *Health) Ready(ctx context.Context) (ready bool, parts map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	h.mu.Lock()
	names := make([]string, 0, len(h.probes))
	probes := make(map[string]func(context.Context) error, len(h.probes))
	for name, probe := range h.probes {
		names = append(names, name)
		probes[name] = probe
	}
	h.mu.Unlock()
	sort.Strings(names)
	ready, parts = true, map[string]string{}
	for _, name := range names {
		parts[name] = "ready"
		if probes[name](ctx) != nil {
			ready, parts[name] = false, "not ready"
		}
	}
	return ready, parts
}

// Handler serves /healthz (lives), /readyz (every part is ready; 503 otherwise) and /metrics.
func (h *Health) Handler(metrics prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeState(w, http.StatusOK, map[string]string{"program": "alive"})
	})
	mux.HandleFunc("GET /readyz", h.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	return mux
}

func (h *Health) readyz(w http.ResponseWriter, r *http.Request) {
	ready, parts := h.Ready(r.Context())
	status := http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	writeState(w, status, parts)
}

func writeState(w http.ResponseWriter, status int, parts map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(parts) // the asker went away: nobody to tell
}
