package demo

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/cmd/internal/interpolsim"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
	"github.com/openbmis/openbmis/traveldoc"
)

// simulatorDir and simulatorSettings are where the simulated outside service keeps its keys, and the file by which the stations ask it.
func (d *demo) simulatorDir() string      { return filepath.Join(d.Dir, "interpol-simulator") }
func (d *demo) simulatorSettings() string { return filepath.Join(d.Dir, "interpol.json") }

// runInterpol opens the simulator and lets it answer as long as the demo runs.
func (d *demo) runInterpol(ctx, running context.Context, work *errgroup.Group) error {
	if err := d.openInterpol(ctx); err != nil {
		return err
	}
	work.Go(func() error { return d.interpol.Run(running) })
	return nil
}

// openInterpol opens the simulator of an INTERPOL-style service, on whose lists some of the demo's travellers stand.
func (d *demo) openInterpol(ctx context.Context) (err error) {
	d.interpol, err = interpolsim.Open(ctx, interpolsim.Config{
		Dir: d.simulatorDir(), Listen: loopback(d.Ports.Interpol), Names: []string{"localhost", "127.0.0.1"}, Seed: seed, Size: simulator.DefaultSize(),
		Knobs: simulator.Knobs{Delay: simulator.Duration(40 * time.Millisecond)}, Tools: d.tools,
	})
	if err != nil {
		return err
	}
	if err := d.listDocuments(); err != nil {
		return err
	}
	return interpolsim.WriteSettings(d.simulatorSettings(), d.simulatorDir(), "https://"+loopback(d.Ports.Interpol), 1500*time.Millisecond, interpolsim.Adapters())
}

// listDocuments puts documents of travellers on the lists: of two whom the national list knows, and of two whom it does not.
func (d *demo) listDocuments() error {
	people, err := d.wanted()
	if err != nil {
		return err
	}
	town := simulate.Town{Seed: seed, Size: townSize, Today: traveldoc.DateOf(d.tools.Now().UTC())}
	people = append(people[:2:2], town.Person(11, false), town.Person(23, false))
	for n, p := range people {
		status := []string{interpol.Stolen, interpol.FoundAgain, interpol.Lost, interpol.Revoked}[n]
		d.interpol.Data.Put(interpol.SLTD, interpol.Record{
			Candidate: interpol.Candidate{ID: fmt.Sprintf("DEMO%d", n+1), Owner: p.Document.IssuingState, Subject: alerts.Subject{
				Kind: alerts.DocumentOnly, Documents: []alerts.Document{{Type: p.Document.Code[:1], Number: p.Document.Number, Issuer: p.Document.IssuingState, Status: status}},
			}},
			Contact: "NCB " + p.Document.IssuingState + " (made up)",
		})
	}
	return nil
}
