package mail

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// Outbox is where letters wait. Nothing that it holds is lost when a program ends: a letter that was given out and of which nothing was heard
// is given out again.
type Outbox interface {
	// Next gives the letter that has waited longest and may go now, and keeps it from others for a while; false when there is none.
	Next(ctx context.Context) (Waiting, bool, error)
	// Done says that a letter went, or that it never will; then nothing of it is kept but that.
	Done(ctx context.Context, id uuid.UUID, refused bool) error
	// Later puts a letter off.
	Later(ctx context.Context, id uuid.UUID, until time.Time) error
	// Wait returns when there may be a letter, or after at most the time.
	Wait(ctx context.Context, most time.Duration) error
}

// Waiting is a letter of an outbox.
type Waiting struct {
	Message
	Tries int // times that it was given out, this one included
}

// Bounds of trying again: after a minute, then twice as long each time, up to an hour; for three days, as mail servers do (RFC 5321, 4.5.4.1
// asks for four to five; a link is long dead by then).
const (
	firstAgain = time.Minute
	lastAgain  = time.Hour
	giveUp     = 3 * 24 * time.Hour
	look       = 5 * time.Second
	restAfter  = 5 * time.Second
)

// Worker sends what waits.
type Worker struct {
	Outbox Outbox
	Sender Sender
	Now    func() time.Time
	Log    *slog.Logger
	// Rest is how long it rests when the outbox itself fails; 5 seconds when zero.
	Rest time.Duration
}

// Run sends letters until ctx ends. What fails is logged by its number alone, and tried again.
func (w *Worker) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := w.Round(ctx); err != nil && ctx.Err() == nil {
			w.Log.WarnContext(ctx, "letters cannot be sent at present", "error", err)
			w.rest(ctx)
		}
		if err := w.Outbox.Wait(ctx, look); err != nil && ctx.Err() == nil {
			w.rest(ctx)
		}
	}
	return nil
}

func (w *Worker) rest(ctx context.Context) {
	d := w.Rest
	if d == 0 {
		d = restAfter
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Round sends what may go now.
func (w *Worker) Round(ctx context.Context) error {
	for ctx.Err() == nil {
		letter, found, err := w.Outbox.Next(ctx)
		if err != nil || !found {
			return err
		}
		if err := w.one(ctx, letter); err != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) one(ctx context.Context, letter Waiting) error {
	err := w.Sender.Send(ctx, letter.Message)
	if err != nil && ctx.Err() != nil {
		return nil //nolint:nilerr // the program ends: the letter is given out again
	}
	now := w.Now()
	tooOld := now.Sub(letter.At) > giveUp
	switch {
	case err == nil:
		return w.Outbox.Done(ctx, letter.ID, false)
	case errors.Is(err, ErrRefused) || tooOld:
		w.Log.WarnContext(ctx, "letter was not taken, and is given up", "letter", letter.ID, "tries", letter.Tries, "error", err)
		return w.Outbox.Done(ctx, letter.ID, true)
	}
	w.Log.WarnContext(ctx, "letter was not taken, and is tried again", "letter", letter.ID, "tries", letter.Tries, "error", err)
	return w.Outbox.Later(ctx, letter.ID, now.Add(again(letter.Tries)))
}

// again is how long a letter waits after so many tries.
func again(tries int) time.Duration {
	wait := firstAgain
	for range tries - 1 {
		if wait *= 2; wait >= lastAgain {
			return lastAgain
		}
	}
	return wait
}
