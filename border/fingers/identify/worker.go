package identify

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
)

// WorkerConfig is what a Worker is made of. All are needed but Every (5 s), Timeout (1 min) and Loading.
type WorkerConfig struct {
	Queue  fingers.Queue
	Engine abis.Engine
	// Loading reports whether the engine does not hold everybody yet: nothing is searched then. Nil: an engine that always does.
	Loading func() bool
	Policy  func() fingers.Policy
	// Place is who searches: a station's id, or "central". Actor stands in the audit log.
	Place          string
	Actor          audit.Actor
	Every, Timeout time.Duration
	Now            func() time.Time
	NewID          func() uuid.UUID
	Log            *slog.Logger
}

// Worker makes the searches that are due, one after the other.
type Worker struct {
	cfg  WorkerConfig
	news chan struct{}
}

// NewWorker makes the worker; Run lets it work.
func NewWorker(cfg WorkerConfig) *Worker {
	if cfg.Every == 0 {
		cfg.Every = 5 * time.Second
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.Loading == nil {
		cfg.Loading = func() bool { return false }
	}
	return &Worker{cfg: cfg, news: make(chan struct{}, 1)}
}

// Wake says that a search may be due. It never blocks.
func (w *Worker) Wake() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// atOnce bounds what is decrypted at a time.
const atOnce = 8

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) error {
	tick := time.NewTicker(w.cfg.Every)
	defer tick.Stop()
	for told := ""; ; {
		n, err := w.Step(ctx)
		if err != nil && ctx.Err() == nil && err.Error() != told {
			told = err.Error()
			w.cfg.Log.WarnContext(ctx, "searches for prints not made", "error", err)
		}
		if n > 0 && err == nil {
			told = ""
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.news:
		case <-tick.C:
		}
	}
}

// Step makes some of the searches that are due, and says how many it tried.
func (w *Worker) Step(ctx context.Context) (tried int, err error) {
	if w.cfg.Loading() {
		return 0, nil
	}
	due, err := w.cfg.Queue.Searches(ctx, atOnce)
	if err != nil {
		return 0, err
	}
	for _, d := range due {
		if err := w.search(ctx, d); err != nil {
			return tried, err
		}
		tried++
	}
	return tried, nil
}

// Reasons of a search without an answer, beside border.ReasonTimeout.
const (
	ReasonUnreadable = "prints_unreadable"
	ReasonEngine     = fingers.ReasonSearchFailed
)

// search makes one search. That it had no answer is written too, and no error.
func (w *Worker) search(ctx context.Context, d fingers.Due) error {
	id := w.cfg.NewID()
	entry := w.cfg.Actor.Entry(w.cfg.Now(), audit.Consultation, "fingerprint_search", id.String())
	entry.Purpose, entry.Lane = fingers.PurposeOfIdentification, d.Lane
	if len(d.Prints) == 0 {
		return w.failed(ctx, d, entry, ReasonUnreadable)
	}
	asking, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	found, err := w.cfg.Policy().Identify(asking, w.cfg.Engine, w.cfg.Place, id, d.Prints, d.Own)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case asking.Err() != nil:
		return w.failed(ctx, d, entry, border.ReasonTimeout)
	case err != nil:
		w.cfg.Log.WarnContext(ctx, "search for prints had no answer", "search", id, "error", err)
		return w.failed(ctx, d, entry, ReasonEngine)
	case d.Unreadable > 0 && found.Search.Found == 0:
		return w.failed(ctx, d, entry, ReasonUnreadable)
	case found.Search.Stale && found.Search.Found == 0: // asked again when the gallery follows; whom it cannot hold at all is in the record
		return w.failed(ctx, d, entry, fingers.ReasonGalleryStale)
	}
	entry.ResultCount = found.Search.Found
	err = w.cfg.Queue.SearchDone(ctx, d.Taking, found.Search, found.Candidates, entry)
	if err == nil || ctx.Err() != nil {
		return err
	}
	w.cfg.Log.WarnContext(ctx, "search for prints not written", "search", id, "error", err) // put off, or those behind it would never be made
	return w.failed(ctx, d, entry, ReasonEngine)
}

func (w *Worker) failed(ctx context.Context, d fingers.Due, entry audit.Entry, reason string) error {
	entry.Decision = reason
	return w.cfg.Queue.Failed(ctx, d.Taking, reason, entry)
}
