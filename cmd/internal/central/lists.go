package central

import (
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/ui/lists"
	"github.com/openbmis/openbmis/ui/web"
)

// openLists makes the one writer of lists of alerts.
func (a *app) openLists() {
	a.lists = listdb.New(listdb.Config{
		DB: a.db.DB, Now: a.tools.Now, NewID: a.tools.NewID, Published: func(dataset string) { a.line.tellNews(dataset) }, Log: a.tools.Log,
		QueryKey: a.secrets.Query,
	})
}

// registerLists registers the screens of lists.
func (a *app) registerLists(s *web.Server) {
	if a.lists == nil { // while only the routes are asked for
		lists.Register(s, listdb.New(listdb.Config{Now: a.tools.Now, NewID: a.tools.NewID}))
		return
	}
	lists.Register(s, a.lists)
}
