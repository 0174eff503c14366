package world

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/portal"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
	"github.com/openbmis/openbmis/internal/pgtest"
)

// Portal is where visas are applied for: a program of its own beside the centre, on the centre's database in its own role. It is stopped and
// started like the others; Pay is the provider that its applicants pay.
type Portal struct {
	*Part
	Pay  *simulator.Server
	Mail string // folder of the letters that it sends
}

// Portal makes the portal and starts it. The centre starts anew: it asks the payment provider itself. settings are pairs beside those that the
// portal needs.
func (w *World) Portal(t testing.TB, settings ...string) *Portal {
	t.Helper()
	centre, dir := w.Central, t.TempDir()
	p := &Portal{Mail: filepath.Join(dir, "mail"), Part: &Part{
		Name: portal.Name, Dir: dir, DB: centre.DB, Clock: centre.Clock, Logs: w.Logs, Statements: &pgtest.Statements{}, t: t, settings: map[string]string{},
	}}
	require.NoError(t, os.Mkdir(p.Mail, 0o700))
	address := freeAddress(t)
	certificate, key, roots := selfSigned(t)
	p.HTTPS = address
	secret := bytes.Repeat([]byte{7}, 32)
	w.Secret(hex.EncodeToString(secret))
	pay := p.provider(t, w, secret, roots)
	for name, data := range map[string][]byte{"portal.crt": certificate, "portal.pem": key, "pay.key": []byte(hex.EncodeToString(secret) + "\n")} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	centre.Stop()
	centre.Set("BMIS_PAY_URL", pay, "BMIS_PAY_KEY", filepath.Join(dir, "pay.key"))
	centre.Start()
	p.Set("BMIS_DATA_DIR", dir, "BMIS_PORTAL_LISTEN", address, "BMIS_PORTAL_URL", p.URL(), "BMIS_PORTAL_DSN", pgtest.PortalDSN(t, centre.DB),
		"BMIS_PORTAL_CERT", filepath.Join(dir, "portal.crt"), "BMIS_PORTAL_KEY", filepath.Join(dir, "portal.pem"), "BMIS_MAIL_FOLDER", p.Mail,
		"BMIS_PAY_URL", pay, "BMIS_PAY_KEY", filepath.Join(dir, "pay.key"), "BMIS_LOG_LEVEL", "debug")
	p.Set(settings...)
	p.run = func(ctx context.Context, tools node.Tools, started func()) error {
		cfg, err := config.LoadPortal(p.getenv)
		if err != nil {
			return err
		}
		return portal.Run(ctx, cfg, portal.Tools{Tools: tools}, func(portal.Addresses) { started() })
	}
	t.Cleanup(p.Stop)
	p.Start()
	return p
}

// provider starts the payment provider's simulator, which believes the portal's certificate.
func (p *Portal) provider(t testing.TB, w *World, key []byte, roots *x509.CertPool) (url string) {
	t.Helper()
	desk := httptest.NewServer(nil)
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}}
	var err error
	p.Pay, err = simulator.New(simulator.Options{
		URL: desk.URL, Key: key, ID: uuid.New, Now: p.Clock.Now, Log: w.Logs.Logger(), Again: 100 * time.Millisecond,
		HTTP: &http.Client{Timeout: 10 * time.Second, Transport: transport},
	})
	require.NoError(t, err)
	desk.Config.Handler = p.Pay
	t.Cleanup(func() { p.Pay.Close(); desk.Close(); transport.CloseIdleConnections() })
	return desk.URL
}

// freeAddress is an address for the whole test, whether a program that listens there runs or not: the system gives the port to nobody who
// asks for any, and other worlds, of other test programs too, keep off it because the same port of another address is held.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 1000 {
		n, err := rand.Int(rand.Reader, big.NewInt(10_000))
		require.NoError(t, err)
		port := 20_000 + n.Int64()
		held, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.2:%d", port))
		if err != nil {
			continue // another world's
		}
		address := fmt.Sprintf("127.0.0.1:%d", port)
		if free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address); err == nil {
			t.Cleanup(func() { require.NoError(t, held.Close()) })
			require.NoError(t, free.Close())
			return address
		}
		require.NoError(t, held.Close())
	}
	require.FailNow(t, "no port is free")
	return ""
}

// selfSigned is a certificate of localhost, as a public authority would give one for the portal's name.
func selfSigned(t testing.TB) (certificate, key []byte, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	roots = x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(certificate))
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), roots
}
