package central

import (
	"context"
	"time"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/biometrics"
	"github.com/openbmis/openbmis/ui/view/biometricsview"
	"github.com/openbmis/openbmis/ui/web"
)

// askEngine is how long a page waits for an outside ABIS before it says that it is away.
const askEngine = 2 * time.Second

// registerPrints registers the page of the state of the biometric store.
func (a *app) registerPrints(s *web.Server) {
	o := biometrics.Options{
		State: func(ctx context.Context) (now fingers.State, err error) {
			if now, err = a.prints.archive.State(ctx); err == nil {
				now.Retention, err = a.prints.archive.Retention(ctx, a.prints.policy)
			}
			return now, err
		},
		Engine: func(ctx context.Context) biometricsview.Engine { return a.prints.state(ctx) },
	}
	if a.prints != nil { // nil while only the routes are asked for
		o.Policy = a.prints.policy
	}
	biometrics.Register(s, o)
}

// state is what searches, as it is at the moment.
func (p *printWork) state(ctx context.Context) biometricsview.Engine {
	ctx, cancel := context.WithTimeout(ctx, askEngine)
	defer cancel()
	e := biometricsview.Engine{Name: abis.GalleryEngine, Version: fingerprint.Algorithm, Held: -1, Loading: p.gallery.Progress()}
	if p.outside != nil {
		e.Name, e.Version, e.Outside = p.outside.Name(), "", true
	}
	n, err := p.engine.Count(ctx)
	if e.Away = err != nil; !e.Away {
		e.Held = n
	}
	return e
}
