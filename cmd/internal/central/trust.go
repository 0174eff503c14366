package central

import (
	"slices"

	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/ui/analyst"
	"github.com/openbmis/openbmis/ui/desk"
	"github.com/openbmis/openbmis/ui/trust"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// nav are the pages in the header. The first that a person may open is his front page: an owner's is the desk.
func nav() []view.NavItem { return append(slices.Concat(desk.Nav(), analyst.Nav()), trust.Nav()) }

// registerTrust registers the screens of trust material with its one writer.
func (a *app) registerTrust(s *web.Server) {
	config := trustdb.CentreConfig{Now: a.tools.Now, NewID: a.tools.NewID, Published: func(dataset string) { a.line.tellNews(dataset) }}
	if a.db != nil { // nil while only the routes are asked for
		config.DB = a.db.DB
	}
	trust.Register(s, trustdb.NewCentre(config))
}
