package simulate

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
)

// Run lets travellers cross at all stations until ctx ends; it returns nil then, and the first failure that waiting does not heal
// otherwise.
func Run(ctx context.Context, cfg Config, stations []Station) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		all    sync.WaitGroup
		mu     sync.Mutex
		failed error
	)
	taking := make(chan struct{}, 1)
	for s := range stations {
		for n := range stations[s].Lanes {
			work := newLane(cfg, &stations[s], stations[s].Lanes[n])
			work.taking = taking
			done := func(o Outcome) {
				if cfg.Done != nil {
					cfg.Done(s, n, o)
				}
			}
			all.Go(func() {
				if err := work.run(ctx, done); err != nil && !errors.Is(err, context.Canceled) {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
					cancel()
				}
			})
		}
	}
	all.Wait()
	return failed
}

// inhabitants are those of the training country who come; lanes whose seeds are neighbours are so far apart in them.
const (
	inhabitants = 5000
	apart       = 331
)

func newLane(cfg Config, s *Station, l Lane) *lane {
	random := rand.New(rand.NewPCG(cfg.Town.Seed, l.Seed)) //nolint:gosec // seeded, so that a run can be repeated
	made := &lane{Lane: l, Station: s, Config: cfg, random: random}
	if l.Token != "" {
		made.reader = NewSpecimens(cfg.Now).Starting(1 + int(l.Seed*apart%inhabitants))
	}
	return made
}
