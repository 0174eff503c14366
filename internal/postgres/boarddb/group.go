package boarddb

import (
	"context"
	"sync"
)

// group gathers what many ask for at once into one transaction: while one commits, the next gathers. It has no goroutine while there is
// nothing to do.
type group[I, O any] struct {
	most int // of one transaction
	run  func(context.Context, []I) ([]O, error)

	mu      sync.Mutex
	waiting []*call[I, O]
	busy    bool
}

type call[I, O any] struct {
	ctx  context.Context //nolint:containedctx // values of the first asker's context go with the transaction
	in   I
	out  O
	err  error
	done chan struct{}
}

func newGroup[I, O any](most int, run func(context.Context, []I) ([]O, error)) *group[I, O] {
	return &group[I, O]{most: most, run: run}
}

// do asks for one, and waits for the transaction that it stands in. When ctx ends the work is done all the same.
func (g *group[I, O]) do(ctx context.Context, in I) (O, error) {
	c := &call[I, O]{ctx: context.WithoutCancel(ctx), in: in, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	lead := !g.busy
	g.busy = true
	g.mu.Unlock()
	if lead {
		go g.lead()
	}
	select {
	case <-c.done:
		return c.out, c.err
	case <-ctx.Done():
		return c.out, ctx.Err() //nolint:wrapcheck // the asker's own
	}
}

func (g *group[I, O]) lead() {
	for {
		g.mu.Lock()
		n := min(len(g.waiting), g.most)
		if n == 0 {
			g.waiting, g.busy = nil, false
			g.mu.Unlock()
			return
		}
		batch := g.waiting[:n:n]
		g.waiting = g.waiting[n:]
		g.mu.Unlock()
		g.serve(batch)
	}
}

// serve does a batch; one that fails is done again one by one, so that nobody fails for another's sake.
func (g *group[I, O]) serve(batch []*call[I, O]) {
	in := make([]I, len(batch))
	for n, c := range batch {
		in[n] = c.in
	}
	out, err := g.run(batch[0].ctx, in)
	if err != nil && len(batch) > 1 {
		for _, c := range batch {
			g.serve([]*call[I, O]{c})
		}
		return
	}
	for n, c := range batch {
		if c.err = err; err == nil {
			c.out = out[n]
		}
		close(c.done)
	}
}
