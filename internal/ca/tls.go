package ca

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// GetCertificate is where a server's certificate comes from; Source.GetCertificate is one.
type GetCertificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// ServerTLS is for the pages that browsers open: TLS 1.3, no client certificates.
func ServerTLS(get GetCertificate) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: get}
}

// Verify judges a peer's certificate after its chain, its validity and its usage have been found good.
type Verify func(leaf *x509.Certificate) error

// MutualTLS is for machines: TLS 1.3, and the client must show a certificate of roots that verify accepts. verify is asked at
// every connection, resumed ones too, so that a denied certificate is out at once.
func MutualTLS(get GetCertificate, roots *x509.CertPool, now func() time.Time, verify Verify) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, GetCertificate: get, Time: now,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots,
		VerifyConnection: func(state tls.ConnectionState) error { return verifyPeer(state, verify) },
	}
}

// ClientTLS is for a station that dials the centre: it shows its certificate and trusts roots alone. serverName is what the
// server's certificate must say; empty lets the dialler fill in the host.
func ClientTLS(
	get func(*tls.CertificateRequestInfo) (*tls.Certificate, error), roots *x509.CertPool, serverName string, now func() time.Time,
) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, GetClientCertificate: get, RootCAs: roots, ServerName: serverName, Time: now,
	}
}

func verifyPeer(state tls.ConnectionState, verify Verify) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("expected a client certificate")
	}
	return verify(state.PeerCertificates[0])
}

// Stations is a Verify for connections of stations: the certificate names a station and is not denied.
func Stations(denied *DenyList) Verify {
	return func(leaf *x509.Certificate) error {
		if _, err := StationOf(leaf); err != nil {
			return err
		}
		return denied.Check(leaf)
	}
}

// OneStation is a Verify for a connection that must be of a certain station.
func OneStation(id string, denied *DenyList) Verify {
	return func(leaf *x509.Certificate) error {
		named, err := StationOf(leaf)
		if err != nil {
			return err
		}
		if named != id {
			return fmt.Errorf("certificate of station %s, expected %s", named, id)
		}
		return denied.Check(leaf)
	}
}
