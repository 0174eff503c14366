package demo

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/cmd/internal/captureagent"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

// captureDir is where the simulated fingerprint reader of a station keeps its keys, captureTrust the certificates that the station trusts it by.
func (d *demo) captureDir(station string) string { return filepath.Join(d.Dir, "reader-"+station) }
func (d *demo) captureTrust(station string) string {
	return filepath.Join(d.captureDir(station), captureagent.TrustFile)
}

// captureURL is where the simulated fingerprint reader of the n-th station answers.
func (d *demo) captureURL(n int) string { return "http://" + loopback(d.Ports.Capture[n]) }

// captureDelay is how long fingers take to lie on the reader: long enough to see them come, short enough for whoever tries many.
const captureDelay = simulator.Duration(1200 * time.Millisecond)

// grownPersons are held for who comes back to a lane of the simulator.
const grownPersons = 40

// runCapture gives each station a capture agent with a simulated fingerprint reader for the lanes of people, and one for each lane of the
// simulator, in this process, and lets them answer as long as the demo runs. The readers of a station share their keys, and all of them the
// people.
func (d *demo) runCapture(ctx, running context.Context, work *errgroup.Group) error {
	people := simulator.NewSynthetic().Keep(grownPersons)
	d.fingers = map[string]map[string]*captureagent.Agent{}
	for n, p := range posts() {
		d.fingers[p.id] = map[string]*captureagent.Agent{}
		for _, lane := range []string{"", laneIn, laneOut} {
			cfg := captureagent.Config{
				Dir: d.captureDir(p.id), Listen: loopback(0), Source: people, Compression: fir.WSQ, Suffix: strings.ReplaceAll(lane, "-", ""),
				Knobs: simulator.Knobs{Person: "1", Delay: captureDelay}, Tools: d.tools,
			}
			if lane == "" {
				cfg.Listen = loopback(d.Ports.Capture[n])
			}
			agent, err := captureagent.Open(ctx, cfg)
			if err != nil {
				return err
			}
			d.fingers[p.id][lane] = agent
			work.Go(func() error { return agent.Run(running) })
		}
	}
	return nil
}

// captureAgents are the fingerprint readers of the n-th station by lane: people's lanes share the one whose address the demo prints.
func (d *demo) captureAgents(n int, p post) string {
	var list []string
	for lane := range strings.SplitSeq(p.lanes, ",") {
		name, _, _ := strings.Cut(lane, ":")
		address := d.captureURL(n)
		if agent := d.fingers[p.id][name]; agent != nil {
			address = agent.URL()
		}
		list = append(list, name+"="+address)
	}
	return strings.Join(list, ",")
}

// fingerReader is the simulated fingerprint reader of a lane of the simulator.
func (d *demo) fingerReader(station, lane string) simulate.FingerReader {
	return d.fingers[station][lane].Simulated
}
