package station

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/internal/postgres/visaregdb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/shifts"
)

// Addresses are where a running station answers.
type Addresses struct {
	HTTPS   string // host:port
	Metrics string // empty when switched off
}

// app is a station's parts, in the order in which they are made.
type app struct {
	cfg      config.Station
	tools    node.Tools
	secrets  node.Secrets
	db       *postgres.Service
	auth     *auth.Service
	audit    *auditlog.Sequencer
	list     *alertLists
	trust    *trustMaterial
	seals    *visaSeals
	outside  []*interpol.Adapter
	visas    *visaWork         // nil where there is no centre
	visaNews visaregdb.Changed // which visas the centre told of that nobody was asked about again
	link     *link
	desk     *border.Desk
	regimes  stay.Regimes
	shifts   *shifts.Handlers
	receipts *receipt.Office
	rechecks rechecking
	hits     *hitWork
	expected *central.Hub // tells the open pages of expected flights
	evidence *evidencedb.Store
	prints   *printWork
	fingers  *fingerWork // nil where no prints are taken
	health   *node.Health
	metrics  *prometheus.Registry
}

// Run runs a station until ctx ends or one of its parts cannot go on. started, which may be nil, is told where it answers.
func Run(ctx context.Context, cfg config.Station, tools node.Tools, started func(Addresses)) (err error) {
	a := &app{cfg: cfg, tools: tools, health: node.NewHealth(), metrics: node.Metrics(), hits: newHitWork(), expected: central.NewHub()}
	if a.secrets, err = node.LoadSecrets(cfg.DataDir, cfg.ID, tools.Random); err != nil {
		return err
	}
	a.db, err = postgres.Launch(ctx, cfg.Database, migrations.Station, tools.Log,
		append(tools.Database, postgres.WithApplicationName("station "+cfg.ID))...)
	if err != nil {
		return fmt.Errorf("station %s: database: %w", cfg.ID, err)
	}
	defer func() { err = errors.Join(err, a.db.Stop(context.WithoutCancel(ctx))) }()
	if err := a.assemble(ctx); err != nil {
		return fmt.Errorf("station %s: %w", cfg.ID, err)
	}
	return a.serve(ctx, started)
}

// assemble makes what stands between the database and the listeners.
func (a *app) assemble(ctx context.Context) (err error) {
	if a.auth, err = node.Auth(a.tools, a.db.DB, a.secrets.Auth, a.cfg.ID, a.cfg.Session); err != nil {
		return err
	}
	a.audit = auditlog.NewSequencer(a.db.DB, a.secrets.Audit, a.tools.Now, a.tools.Log)
	a.link = newLink(a)
	if a.list, err = openAlertLists(ctx, stationdb.NewAlerts(a.db.DB), a.tools.Log); err != nil {
		return err
	}
	if a.trust, err = openTrust(ctx, trustdb.NewHeld(a.db.DB), a.cfg.State, a.tools.Log); err != nil {
		return err
	}
	if a.seals, err = openVisaSeals(ctx, a.db.DB, a.tools.Log); err != nil {
		return err
	}
	if err := a.openEvidence(); err != nil {
		return err
	}
	if err := a.openPrints(); err != nil {
		return err
	}
	if err := a.openFingers(); err != nil {
		return err
	}
	if err := a.openInterpol(); err != nil {
		return err
	}
	if err := a.openVisas(); err != nil {
		return err
	}
	plan, err := a.plan()
	if err != nil {
		return err
	}
	a.desk = border.NewDesk(border.DeskConfig{
		Post: a.post(), Store: stationdb.Sparing(a.decisions(), a.db.Space), Plan: plan,
		State: a.cfg.State, Training: a.training(), AdultAge: a.cfg.Counter.AdultAge,
		Undo: a.cfg.Counter.UndoWindow, Centre: a.link.Online, Found: a.raise, VisaNumber: a.arrivalNumber, Now: a.tools.Now, NewID: a.tools.NewID,
	})
	a.health.Add("database", a.db.Ping)
	a.openRechecks()
	return a.openReceipts(ctx)
}

// plan is the checks of the counter in the order in which they are shown, each with its deadline.
func (a *app) plan() ([]border.Planned, error) {
	checks, err := a.checks()
	if err != nil {
		return nil, err
	}
	metrics := a.measure()
	plan := make([]border.Planned, len(checks))
	for n, c := range checks {
		plan[n] = border.Planned{
			Check:    measured{check: c, metrics: metrics, now: a.tools.Now},
			Deadline: a.deadline(c),
		}
	}
	return plan, nil
}

// serve runs every part until ctx ends or one fails. The listeners stop first, then what they use, then (by Run) the database.
func (a *app) serve(ctx context.Context, started func(Addresses)) error {
	web, err := a.web()
	if err != nil {
		return err
	}
	handler, err := web.Handler()
	if err != nil {
		return err
	}
	authority, err := ca.OpenOrCreate(filepath.Join(a.cfg.DataDir, "ca"), a.tools.Random, a.tools.Now)
	if err != nil {
		return fmt.Errorf("certificate authority: %w", err)
	}
	certificate, err := authority.Server(a.cfg.HTTP.Names, a.tools.Log)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	https, err := node.Listen(ctx, a.cfg.HTTP.Listen)
	if err != nil {
		return err
	}
	metrics, err := node.ListenOptional(ctx, a.cfg.HTTP.Metrics)
	if err != nil {
		return errors.Join(err, https.Close())
	}

	back, stopBack := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBack()
	behind, backCtx := errgroup.WithContext(back)
	behind.Go(func() error { return a.audit.Run(backCtx, nil) })
	behind.Go(func() error { return a.auth.Run(backCtx) })
	behind.Go(func() error { return a.list.run(backCtx) })
	behind.Go(func() error { return a.trust.run(backCtx) })
	behind.Go(func() error { return a.seals.run(backCtx) })
	behind.Go(func() error { return a.link.run(backCtx) })
	behind.Go(func() error { return a.recheck(backCtx) })
	behind.Go(func() error { return a.followHits(backCtx) })
	behind.Go(func() error { return a.followTasks(backCtx) })
	behind.Go(func() error { return a.sweepPrints(backCtx) })
	behind.Go(func() error { return a.keepReceiptKey(backCtx) })
	behind.Go(func() error { return a.followShifts(backCtx) })
	behind.Go(func() error { return a.keepEvidence(backCtx) })
	behind.Go(func() error { return a.verifyEvidence(backCtx) })
	behind.Go(func() error { return a.keepPrints(backCtx) })
	behind.Go(func() error { return a.identifyPrints(backCtx) })
	behind.Go(func() error { return a.watchReaders(backCtx) })
	behind.Go(func() error { return a.keepInterpol(backCtx) })
	behind.Go(func() error { return a.keepVisas(backCtx) })
	behind.Go(func() error { return certificate.Run(backCtx, time.Minute) })

	front, frontCtx := errgroup.WithContext(ctx)
	front.Go(func() error {
		return node.Serve(frontCtx, https, ca.ServerTLS(certificate.GetCertificate), handler, a.tools.Log, web.Close)
	})
	if metrics != nil {
		front.Go(func() error { return node.Serve(frontCtx, metrics, nil, a.health.Handler(a.metrics), a.tools.Log, nil) })
	}
	front.Go(func() error { return node.Until(frontCtx, backCtx, a.db.Failed()) })
	a.tools.Log.Info("station ready", "https", https.Addr().String())
	if started != nil {
		started(Addresses{HTTPS: https.Addr().String(), Metrics: addressOf(metrics)})
	}
	err = front.Wait()
	stopBack()
	return errors.Join(node.Quiet(err), node.Quiet(behind.Wait()))
}

func addressOf(l net.Listener) string {
	if l == nil {
		return ""
	}
	return l.Addr().String()
}
