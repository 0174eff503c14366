package station

import (
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/protectiondb"
	protectionui "github.com/openbmis/openbmis/ui/protection"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// protectionCases are the cases of the protection service and the stops of refusal.
func (a *app) protectionCases() *protectiondb.Store {
	services := make(map[protection.Kind]string, len(a.cfg.Protection.Services))
	for kind, name := range a.cfg.Protection.Services {
		services[protection.Kind(kind)] = name
	}
	return protectiondb.New(protectiondb.Config{
		DB: a.pool(), Post: a.post(), Status: a.desk.Status, Services: services,
		AcknowledgeWithin: a.cfg.Protection.Acknowledge, Now: a.tools.Now, NewID: a.tools.NewID, Nudge: a.link.wake,
	})
}

// pool is the database; nil while only the routes are asked for.
func (a *app) pool() *postgres.DB {
	if a.db == nil {
		return nil
	}
	return a.db.DB
}

func (a *app) post() border.Post {
	return border.Post{Station: a.cfg.ID, Zone: a.cfg.Zone, Mode: border.Mode(a.cfg.Transport)}
}

// protectionNav leads the service to its cases; nobody else sees it.
func protectionNav() view.NavItem {
	return view.NavItem{Href: "/protection", Label: text.ProtectionTitle, Need: auth.ProtectionWork}
}

func (a *app) registerProtection(s *web.Server) error {
	second, err := a.secondLine()
	if err != nil {
		return err
	}
	protectionui.New(a.protectionCases(), a.desk, second).Register(s)
	return nil
}
