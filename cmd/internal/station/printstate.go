package station

import (
	"context"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/biometrics"
	"github.com/openbmis/openbmis/ui/view/biometricsview"
	"github.com/openbmis/openbmis/ui/web"
)

// registerPrintState registers the page of the state of the biometric store.
func (a *app) registerPrintState(s *web.Server) {
	biometrics.Register(s, biometrics.Options{
		State: func(ctx context.Context) (now fingers.State, err error) {
			if now, err = a.prints.store.State(ctx); err == nil {
				now.Retention, err = a.prints.store.Retention(ctx, a.prints.policy)
			}
			return now, err
		},
		Policy: a.prints.policy,
		Engine: func(ctx context.Context) biometricsview.Engine {
			e := biometricsview.Engine{Name: abis.GalleryEngine, Version: fingerprint.Algorithm, Held: -1, Loading: a.prints.gallery.Progress()}
			if n, err := a.prints.engine.Count(ctx); err == nil {
				e.Held = n
			}
			return e
		},
	})
}
