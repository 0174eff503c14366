// Package interpolsim runs the simulator of an INTERPOL-style service as a server over TLS, with a certificate authority and a token of its own in
// one folder, for the demo and for people who try the adapters. It must never be part of an installation in service: what it answers is made up.
package interpolsim

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts/interpol"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/ca"
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
	cfg       Config
	authority *ca.Authority
	listener  net.Listener
}

// Open makes the simulator and listens.
func Open(ctx context.Context, cfg Config) (*Simulator, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	token, err := openToken(tokenFile(cfg.Dir), cfg.Tools.Random)
	if err != nil {
		return nil, err
	}
	server, err := simulator.New(simulator.Options{
		Data: simulator.NewData(cfg.Seed, cfg.Size, cfg.Tools.Now), Token: token, Seed: cfg.Seed, Random: cfg.Tools.Random,
	})
	if err != nil {
		return nil, err
	}
	for _, k := range interpol.Kinds() {
		if err := server.Set(k, cfg.Knobs); err != nil {
			return nil, err
		}
	}
	authority, err := ca.OpenOrCreate(filepath.Join(cfg.Dir, "ca"), cfg.Tools.Random, cfg.Tools.Now)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	listener, err := node.Listen(ctx, cfg.Listen)
	if err != nil {
		return nil, err
	}
	return &Simulator{Server: server, cfg: cfg, authority: authority, listener: listener}, nil
}

// Address is where it answers, host:port.
func (s *Simulator) Address() string { return s.listener.Addr().String() }

// Run answers until ctx ends.
func (s *Simulator) Run(ctx context.Context) error {
	certificate, err := s.authority.Server(s.cfg.Names, s.cfg.Tools.Log)
	if err != nil {
		return errors.Join(fmt.Errorf("certificate: %w", err), s.listener.Close())
	}
	return node.Serve(ctx, s.listener, ca.ServerTLS(certificate.GetCertificate), s, s.cfg.Tools.Log, nil)
}

func tokenFile(dir string) string { return filepath.Join(dir, "token") }

func openToken(path string, random io.Reader) (string, error) {
	text, err := os.ReadFile(filepath.Clean(path))
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return strings.TrimSpace(string(text)), err
	}
	raw := make([]byte, 24)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", err
	}
	token := hex.EncodeToString(raw)
	return token, os.WriteFile(path, []byte(token+"\n"), 0o600)
}

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
	var all []form
	for _, a := range adapters {
		all = append(all, form{a, url, tokenFile(dir), filepath.Join(dir, "ca", "root.crt"), deadline.String()})
	}
	text, err := json.MarshalIndent(map[string]any{"adapters": all}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}
