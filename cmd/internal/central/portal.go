package central

import (
	"context"
	"fmt"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/cmd/internal/portal"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/vault"
)

// openApplicants makes the centre's side of the public portal of visas, wherever the portal itself runs: in this process, or alone.
func (a *app) openApplicants(ctx context.Context) error {
	key, err := vault.OpenPrivateKey(filepath.Join(a.cfg.DataDir, "keys", "applicants.key"), a.tools.Random)
	if err != nil {
		return fmt.Errorf("key of applications: %w", err)
	}
	a.applicants = portaldb.NewCentre(portaldb.CentreConfig{
		DB: a.db.DB, Key: key, Now: a.tools.Now, Random: a.tools.Random, NewID: a.tools.NewID, Log: a.tools.Log,
	})
	return a.applicants.Announce(ctx)
}

// startPortal runs the portal beside the centre's own listener, where it is asked for; it gives the portal's address. The portal has its own
// connections, as its own role: nothing of the centre's is handed to it but the certificate.
func (a *app) startPortal(ctx context.Context, front *errgroup.Group) (string, error) {
	if !a.cfg.Portal.On() {
		return "", nil
	}
	cfg := a.cfg.Portal
	if cfg.DSN == "" {
		cfg.DSN = a.db.Place.PortalDSN
	}
	answers, failed := make(chan portal.Addresses, 1), make(chan error, 1)
	front.Go(func() error {
		err := portal.Run(ctx, cfg, portal.Tools{Tools: a.tools, Certificate: a.certificate.GetCertificate, PortName: a.visas.posts.of}, func(at portal.Addresses) { answers <- at })
		failed <- err
		return err
	})
	select {
	case at := <-answers:
		return at.HTTPS, nil
	case err := <-failed:
		return "", err
	}
}

// runPortalRules tells the portal the rules of entry in force until ctx ends: at start, right after they were approved here, and every minute
// in case they were approved elsewhere. Without them the portal would offer visas to those who need none.
func (a *app) runPortalRules(ctx context.Context, behind *errgroup.Group) {
	behind.Go(func() error { return a.every(ctx, tickEvery, "tell the portal the rules of entry", a.tellPortalRules) })
	behind.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-a.visaUse.moved:
			}
			if err := a.tellPortalRules(ctx); err != nil && ctx.Err() == nil {
				a.tools.Log.WarnContext(ctx, "the portal was not told the rules of entry, and will be", "error", err)
			}
		}
	})
}

// tellPortalRules tells the portal the rules in force, with the names of the posts that they name, where it has others.
func (a *app) tellPortalRules(ctx context.Context) error {
	current, found, err := a.visaUse.rules.Current(ctx)
	if err != nil || !found {
		return err
	}
	book, err := withPosts(current.Book, a.postName)
	if err != nil {
		return err
	}
	told, err := a.applicants.RulesVersion(ctx)
	if err != nil || told == book.Version {
		return err
	}
	return a.applicants.TellRules(ctx, book)
}
