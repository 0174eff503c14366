package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// chipReadOutput is where to what was read goes.
type chipReadOutput struct {
	Out       string `placeholder:"DIR" help:"Write the files to this folder: COM.bin, SOD.bin, DG1.bin ..."`
	JSON      bool   `name:"json" help:"Print the reading as JSON, as the station takes it (docs/reader.md); then, with --trust, the report of bmis chip verify."`
	Post      string `placeholder:"URL" help:"Post the reading to this station."`
	CA        string `name:"ca" placeholder:"FILE" help:"Root certificate of the station (PEM). Default: those of this machine."`
	TokenFile string `placeholder:"FILE" help:"File with the token that the station issued for the reader."`

	chipTrust `embed:""`
}

// chipGiver gives what was read. What could be wrong about its flags was found before the chip was touched.
type chipGiver struct {
	chipReadOutput
	agent *simulate.Agent // nil without --post
	trust *trust.Store    // nil without --trust
	files []trust.Report
}

func (c chipReadOutput) prepare(a *app) (*chipGiver, error) {
	g := &chipGiver{chipReadOutput: c}
	if (c.Post == "") != (c.TokenFile == "") {
		return nil, usageError{errors.New("expected --post and --token-file together")}
	}
	if c.Post != "" {
		token, err := secretIn(c.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("--token-file: %w", err)
		}
		roots, err := rootsIn(c.CA)
		if err != nil {
			return nil, err
		}
		g.agent = simulate.NewAgent(strings.TrimSuffix(strings.TrimSuffix(c.Post, "/"), "/api/readings"), token, roots)
	}
	if c.anyTrust() {
		var err error
		if g.trust, g.files, err = c.store(a.Now()); err != nil {
			return nil, err
		}
	}
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o700); err != nil {
			return nil, fmt.Errorf("--out: %w", err)
		}
	}
	return g, nil
}

// rootsIn are the certificates of a file; nil without one.
func rootsIn(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // those of the machine
	}
	pem, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("--ca %s: expected a certificate in PEM", path)
	}
	return roots, nil
}

// give writes, prints, verifies and posts. What fails keeps the rest from nothing.
func (g *chipGiver) give(ctx context.Context, a *app, r *reader.Reading) error {
	if err := r.Check(); err != nil {
		return err
	}
	return errors.Join(g.write(r.Chip), g.print(a, r), g.post(ctx, a, r))
}

func (g *chipGiver) write(read *reader.Chip) error {
	if g.Out == "" {
		return nil
	}
	for name, data := range read.Files {
		if err := os.WriteFile(filepath.Join(g.Out, name+".bin"), data, 0o600); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	return nil
}

func (g *chipGiver) print(a *app, r *reader.Reading) error {
	var report *emrtd.Report
	if g.trust != nil {
		verified := emrtd.Verify(emrtd.EvidenceOf(r.Chip, ""), g.trust, r.At)
		report = &verified
	}
	if !g.JSON {
		return a.say("%s", strings.Join(readingLines(r, report), "\n"))
	}
	out := json.NewEncoder(a.Out)
	out.SetEscapeHTML(false)
	if err := out.Encode(r); err != nil {
		return fmt.Errorf("write the reading: %w", err)
	}
	if report == nil {
		return nil
	}
	if err := out.Encode(chipOutput{*report, g.files}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// readingLines tells what was read, for people; report may be nil.
func readingLines(r *reader.Reading, report *emrtd.Report) []string {
	lines := []string{"Reader  " + r.Device.Model, "Opened  " + r.Chip.Access}
	if r.Device.Simulated {
		lines = append(lines, "SIMULATED: an emulated chip of a country that does not exist")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Chip.Files)) {
		lines = append(lines, fmt.Sprintf("%-12s %6d bytes", name, len(r.Chip.Files[name])))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Chip.Unread)) {
		lines = append(lines, fmt.Sprintf("%-12s not read: %s", name, r.Chip.Unread[name]))
	}
	if report == nil {
		return append(lines, "Nothing was verified: --trust FILE names what to verify with.")
	}
	for _, s := range report.Steps {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%-24s %-12s %s", s.Name, s.Verdict, s.Reason)))
	}
	for _, note := range report.Notes {
		lines = append(lines, "Note: "+note)
	}
	return lines
}

func (g *chipGiver) post(ctx context.Context, a *app, r *reader.Reading) error {
	if g.agent == nil {
		return nil
	}
	posted, err := g.agent.Post(ctx, r)
	if err != nil {
		return err
	}
	a.note("Posted: %s %s", posted.State, posted.Why)
	return nil
}
