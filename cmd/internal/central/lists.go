package central

import (
	"context"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/ui/lists"
	"github.com/openbmis/openbmis/ui/web"
)

// openLists makes the one writer of lists of alerts.
func (a *app) openLists() {
	a.lists = listdb.New(listdb.Config{
		DB: a.db.DB, Now: a.tools.Now, NewID: a.tools.NewID, Published: func(dataset string) { a.line.tellNews(dataset) }, Log: a.tools.Log,
		QueryKey: a.secrets.Query, Changed: a.wakeScreening, Finder: a.alike,
	})
}

// wakeScreening lets the screening take in changes of alerts at once. Another process of the centre that screens looks by itself.
func (a *app) wakeScreening() {
	if a.screening != nil {
		a.screening.Nudge()
	}
}

// alike finds alerts that are probably on one person, for warnings of those that do not go together.
func (a *app) alike(_ context.Context, of alerts.Alert) ([]string, error) {
	if a.screening == nil {
		return nil, nil
	}
	return a.screening.Alike(of), nil
}

// registerLists registers the screens of lists.
func (a *app) registerLists(s *web.Server) {
	if a.lists == nil { // while only the routes are asked for
		lists.Register(s, listdb.New(listdb.Config{Now: a.tools.Now, NewID: a.tools.NewID}))
		return
	}
	lists.Register(s, a.lists)
}
