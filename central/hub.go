package central

import "sync"

// Hub tells everybody who watches that crossings have arrived. It carries no data: a watcher then asks for the newest rows, so
// that a lost or merged nudge loses nothing.
type Hub struct {
	mu       sync.Mutex
	watchers map[chan struct{}]struct{}
	closed   bool
}

// NewHub makes a Hub.
func NewHub() *Hub { return &Hub{watchers: map[chan struct{}]struct{}{}} }

// Nudge wakes every watcher. It never waits.
func (h *Hub) Nudge() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		select {
		case w <- struct{}{}:
		default: // it has a nudge already
		}
	}
}

// Watch gives a channel of nudges and the function that ends it. The channel is closed when the Hub is.
func (h *Hub) Watch() (nudges <-chan struct{}, end func()) {
	w := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(w)
		return w, func() {}
	}
	h.watchers[w] = struct{}{}
	return w, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers, w)
	}
}

// Close ends every watch.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for w := range h.watchers {
		close(w)
		delete(h.watchers, w)
	}
}
