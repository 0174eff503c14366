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
	keys := filepath.Join(a.cfg.DataDir, "keys")
	wrapping, err := vault.OpenFiles(filepath.Join(keys, "applicants"), a.tools.Random, a.tools.Now)
	if err != nil {
		return fmt.Errorf("keys of what is sent to the portal: %w", err)
	}
	a.applicants = portaldb.NewCentre(portaldb.CentreConfig{
		DB: a.db.DB, Wrapping: wrapping, First: filepath.Join(keys, "applicants.key"), KeyAge: a.cfg.Visas.KeyAge, Backups: a.cfg.BackupsKept,
		Now: a.tools.Now, Random: a.tools.Random, NewID: a.tools.NewID, Log: a.tools.Log,
	})
	if err := a.metrics.Register(newKeyMetrics(a.applicants.Keys, a.tools.Now)); err != nil {
		return err
	}
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
