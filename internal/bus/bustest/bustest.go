// Package bustest runs a real bus for tests: the embedded server with TLS, and stations that dial it with certificates of a CA made
// for the test. It must never be imported by a program.
package bustest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"log/slog"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/bus"
)

// CA issues certificates for one test.
type CA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	Pool *x509.CertPool
}

// NewCA makes a CA.
func NewCA(t testing.TB) *CA {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: serial(t), Subject: pkix.Name{CommonName: "test root"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &CA{cert: cert, key: key, Pool: pool}
}

// Issue makes a certificate for a name, valid until a time.
func (ca *CA) Issue(t testing.TB, name string, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: serial(t), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func serial(t testing.TB) *big.Int {
	t.Helper()
	n, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	return n
}

// Bus is a running server with its CA and a list of denied stations.
type Bus struct {
	*bus.Server
	CA     *CA
	Listen string // fixed after the first start, so that a restarted server is found again

	mu     sync.Mutex
	denied map[string]bool
	now    func() time.Time
}

const centreName = "centre.test"

// New starts a server; it is closed at the end of the test.
func New(t testing.TB) *Bus {
	t.Helper()
	b := &Bus{CA: NewCA(t), Listen: "127.0.0.1:0", denied: map[string]bool{}, now: time.Now}
	b.Start(t)
	t.Cleanup(func() {
		if b.Server != nil {
			b.Server.Close()
		}
	})
	return b
}

// Start starts the server (again, after Stop) on the same address.
func (b *Bus) Start(t testing.TB) {
	t.Helper()
	own := b.CA.Issue(t, centreName, time.Now().Add(time.Hour))
	s, err := bus.Start(bus.ServerConfig{
		Listen:      b.Listen,
		Certificate: func() (*tls.Certificate, error) { return &own, nil },
		ClientCAs:   b.CA.Pool,
		Identify:    b.identify,
		StoreDir:    t.TempDir(),
		Now:         b.clock,
		Log:         Log(t),
	})
	require.NoError(t, err)
	b.Server, b.Listen = s, s.Addr()
}

// Stop closes the server; Start brings it back.
func (b *Bus) Stop() {
	b.Server.Close()
	b.Server = nil
}

func (b *Bus) identify(leaf *x509.Certificate) (string, error) {
	station, err := bus.IdentifyBySAN(leaf)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.denied[station] {
		return "", errors.New("denied")
	}
	return station, err
}

// Deny puts a station on the deny list and has its connections cut.
func (b *Bus) Deny(station string) {
	b.mu.Lock()
	b.denied[station] = true
	b.mu.Unlock()
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
	conn, err := bus.Dial(b.StationConfig(t, station, addr, b.CA.Issue(t, station, time.Now().Add(time.Hour))))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.Eventually(t, conn.IsConnected, 10*time.Second, time.Millisecond)
	return conn
}

// StationConfig is how a station with a certificate dials the server.
func (b *Bus) StationConfig(t testing.TB, station, addr string, cert tls.Certificate) bus.StationConfig {
	if addr == "" {
		addr = b.Listen
	}
	return bus.StationConfig{
		URL: "tls://" + addr, Station: station, RootCAs: b.CA.Pool, ServerName: centreName, Log: Log(t),
		Certificate: func() (*tls.Certificate, error) { return &cert, nil },
	}
}

// Log writes to the test's log what is worth a warning.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
