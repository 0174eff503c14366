package central

import (
	"slices"

	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/ui/analyst"
	"github.com/openbmis/openbmis/ui/biometrics"
	boardingui "github.com/openbmis/openbmis/ui/boarding"
	"github.com/openbmis/openbmis/ui/carrierportal"
	"github.com/openbmis/openbmis/ui/carriers"
	"github.com/openbmis/openbmis/ui/desk"
	entryrulesui "github.com/openbmis/openbmis/ui/entryrules"
	"github.com/openbmis/openbmis/ui/passengers"
	"github.com/openbmis/openbmis/ui/risk"
	"github.com/openbmis/openbmis/ui/trust"
	"github.com/openbmis/openbmis/ui/unmask"
	"github.com/openbmis/openbmis/ui/view"
	visasui "github.com/openbmis/openbmis/ui/visas"
	"github.com/openbmis/openbmis/ui/web"
)

// nav are the pages in the header. The first that a person may open is his front page: an owner's is the desk.
func nav() []view.NavItem {
	return slices.Concat(desk.Nav(), analyst.Nav(), passengers.Nav(), boardingui.Nav(), []view.NavItem{trust.Nav(), biometrics.Nav(), carriers.Nav()}, unmask.Nav(), risk.Nav(), carrierportal.Nav(), visasui.Nav(), []view.NavItem{entryrulesui.Nav()})
}

// registerTrust registers the screens of trust material with its one writer.
func (a *app) registerTrust(s *web.Server) {
	config := trustdb.CentreConfig{Now: a.tools.Now, NewID: a.tools.NewID, Published: func(dataset string) { a.line.tellNews(dataset) }}
	if a.db != nil { // nil while only the routes are asked for
		config.DB = a.db.DB
	}
	trust.Register(s, trustdb.NewCentre(config))
}
