package visadb

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// lookEvery is how often Watch looks without being told: for what falls due, and when the database could not tell.
	lookEvery = 30 * time.Second
	// gather is how long Watch waits after it was told: what comes meanwhile is one look.
	gather = 50 * time.Millisecond
	// again is how long Watch waits after a failure.
	again = time.Second
)

// Watch calls look at once and again after every commit that left a note, whatever process made it, until ctx ends. A look that fails is
// logged as what and tried again.
func (r *Register) Watch(ctx context.Context, what string, look func(context.Context) error, log *slog.Logger) error {
	for ctx.Err() == nil {
		if err := r.watch(ctx, look); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "background work failed", "what", what, "error", err)
			pause(ctx, again)
		}
	}
	return nil
}

// watch keeps a connection that listens; it is taken out of the pool and closed at the end, so that nobody else gets its notices.
func (r *Register) watch(ctx context.Context, look func(context.Context) error) error {
	pooled, err := r.o.DB.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack()
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing is lost with it
	if _, err := conn.Exec(ctx, "LISTEN "+Channel); err != nil {
		return err
	}
	for {
		if err := look(ctx); err != nil {
			return err
		}
		told, err := heard(ctx, conn, lookEvery)
		if told {
			err = drain(ctx, conn)
		}
		if err != nil {
			return err
		}
	}
}

// heard waits for a notice; false when none came in time.
func heard(ctx context.Context, conn *pgx.Conn, within time.Duration) (bool, error) {
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	_, err := conn.WaitForNotification(waiting)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// drain takes the notices that come within the time to gather.
func drain(ctx context.Context, conn *pgx.Conn) error {
	gathering, cancel := context.WithTimeout(ctx, gather)
	defer cancel()
	for {
		if _, err := conn.WaitForNotification(gathering); err != nil {
			if gathering.Err() != nil && ctx.Err() == nil {
				return nil
			}
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
