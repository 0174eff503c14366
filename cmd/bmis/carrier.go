package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
)

// carrierCommand keeps the centre's carriers, and is a carrier's own client.
type carrierCommand struct {
	Add         carrierAdd         `cmd:"" help:"Admit a carrier."`
	List        carrierList        `cmd:"" help:"List carriers with their credentials and certificates."`
	Credentials carrierCredentials `cmd:"" help:"Give a carrier a NATS credential. It is written once and kept nowhere."`
	Rotate      carrierRotate      `cmd:"" help:"Give a carrier a new NATS credential and take back the others."`
	Revoke      carrierRevoke      `cmd:"" help:"Take back one credential or certificate, or all of a carrier. Who is connected by it is cut at once."`
	Shut        carrierShut        `cmd:"" help:"Keep a carrier out, whatever it holds, until it is opened again."`
	Open        carrierOpen        `cmd:"" help:"Let a carrier in again that was shut out."`
	Limit       carrierLimit       `cmd:"" help:"Set what a carrier may do at once."`
	Certificate carrierCertificate `cmd:"" help:"Sign a carrier's certificate request, for HTTPS."`
	Cluster     carrierCluster     `cmd:"" help:"Print the settings by which an external NATS cluster serves as the carriers' door."`

	Key    carrierKey    `cmd:"" help:"As a carrier: make a key and a certificate request for it."`
	Send   carrierSend   `cmd:"" help:"As a carrier: send messages, or ask whether travellers may board."`
	Listen carrierListen `cmd:"" help:"As a carrier: receive what the State sends, and acknowledge it."`
}

// Help is shown by bmis carrier --help.
func (carrierCommand) Help() string {
	return `At the centre (BMIS_DATA_DIR or --data-dir; every change is written to the audit log):

    bmis carrier add XA --name "Almara Air"
    bmis carrier credentials XA --out xa.creds
    bmis carrier certificate XA --request xa.csr --out xa.crt
    bmis carrier revoke XA --credential UABC... --reason "laptop lost"

At the carrier:

    bmis carrier send list.edi --carrier XA --url tls://centre.example:4223 --credentials xa.creds --ca root.crt
    bmis carrier send check.edi --interactive --carrier XA --url https://carriers.centre.example --certificate xa.crt --key xa.key --ca root.crt
    bmis carrier listen --carrier XA --url tls://centre.example:4223 --credentials xa.creds --ca root.crt`
}

// carrierPlace is the centre whose carriers are meant: its database, its keys, its certificate authority.
type carrierPlace struct{ databasePlace }

// dir is the centre's data directory, where keys lie.
func (p carrierPlace) dir(getenv func(string) string) (string, error) {
	if p.DataDir != "" {
		return p.DataDir, nil
	}
	if dir := getenv("BMIS_DATA_DIR"); dir != "" {
		return dir, nil
	}
	if path := getenv(config.FileVariable); path != "" {
		file, err := config.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("%s: %w", config.FileVariable, err)
		}
		if dir := file["BMIS_DATA_DIR"]; dir != "" {
			return dir, nil
		}
	}
	return "", errors.New("where are the centre's keys? Expected --data-dir DIR, or BMIS_DATA_DIR in the environment")
}

func (p carrierPlace) keys(a *app) (*gate.Keys, error) {
	dir, err := p.dir(a.Getenv)
	if err != nil {
		return nil, err
	}
	return gate.OpenKeys(filepath.Join(dir, "keys", "carriers"), rand.Reader)
}

// store opens the carriers of a centre.
func (p carrierPlace) store(ctx context.Context, a *app, use func(*carrierdb.Store) error) error {
	keys, err := p.keys(a)
	if err != nil {
		return err
	}
	dir, err := p.dir(a.Getenv)
	if err != nil {
		return err
	}
	authority, err := ca.OpenOrCreate(filepath.Join(dir, "ca"), rand.Reader, a.Now)
	if err != nil {
		return err
	}
	return p.with(ctx, a, func(db *postgres.DB) error { return inWords(use(carrierdb.New(db, keys, authority, a.Now))) })
}

type carrierAdd struct {
	carrierPlace
	Code string `arg:"" help:"Its designator, two or three letters or digits."`
	Name string `required:"" help:"Its name, for people."`
}

// Run admits the carrier.
func (c carrierAdd) Run(ctx context.Context, a *app) error {
	return c.store(ctx, a, func(s *carrierdb.Store) error {
		if err := s.Add(ctx, a.console(), carrierdb.Carrier{Code: c.Code, Name: c.Name}); err != nil {
			return err
		}
		return a.say("%s is admitted; give it a credential (bmis carrier credentials) or a certificate (bmis carrier certificate).", c.Code)
	})
}

type carrierList struct{ carrierPlace }

// Run prints a table of carriers, and below each what it was given.
func (c carrierList) Run(ctx context.Context, a *app) error {
	return c.with(ctx, a, func(db *postgres.DB) error {
		list, err := carrierdb.New(db, nil, nil, a.Now).Carriers(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "CARRIER\tNAME\tSTATE\tCONNECTIONS\tMESSAGE BYTES\tMESSAGES A SECOND") // Flush tells of a failure
		for _, one := range list {
			printCarrier(table, one, a.Now())
		}
		return table.Flush()
	})
}

func printCarrier(table io.Writer, one carrierdb.Carrier, now time.Time) {
	state := "admitted"
	if one.Shut() {
		state = "shut out " + one.ShutAt.Format(time.DateOnly)
	}
	_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\n", one.Code, one.Name, state, one.Connections, one.Payload, one.Rate)
	for _, k := range one.Credentials {
		_, _ = fmt.Fprintf(table, "  credential\t%s\t%s\tuntil %s\t%s\t\n",
			k.PublicKey, holding(k.Holds(now), k.RevokeReason), k.ExpiresAt.Format(time.DateOnly), k.Label)
	}
	for _, k := range one.Certificates {
		_, _ = fmt.Fprintf(table, "  certificate\t%s\t%s\tuntil %s\t\t\n", k.Serial, holding(k.Holds(now), k.DenyReason), k.NotAfter.Format(time.DateOnly))
	}
}

func holding(holds bool, why string) string {
	switch {
	case holds && why != "":
		return "ends: " + why
	case holds:
		return "holds"
	case why != "":
		return "taken back: " + why
	}
	return "expired"
}

type carrierCredentials struct {
	carrierPlace
	Code  string        `arg:"" help:"The carrier's designator."`
	Out   string        `required:"" help:"File to write, readable by you alone. It must not be there."`
	Label string        `help:"What it is for."`
	Valid time.Duration `default:"8784h" help:"How long it is good."`
}

// Run issues a credential.
func (c carrierCredentials) Run(ctx context.Context, a *app) error {
	return c.issue(ctx, a, c.Code, c.Out, carrierdb.Wish{Label: c.Label, Valid: c.Valid})
}

// issue writes the file before anything is given out: a credential whose file could not be written would be lost.
func (p carrierPlace) issue(ctx context.Context, a *app, code, out string, w carrierdb.Wish) (err error) {
	file, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	written := false
	defer func() {
		err = errors.Join(err, file.Close())
		if !written {
			err = errors.Join(err, os.Remove(out))
		}
	}()
	return p.store(ctx, a, func(s *carrierdb.Store) error {
		made, err := s.Issue(ctx, a.console(), code, w)
		if err != nil {
			return err
		}
		written = true
		if _, err := file.Write(made.File); err != nil {
			return err
		}
		return a.say("%s: credential %s, good until %s, is in %s. It is kept nowhere else.",
			code, made.PublicKey, made.Expires.UTC().Format(time.DateOnly), out)
	})
}

type carrierRotate struct {
	carrierPlace
	Code    string        `arg:"" help:"The carrier's designator."`
	Out     string        `required:"" help:"File to write, readable by you alone. It must not be there."`
	Label   string        `help:"What it is for."`
	Valid   time.Duration `default:"8784h" help:"How long it is good."`
	Overlap time.Duration `help:"How long the old ones stay good beside it, at most 720h; none is not at all."`
}

// Run issues a credential in the place of all others.
func (c carrierRotate) Run(ctx context.Context, a *app) error {
	return c.issue(ctx, a, c.Code, c.Out, carrierdb.Wish{Label: c.Label, Valid: c.Valid, Rotate: true, Overlap: c.Overlap})
}

type carrierRevoke struct {
	carrierPlace
	Code        string `arg:"" help:"The carrier's designator."`
	Credential  string `xor:"what" help:"Public key of the credential, as bmis carrier list shows it."`
	Certificate string `xor:"what" help:"Serial number of the certificate."`
	All         bool   `xor:"what" help:"Everything that the carrier holds."`
	Reason      string `required:"" help:"Why; it is kept."`
}

// Run takes something back.
func (c carrierRevoke) Run(ctx context.Context, a *app) error {
	return c.store(ctx, a, func(s *carrierdb.Store) error {
		var err error
		switch {
		case c.Credential != "":
			err = s.Revoke(ctx, a.console(), c.Code, c.Credential, c.Reason)
		case c.Certificate != "":
			err = s.Deny(ctx, a.console(), c.Code, c.Certificate, c.Reason)
		case c.All:
			err = s.RevokeAll(ctx, a.console(), c.Code, c.Reason)
		default:
			err = errors.New("what is to be taken back? Expected --credential, --certificate or --all")
		}
		if err != nil {
			return err
		}
		return a.say("%s: taken back.", c.Code)
	})
}

type carrierShut struct {
	carrierPlace
	Code   string `arg:"" help:"The carrier's designator."`
	Reason string `required:"" help:"Why; it is kept."`
}

// Run shuts a carrier out.
func (c carrierShut) Run(ctx context.Context, a *app) error {
	return c.store(ctx, a, func(s *carrierdb.Store) error {
		if err := s.Shut(ctx, a.console(), c.Code, c.Reason); err != nil {
			return err
		}
		return a.say("%s is shut out.", c.Code)
	})
}

type carrierOpen struct {
	carrierPlace
	Code string `arg:"" help:"The carrier's designator."`
}

// Run lets a carrier in again.
func (c carrierOpen) Run(ctx context.Context, a *app) error {
	return c.store(ctx, a, func(s *carrierdb.Store) error {
		if err := s.Open(ctx, a.console(), c.Code); err != nil {
			return err
		}
		return a.say("%s may come in again.", c.Code)
	})
}

type carrierLimit struct {
	carrierPlace
	Code        string `arg:"" help:"The carrier's designator."`
	Connections int    `required:"" help:"NATS connections open at once."`
	Payload     int    `required:"" help:"Bytes of one NATS message, at most 1048576."`
	Rate        int    `required:"" help:"Messages a second, over NATS and HTTPS together."`
}

// Run sets the limits.
func (c carrierLimit) Run(ctx context.Context, a *app) error {
	return c.store(ctx, a, func(s *carrierdb.Store) error {
		limits := carrierdb.Carrier{Code: c.Code, Connections: c.Connections, Payload: c.Payload, Rate: c.Rate}
		if err := s.SetLimits(ctx, a.console(), limits); err != nil {
			return err
		}
		return a.say("%s: the limits are set.", c.Code)
	})
}

type carrierCertificate struct {
	carrierPlace
	Code    string `arg:"" help:"The carrier's designator."`
	Request string `required:"" help:"Certificate request (PEM, ECDSA on P-256), '-' for the standard input."`
	Out     string `required:"" help:"File to write: the certificate, then what leads to the centre's root, which is last."`
}

// Run signs the request.
func (c carrierCertificate) Run(ctx context.Context, a *app) error {
	request, err := readInput(a, c.Request)
	if err != nil {
		return err
	}
	return c.store(ctx, a, func(s *carrierdb.Store) error {
		chain, err := s.Certify(ctx, a.console(), c.Code, request)
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.Out, chain, 0o644); err != nil { //nolint:gosec // certificates are public
			return err
		}
		return a.say("%s: the certificate is in %s.", c.Code, c.Out)
	})
}

// readInput reads a file of a few kilobytes, or the standard input for "-".
func readInput(a *app, path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(a.In, 1<<20))
	}
	return os.ReadFile(path)
}

type carrierCluster struct{ carrierPlace }

// Run prints the settings.
func (c carrierCluster) Run(a *app) error {
	keys, err := c.keys(a)
	if err != nil {
		return err
	}
	text, err := keys.OperatorConfig()
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.Out, text)
	return err
}

type carrierKey struct {
	Code string `arg:"" help:"The carrier's designator."`
	Out  string `required:"" help:"Where to write OUT.key, readable by you alone, and OUT.csr, to send to the State."`
}

// Run makes the key and the request. The key never leaves the carrier.
func (c carrierKey) Run(a *app) error {
	key, request, err := ca.NewCarrierRequest(rand.Reader, c.Code)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.Out+".key", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, bytes.NewReader(key))
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.WriteFile(c.Out+".csr", request, 0o644); err != nil { //nolint:gosec // a request is public
		return err
	}
	return a.say("%s", strings.Join([]string{c.Out + ".key", c.Out + ".csr"}, " and ")+" are written; send the State the second.")
}
