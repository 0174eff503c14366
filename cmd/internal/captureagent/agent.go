package captureagent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/sbihttp"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

// Config is what an agent is made of.
type Config struct {
	Dir    string // keys and certificates, made at the first start
	Listen string // host:port; "" is the first free port of the standard's on this machine
	// TLS serves https by a certificate of the agent's own, for Names. An address that other machines reach must have it.
	TLS     bool
	Names   []string
	Origins []string // of pages that may ask it from a browser; none is usual
	// Upstream is the address of a device service on this machine whose reader is passed on, and UpstreamTrust the file of its maker's
	// certificates; "" is the simulated reader.
	Upstream, UpstreamTrust string
	// Domain is a file with the certificate (PEM) for whom CAPTURE encrypts; "" refuses CAPTURE.
	Domain string
	// Of the simulated reader:
	Source      simulator.Source // nil grows synthetic fingers
	Single      bool
	Compression fir.Compression
	Knobs       simulator.Knobs
	// Suffix stands behind the serial number: readers that share a folder, and so its keys, are told apart by it.
	Suffix string
	Tools  node.Tools
}

// Agent is an agent that can be run.
type Agent struct {
	// Simulated is the simulated reader; nil where a real one is passed on.
	Simulated *simulator.Reader
	cfg       Config
	server    *sbihttp.Server
	page      http.Handler // of a simulated reader
	client    *sbihttp.Client
	listener  net.Listener
	tls       *tls.Config
}

// Open makes the agent and listens.
func Open(ctx context.Context, cfg Config) (_ *Agent, err error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	a := &Agent{cfg: cfg}
	if a.listener, err = listen(ctx, cfg.Listen, cfg.TLS); err != nil {
		return nil, err
	}
	if err := a.prepare(); err != nil {
		return nil, errors.Join(err, a.listener.Close())
	}
	return a, nil
}

// URL is where the agent answers.
func (a *Agent) URL() string {
	scheme := "http"
	if a.cfg.TLS {
		scheme = "https"
	}
	return scheme + "://" + a.listener.Addr().String()
}

// Trust is the file of the certificates that a station trusts the agent by.
func (a *Agent) Trust() string { return filepath.Join(a.cfg.Dir, TrustFile) }

// listen opens the address, or the first free port of the standard's.
func listen(ctx context.Context, address string, secure bool) (net.Listener, error) {
	if address == "" {
		for port := sbi.FirstPort; port <= sbi.LastPort; port++ {
			if l, err := node.Listen(ctx, fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
				return l, nil
			}
		}
		return nil, fmt.Errorf("every port from %d to %d is taken", sbi.FirstPort, sbi.LastPort)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen: expected host:port: %w", err)
	}
	if ip := net.ParseIP(host); !secure && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %s: other machines reach it; expected https (--tls), as prints would travel in clear", address)
	}
	return node.Listen(ctx, address)
}

func (a *Agent) prepare() error {
	keys := keyring{dir: a.cfg.Dir, random: a.cfg.Tools.Random, now: a.cfg.Tools.Now}
	root, err := keys.root()
	if err != nil {
		return err
	}
	trust := certificateText(root.certificate)
	if a.cfg.TLS {
		more, err := a.prepareTLS()
		if err != nil {
			return err
		}
		trust = append(trust, more...)
	}
	if err := os.WriteFile(a.Trust(), trust, 0o644); err != nil { //nolint:gosec // certificates are public
		return err
	}
	name := "capture agent"
	if a.cfg.Upstream == "" {
		name = "SIMULATED reader"
	}
	device, err := keys.device(root, name)
	if err != nil {
		return err
	}
	return a.prepareServer(keys, device)
}

// prepareTLS opens the authority of the agent's https and gives its root. Connections are HTTP/1.1: a simulator cuts them.
func (a *Agent) prepareTLS() ([]byte, error) {
	authority, err := ca.OpenOrCreate(filepath.Join(a.cfg.Dir, "https"), a.cfg.Tools.Random, a.cfg.Tools.Now)
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Server(a.names(), a.cfg.Tools.Log)
	if err != nil {
		return nil, err
	}
	a.tls = ca.ServerTLS(certificate.GetCertificate)
	a.tls.NextProtos = []string{"http/1.1"}
	return authority.RootPEM(), nil
}

// names are those by which the agent is reached.
func (a *Agent) names() []string {
	names := append([]string{"localhost", "127.0.0.1"}, a.cfg.Names...)
	if host, _, err := net.SplitHostPort(a.cfg.Listen); err == nil && host != "" && !net.ParseIP(host).IsUnspecified() {
		names = append(names, host)
	}
	return names
}

func (a *Agent) prepareServer(keys keyring, device pair) error {
	signer, err := keys.signer(device)
	if err != nil {
		return err
	}
	o := sbihttp.ServerOptions{
		Signer: signer, Now: a.cfg.Tools.Now, Log: a.cfg.Tools.Log, URL: a.URL(), Hosts: a.names(), Origins: a.cfg.Origins, Version: node.Version(),
	}
	if a.cfg.Domain != "" {
		if o.Seal, err = sealFor(a.cfg.Domain, a.cfg.Tools.Random); err != nil {
			return err
		}
	}
	if a.cfg.Upstream != "" {
		err = a.passOn(&o)
	} else {
		err = a.simulate(&o, keys, device)
	}
	a.server = sbihttp.NewServer(o)
	return err
}

// sealFor reads the certificate for whose holder CAPTURE encrypts.
func sealFor(file string, random io.Reader) (func(*sbi.Biometric, *sbi.Data, []byte) error, error) {
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: expected a certificate in PEM", file)
	}
	domain, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return sbi.SealFor(domain, random)
}

// passOn puts the reader of another device service behind the agent.
func (a *Agent) passOn(o *sbihttp.ServerOptions) error {
	trust, err := sbihttp.OpenTrust(a.cfg.UpstreamTrust)
	if err != nil {
		return err
	}
	a.client, err = sbihttp.New(sbihttp.Options{URL: a.cfg.Upstream, Trust: trust, Decode: sbi.DecodeFIR, Now: a.cfg.Tools.Now})
	o.Reader = a.client
	return err
}

// simulate puts the simulated reader behind the agent.
func (a *Agent) simulate(o *sbihttp.ServerOptions, keys keyring, device pair) error {
	serial, err := keys.serial()
	if err != nil {
		return err
	}
	other, err := keys.stranger(device.key)
	if err != nil {
		return err
	}
	stranger, err := keys.signer(other)
	if err != nil {
		return err
	}
	var seed [8]byte
	if _, err := io.ReadFull(a.cfg.Tools.Random, seed[:]); err != nil {
		return err
	}
	source := a.cfg.Source
	if source == nil {
		source = simulator.NewSynthetic()
	}
	a.Simulated = simulator.New(simulator.Options{
		Source: source, Serial: serial + a.cfg.Suffix, Single: a.cfg.Single, Seed: binary.BigEndian.Uint64(seed[:]), Compression: a.cfg.Compression,
		Assess: assess, Now: a.cfg.Tools.Now, Stranger: &stranger, Version: node.Version(), Log: a.cfg.Tools.Log,
	})
	o.Reader, o.Break, a.page = a.Simulated, a.Simulated.Break, a.Simulated.Handler(a.names())
	return a.Simulated.Set(a.cfg.Knobs)
}

// assess scores a print as the counter does, by the engine's own measure.
func assess(image biometrics.Image) (int, error) {
	a, err := fingerprint.Assess(image)
	return int(a.Score), err
}

// ServeHTTP answers the interface, and the page of a simulated reader.
func (a *Agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.server.Handles(strings.TrimSuffix(r.URL.Path, "/")) || a.Simulated == nil {
		a.server.ServeHTTP(w, r)
		return
	}
	a.page.ServeHTTP(w, r)
}

// Run answers until ctx ends.
func (a *Agent) Run(ctx context.Context) error {
	return node.Serve(ctx, a.listener, a.tls, a, a.cfg.Tools.Log, func(context.Context) error {
		a.server.Close()
		if a.Simulated != nil {
			a.Simulated.Close()
		}
		if a.client != nil {
			a.client.Close()
		}
		return nil
	})
}
