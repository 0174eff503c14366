package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"

	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/cmd/internal/captureagent"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

type captureAgentCommand struct {
	Listen string   `placeholder:"HOST:PORT" help:"Address to answer on; the first free port from 4501 to 4600 of this machine otherwise."`
	Dir    string   `default:"capture-agent" help:"Folder of its keys and certificates, made at the first start."`
	TLS    bool     `name:"tls" help:"Serve https, by a certificate of its own; needed where other machines reach it."`
	Name   []string `help:"Further names of that certificate."`
	Origin []string `help:"Origins of pages that may ask it from a browser. None is usual: browsers talk to the station."`
	Domain string   `placeholder:"FILE" type:"existingfile" help:"Certificate (PEM) for whose holder CAPTURE encrypts."`

	Reader string `placeholder:"URL" help:"Pass on the reader of this device service on this machine, instead of simulating one."`
	Trust  string `placeholder:"FILE" type:"existingfile" help:"Certificates (PEM) of that reader's maker."`

	Folder      string  `placeholder:"DIR" type:"existingdir" help:"Simulated reader: take prints from files FINGER_IMPRESSION.png, .wsq, .fir or .iso instead of growing them."`
	PPI         float64 `name:"ppi" default:"500" help:"Simulated reader: resolution of images of the folder that do not say theirs."`
	Person      string  `default:"1" help:"Simulated reader: who puts the fingers at first."`
	Single      bool    `help:"Simulated reader: takes one finger at a time."`
	Compression string  `enum:"wsq,png,raw" default:"wsq" help:"Simulated reader: how images are sent: wsq, png or raw."`
}

// Help is shown by bmis capture-agent --help.
func (captureAgentCommand) Help() string {
	return `Serves MOSIP's Secure Biometric Interface 0.9.5. Without --reader the reader is SIMULATED: who puts which fingers on it, and what goes
wrong, is set on its page, at the address that it prints. A station reaches it by BMIS_CAPTURE_AGENT and BMIS_CAPTURE_TRUST.`
}

// Run answers until it is interrupted.
func (c captureAgentCommand) Run(ctx context.Context, a *app) error {
	cfg, err := c.config(a)
	if err != nil {
		return usageError{err}
	}
	agent, err := captureagent.Open(ctx, cfg)
	if err != nil {
		return err
	}
	what := "capture agent with the reader of " + c.Reader
	if agent.Simulated != nil {
		what = "capture agent with a SIMULATED READER; its page"
	}
	if err := a.say("%s: %s\nFor a station: BMIS_CAPTURE_AGENT=%s BMIS_CAPTURE_TRUST=%s", what, agent.URL(), agent.URL(), agent.Trust()); err != nil {
		return err
	}
	return agent.Run(ctx)
}

func (c captureAgentCommand) config(a *app) (captureagent.Config, error) {
	cfg := captureagent.Config{
		Dir: c.Dir, Listen: c.Listen, TLS: c.TLS, Names: c.Name, Origins: c.Origin, Upstream: c.Reader, UpstreamTrust: c.Trust, Domain: c.Domain,
		Single: c.Single, Knobs: simulator.Knobs{Person: c.Person},
		Compression: map[string]fir.Compression{"wsq": fir.WSQ, "png": fir.PNG, "raw": fir.Raw}[c.Compression],
		Tools:       node.Tools{Now: a.Now, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(a.Err, nil))},
	}
	switch {
	case c.Reader != "" && c.Trust == "":
		return cfg, fmt.Errorf("--reader: expected --trust with it, as a reader that signs for nobody is not believed")
	case c.Reader != "" && c.Folder != "":
		return cfg, fmt.Errorf("--folder is for the simulated reader; expected it without --reader")
	case c.Folder == "":
		return cfg, nil
	}
	var err error
	cfg.Source, err = simulator.OpenFolder(os.DirFS(c.Folder), c.PPI)
	return cfg, err
}
