package bench_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// load is what counters did.
type load struct {
	mu            sync.Mutex
	scans, admits durations
	late, hits    int
	took          time.Duration
}

// run lets every counter serve travellers for a while: scan, all findings, admit. Each begins a traveller every interval (they are
// spread over it); with interval 0 the next traveller comes at once.
func (t *travellers) run(b *testing.B, counters []*counter, interval, during time.Duration) *load {
	b.Helper()
	l := &load{}
	begun := time.Now()
	all, ctx := errgroup.WithContext(b.Context())
	for n, c := range counters {
		all.Go(func() error {
			next := begun.Add(interval * time.Duration(n) / time.Duration(len(counters)))
			for ctx.Err() == nil && next.Before(begun.Add(during)) {
				select {
				case <-ctx.Done():
				case <-time.After(time.Until(next)):
				}
				if err := l.serve(ctx, t, c); err != nil {
					return err
				}
				if next = next.Add(interval); next.Before(time.Now()) {
					next = time.Now()
				}
			}
			return ctx.Err()
		})
	}
	require.NoError(b, all.Wait())
	l.took = time.Since(begun)
	return l
}

func (l *load) serve(ctx context.Context, t *travellers, c *counter) error {
	zone, err := t.zone()
	if err != nil {
		return err
	}
	d, scan, err := c.scan(ctx, zone)
	if err != nil {
		return err
	}
	admit, err := c.admit(ctx, d)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.scans, l.admits = append(l.scans, scan), append(l.admits, admit)
	if d.late {
		l.late++
	}
	if !d.clear {
		l.hits++
	}
	return err
}
