package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// trustCommand has the commands about what signatures of travel documents are judged by.
type trustCommand struct {
	Check  trustCheckCommand  `cmd:"" help:"Read certificates, CRLs, master lists, PKD files and deviation lists, and print what they hold as JSON."`
	Import trustImportCommand `cmd:"" help:"Propose trust material at the centre, and approve as a second person what another proposed."`
	List   trustListCommand   `cmd:"" help:"List what the centre publishes, or the proposals."`
	Show   trustShowCommand   `cmd:"" help:"Show one certificate, revocation list or known defect, or a proposal with what it changes."`
}

type trustCheckCommand struct {
	Files  []string `arg:"" name:"file" help:"Files to read; - is the standard input."`
	Anchor []string `placeholder:"FILE" help:"CSCA certificates that may vouch for the signer of a list or CRL. Repeatable."`
}

// Help is shown by bmis trust check --help.
func (trustCheckCommand) Help() string {
	return `The kind of a file is recognised from its content. Each file gives one JSON object on one line, in order: file, kind, signer,
signature (verdict pass, fail, inconclusive or not_done, and why), parsed, refused (index, subject, reason). A list whose signer no anchor
vouches for is inconclusive, not wrong. What a file holds does not change the exit code: it is 1 only when a file could not be read from
the disk. Such a file has its object too, of kind unknown with the verdict not_done, and the others are read all the same.

Example:

    bmis trust check --anchor csca.cer masterlist.ml crl.der`
}

// Run checks every file and prints a line for each.
func (c trustCheckCommand) Run(a *app) error {
	options := trust.Options{Now: a.Now()}
	for _, name := range c.Anchor {
		anchors, err := readAnchors(a, name)
		if err != nil {
			return err
		}
		options.Anchors = append(options.Anchors, anchors...)
	}
	lines := json.NewEncoder(a.Out)
	lines.SetEscapeHTML(false)
	var failed []error
	for _, name := range c.Files {
		var report trust.Report
		if data, err := readTrustInput(a, name); err != nil {
			report = unreadTrust(name, err)
			failed = append(failed, fmt.Errorf("%s: %s", name, whyUnread(err)))
		} else {
			report = trust.Import(name, data, options).Report
		}
		if err := lines.Encode(report); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
	}
	return errors.Join(failed...)
}

// unreadTrust is the report of a file that could not be read from the disk.
func unreadTrust(name string, err error) trust.Report {
	return trust.Report{
		File: name, Kind: trust.FileUnknown,
		Signature: trust.SignatureNote{Verdict: traveldoc.NotDone, Reason: trust.ReasonUnreadable},
		Refused:   []pki.Refused{{Reason: whyUnread(err)}},
	}
}

// readAnchors reads the certificates of a file.
func readAnchors(a *app, name string) ([]*pki.Certificate, error) {
	data, err := readTrustInput(a, name)
	if err != nil {
		return nil, usageError{fmt.Errorf("--anchor: %w", err)}
	}
	var anchors []*pki.Certificate
	for _, item := range trust.Import(name, data, trust.Options{Now: a.Now(), Origin: trust.Bilateral}).Items {
		if item.Kind != trust.CSCA && item.Kind != trust.Link {
			continue
		}
		c, err := pki.ParseCertificate(item.DER)
		if err != nil {
			return nil, usageError{fmt.Errorf("--anchor %s: %w", name, err)}
		}
		anchors = append(anchors, c)
	}
	if len(anchors) == 0 {
		return nil, usageError{fmt.Errorf("--anchor %s: expected the certificate of a CSCA", name)}
	}
	return anchors, nil
}

// maxTrustInput bounds what is read into memory.
const maxTrustInput = 256 << 20

func readTrustInput(a *app, name string) ([]byte, error) {
	in := a.In
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read trust material: %w", err)
		}
		defer func() { _ = file.Close() }() // only read from
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxTrustInput+1))
	if err != nil {
		return nil, fmt.Errorf("read trust material from %s: %w", name, err)
	}
	return data, nil
}
