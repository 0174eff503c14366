package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/cmd/internal/demo"
	"github.com/openbmis/openbmis/cmd/internal/node"
)

type demoCommand struct {
	Wait  bool          `help:"Only wait until a demo that runs is ready: exit code 0 then, 1 after --timeout."`
	Reset bool          `help:"Only forget the data of a demo that does not run."`
	Dir   string        `default:".demo" help:"Data directory."`
	Bin   string        `help:"Directory of the programs central and station; default: where bmis is."`
	Port  int           `default:"8400" help:"First of the ports used, all on the loopback address; this one answers /healthz."`
	Pace  float64       `default:"3" help:"How much faster than in life travellers come; 0 for none."`
	For   time.Duration `name:"timeout" default:"2m" help:"How long --wait waits."`
}

// Help is shown by bmis demo --help.
func (demoCommand) Help() string {
	return `Runs the central node and two stations (an airport and a land crossing) with databases of their own, makes accounts and an alert
list, and lets synthetic travellers cross. Ctrl-C stops it; the next start goes on with the same data.`
}

// Run runs the demo, or waits for one, or forgets one.
func (c demoCommand) Run(ctx context.Context, a *app) error {
	ports := demo.PortsFrom(c.Port, demo.Stations())
	switch {
	case c.Reset:
		return demo.Reset(c.Dir)
	case c.Wait:
		ctx, cancel := context.WithTimeout(ctx, c.For)
		defer cancel()
		return demo.Wait(ctx, ports.HealthURL())
	}
	bin, err := c.programs()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(c.Dir, "demo.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	tools := node.Tools{Now: a.Now, Random: rand.Reader, NewID: uuid.New, Log: node.Log(file, slog.LevelInfo, "bmis", "demo")}
	err = demo.Run(ctx, demo.Config{Dir: c.Dir, Bin: bin, Ports: ports, Pace: c.Pace, Out: a.Out, Tools: tools})
	return errors.Join(err, file.Close())
}

func (c demoCommand) programs() (string, error) {
	if c.Bin != "" {
		return filepath.Abs(c.Bin)
	}
	self, err := os.Executable()
	return filepath.Dir(self), err
}
