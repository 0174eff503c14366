package station

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
)

// lookEvery is how often the list's age and version are looked up; news of a change comes at once besides.
const lookEvery = 5 * time.Second

// alertList is the national list in memory, kept up with the database. It implements alerts.Holder.
type alertList struct {
	source stationdb.Alerts
	log    *slog.Logger
	held   atomic.Pointer[alerts.Held]
	news   chan struct{}
}

// openAlertList loads the list that the station holds, so that the counter has it from the first scan.
func openAlertList(ctx context.Context, source stationdb.Alerts, log *slog.Logger) (*alertList, error) {
	l := &alertList{source: source, log: log, news: make(chan struct{}, 1)}
	l.held.Store(&alerts.Held{})
	return l, l.load(ctx)
}

// Held is the list as it stands.
func (l *alertList) Held() alerts.Held { return *l.held.Load() }

// changed says that the list in the database has another version. It never blocks.
func (l *alertList) changed() {
	select {
	case l.news <- struct{}{}:
	default:
	}
}

func (l *alertList) load(ctx context.Context) error {
	all, state, unreadable, err := l.source.Load(ctx)
	if err != nil {
		return fmt.Errorf("alert list: %w", err)
	}
	if state == (stationdb.AlertState{}) {
		return nil
	}
	for _, err := range unreadable {
		l.log.Error("alert list: entry cannot be read", "error", err)
	}
	list := alerts.NewList(strconv.FormatInt(state.Version, 10), all)
	l.held.Store(&alerts.Held{List: list, CurrentAt: state.CurrentAt, Unreadable: len(unreadable)})
	l.log.Info("alert list loaded", "version", state.Version, "entries", len(all), "unreadable", len(unreadable))
	return nil
}

// run keeps the list up until ctx ends. While the database is away the list in memory goes on answering, and grows old.
func (l *alertList) run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.news:
		case <-tick.C:
		}
		if err := l.look(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("alert list not looked up", "error", err)
		}
	}
}

func (l *alertList) look(ctx context.Context) error {
	state, err := l.source.State(ctx)
	if err != nil {
		return err
	}
	held := l.Held()
	if held.List == nil || held.List.Version() != strconv.FormatInt(state.Version, 10) {
		return l.load(ctx)
	}
	held.CurrentAt = state.CurrentAt
	l.held.Store(&held)
	return nil
}
