package auth

import (
	"context"
	"sync"
)

// doors lets one attempt at a time through per login, so that a burst of
// guesses cannot pass the brake together before the first failure is counted.
type doors struct {
	mu   sync.Mutex
	open map[string]*door
}

type door struct {
	turn  chan struct{}
	users int
}

// enter waits for the turn at a door; leave must be called once.
func (d *doors) enter(ctx context.Context, name string) (leave func(), err error) {
	at := d.join(name)
	select {
	case at.turn <- struct{}{}:
		return func() { <-at.turn; d.part(name, at) }, nil
	case <-ctx.Done():
		d.part(name, at)
		return nil, ctx.Err()
	}
}

func (d *doors) join(name string) *door {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open = make(map[string]*door)
	}
	at := d.open[name]
	if at == nil {
		at = &door{turn: make(chan struct{}, 1)}
		d.open[name] = at
	}
	at.users++
	return at
}

func (d *doors) part(name string, at *door) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at.users--; at.users == 0 {
		delete(d.open, name)
	}
}
