package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/visasim"
)

type visaSimulatorCommand struct {
	Listen   string        `default:"127.0.0.1:8491" help:"Address to answer on."`
	Dir      string        `default:"visa-simulator" help:"Folder of its certificate authority and of the token that askers show."`
	Name     []string      `default:"localhost,127.0.0.1" help:"Names of its certificate."`
	Seed     uint64        `default:"1" help:"Other visas for another number."`
	Visas    int           `default:"5000" help:"How many visas it makes up, for the first people of the simulated town."`
	Settings string        `placeholder:"FILE" help:"Write the settings of who asks it, for BMIS_VISA_REGISTRY."`
	Deadline time.Duration `default:"1500ms" help:"How long those settings wait for an answer."`
}

// Help is shown by bmis visa-simulator --help.
func (visaSimulatorCommand) Help() string {
	return `An outside e-visa platform that answers by the contract of docs/evisa-registry.openapi.json. Every visa is made up from the seed. Its page, at the address that it prints,
changes delay and failures while it runs.`
}

// Run answers until it is interrupted.
func (c visaSimulatorCommand) Run(ctx context.Context, a *app) error {
	s, err := visasim.Open(ctx, visasim.Config{
		Dir: c.Dir, Listen: c.Listen, Names: c.Name, Seed: c.Seed, Visas: c.Visas,
		Tools: node.Tools{Now: a.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.NewTextHandler(a.Err, nil))},
	})
	if err != nil {
		return err
	}
	if c.Settings != "" {
		if err := visasim.WriteSettings(c.Settings, c.Dir, s.URL(), c.Deadline); err != nil {
			return err
		}
	}
	if err := a.say("SIMULATOR of an e-visa platform on %s; every visa is made up. Token and root certificate in %s.", s.URL(), c.Dir); err != nil {
		return err
	}
	return s.Run(ctx)
}
