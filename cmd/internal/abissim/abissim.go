// Package abissim runs a simulator of an outside ABIS: a NATS server of its own over TLS, with a certificate authority, a token and a key in one
// folder, and behind it the messages of package abis, answered by our own engine from memory. It is for the demo, for tests and for people who
// try the centre's side. It must never be part of an installation in service: it forgets everybody when it ends, and misbehaves when it is
// told to.
package abissim

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/simhome"
	"github.com/openbmis/openbmis/internal/abisnats"
)

// Config is what a simulator is made of.
type Config struct {
	Dir    string // keys, token, certificate authority, streams
	Listen string // host:port
	Names  []string
	Knobs  Knobs
	// MinQuality is the lowest score of a print that is taken; 0: any.
	MinQuality uint8
	Tools      node.Tools
}

// Simulator is an ABIS that runs.
type Simulator struct {
	behaviour *misbehaving
	broker    *abisnats.Broker
	server    *abisnats.Server
	close     func()
}

const (
	keyFile       = "abis.key"
	recipientFile = "abis.pub"
	keyBits       = 3072
)

// Open starts the NATS server and makes what is missing in the folder.
func Open(ctx context.Context, cfg Config) (*Simulator, error) {
	if err := cfg.Knobs.Check(); err != nil {
		return nil, err
	}
	home, err := simhome.Open(cfg.Dir, cfg.Tools)
	if err != nil {
		return nil, err
	}
	key, err := openKey(cfg.Dir, cfg.Tools.Random)
	if err != nil {
		return nil, err
	}
	broker, err := startBroker(cfg, home)
	if err != nil {
		return nil, err
	}
	conn, err := broker.Connect()
	if err != nil {
		broker.Close()
		return nil, err
	}
	s := &Simulator{broker: broker, behaviour: &misbehaving{random: cfg.Tools.Random, knobs: cfg.Knobs}}
	s.close = func() { conn.Close(); broker.Close() }
	s.server, err = abisnats.NewServer(ctx, abisnats.ServerConfig{Conn: conn, Answer: s.behaviour.answer, Log: cfg.Tools.Log})
	if err != nil {
		s.close()
		return nil, err
	}
	s.behaviour.service = abis.NewService(abis.ServiceConfig{
		Engine: abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), cfg.Tools.Now),
		Key:    key, Fetch: s.server.Fetch, Pending: s.server.Pending, MinQuality: cfg.MinQuality, Now: cfg.Tools.Now,
	})
	return s, nil
}

func startBroker(cfg Config, home *simhome.Home) (*abisnats.Broker, error) {
	tls, err := home.TLS(cfg.Names)
	if err != nil {
		return nil, err
	}
	return abisnats.StartBroker(abisnats.BrokerConfig{
		Listen: cfg.Listen, TLS: tls, Token: home.Token, StoreDir: filepath.Join(cfg.Dir, "streams"), Log: cfg.Tools.Log,
	})
}

// URL is where it answers.
func (s *Simulator) URL() string { return s.broker.URL() }

// Set changes how it misbehaves, from the next request on.
func (s *Simulator) Set(k Knobs) error {
	if err := k.Check(); err != nil {
		return err
	}
	s.behaviour.set(k)
	return nil
}

// Run answers until ctx ends, and closes the simulator.
func (s *Simulator) Run(ctx context.Context) error {
	defer s.close()
	return s.server.Run(ctx)
}

// openKey is the key that biometrics are sealed for; its public half is written beside it.
func openKey(dir string, random io.Reader) (*rsa.PrivateKey, error) {
	path := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(filepath.Clean(path))
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(dir, random)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: expected a key in PEM", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s: expected an RSA key", path)
	}
	return private, nil
}

func createKey(dir string, random io.Reader) (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(random, keyBits)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	if err := writePEM(filepath.Join(dir, recipientFile), "PUBLIC KEY", public); err != nil {
		return nil, err
	}
	return key, writePEM(filepath.Join(dir, keyFile), "PRIVATE KEY", private)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// WriteSettings writes the file of BMIS_ABIS for a centre that asks the simulator of dir at url.
func WriteSettings(path, dir, url string, deadline time.Duration) error {
	files, err := simhome.FilesOf(dir)
	if err != nil {
		return err
	}
	return simhome.WriteSettings(path, abisnats.Settings{
		Name: "abis-simulator", URL: url, CA: files.Root, Token: files.Token, Deadline: deadline.String(),
		Recipient: filepath.Join(files.Dir, recipientFile),
	})
}
