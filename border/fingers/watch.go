package fingers

import (
	"context"
	"sync"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture"
)

// watchEvery is how often a reader is asked how it is.
const watchEvery = 5 * time.Second

// Standing is what a reader said of itself last.
type Standing struct {
	Info capture.Info
	Err  error // why it cannot be used; nil when it can
	At   time.Time
}

// Watch asks a reader now and then how it is, for the header of the screens. It is safe for concurrent use.
type Watch struct {
	reader capture.Reader
	now    func() time.Time

	mu   sync.Mutex
	last Standing
}

// NewWatch makes a watch; before its first look it knows of no reader.
func NewWatch(reader capture.Reader, now func() time.Time) *Watch {
	return &Watch{reader: reader, now: now, last: Standing{Err: capture.ErrUnreachable}}
}

// Standing is what the reader said last.
func (w *Watch) Standing() Standing {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// Look asks the reader.
func (w *Watch) Look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, watchEvery)
	defer cancel()
	info, err := w.reader.Info(ctx)
	if err == nil && info.State != capture.Ready && info.State != capture.Busy {
		err = capture.ErrNotReady
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = Standing{info, err, w.now()}
}

// Run asks until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		w.Look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
