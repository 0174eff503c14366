package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// health answers at /healthz: 200 once every part is ready, 503 with the parts that are not before that.
type health struct {
	mu      sync.Mutex
	waiting []string
	server  *http.Server
}

func newHealth(parts ...string) *health { return &health{waiting: parts} }

// ready takes part off the list of those that are waited for.
func (h *health) ready(part string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var rest []string
	for _, name := range h.waiting {
		if name != part {
			rest = append(rest, name)
		}
	}
	h.waiting = rest
}

func (h *health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/healthz" {
		http.NotFound(w, r)
		return
	}
	h.mu.Lock()
	answer := struct {
		Ready   bool     `json:"ready"`
		Waiting []string `json:"waiting,omitempty"`
	}{len(h.waiting) == 0, h.waiting}
	h.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if !answer.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(answer) // the caller went away: nobody is left to be told
}

func (h *health) listen(address string) error {
	listener, err := net.Listen("tcp", address) //nolint:noctx // lives as long as the demo
	if err != nil {
		return err
	}
	h.server = &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = h.server.Serve(listener) }() // ends by close, and says only that
	return nil
}

func (h *health) close() error { return h.server.Close() }

// Poll is how often a part that is not ready yet is asked again.
const poll = 100 * time.Millisecond

// Wait returns when url answers 200, or with the last answer when ctx ends.
func Wait(ctx context.Context, url string) error {
	var last error
	for {
		err := ask(ctx, url)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil { // an answer says more than that there was no time for another
			last = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s was not ready: %w", url, last)
		case <-time.After(poll):
		}
	}
}

func ask(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s: %s", response.Status, text)
	}
	return nil
}
