package storm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// ledger is what the officers know: who was scanned, and whose crossing the station has acknowledged. Every traveller has a
// document of his own.
type ledger struct {
	mu      sync.Mutex
	number  int
	acked   map[string]time.Time // by document: when the answer came
	refused int                  // requests that got no answer or a failure
	wrong   []string             // answers that no fault explains
}

func newLedger() *ledger {
	return &ledger{acked: map[string]time.Time{}}
}

func (l *ledger) next() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number++
	return fmt.Sprintf("S%08d", l.number)
}

func (l *ledger) acknowledge(document string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked[document] = time.Now()
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// note keeps what went wrong. A station that is away or whose database is may say so (503) or say nothing, and what an officer sees may
// have been dealt with by a request whose answer was lost (404, 409); nothing else is right, least of all a 500.
func (l *ledger) note(what string, a answer, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused++
	explained := err != nil || a.status == http.StatusServiceUnavailable || a.status == http.StatusConflict || a.status == http.StatusNotFound
	if !explained {
		l.wrong = append(l.wrong, fmt.Sprintf("%s answered %s", what, a))
	}
}

// traffic lets the officers work until stop is called, which returns when each has finished what was at hand.
func (w *world) traffic(t *testing.T, l *ledger) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	all, ctx := errgroup.WithContext(ctx)
	for lane := 1; lane <= lanes; lane++ {
		o := w.officer(t, lane)
		all.Go(func() error { return o.work(ctx, l) })
	}
	t.Cleanup(cancel)
	return func() error {
		cancel()
		return all.Wait()
	}
}

// breather is how long an officer waits after a failure, and a moment between travellers.
const breather = 40 * time.Millisecond

// work serves travellers until ctx ends. Whatever fails is tried again, as people do: a scan that got no answer is scanned again.
func (o *officer) work(ctx context.Context, l *ledger) error {
	signedIn, waiting := false, ""
	for ctx.Err() == nil {
		var err error
		switch {
		case !signedIn:
			if err = o.signIn(ctx); err == nil {
				signedIn = true
			}
		case waiting == "":
			waiting = l.next()
			fallthrough
		default:
			var served bool
			if served, err = o.serve(ctx, l, waiting); served {
				waiting = ""
			}
		}
		if errors.Is(err, errSignedOut) {
			signedIn = false
		}
		if err := pause(ctx, breather); err != nil {
			return nil //nolint:nilerr // the end that was asked for
		}
	}
	return nil
}

// serve scans the document unless it stands at the counter already, and admits whoever stands there.
func (o *officer) serve(ctx context.Context, l *ledger, document string) (served bool, err error) {
	zone, err := zoneOf(document)
	if err != nil {
		return false, err
	}
	a, err := o.scan(ctx, zone)
	if err != nil || !a.done() {
		l.noteUnlessOver(ctx, "scan", a, err)
		return false, err
	}
	for ctx.Err() == nil {
		page, err := o.look(ctx)
		switch standing := page.traveller(); {
		case err != nil || page.status != http.StatusOK:
			l.noteUnlessOver(ctx, "counter", page, err)
		case standing == "":
			return true, nil // recorded, though the answer was lost
		case page.pending():
		default:
			a, err := o.admit(ctx, page)
			if err != nil || !a.done() {
				l.noteUnlessOver(ctx, "decision", a, err)
				break
			}
			l.acknowledge(standing)
		}
		if errors.Is(err, errSignedOut) {
			return false, err
		}
		if err := pause(ctx, breather/4); err != nil {
			return false, err
		}
	}
	return false, ctx.Err()
}

func (l *ledger) noteUnlessOver(ctx context.Context, what string, a answer, err error) {
	if ctx.Err() == nil {
		l.note(what, a, err)
	}
}

func atLeast(l *ledger, n int) error {
	if now := l.count(); now < n {
		return fmt.Errorf("%d crossings were acknowledged, expected %d", now, n)
	}
	return nil
}
