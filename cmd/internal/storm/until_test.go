package storm

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// fatalError is one after which waiting makes no sense.
type fatalError struct{ error }

func fatal(err error) error { return fatalError{err} }

func (e fatalError) Unwrap() error { return e.error }

// patience is how long a storm waits for what must happen. It decides nothing but when a failed test ends.
const patience = 90 * time.Second

// until asks again and again until the answer is nil; else it gives the last answer.
func until(ctx context.Context, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := ask()
		var end fatalError
		if err == nil || errors.As(err, &end) {
			return err
		}
		if end := pause(ctx, 20*time.Millisecond); end != nil {
			return fmt.Errorf("given up: %w: %w", end, err)
		}
	}
}

// pause waits unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
