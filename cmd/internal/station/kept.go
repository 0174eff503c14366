package station

import (
	"context"
	"log/slog"
	"time"
)

// lookEvery is how often the age and version of what is kept in memory are looked up; news of a change comes at once besides.
const lookEvery = 5 * time.Second

// kept keeps reference data in memory up with the database: it has look called at every piece of news and every few seconds. While the
// database is away, what is in memory goes on answering, and grows old.
type kept struct {
	what string // in the words of the log
	look func(ctx context.Context) error
	log  *slog.Logger
	news chan struct{}
}

func newKept(what string, log *slog.Logger, look func(ctx context.Context) error) kept {
	return kept{what: what, look: look, log: log, news: make(chan struct{}, 1)}
}

// changed says that the database has another version. It never blocks.
func (k kept) changed() {
	select {
	case k.news <- struct{}{}:
	default:
	}
}

// run keeps up until ctx ends.
func (k kept) run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-k.news:
		case <-tick.C:
		}
		if err := k.look(ctx); err != nil && ctx.Err() == nil {
			k.log.Warn("reference data in memory not looked up", "what", k.what, "error", err)
		}
	}
}
