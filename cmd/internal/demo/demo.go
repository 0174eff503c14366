// Package demo runs a small country in one terminal: the central node and two stations as real processes with databases of their
// own, the accounts to try them, an alert list, and travellers that cross. It must never be mistaken for an installation: it
// listens on the loopback address only, its people are made up, and it keeps the passwords that it generates in a file.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/cmd/internal/captureagent"
	"github.com/openbmis/openbmis/cmd/internal/interpolsim"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/config"
)

// Config is what a demo is made of.
type Config struct {
	Dir   string // data directory, made when missing
	Bin   string // directory of the programs central and station
	Ports Ports
	Pace  float64 // how much faster than life travellers come; 1 is life, 0 is nobody
	Out   io.Writer
	Tools node.Tools
}

// Stations is how many stations the demo has, for PortsFrom.
func Stations() int { return len(posts()) }

// HealthURL answers 200 once every part of a demo with these ports is ready.
func (p Ports) HealthURL() string { return "http://" + loopback(p.Health) + "/healthz" }

// demo is a demo that runs. Its processes are in the order in which they were started.
type demo struct {
	Config
	tools     node.Tools
	passwords *credentials
	health    *health
	first     bool // nothing was there before
	processes []*process
	centre    config.Central
	stations  []config.Station
	interpol  *interpolsim.Simulator
	fingers   map[string]map[string]*captureagent.Agent // by station and lane: the simulated fingerprint readers of the simulator
	readers   map[string]string                         // by station: the token of the simulated document reader in the lane of the simulator
}

// parts are what the health URL waits for.
const (
	partCentre    = "centre"
	partStations  = "stations"
	partSimulator = "simulator"
)

// Run runs the demo until ctx ends or one of its programs does. Data and accounts of an earlier run with the same directory are
// used again.
func Run(ctx context.Context, cfg Config) (err error) {
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return err
	}
	unlock, err := lock(cfg.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := cfg.Ports.free(); err != nil {
		return err
	}
	d := &demo{Config: cfg, tools: cfg.Tools, health: newHealth(partCentre, partStations, partSimulator)}
	if d.passwords, err = openCredentials(cfg.Dir); err != nil {
		return err
	}
	d.first = len(d.passwords.words) == 0
	if err := d.health.listen(loopback(cfg.Ports.Health)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.stop(), d.health.close()) }()
	return d.run(ctx)
}

func (d *demo) run(ctx context.Context) error {
	begun := d.tools.Now()
	ctx, end := context.WithCancel(ctx) // also of what runs already when a later step fails
	defer end()
	work, workCtx := errgroup.WithContext(ctx)
	d.say("OpenBMIS demo: preparing, data in %s", d.Dir)
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{"simulated payment provider", func(ctx context.Context) error { return d.runPay(ctx, workCtx, work) }},
		{"central node: database, certificate authority, NATS", d.startCentre},
		{"accounts, alert list, training trust material at the centre", d.seedCentre},
		{"an invented airline and its door", d.admitAirline},
		{"simulator of an INTERPOL-style service", func(ctx context.Context) error { return d.runInterpol(ctx, workCtx, work) }},
		{"simulated fingerprint readers of the stations", func(ctx context.Context) error { return d.runCapture(ctx, workCtx, work) }},
		{"stations: databases, enrolment, counters", d.startStations},
		{"document readers of the stations", d.simulatedReaders},
	}
	for _, step := range steps {
		since := d.tools.Now()
		if err := step.do(ctx); err != nil {
			return quiet(ctx, fmt.Errorf("%s: %w", step.what, err))
		}
		d.say("  %-58s %5.1f s", step.what, d.tools.Now().Sub(since).Seconds())
	}
	work.Go(func() error { return d.simulate(workCtx) })
	work.Go(func() error { return d.fly(workCtx) })
	work.Go(func() error { return d.watch(workCtx) })
	d.health.ready(partSimulator)
	d.say("ready after %.1f s\n", d.tools.Now().Sub(begun).Seconds())
	d.tell()
	return quiet(ctx, work.Wait())
}

// quiet forgets an error that is only the end that was asked for.
func quiet(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (d *demo) startCentre(ctx context.Context) (err error) {
	if err := d.writeAirports(); err != nil {
		return err
	}
	settings := d.centralSettings()
	if d.centre, err = config.LoadCentral(lookup(settings)); err != nil {
		return err
	}
	if err := d.start("central", settings); err != nil {
		return err
	}
	if err := d.awaitReady(ctx, d.Ports.CentralMetrics); err != nil {
		return err
	}
	d.health.ready(partCentre)
	return nil
}

func (d *demo) seedCentre(ctx context.Context) error {
	if err := d.accounts(ctx, "central", d.centre.Database, d.centre.Session, centralPeople()); err != nil {
		return err
	}
	if err := d.alertList(ctx, d.centre.Database); err != nil {
		return err
	}
	if err := d.trustMaterial(ctx, d.centre.Database); err != nil {
		return err
	}
	return d.entryRules(ctx, d.centre.Database)
}

func (d *demo) startStations(ctx context.Context) error {
	tokens, err := d.tokens(ctx, d.centre)
	if err != nil {
		return err
	}
	for i, p := range posts() {
		settings := d.stationSettings(i, p, tokens[i])
		station, err := config.LoadStation(lookup(settings))
		if err != nil {
			return err
		}
		d.stations = append(d.stations, station)
		if err := d.start("station", settings); err != nil {
			return err
		}
	}
	each, eachCtx := errgroup.WithContext(ctx)
	for i, station := range d.stations {
		each.Go(func() error {
			if err := d.awaitReady(eachCtx, d.Ports.StationMetrics[i]); err != nil {
				return err
			}
			return d.accounts(eachCtx, station.ID, station.Database, station.Session, stationPeople())
		})
	}
	if err := each.Wait(); err != nil {
		return err
	}
	d.health.ready(partStations)
	return nil
}

// start starts a program with these settings; its name in the demo is its data directory's.
func (d *demo) start(program string, settings map[string]string) error {
	name := filepath.Base(settings["BMIS_DATA_DIR"])
	if err := os.MkdirAll(settings["BMIS_DATA_DIR"], 0o700); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(settings["BMIS_PG_DIR"]), 0o755); err != nil { //nolint:gosec // PostgreSQL's user passes through; the cluster itself is closed
		return err
	}
	var env []string
	for name, value := range settings {
		env = append(env, name+"="+value)
	}
	p, err := startProcess(name, filepath.Join(d.Bin, program), filepath.Join(d.Dir, name+".log"), env)
	if err != nil {
		return fmt.Errorf("%w (make build makes the programs)", err)
	}
	d.processes = append(d.processes, p)
	return nil
}

const startTimeout = 90 * time.Second

// awaitReady waits for a program's /readyz; a program that ends meanwhile ends the wait, with its last words.
func (d *demo) awaitReady(ctx context.Context, metrics int) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	either, eitherCtx := errgroup.WithContext(ctx)
	waited, done := context.WithCancel(eitherCtx)
	either.Go(func() error {
		defer done()
		return Wait(eitherCtx, "http://"+loopback(metrics)+"/readyz")
	})
	either.Go(func() error { return ignoreEnd(d.watch(waited)) })
	return either.Wait()
}

func ignoreEnd(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// watch returns when ctx ends or a process does.
func (d *demo) watch(ctx context.Context) error {
	gone := make(chan *process, len(d.processes))
	for _, p := range d.processes {
		go func() {
			select {
			case <-p.ended:
				gone <- p
			case <-ctx.Done():
			}
		}()
	}
	select {
	case p := <-gone:
		return p.failure()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop ends the programs, those that were started last first.
func (d *demo) stop() error {
	if len(d.processes) == 0 {
		return nil
	}
	d.say("\nstopping ...")
	var failed error
	for _, p := range slices.Backward(d.processes) {
		failed = errors.Join(failed, p.stop(context.Background()))
	}
	d.say("stopped; the data stays (make demo-reset forgets it)")
	return failed
}
