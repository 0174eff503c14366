package desk

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// Bounds of the worker.
const (
	atOnce = 100
	// lookEvery is how long work waits when nobody said that there is some.
	lookEvery = 2 * time.Second
)

// Run makes the checks of applications, as soon as told and by looking, and lets applications lapse whose reply is late, and holds
// those that are open against lists that changed. It goes on until ctx ends.
func (d *Desk) Run(ctx context.Context, nudged <-chan struct{}) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if err := d.Work(ctx); err != nil && ctx.Err() == nil {
			d.c.Log.WarnContext(ctx, "work of the visa desk", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-nudged:
		}
	}
}

// Work does what is to be done now. What fails is left for the next time, and keeps nothing else from being done.
func (d *Desk) Work(ctx context.Context) error {
	var all error
	for ctx.Err() == nil { // what has come goes before every batch of what is there already
		more, err := d.screen(ctx)
		all = errors.Join(all, d.each(ctx, d.c.Store.ToCheck, d.Examine), d.each(ctx, d.c.Store.ToLapse, d.lapse), err)
		if !more || err != nil {
			break
		}
	}
	return all
}

// each works through what is due, until nothing new is.
func (d *Desk) each(ctx context.Context, due func(context.Context, time.Time, int) ([]uuid.UUID, error), do func(context.Context, uuid.UUID) error) error {
	var all error
	done := map[uuid.UUID]bool{}
	for ctx.Err() == nil {
		list, err := due(ctx, d.c.Now(), atOnce)
		if err != nil {
			return errors.Join(all, err)
		}
		fresh := 0
		for _, id := range list {
			if done[id] || ctx.Err() != nil {
				continue
			}
			done[id], fresh = true, fresh+1
			all = errors.Join(all, do(ctx, id))
		}
		if fresh == 0 {
			break
		}
	}
	return all
}

func (d *Desk) lapse(ctx context.Context, id uuid.UUID) error {
	_, err := d.c.Store.Act(ctx, system, At{ID: id}, func(c *Case) (Change, error) {
		return Change{Events: d.c.Rules.lapsed(c, d.c.Now())}, nil
	})
	return err
}
