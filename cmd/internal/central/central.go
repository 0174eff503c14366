package central

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts/screening"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/border/stay"
	domain "github.com/openbmis/openbmis/central"
	"github.com/openbmis/openbmis/cmd/internal/enrol"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/enrolment"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb/archive"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/scoredb"
	"github.com/openbmis/openbmis/internal/postgres/screeningdb"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/web"
)

// Name is the centre's origin in audit logs and its place in audit entries.
const Name = "central"

// poolSize serves the receiver's lanes, the console and the background work.
const poolSize = 24

// Addresses are where a running centre answers.
type Addresses struct {
	HTTPS   string // host:port
	Metrics string // empty when switched off
	NATS    string // empty when an external cluster is used
	// Carriers is where carriers' NATS answers; empty when it is off or external.
	Carriers string
	// Portal is where the public portal of visas answers; empty when it is off.
	Portal string
}

// app is the centre's parts, in the order in which they are made.
type app struct {
	cfg          config.Central
	tools        node.Tools
	secrets      node.Secrets
	db           *postgres.Service
	auth         *auth.Service
	audit        *auditlog.Sequencer
	witness      *auditlog.WitnessStore
	authority    *ca.Authority
	certificate  *ca.Source
	denied       *ca.DenyList
	enrolment    *enrolment.Store
	hub          *domain.Hub
	alerts       *centraldb.Alerts
	applier      *centraldb.Applier
	completeness *centraldb.Completeness
	reader       *centraldb.Reader
	lists        *listdb.Lists
	projector    *centraldb.Projector
	archive      *archive.Archive
	prints       *printWork
	hits         *screeningdb.Store
	screening    *screening.Worker
	line         *line
	passengers   *passengerWork
	risk         *riskWork
	boarding     *boarding
	score        *scoredb.Store
	visas        *visaIssue
	visaRegister *visadb.Register // nil while the centre keeps none
	visaUse      *visaUse
	visaDesk     *visaDesk
	law          law.Profile
	carriers     *carriersDoor
	applicants   *portaldb.Centre // the centre's side of the public portal of visas
	keeper       apipnr.Keeper    // of what carriers send
	answerer     apipnr.Answerer  // of interactive requests; nil while there is none
	health       *node.Health
	metrics      *prometheus.Registry
}

// Run runs the centre until ctx ends or one of its parts cannot go on. started, which may be nil, is told where it answers.
func Run(ctx context.Context, cfg config.Central, tools node.Tools, started func(Addresses)) (err error) {
	a := &app{cfg: cfg, tools: tools, health: node.NewHealth(), metrics: node.Metrics(), hub: domain.NewHub(), denied: &ca.DenyList{}}
	if a.secrets, err = node.LoadSecrets(cfg.DataDir, Name, tools.Random); err != nil {
		return fmt.Errorf("centre: %w", err)
	}
	a.db, err = postgres.Launch(ctx, cfg.Database, migrations.Central, tools.Log,
		append(tools.Database, postgres.WithApplicationName(Name), postgres.WithMaxConns(poolSize))...)
	if err != nil {
		return fmt.Errorf("centre: database: %w", err)
	}
	defer func() { err = errors.Join(err, a.db.Stop(context.WithoutCancel(ctx))) }()
	if err := a.assemble(ctx); err != nil {
		return fmt.Errorf("centre: %w", err)
	}
	return a.serve(ctx, started)
}

// assemble makes what stands between the database and the listeners.
func (a *app) assemble(ctx context.Context) (err error) {
	now, db := a.tools.Now, a.db.DB
	if a.auth, err = node.Auth(a.tools, db, a.secrets.Auth, Name, a.cfg.Session); err != nil {
		return err
	}
	if a.authority, err = ca.OpenOrCreate(filepath.Join(a.cfg.DataDir, "ca"), a.tools.Random, now); err != nil {
		return err
	}
	if a.certificate, err = a.authority.Server(a.cfg.HTTP.Names, a.tools.Log); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	a.audit = auditlog.NewSequencer(db, a.secrets.Audit, now, a.tools.Log)
	a.witness = auditlog.NewWitnessStore(db, a.secrets.Audit, now)
	a.enrolment = enrolment.New(db, a.authority, now, a.tools.Random)
	a.alerts = centraldb.NewAlerts(db, now, a.tools.Log)
	a.applier = centraldb.NewApplier(centraldb.ApplierConfig{
		DB: db, Now: now, NewID: a.tools.NewID, Alerts: a.alerts, Log: a.tools.Log, OnCommit: a.stored,
	})
	a.completeness = centraldb.NewCompleteness(db, now)
	regimes, err := stay.LoadRegimes(a.cfg.StayRules)
	if err != nil {
		return fmt.Errorf("BMIS_STAY_RULES: %w", err)
	}
	a.reader = centraldb.NewReader(db, a.secrets.Query).WithRegimes(regimes)
	a.openLists()
	a.projector = centraldb.NewProjector(centraldb.ProjectorConfig{
		DB: db, Now: now, Regimes: regimes, Kept: a.cfg.FilesKept, Published: func(dataset string) { a.line.tellNews(dataset) }, Log: a.tools.Log,
	})
	a.openScreening()
	if err := a.openEvidence(); err != nil {
		return err
	}
	if err := a.openLaw(); err != nil {
		return err
	}
	if err := a.openPassengers(); err != nil {
		return err
	}
	if err := a.openVisas(); err != nil {
		return err
	}
	if err := a.openVisaUse(a.visaRegister); err != nil {
		return err
	}
	if err := a.openBoard(); err != nil {
		return err
	}
	if err := a.openRisk(); err != nil {
		return err
	}
	if err := a.openCarriers(); err != nil {
		return err
	}
	if err := a.openScore(); err != nil {
		return err
	}
	if err := a.openApplicants(ctx); err != nil {
		return err
	}
	if err := a.openVisaDesk(); err != nil {
		return err
	}
	if err := centraldb.MakeMonths(ctx, db, now()); err != nil {
		return err
	}
	a.health.Add("database", a.db.Ping)
	return a.metrics.Register(newBoardMetrics(a.reader.Stations, now))
}

// stored is told of every commit that stored crossings.
func (a *app) stored() {
	a.hub.Nudge()
	if a.visaUse != nil {
		a.visaUse.worker.Nudge()
	}
}

// serve runs every part until ctx ends or one fails. People's listeners stop first, then the line to the stations, then what works
// in the background, then (by Run) the database.
func (a *app) serve(ctx context.Context, started func(Addresses)) (err error) {
	back, stopBack := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBack()
	server, err := a.web(back)
	if err != nil {
		return err
	}
	if a.line, err = openLine(a); err != nil {
		return err
	}
	defer a.line.close()
	a.health.Add("bus", a.line.ping)
	if err := a.openDoor(ctx); err != nil {
		return err
	}
	defer a.carriers.close()

	behind, backCtx := errgroup.WithContext(back)
	a.runBehind(backCtx, behind)

	front, frontCtx := errgroup.WithContext(ctx)
	addresses, err := a.listen(frontCtx, front, server)
	if err != nil {
		stopBack()
		return errors.Join(err, node.Quiet(behind.Wait()))
	}
	front.Go(func() error { return node.Until(frontCtx, backCtx, a.db.Failed()) })
	a.tools.Log.Info("centre ready", "https", addresses.HTTPS, "nats", addresses.NATS)
	if started != nil {
		started(addresses)
	}
	err = front.Wait()
	a.hub.Close()
	a.passengers.hub.Close()
	a.visaDesk.hub.Close()
	a.carriers.close()
	a.line.close()
	stopBack()
	return errors.Join(node.Quiet(err), node.Quiet(behind.Wait()))
}

// listen opens the listeners and serves on them.
func (a *app) listen(ctx context.Context, front *errgroup.Group, server *web.Server) (Addresses, error) {
	handler, err := server.Handler()
	if err != nil {
		return Addresses{}, err
	}
	https, err := node.Listen(ctx, a.cfg.HTTP.Listen)
	if err != nil {
		return Addresses{}, err
	}
	metrics, err := node.ListenOptional(ctx, a.cfg.HTTP.Metrics)
	if err != nil {
		return Addresses{}, errors.Join(err, https.Close())
	}
	tls := enrol.ServerTLS(a.certificate.GetCertificate, a.authority.Roots(), a.tools.Now, ca.Stations(a.denied))
	portal, err := a.startPortal(ctx, front)
	if err != nil {
		return Addresses{}, errors.Join(err, https.Close())
	}
	front.Go(func() error { return node.Serve(ctx, https, a.carrierTLS(tls), handler, a.tools.Log, server.Close) })
	if metrics != nil {
		front.Go(func() error { return node.Serve(ctx, metrics, nil, a.health.Handler(a.metrics), a.tools.Log, nil) })
	}
	return Addresses{
		HTTPS: https.Addr().String(), Metrics: addressOf(metrics), NATS: a.line.address(), Carriers: a.carriers.address(), Portal: portal,
	}, nil
}

func addressOf(l net.Listener) string {
	if l == nil {
		return ""
	}
	return l.Addr().String()
}

// Intervals of the work in the background.
const (
	checkEvery  = 30 * time.Second
	denyEvery   = 5 * time.Second
	lookEvery   = 2 * time.Second
	silentAfter = 5 * time.Minute
	tickEvery   = time.Minute
)

func (a *app) runBehind(ctx context.Context, behind *errgroup.Group) {
	behind.Go(func() error { return a.audit.Run(ctx, nil) })
	behind.Go(func() error { return a.auth.Run(ctx) })
	behind.Go(func() error { return a.projector.Run(ctx) })
	behind.Go(func() error { return a.lists.Run(ctx) })
	behind.Go(func() error { return a.every(ctx, tickEvery, "forget old files", a.projector.Forget) })
	behind.Go(func() error { return a.every(ctx, tickEvery, "count overstayers", a.projector.CountOverstays) })
	a.runScreening(ctx, behind)
	a.runPrints(ctx, behind)
	a.runPassengers(ctx, behind)
	a.runExpected(ctx, behind)
	a.runRisk(ctx, behind)
	a.runVisas(ctx, behind)
	a.runVisaUse(ctx, behind)
	a.runVisaDesk(ctx, behind)
	a.runLaw(ctx, behind)
	a.watchPassengers(ctx, behind)
	a.runCarriers(ctx, behind)
	behind.Go(func() error { return a.certificate.Run(ctx, tickEvery) })
	behind.Go(func() error { return a.enrolment.KeepDenyList(ctx, a.denied, denyEvery, a.line.recheck, a.tools.Log) })
	behind.Go(func() error { return a.every(ctx, checkEvery, "completeness", a.completeness.CheckAll) })
	behind.Go(func() error { return a.every(ctx, lookEvery, "look for crossings", a.lookForCrossings()) })
	behind.Go(func() error { return a.every(ctx, denyEvery, "publish receipt keys", a.publishReceiptKeys) })
	behind.Go(func() error { return a.every(ctx, tickEvery, "keep evidence", a.keepEvidence) })
	behind.Go(func() error {
		return a.every(ctx, tickEvery, "partitions", func(ctx context.Context) error { return centraldb.MakeMonths(ctx, a.db.DB, a.tools.Now()) })
	})
	behind.Go(func() error {
		return a.every(ctx, tickEvery, "silent audit logs", func(ctx context.Context) error {
			_, err := a.witness.AlertSilent(ctx, silentAfter)
			return err
		})
	})
}

// lookForCrossings nudges the watchers of this process when another process of the centre has stored crossings.
func (a *app) lookForCrossings() func(context.Context) error {
	var seen int64
	return func(ctx context.Context) error {
		last, err := a.reader.LastReceived(ctx)
		if err == nil && last != seen {
			seen = last
			a.hub.Nudge()
		}
		return err
	}
}

// every does the work at once and then again and again. A failure is logged: the next round may succeed.
func (a *app) every(ctx context.Context, interval time.Duration, what string, work func(context.Context) error) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			a.tools.Log.WarnContext(ctx, "background work failed", "what", what, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
