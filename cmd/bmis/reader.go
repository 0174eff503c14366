package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"github.com/openbmis/openbmis/cmd/internal/captureagent"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

type readerCommand struct {
	URL   string   `arg:"" help:"The station, such as https://localhost:8443."`
	Case  []string `arg:"" optional:"" help:"Cases to put on the reader, in this order (default: genuine). See bmis reader --help for all."`
	CA    string   `required:"" type:"existingfile" help:"Root certificate of the station (PEM): ca/root.crt in its data directory."`
	Token string   `required:"" type:"existingfile" help:"File with the token that the station issued for the reader."`
	// CaptureAgent has the fingers of each document's bearer on the simulated fingerprint reader.
	CaptureAgent string `placeholder:"URL" help:"Capture agent with a simulated fingerprint reader: each bearer's own fingers lie on it, by his document number."`
}

// Help is shown by bmis reader --help.
func (readerCommand) Help() string {
	help := "Posts documents of a country that does not exist, as a simulated reader of the lane that the token belongs to. The cases:\n\n"
	for _, c := range specimen.Cases() {
		help += fmt.Sprintf("    %-24s %s\n", c.Name, c.About)
	}
	return help
}

// Run posts the cases and says what became of each.
func (c readerCommand) Run(ctx context.Context, a *app) error {
	token, err := secretIn(c.Token)
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(filepath.Clean(c.CA))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return fmt.Errorf("%s: expected a certificate in PEM", c.CA)
	}
	cases := c.Case
	if len(cases) == 0 {
		cases = []string{"genuine"}
	}
	device, agent := simulate.NewSpecimens(a.Now), simulate.NewAgent(c.URL, token, roots)
	for _, name := range cases {
		reading, err := device.Case(name)
		if err != nil {
			return usageError{err}
		}
		if err := c.follow(ctx, a, reading); err != nil {
			return err
		}
		posted, err := agent.Post(ctx, reading)
		if err != nil {
			return err
		}
		if err := a.say("%s: %s %s", name, posted.State, posted.Why); err != nil {
			return err
		}
	}
	return nil
}

// follow puts the bearer of a document before the simulated fingerprint reader. Whose zone cannot be read stays who he was.
func (c readerCommand) follow(ctx context.Context, a *app, reading *reader.Reading) error {
	if c.CaptureAgent == "" {
		return nil
	}
	zone, err := mrz.Parse(reading.MRZ, traveldoc.DateOf(a.Now()), mrz.Training)
	if err != nil || zone.DocumentNumber == "" {
		return a.say("the zone cannot be read; the fingers on the reader stay those of the one before")
	}
	return captureagent.Follow(ctx, c.CaptureAgent, zone.DocumentNumber)
}
