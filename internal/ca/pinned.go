package ca

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// ErrPin is the answer to a server that does not show the pinned root.
var ErrPin = errors.New("the server is not the one that the enrolment token names")

// PinnedTLS is for a station's first contact, when all it has is the token: the server's chain must end in the pinned root and
// its certificate must say serverName. The server sends its root along, as Authority's chains do.
func PinnedTLS(pin Pin, serverName string, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: serverName, Time: now,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies more: the chain against the one pinned root
		VerifyConnection: func(state tls.ConnectionState) error {
			return verifyPinned(state.PeerCertificates, pin, serverName, now())
		},
	}
}

func verifyPinned(chain []*x509.Certificate, pin Pin, serverName string, now time.Time) error {
	if serverName == "" {
		return errors.New("pinned TLS: expected the server's name")
	}
	root := pinned(chain, pin)
	if root == nil {
		return ErrPin
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: poolOf(root), Intermediates: poolOf(chain[1:]...), DNSName: serverName, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return err
}

// pinned finds the root in a chain. The leaf itself can never be it.
func pinned(chain []*x509.Certificate, pin Pin) *x509.Certificate {
	for i, cert := range chain {
		if i > 0 && cert.IsCA && pin.Matches(cert.Raw) {
			return cert
		}
	}
	return nil
}
