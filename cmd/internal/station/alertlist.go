package station

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/openbmis/openbmis/alerts/listcheck"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
)

// alertLists are the alert lists in memory, kept up with the database. It implements listcheck.Holder.
type alertLists struct {
	kept
	source stationdb.Alerts
	held   atomic.Pointer[listcheck.Book]
	// state is what held was made of; it is only used by look, which runs once at a time.
	state stationdb.AlertState
}

// openAlertLists loads the lists that the station holds, so that the counter has them from the first scan.
func openAlertLists(ctx context.Context, source stationdb.Alerts, log *slog.Logger) (*alertLists, error) {
	l := &alertLists{source: source}
	l.kept = newKept("alert lists", log, l.follow)
	return l, l.follow(ctx)
}

// Book is the lists as they stand; nil while there are none.
func (l *alertLists) Book() *listcheck.Book { return l.held.Load() }

// currentAt is when the centre last said that the lists are the newest; zero while there are none.
func (l *alertLists) currentAt() time.Time {
	if book := l.Book(); book != nil {
		return book.CurrentAt
	}
	return time.Time{}
}

// unreadable is how many entries this release cannot read.
func (l *alertLists) unreadable() int {
	book := l.Book()
	if book == nil {
		return 0
	}
	n, _ := book.Defects()
	return n
}

// follow brings the lists in memory up to what the database has: by the changed rows where they are known, else whole.
func (l *alertLists) follow(ctx context.Context) error {
	now, err := l.source.State(ctx)
	book := l.held.Load()
	switch {
	case err != nil || !now.Held():
		return err
	case book == nil || !now.Follows(l.state):
		return l.load(ctx)
	case now.Change != l.state.Change || now.Version != l.state.Version:
		return l.change(ctx, book)
	}
	l.held.Store(book.Confirmed(now.CurrentAt))
	return nil
}

// load reads everything. The index grows while rows arrive: no alert is held longer than it takes to read it.
func (l *alertLists) load(ctx context.Context) error {
	var state stationdb.AlertState
	book, err := listcheck.Build(func(row func(key string, data []byte)) (err error) {
		state, err = l.source.Load(ctx, func(r stationdb.AlertRow) error {
			row(r.Key, r.Data)
			return ctx.Err()
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("load alert lists: %w", err)
	}
	l.swap(book.At(state.Version, state.CurrentAt), state, "whole")
	return nil
}

func (l *alertLists) change(ctx context.Context, book *listcheck.Book) error {
	edit := book.Edit()
	state, held, err := l.source.Changed(ctx, l.state, func(r stationdb.AlertRow) error {
		edit.Row(r.Key, r.Data)
		return ctx.Err()
	})
	if err != nil {
		return fmt.Errorf("changes of the alert lists: %w", err)
	}
	l.swap(edit.Done(held).At(state.Version, state.CurrentAt), state, "by changes")
	return nil
}

func (l *alertLists) swap(book *listcheck.Book, state stationdb.AlertState, how string) {
	l.held.Store(book)
	l.state = state
	unreadable, discreet := book.Defects()
	l.log.Info("alert list loaded", "how", how, "version", state.Version, "entries", book.Index.Len(), "lists", len(book.Lists))
	if unreadable > 0 {
		l.log.Error("alert lists: entries cannot be read; nobody is cleared by their lists", "entries", unreadable)
	}
	if discreet > 0 {
		l.log.Error("alert lists: discreet alerts came to this crossing point; they are not answered with", "entries", discreet)
	}
}
