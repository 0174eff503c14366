package carrierdb

import (
	"context"
	"log/slog"
	"time"
)

// lookEvery is how often Watch looks without being told: for overlaps that end, and when the database could not tell.
const lookEvery = 5 * time.Second

// Watch calls look at once and again after every change of a carrier, whatever process made it, until ctx ends.
func (s *Store) Watch(ctx context.Context, look func(context.Context) error, log *slog.Logger) error {
	for ctx.Err() == nil {
		if err := s.watch(ctx, look); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "carriers were not read", "error", err)
			pause(ctx, time.Second)
		}
	}
	return nil
}

// watch keeps a connection that listens; it is taken out of the pool and closed at the end, so that nobody else gets its notices.
func (s *Store) watch(ctx context.Context, look func(context.Context) error) error {
	pooled, err := s.db.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack()
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing is lost with it
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		if err := look(ctx); err != nil {
			return err
		}
		waiting, cancel := context.WithTimeout(ctx, s.lookEvery)
		_, err := conn.WaitForNotification(waiting)
		cancel()
		if err != nil && waiting.Err() == nil || ctx.Err() != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
