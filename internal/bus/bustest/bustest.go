// Package bustest runs a real bus for tests: the embedded server with TLS, and stations that dial it with certificates of a CA made
// for the test. It must never be imported by a program.
package bustest

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus"
	"github.com/openbmis/openbmis/internal/ca"
)

// Authority makes a certificate authority whose clock is now.
func Authority(t testing.TB, now func() time.Time) *ca.Authority {
	t.Helper()
	authority, err := ca.OpenOrCreate(t.TempDir(), rand.Reader, now)
	require.NoError(t, err)
	return authority
}

// Identity has an authority certify a station.
func Identity(t testing.TB, authority *ca.Authority, station string, now func() time.Time) tls.Certificate {
	t.Helper()
	request, err := ca.NewRequest(rand.Reader, station)
	require.NoError(t, err)
	chain, err := authority.SignStation(request.DER, station)
	require.NoError(t, err)
	identity, err := request.Accept(chain, authority.Pin(), now())
	require.NoError(t, err)
	return *identity.Certificate
}

// Bus is a running server with its CA and a list of denied stations.
type Bus struct {
	*bus.Server
	CA     *ca.Authority
	Denied *ca.DenyList
	Listen string // fixed after the first start, so that a restarted server is found again

	mu     sync.Mutex
	now    func() time.Time // the server's
	issued func() time.Time // the authority's
}

const centreName = "centre.test"

// New starts a server; it is closed at the end of the test.
func New(t testing.TB) *Bus {
	t.Helper()
	b := &Bus{Denied: new(ca.DenyList), Listen: "127.0.0.1:0", now: time.Now, issued: aged}
	b.CA = Authority(t, func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.issued() })
	b.issueAt(time.Now)
	b.Start(t)
	t.Cleanup(func() {
		if b.Server != nil {
			b.Close()
		}
	})
	return b
}

// Start starts the server (again, after Stop) on the same address.
func (b *Bus) Start(t testing.TB) {
	t.Helper()
	own, err := b.CA.IssueServer([]string{centreName})
	require.NoError(t, err)
	verify := ca.Stations(b.Denied)
	s, err := bus.Start(bus.ServerConfig{
		Listen:      b.Listen,
		Certificate: func() (*tls.Certificate, error) { return own, nil },
		ClientCAs:   b.CA.Roots(),
		Identify: func(leaf *x509.Certificate) (string, error) {
			if err := verify(leaf); err != nil {
				return "", err
			}
			return ca.StationOf(leaf)
		},
		StoreDir: t.TempDir(),
		Now:      b.clock,
		Log:      Log(t),
	})
	require.NoError(t, err)
	b.Server, b.Listen = s, s.Addr()
}

// Stop closes the server; Start brings it back.
func (b *Bus) Stop() {
	b.Close()
	b.Server = nil
}

// Seals are the centre's signer of reference data and whose seals the stations take.
func (b *Bus) Seals(t testing.TB) (*ca.Signer, ca.SignatureTrust) {
	t.Helper()
	signer, err := b.CA.Signer("reference-data")
	require.NoError(t, err)
	return signer, ca.SignatureTrust{Roots: b.CA.Roots, Purpose: "reference-data"}
}

// Deny puts a station's certificate on the deny list and has its connections cut.
func (b *Bus) Deny(cert tls.Certificate) {
	b.Denied.Add(ca.Serial(cert.Leaf))
	b.Recheck()
}

// SetClock lets the server's time be another.
func (b *Bus) SetClock(now func() time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = now
}

func (b *Bus) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now()
}

// Centre gives the centre's connection; it is closed at the end of the test.
func (b *Bus) Centre(t testing.TB) *nats.Conn {
	t.Helper()
	conn, err := b.Connect("centre", Log(t))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

// Station dials the server as a station, at addr when given (a proxy before the server), and waits until it is connected.
func (b *Bus) Station(t testing.TB, station, addr string) *nats.Conn {
	t.Helper()
	conn, err := bus.Dial(b.StationConfig(t, station, addr, b.Certify(t, station)))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.Eventually(t, conn.IsConnected, 10*time.Second, time.Millisecond)
	return conn
}

// aged is long enough ago for a station's certificate of then to have expired, when the authority itself was there already.
func aged() time.Time { return time.Now().AddDate(0, 0, -90) }

func (b *Bus) issueAt(now func() time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.issued = now
}

// Certify gives a station a certificate.
func (b *Bus) Certify(t testing.TB, station string) tls.Certificate {
	t.Helper()
	return Identity(t, b.CA, station, time.Now)
}

// Expired gives a station a certificate that has expired.
func (b *Bus) Expired(t testing.TB, station string) tls.Certificate {
	t.Helper()
	b.issueAt(aged)
	defer b.issueAt(time.Now)
	return Identity(t, b.CA, station, aged)
}

// StationConfig is how a station with a certificate dials the server.
func (b *Bus) StationConfig(t testing.TB, station, addr string, cert tls.Certificate) bus.StationConfig {
	if addr == "" {
		addr = b.Listen
	}
	return bus.StationConfig{
		URL: "tls://" + addr, Station: station, RootCAs: b.CA.Roots(), ServerName: centreName, Log: Log(t),
		Certificate: func() (*tls.Certificate, error) { return &cert, nil },
	}
}

// Log writes to the test's log what is worth a warning.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
