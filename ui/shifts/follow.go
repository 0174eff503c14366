package shifts

import (
	"context"
	"log/slog"
	"time"
)

// Timing says how closely the record follows what nobody writes down by hand.
type Timing struct {
	// Look is how often the line is looked at; Reconcile how often lanes are compared with the sessions.
	Look, Reconcile time.Duration
	// Patience is how long the centre must be away to count as away: a line that drops a beat is no outage.
	Patience time.Duration
}

// DefaultTiming is what a real post runs with.
func DefaultTiming() Timing {
	return Timing{Look: time.Second, Reconcile: 15 * time.Second, Patience: 15 * time.Second}
}

// Follow writes down, until ctx ends, when the centre went away and came back, and which lanes closed because their officer's session
// ended. online is nil at a post that knows no centre. A failure is told to the log and tried again.
func (h *Handlers) Follow(ctx context.Context, t Timing, online func() bool, now func() time.Time, log *slog.Logger) error {
	look, sit := time.NewTicker(t.Look), time.NewTicker(t.Reconcile)
	defer look.Stop()
	defer sit.Stop()
	w := watch{patience: t.Patience, since: now()}
	for told := ""; ; {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-sit.C:
			err = h.Shifts.Reconcile(ctx)
		case <-look.C:
			if online != nil {
				err = w.look(ctx, online(), now(), h.Shifts.Link)
			}
		}
		switch {
		case err == nil || ctx.Err() != nil:
			told = ""
		case told != err.Error(): // once, not every second
			log.Warn("the record of shifts does not follow; it is tried again", "error", err)
			told = err.Error()
		}
	}
}

// watch tells outages from a beat that was dropped.
type watch struct {
	patience time.Duration
	since    time.Time // since when the line is as it is
	online   bool
	told     bool // the store knows how it is
}

// look notes what the line is like now. An outage counts from its beginning.
func (w *watch) look(ctx context.Context, online bool, now time.Time, note func(context.Context, bool, time.Time) error) error {
	if online != w.online {
		w.online, w.since, w.told = online, now, false
	}
	if w.told || !online && now.Sub(w.since) < w.patience {
		return nil
	}
	err := note(ctx, online, w.since)
	w.told = err == nil
	return err
}
