package storm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/openbmis/openbmis/internal/postgres"
)

// weather makes faults at random moments and sees to it that each one bites. Two sources of faults work at once: one kills, one spoils
// the line.
type weather struct {
	*world

	mu       sync.Mutex
	restarts map[string][]time.Duration // by program: from its start to serving
	bites    map[string]int             // by fault
}

func newWeather(w *world) *weather {
	return &weather{world: w, restarts: map[string][]time.Duration{}, bites: map[string]int{}}
}

func (w *weather) bit(fault string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bites[fault]++
}

// patienceOfSupervisor is how often a database server may die within a minute before its supervisor gives up (pgcluster); the storm
// stays below, so that a program that ends is always a finding.
const patienceOfSupervisor = 4

// kills kills each of the four things so many times, in random order.
func (w *weather) kills(ctx context.Context, random *rand.Rand, rounds int) error {
	deaths := map[*program][]time.Time{}
	for round := range rounds {
		for _, kind := range random.Perm(4) {
			if err := pause(ctx, time.Duration(random.IntN(1200))*time.Millisecond); err != nil {
				return err
			}
			p := []*program{w.station, w.central}[kind%2]
			if kind < 2 {
				if err := w.killProgram(ctx, random, p); err != nil {
					return fmt.Errorf("round %d: %w", round, err)
				}
				deaths[p] = nil
				continue
			}
			if len(deaths[p]) >= patienceOfSupervisor {
				if err := pause(ctx, time.Until(deaths[p][0].Add(61*time.Second))); err != nil {
					return err
				}
				deaths[p] = deaths[p][1:]
			}
			if err := p.killPostmaster(ctx); err != nil {
				return fmt.Errorf("round %d: database of %s: %w", round, p.name, err)
			}
			deaths[p] = append(deaths[p], time.Now())
			w.bit("database of " + p.name + " killed")
		}
	}
	return nil
}

func (w *weather) killProgram(ctx context.Context, random *rand.Rand, p *program) error {
	if err := p.kill(); err != nil {
		return err
	}
	w.bit(p.name + " killed")
	if err := pause(ctx, time.Duration(random.IntN(500))*time.Millisecond); err != nil {
		return err
	}
	if err := w.start(ctx, p); err != nil {
		return err
	}
	w.mu.Lock()
	w.restarts[p.name] = append(w.restarts[p.name], p.run().took)
	w.mu.Unlock()
	return nil
}

// spoils spoils the line in each of the three ways, until ctx ends or each was seen so many times.
func (w *weather) spoils(ctx context.Context, random *rand.Rand, rounds int) error {
	for range rounds {
		for _, kind := range random.Perm(3) {
			if err := pause(ctx, time.Duration(random.IntN(1500))*time.Millisecond); err != nil {
				return ignoreEnd(err)
			}
			err := []func(context.Context, *rand.Rand) error{w.cut, w.blackhole, w.slow}[kind](ctx, random)
			w.line.Restore()
			if err != nil {
				return ignoreEnd(err)
			}
		}
	}
	return nil
}

func ignoreEnd(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (w *weather) cut(ctx context.Context, random *rand.Rand) error {
	before := w.line.Refused()
	w.line.Cut()
	err := until(ctx, func() error {
		if w.line.Refused() == before {
			return errors.New("the cut has refused no connection")
		}
		return w.backlogged(ctx)
	})
	if err != nil {
		return fmt.Errorf("cut: %w", err)
	}
	w.bit("cut")
	return pause(ctx, time.Duration(random.IntN(1500))*time.Millisecond)
}

func (w *weather) blackhole(ctx context.Context, random *rand.Rand) error {
	before := w.line.Dropped()
	w.line.Blackhole()
	err := until(ctx, func() error {
		if w.line.Dropped() == before {
			return errors.New("the blackhole has swallowed nothing")
		}
		return w.backlogged(ctx)
	})
	if err != nil {
		return fmt.Errorf("blackhole: %w", err)
	}
	w.bit("blackhole")
	return pause(ctx, time.Duration(random.IntN(4000))*time.Millisecond)
}

func (w *weather) slow(ctx context.Context, random *rand.Rand) error {
	w.line.Latency(time.Duration(20+random.IntN(180)) * time.Millisecond)
	before := w.line.Passed()
	err := until(ctx, func() error {
		if w.line.Passed() == before {
			return errors.New("nothing came through the slow line")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("latency: %w", err)
	}
	w.bit("latency")
	return pause(ctx, time.Duration(random.IntN(2000))*time.Millisecond)
}

// backlogged is an error unless events wait at the station.
func (w *world) backlogged(ctx context.Context) error {
	n, err := w.backlog(ctx)
	if err == nil && n == 0 {
		err = errors.New("nothing waits at the station")
	}
	return err
}

func (w *world) backlog(ctx context.Context) (n int, err error) {
	err = w.station.with(ctx, func(db *postgres.DB) error {
		return db.Pool.QueryRow(ctx, `SELECT count(*) FROM outbox`).Scan(&n)
	})
	return n, err
}
