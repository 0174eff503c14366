package sbihttp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/internal/sbihttp"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hand gives each finger two impressions, made once for all tests: growing one takes a tenth of a second.
type hand struct {
	grown *simulator.Synthetic
	mu    sync.Mutex
	made  map[string]biometrics.Image
}

var fingers = sync.OnceValue(func() *hand { return &hand{grown: simulator.NewSynthetic(), made: map[string]biometrics.Image{}} })

func (h *hand) People() []string { return nil }

func (h *hand) Print(_ string, p biometrics.Position, t simulator.Touch) (biometrics.Image, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.Seed &= 1
	key := fmt.Sprint(p, t)
	image, ok := h.made[key]
	if !ok {
		var err error
		if image, ok, err = h.grown.Print("A", p, t); err != nil {
			return image, ok, err
		}
		h.made[key] = image
	}
	return image, ok, nil
}

// deviceKey is made once: RSA keys take long.
var deviceKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// maker makes an authority and a signer certified by it.
func maker(t testing.TB) (*x509.CertPool, sbi.Signer) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	certify := func(template *x509.Certificate, public any) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, template, root, public, key)
		require.NoError(t, err)
		made, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		return made
	}
	root = certify(root, &key.PublicKey)
	device := certify(&x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature}, &deviceKey().PublicKey)
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return pool, sbi.Signer{Key: deviceKey(), Chain: []*x509.Certificate{device}, Random: rand.Reader}
}

// desk is an agent that runs, with its simulated reader and a client.
type desk struct {
	*simulator.Reader
	client *sbihttp.Client
	server *httptest.Server
	trust  *x509.CertPool
}

func newDesk(t testing.TB, change func(*simulator.Options)) *desk {
	t.Helper()
	trust, signer := maker(t)
	_, stranger := maker(t)
	o := simulator.Options{
		Source: fingers(), Serial: "SIM000000001", Seed: 7, Compression: fir.PNG, Now: time.Now, Stranger: &stranger, Version: "test",
		Log:    slog.New(slog.DiscardHandler),
		Assess: func(biometrics.Image) (int, error) { return 77, nil },
	}
	if change != nil {
		change(&o)
	}
	d := &desk{Reader: simulator.New(o), trust: trust}
	service := sbihttp.NewServer(sbihttp.ServerOptions{
		Reader: d.Reader, Signer: signer, Now: time.Now, Log: o.Log, Hosts: []string{"127.0.0.1"}, Origins: []string{"https://allowed.example"}, Break: d.Break, Version: "test",
	})
	mux := http.NewServeMux()
	mux.Handle("/simulator/", d.Handler([]string{"127.0.0.1"}))
	mux.Handle("/simulator", d.Handler([]string{"127.0.0.1"}))
	mux.Handle("/", service)
	d.server = httptest.NewServer(mux)
	d.client = d.connect(t, d.server.URL)
	t.Cleanup(func() {
		d.client.Close()
		d.Close()
		service.Close()
		d.server.Close()
	})
	return d
}

func (d *desk) connect(t testing.TB, url string) *sbihttp.Client {
	t.Helper()
	c, err := sbihttp.New(sbihttp.Options{URL: url, Trust: d.trust, Decode: sbi.DecodeFIR, Now: time.Now, Patience: 300 * time.Millisecond})
	require.NoError(t, err)
	return c
}

// turn turns knobs as a test from outside does.
func (d *desk) turn(t testing.TB, knobs string) {
	t.Helper()
	_, err := d.Merge([]byte(knobs))
	require.NoError(t, err)
}

func two() []biometrics.Position {
	return []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle}
}

func ask(fingers ...biometrics.Position) capture.Request {
	return capture.Request{Transaction: "T-1", Fingers: fingers, MinQuality: 50, Timeout: 30 * time.Second}
}

func (d *desk) take(t testing.TB, fingers ...biometrics.Position) (capture.Capture, error) {
	t.Helper()
	return d.client.Capture(context.Background(), ask(fingers...))
}
