// Package biometrics is the page on which the state of the biometric store stands: how many, how far, which engine, what waits and why. It
// exists so that somebody sees that searches are not made before a traveller is missed. It must never show, or lead to, anybody in
// particular.
package biometrics

import (
	"context"
	"net/http"

	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/biometricsview"
	"github.com/openbmis/openbmis/ui/web"
)

// Options are what the page is made of; all are needed.
type Options struct {
	State func(ctx context.Context) (fingers.State, error)
	// Engine is what searches, as it is at the moment.
	Engine func(ctx context.Context) biometricsview.Engine
	// Policy says how long prints are kept.
	Policy fingers.Policy
}

// Register registers the route.
func Register(s *web.Server, o Options) {
	s.Handle(http.MethodGet, "/biometrics", auth.PrintsView, func(c *web.Context) error {
		state, err := o.State(c.Ctx())
		if err != nil {
			return err
		}
		return c.Render(http.StatusOK, biometricsview.Page(biometricsview.Screen{State: state, Policy: o.Policy, Engine: o.Engine(c.Ctx()), Now: c.Now()}))
	})
}

// Nav is the place in the navigation.
func Nav() view.NavItem {
	return view.NavItem{Href: "/biometrics", Label: text.BiometricsTitle, Need: auth.PrintsView, Seldom: true}
}
