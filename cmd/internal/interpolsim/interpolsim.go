// Package interpolsim runs the simulator of an INTERPOL-style service as a server over TLS, with a certificate authority and a token of its own in
// one folder, for the demo and for people who try the adapters. It must never be part of an installation in service: what it answers is made up.
package interpolsim

import (
	"context"
	"time"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/simhome"
	"github.com/openbmis/openbmis/internal/interpolhttp/simulator"
)

// Config is what a running simulator is made of.
type Config struct {
	Dir    string // keys, token, certificate authority
	Listen string // host:port
	Names  []string
	Seed   uint64
	Size   simulator.Size
	Knobs  simulator.Knobs // of every kind, at the start
	Tools  node.Tools
}

// Simulator is a simulator that can be run.
type Simulator struct {
	*simulator.Server
	*simhome.Door
}

// Open makes the simulator and listens.
func Open(ctx context.Context, cfg Config) (*Simulator, error) {
	home, err := simhome.Open(cfg.Dir, cfg.Tools)
	if err != nil {
		return nil, err
	}
	server, err := simulator.New(simulator.Options{
		Data: simulator.NewData(cfg.Seed, cfg.Size, cfg.Tools.Now), Token: home.Token, Seed: cfg.Seed, Random: cfg.Tools.Random,
	})
	if err != nil {
		return nil, err
	}
	for _, k := range interpol.Kinds() {
		if err := server.Set(k, cfg.Knobs); err != nil {
			return nil, err
		}
	}
	door, err := home.Listen(ctx, cfg.Listen, cfg.Names)
	if err != nil {
		return nil, err
	}
	return &Simulator{server, door}, nil
}

// Run answers until ctx ends.
func (s *Simulator) Run(ctx context.Context) error { return s.Serve(ctx, s) }

// Adapter is an adapter of the file that WriteSettings writes.
type Adapter struct {
	Name    string            `json:"name"`
	Kind    interpol.Kind     `json:"kind"`
	Details int               `json:"details,omitempty"`
	Copy    map[string]string `json:"local_copy,omitempty"`
}

// Adapters are one adapter for each kind; documents may be held as a local copy.
func Adapters() []Adapter {
	hold := map[string]string{"too_old": "24h", "refresh": "30s"}
	return []Adapter{
		{Name: "sltd", Kind: interpol.SLTD, Copy: hold}, {Name: "nominals", Kind: interpol.Nominals, Details: 1},
		{Name: "tdawn", Kind: interpol.TDAWN, Copy: hold}, {Name: "vehicles", Kind: interpol.Vehicles},
	}
}

// WriteSettings writes the file of BMIS_INTERPOL for stations that ask the simulator of dir at url.
func WriteSettings(path, dir, url string, deadline time.Duration, adapters []Adapter) error {
	type form struct {
		Adapter
		URL         string `json:"url"`
		Credentials string `json:"credentials"`
		CA          string `json:"ca"`
		Deadline    string `json:"deadline"`
	}
	files, err := simhome.FilesOf(dir)
	if err != nil {
		return err
	}
	var all []form
	for _, a := range adapters {
		all = append(all, form{a, url, files.Token, files.Root, deadline.String()})
	}
	return simhome.WriteSettings(path, map[string]any{"adapters": all})
}
