package screening

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openbmis/openbmis/alerts"
)

// Lists are all alerts of the centre in memory, discreet ones among them, brought up to date as they change. It is safe for concurrent use.
type Lists struct {
	store Store
	now   func() time.Time
	nudge chan struct{}
	// changed, which may be nil, is told which open alerts changed, after they are in the catalogue. Nil keys: all may have.
	changed func(ctx context.Context, keys []string) error

	mu        sync.Mutex // of who refreshes
	seq       int64      // the newest change in the catalogue
	catalogue atomic.Pointer[Catalogue]
	asOf      atomic.Int64 // when they were last known to be current, Unix nanoseconds
}

// NewLists makes empty lists.
func NewLists(store Store, now func() time.Time) *Lists {
	return &Lists{store: store, now: now, nudge: make(chan struct{}, 1)}
}

// OnChange sets what is told of changed alerts; before the lists are used.
func (l *Lists) OnChange(changed func(ctx context.Context, keys []string) error) { l.changed = changed }

// Catalogue is what they hold now; nil before the first refresh.
func (l *Lists) Catalogue() *Catalogue { return l.catalogue.Load() }

// CurrentAt is when they were last known to be those of the database; zero before the first time.
func (l *Lists) CurrentAt() time.Time {
	if at := l.asOf.Load(); at != 0 {
		return time.Unix(0, at).UTC()
	}
	return time.Time{}
}

// Nudge says that alerts may have changed. It never waits.
func (l *Lists) Nudge() {
	select {
	case l.nudge <- struct{}{}:
	default:
	}
}

// Run keeps them up to date until ctx ends.
func (l *Lists) Run(ctx context.Context, log *slog.Logger) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := l.Refresh(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "lists in memory", "code", codeOf(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-l.nudge:
		}
	}
}

// Refresh takes in what changed.
func (l *Lists) Refresh(ctx context.Context) error {
	return safely(func() error { _, _, err := l.refresh(ctx); return err })
}

// refresh takes in what changed, and gives the newest change and all lists as they are now.
func (l *Lists) refresh(ctx context.Context) (newest int64, lists map[string]alerts.ListInfo, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.now()
	if newest, err = l.store.Newest(ctx); err != nil {
		return 0, nil, err
	}
	if lists, err = l.store.Lists(ctx); err != nil {
		return 0, nil, err
	}
	have := l.catalogue.Load()
	if have == nil || newest > l.seq || have.differs(lists) {
		next, keys, err := l.next(ctx, have, lists, newest)
		if err != nil {
			return 0, nil, err
		}
		l.catalogue.Store(next)
		if l.changed != nil && (have == nil || len(keys) > 0) {
			if err := l.changed(ctx, keys); err != nil {
				return 0, nil, err
			}
		}
		l.seq = newest
	}
	l.asOf.Store(at.UnixNano())
	return newest, lists, nil
}

// next is the catalogue after what changed, and the keys of the open alerts that did.
func (l *Lists) next(ctx context.Context, have *Catalogue, lists map[string]alerts.ListInfo, newest int64) (*Catalogue, []string, error) {
	if have == nil {
		made, err := l.build(ctx, lists, Run{Upto: newest})
		return made, nil, err
	}
	var all []Change
	var keys []string
	if err := l.each(ctx, l.seq, newest, func(c Change) {
		all = append(all, c)
		if c.Alert.Secrecy != alerts.Discreet {
			keys = append(keys, c.Alert.Key())
		}
	}); err != nil {
		return nil, nil, err
	}
	return have.With(lists, all), keys, nil
}

// build makes a catalogue of the alerts that a run is about and that are active.
func (l *Lists) build(ctx context.Context, lists map[string]alerts.ListInfo, r Run) (*Catalogue, error) {
	var failed error
	made := NewCatalogue(lists, func(yield func(alerts.Alert) bool) {
		failed = l.each(ctx, r.After, r.Upto, func(c Change) {
			if c.Active() && r.about(c.Alert) {
				yield(c.Alert)
			}
		})
	})
	return made, failed
}

func (l *Lists) each(ctx context.Context, after, upto int64, take func(Change)) error {
	for after < upto {
		page, err := l.store.Changes(ctx, after, upto, pageAlerts)
		if err != nil {
			return err
		}
		for _, c := range page {
			take(c)
			after = c.Seq
		}
		if len(page) < pageAlerts {
			return nil
		}
	}
	return nil
}
