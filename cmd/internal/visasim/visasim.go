// Package visasim runs the simulator of an outside e-visa platform as a server over TLS, with a certificate authority and a token of its own in
// one folder, for the demo and for people who try the adapter. It must never be part of an installation in service: its visas are made up.
package visasim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/simhome"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/visahttp"
	"github.com/openbmis/openbmis/internal/visahttp/simulator"
	"github.com/openbmis/openbmis/traveldoc"
)

// Config is what a running simulator is made of.
type Config struct {
	Dir    string // token, certificate authority
	Listen string // host:port
	Names  []string
	Seed   uint64
	Visas  int // how many it makes up
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
	visas, err := MadeUp(cfg.Seed, cfg.Visas, traveldoc.DateOf(cfg.Tools.Now().UTC()))
	if err != nil {
		return nil, err
	}
	door, err := home.Listen(ctx, cfg.Listen, cfg.Names)
	if err != nil {
		return nil, err
	}
	return &Simulator{simulator.New(simulator.Options{Visas: visas, Token: home.Token, Now: cfg.Tools.Now}), door}, nil
}

// Run answers until ctx ends.
func (s *Simulator) Run(ctx context.Context) error { return s.Serve(ctx, s) }

// MadeUp are the visas of the first people of the simulated town (`bmis simulate` with the same seed): most in force, some revoked, some over.
func MadeUp(seed uint64, n int, today traveldoc.Date) ([]visahttp.Visa, error) {
	if n < 0 || n > 100_000 {
		return nil, fmt.Errorf("visas: expected 0 to 100000")
	}
	town := simulate.Town{Seed: seed, Size: max(n, 1), Today: today}
	draw := rand.New(rand.NewPCG(seed, 11)) //nolint:gosec // visas that can be had again
	list := make([]visahttp.Visa, n)
	for i := range list {
		who := town.Person(i, false)
		from := stay.AddDays(today, -draw.IntN(60))
		v := visahttp.Visa{
			Number: fmt.Sprintf("SIM%06d", i+1), Standing: evisa.InForce, Type: "T", Kind: evisa.KindVisa, Purpose: "tourism", Identity: who.Identity,
			Document: who.Document, From: from, Until: stay.AddDays(from, 90), Days: 30, Entries: draw.IntN(3), Authority: "Simulated platform",
			IssuedAt: stay.AddDays(from, -3).First(),
		}
		v.Document.MRZ = ""
		switch draw.IntN(20) {
		case 0:
			v.Standing, v.Reason = evisa.Revoked, "conditions_not_met"
		case 1:
			v.From, v.Until = stay.AddDays(today, -120), stay.AddDays(today, -30)
		}
		list[i] = v
	}
	return list, nil
}

// WriteSettings writes the file of BMIS_VISA_REGISTRY for who asks the simulator of dir at url.
func WriteSettings(path, dir, url string, deadline time.Duration) error {
	files, err := simhome.FilesOf(dir)
	if err != nil {
		return err
	}
	return simhome.WriteSettings(path, visahttp.Settings{
		Name: "simulator", URL: url, Credentials: files.Token, CA: files.Root, Deadline: visahttp.Span(deadline), Uses: true,
	})
}
