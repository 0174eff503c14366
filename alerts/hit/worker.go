package hit

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Chores is the work on hits that waits for nobody: what the centre told, and the timers that have run out.
type Chores interface {
	// TakeTold writes what the centre told into the way of hits, at most limit, and says how many it took.
	TakeTold(ctx context.Context, limit int) (int, error)
	// Timeouts takes the steps of timers that have run out, at most limit, and says how many.
	Timeouts(ctx context.Context, now time.Time, limit int) (int, error)
}

// WorkerConfig is what a Worker is made of.
type WorkerConfig struct {
	Chores Chores
	Every  time.Duration // how often it looks; a second when 0
	News   <-chan struct{}
	Now    func() time.Time
	Log    *slog.Logger
}

// Worker keeps the timers of a crossing point's hits and takes what the centre tells. One runs at a station.
type Worker struct{ cfg WorkerConfig }

// NewWorker makes a worker.
func NewWorker(cfg WorkerConfig) *Worker {
	if cfg.Every <= 0 {
		cfg.Every = time.Second
	}
	return &Worker{cfg}
}

// atOnce is how many hits are written before the worker looks whether it is to end.
const atOnce = 50

// Run works until ctx ends. What goes wrong is told in the log once and tried again: nothing that waits is lost by it.
func (w *Worker) Run(ctx context.Context) error {
	tick := time.NewTicker(w.cfg.Every)
	defer tick.Stop()
	for told := ""; ; {
		switch err := w.Step(ctx); {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			told = ""
		case err.Error() != told:
			told = err.Error()
			w.cfg.Log.WarnContext(ctx, "hits not followed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.cfg.News:
		case <-tick.C:
		}
	}
}

// Step does what waits now. Neither chore waits for the other: what the centre told and cannot be taken stops no timer.
func (w *Worker) Step(ctx context.Context) error {
	for {
		told, toldErr := w.cfg.Chores.TakeTold(ctx, atOnce)
		due, dueErr := w.cfg.Chores.Timeouts(ctx, w.cfg.Now(), atOnce)
		if err := errors.Join(toldErr, dueErr); err != nil || told+due == 0 {
			return err
		}
	}
}
