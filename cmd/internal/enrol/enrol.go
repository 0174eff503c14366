// Package enrol is what a station and the centre say to each other over https before they can speak over the bus: the one-time
// token and a certificate request go up, the certificate and the address of the bus come down; later, over a connection on which
// the station shows its certificate, a fresh one. It must never log a token, and never send one to a server that is not the one
// the token names.
package enrol

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/openbmis/openbmis/internal/ca"
)

// Paths of the centre's https server.
const (
	Path      = "/enrol"
	RenewPath = "/renew"
)

// Protocol is offered beside http/1.1 by a station that will show its certificate (TLS ALPN, RFC 7301). Only then does the centre
// ask for one: a browser is never bothered.
const Protocol = "bmis-station"

// MaxBody bounds request and answer, in bytes.
const MaxBody = 64 << 10

const timeout = 20 * time.Second

// Request asks for a certificate. Token is empty in a renewal.
type Request struct {
	Token    string `json:"token,omitempty"`     // as ca.Token.String writes it
	CSR      []byte `json:"csr"`                 // PKCS #10, DER
	AuditKey string `json:"audit_key,omitempty"` // public key of the station's audit log, audit.Key.Public
}

// Answer gives the certificate and what the station needs to speak to the centre.
type Answer struct {
	Chain      string   `json:"chain"`                 // PEM: the station's certificate first, the root last
	NATS       []string `json:"nats,omitempty"`        // host:port to dial
	WitnessKey string   `json:"witness_key,omitempty"` // public key with which the centre co-signs audit checkpoints
}

// Certificates is the chain, parsed.
func (a Answer) Certificates() ([]*x509.Certificate, error) { return ca.DecodeChain([]byte(a.Chain)) }

// Redeem trades a token for a certificate at the centre's https address. The server must show the root that the token names; host
// in baseURL must stand in its certificate.
func Redeem(ctx context.Context, baseURL string, token ca.Token, csr []byte, auditKey string, now func() time.Time) (Answer, error) {
	host, err := hostOf(baseURL)
	if err != nil {
		return Answer{}, err
	}
	return post(ctx, strings.TrimSuffix(baseURL, "/")+Path, ca.PinnedTLS(token.Pin, host, now), Request{Token: token.String(), CSR: csr, AuditKey: auditKey})
}

// Renew asks for a fresh certificate over a connection on which the present identity is shown.
func Renew(ctx context.Context, baseURL string, identity ca.Identity, csr []byte, now func() time.Time) (Answer, error) {
	host, err := hostOf(baseURL)
	if err != nil {
		return Answer{}, err
	}
	show := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return identity.Certificate, nil }
	config := ca.ClientTLS(show, identity.Roots(), host, now)
	config.NextProtos = []string{Protocol, "http/1.1"}
	return post(ctx, strings.TrimSuffix(baseURL, "/")+RenewPath, config, Request{CSR: csr})
}

func hostOf(baseURL string) (string, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" {
		return "", errors.New("address of the centre: expected https://HOST[:PORT]")
	}
	return u.Hostname(), nil
}

func post(ctx context.Context, address string, config *tls.Config, ask Request) (answer Answer, err error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return answer, fmt.Errorf("enrolment: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return answer, fmt.Errorf("enrolment: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: true, ForceAttemptHTTP2: false}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return answer, fmt.Errorf("enrolment: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	text, err := io.ReadAll(io.LimitReader(response.Body, MaxBody))
	if err != nil {
		return answer, fmt.Errorf("enrolment: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return answer, fmt.Errorf("enrolment: the centre answered %d: %s", response.StatusCode, strings.TrimSpace(string(text)))
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, fmt.Errorf("enrolment: answer of the centre: %w", err)
	}
	return answer, nil
}

// ServerTLS is a centre's configuration: browsers connect without a certificate; a client that offers Protocol must show one of
// roots that verify accepts.
func ServerTLS(get ca.GetCertificate, roots *x509.CertPool, now func() time.Time, verify ca.Verify) *tls.Config {
	mutual := ca.MutualTLS(get, roots, now, verify)
	mutual.NextProtos = []string{"http/1.1"}
	config := ca.ServerTLS(get)
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		for _, offered := range hello.SupportedProtos {
			if offered == Protocol {
				return mutual, nil
			}
		}
		return nil, nil //nolint:nilnil // nil keeps the listener's own configuration (crypto/tls)
	}
	return config
}
