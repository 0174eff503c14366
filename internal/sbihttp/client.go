package sbihttp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// Defaults of a Client.
const (
	// DefaultTimeout is how long a capture may take that says nothing of it.
	DefaultTimeout = 10 * time.Second
	// DefaultPatience is how much longer than asked a reader may take to answer before it is given up.
	DefaultPatience = 2 * time.Second
	// infoTimeout bounds the questions that take no print.
	infoTimeout = 5 * time.Second
)

// Options are what a Client is made of.
type Options struct {
	URL string // of the device service or the capture agent, such as http://127.0.0.1:4501
	// Trust holds the authorities of the readers' makers; that of our own agent also vouches for its https.
	Trust  *x509.CertPool
	Decode sbi.Decoder
	Now    func() time.Time
	// Skew is how far the reader's clock may be from ours, Patience how much longer than asked it may take; 0 is the default.
	Skew, Patience time.Duration
}

// Client is a reader behind a device service. It is safe for concurrent use.
type Client struct {
	base     *url.URL
	http     *http.Client
	verifier sbi.Verifier
	patience time.Duration
}

var _ capture.Reader = (*Client)(nil)

// New makes a client; it asks nothing yet. Plain http is for services of this machine only: prints would travel in clear.
func New(o Options) (*Client, error) {
	base, err := url.Parse(o.URL)
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("capture agent: expected an address such as http://127.0.0.1:4501 or https://reader.desk1:4501")
	}
	switch {
	case base.Scheme == "https":
	case base.Scheme != "http":
		return nil, errors.New("capture agent: expected http or https")
	case !loopback(base.Hostname()):
		return nil, errors.New("capture agent: expected https, as prints would travel in clear; http is for this machine alone")
	}
	v := sbi.Verifier{Trust: sbi.Trust{Roots: o.Trust, Now: o.Now}, Skew: o.Skew, Decode: o.Decode}
	if err := v.Check(); err != nil {
		return nil, err
	}
	transport := &http.Transport{ // no proxy: a reader is near
		DialContext:         (&net.Dialer{Timeout: infoTimeout}).DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: v.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: infoTimeout, MaxIdleConns: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 32 << 10,
	}
	patience := o.Patience
	if patience <= 0 {
		patience = DefaultPatience
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Client{base: base, http: client, verifier: v, patience: patience}, nil
}

// Close lets idle connections go.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// OpenTrust reads a file of certificates (PEM) of readers' makers.
func OpenTrust(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, fmt.Errorf("trust in readers: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("trust in readers: %s: expected certificates in PEM", file)
	}
	return pool, nil
}

// Info asks what the reader is: the first finger reader that the service names.
func (c *Client) Info(ctx context.Context) (capture.Info, error) {
	r, err := c.reader(ctx)
	return r.Info, err
}

// reader asks and verifies.
func (c *Client) reader(ctx context.Context) (sbi.Reader, error) {
	ctx, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	body, err := c.ask(ctx, sbi.MethodInfo, sbi.PathInfo, nil)
	var refused *statusError
	if errors.As(err, &refused) { // a service that was made after the specification's machine-readable form
		body, err = c.ask(ctx, sbi.MethodInfoToo, sbi.PathInfo, nil)
	}
	if err != nil {
		return sbi.Reader{}, err
	}
	readers, err := c.verifier.Readers(body)
	switch {
	case errors.Is(err, capture.ErrSignature), errors.Is(err, capture.ErrUnsupported):
		return sbi.Reader{}, err
	case err != nil:
		return sbi.Reader{}, failed(err)
	case len(readers) == 0:
		return sbi.Reader{}, fmt.Errorf("%w: the service has no finger reader", capture.ErrUnreachable)
	}
	return readers[0], nil
}

// failed is err as an error of package capture.
func failed(err error) error {
	for _, known := range capture.Errors() {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", capture.ErrFailed, err)
}

// Devices asks which devices there are (MOSIPDISC). Nothing of the answer is signed.
func (c *Client) Devices(ctx context.Context) ([]sbi.Device, error) {
	ctx, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	body, err := c.ask(ctx, sbi.MethodDiscover, sbi.PathDiscover, sbi.DiscoverRequest{Type: sbi.TypeFinger})
	if err != nil {
		return nil, err
	}
	devices, err := sbi.ParseDevices(body)
	if err != nil {
		return nil, failed(err)
	}
	return devices, nil
}
