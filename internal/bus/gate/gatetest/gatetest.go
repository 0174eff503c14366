// Package gatetest runs a real carriers' door for tests: the embedded server in operator mode with TLS, and carriers that dial it with
// credentials that were issued. It must never be imported by a program.
package gatetest

import (
	"crypto/rand"
	"crypto/tls"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/ca"
)

// Gate is a running server with its keys and its certificate authority.
type Gate struct {
	*gate.Server
	Keys     *gate.Keys
	CA       *ca.Authority
	Listen   string
	StoreDir string
	KeyDir   string
	dir      string
	Carriers map[string]gate.Carrier
}

const serverName = "carriers.test"

// New starts a server that knows carriers; it is closed at the end of the test.
func New(t testing.TB, carriers ...string) *Gate {
	t.Helper()
	return Open(t, t.TempDir(), "127.0.0.1:0", carriers...)
}

// Open is New over a folder that holds keys and streams already.
func Open(t testing.TB, dir, listen string, carriers ...string) *Gate {
	t.Helper()
	g := &Gate{Listen: listen, StoreDir: filepath.Join(dir, "jetstream"), KeyDir: filepath.Join(dir, "keys"), dir: dir}
	return g.open(t, filepath.Join(dir, "ca"), carriers)
}

// OpenAt is New with keys and an authority that are there already, as a centre's are.
func OpenAt(t testing.TB, keys, authority string, carriers ...string) *Gate {
	t.Helper()
	g := &Gate{Listen: "127.0.0.1:0", StoreDir: t.TempDir(), KeyDir: keys}
	return g.open(t, authority, carriers)
}

func (g *Gate) open(t testing.TB, authority string, carriers []string) *Gate {
	t.Helper()
	g.Carriers = map[string]gate.Carrier{}
	var err error
	g.Keys, err = gate.OpenKeys(g.KeyDir, rand.Reader)
	require.NoError(t, err)
	g.CA, err = ca.OpenOrCreate(authority, rand.Reader, time.Now)
	require.NoError(t, err)
	for _, code := range carriers {
		g.Carriers[code] = gate.Carrier{Code: code}
	}
	g.Start(t)
	t.Cleanup(func() {
		if g.Server != nil {
			g.Close()
		}
	})
	return g
}

// Reopen starts a server over what a stopped one has left: keys, streams, carriers.
func Reopen(t testing.TB, g *Gate) *Gate {
	t.Helper()
	var codes []string
	for code := range g.Carriers {
		codes = append(codes, code)
	}
	return Open(t, g.dir, g.Listen, codes...)
}

// KeyFile is where a key lies.
func (g *Gate) KeyFile(name string) string { return filepath.Join(g.KeyDir, name+".nk") }

// ClientTLS trusts the server.
func (g *Gate) ClientTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: g.CA.Roots(), ServerName: serverName}
}

// Start starts the server (again, after Stop) on the same address, over the same streams.
func (g *Gate) Start(t testing.TB) {
	t.Helper()
	own, err := g.CA.IssueServer([]string{serverName})
	require.NoError(t, err)
	var known []gate.Carrier
	for _, c := range g.Carriers {
		known = append(known, c)
	}
	g.Server, err = gate.Start(gate.ServerConfig{
		Listen: g.Listen, Certificate: func() (*tls.Certificate, error) { return own, nil }, ClientCAs: g.CA.Roots(),
		Keys: g.Keys, StoreDir: g.StoreDir, Name: "carriers", Log: Log(t),
	}, known)
	require.NoError(t, err)
	g.Listen = g.Addr()
}

// Stop closes the server; Start brings it back.
func (g *Gate) Stop() {
	g.Close()
	g.Server = nil
}

// Inside gives the gate's own connection; it is closed at the end of the test.
func (g *Gate) Inside(t testing.TB) *nats.Conn {
	t.Helper()
	conn, err := g.Connect("gate", Log(t))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

// Issue gives a carrier a credential and the file that holds it.
func (g *Gate) Issue(t testing.TB, carrier string) (gate.Credential, string) {
	t.Helper()
	credential, err := g.Keys.Issue(carrier, time.Now().Add(time.Hour))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), carrier+".creds")
	require.NoError(t, os.WriteFile(file, credential.File, 0o600))
	return credential, file
}

// Client is how a carrier dials the server with a credentials file.
func (g *Gate) Client(t testing.TB, carrier, file string) gate.ClientConfig {
	return gate.ClientConfig{
		URL: "tls://" + g.Listen, Carrier: carrier, Credentials: file, RootCAs: g.CA.Roots(), ServerName: serverName, Log: Log(t),
	}
}

// Carrier dials as a carrier with a fresh credential.
func (g *Gate) Carrier(t testing.TB, carrier string) *nats.Conn {
	t.Helper()
	_, file := g.Issue(t, carrier)
	conn, err := gate.Dial(g.Client(t, carrier, file))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

// Change makes a carrier's account another.
func (g *Gate) Change(t testing.TB, c gate.Carrier) {
	t.Helper()
	g.Carriers[c.Code] = c
	require.NoError(t, g.Update(c))
}

// Log writes to the test's log what is worth a warning.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
