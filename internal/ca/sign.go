package ca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/openbmis/openbmis/internal/filelock"
)

func newKey(random io.Reader) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return key, nil
}

// newSerial draws 127 random bits: RFC 5280 4.1.2.2 wants at most 20 octets and a positive number.
func newSerial(random io.Reader) (*big.Int, error) {
	var raw [16]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return nil, fmt.Errorf("drawing a serial number: %w", err)
	}
	raw[0] &= 0x7f
	serial := new(big.Int).SetBytes(raw[:])
	if serial.Sign() == 0 {
		return nil, errors.New("drawing a serial number: expected randomness, got zeros")
	}
	return serial, nil
}

// Serial is a certificate's number as the deny list has it: lower-case hexadecimal without leading zeros.
func Serial(cert *x509.Certificate) string { return cert.SerialNumber.Text(16) }

func (a *Authority) authorityTemplate(name string, life time.Duration, maxPath int) (*x509.Certificate, error) {
	serial, err := newSerial(a.random)
	if err != nil {
		return nil, err
	}
	now := a.now().UTC()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"OpenBMIS"}, CommonName: name + " " + serial.Text(16)[:8]},
		NotBefore:    now.Add(-backdate), NotAfter: now.Add(life),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:     true, BasicConstraintsValid: true, MaxPathLen: maxPath, MaxPathLenZero: maxPath == 0,
	}, nil
}

func sign(random io.Reader, template, parent *x509.Certificate, public *ecdsa.PublicKey, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(random, template, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("signing a certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// leaf signs a leaf and gives it with the chain up to and including the root, which a station that only has the pin needs to see.
func (a *Authority) leaf(template *x509.Certificate, public *ecdsa.PublicKey) ([]*x509.Certificate, error) {
	return a.leafFor(LeafLife, template, public)
}

func (a *Authority) leafFor(life time.Duration, template *x509.Certificate, public *ecdsa.PublicKey) ([]*x509.Certificate, error) {
	serial, err := newSerial(a.random)
	if err != nil {
		return nil, err
	}
	now := a.now().UTC()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.intermediateDue() { // another process may have renewed it: look at the files again
		if err := filelock.Do(a.path(lockFile), a.openIntermediate); err != nil {
			return nil, err
		}
	}
	template.SerialNumber = serial
	template.NotBefore, template.NotAfter = now.Add(-backdate), now.Add(life)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.BasicConstraintsValid = true
	cert, err := sign(a.random, template, a.intermediate, public, a.key)
	if err != nil {
		return nil, err
	}
	return []*x509.Certificate{cert, a.intermediate, a.root}, nil
}

// IssueServer makes a key and a certificate for a server that is reached under hosts, each a DNS name or an IP address. The key
// stays in memory.
func (a *Authority) IssueServer(hosts []string) (*tls.Certificate, error) {
	template := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	if len(hosts) == 0 || slices.Contains(hosts, "") {
		return nil, errors.New("server certificate: expected at least one DNS name or IP address, none of them empty")
	}
	template.Subject = pkix.Name{Organization: []string{"OpenBMIS"}, CommonName: "server"}
	key, err := newKey(a.random)
	if err != nil {
		return nil, err
	}
	chain, err := a.leaf(template, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	return pair(chain, key), nil
}

// SignStation signs the public key of a certificate request (PKCS #10, RFC 2986, in DER) for the station. Nothing else of the
// request is taken over: its names are not looked at. The chain goes from the station's certificate to the root.
func (a *Authority) SignStation(csr []byte, stationID string) ([]*x509.Certificate, error) {
	if err := CheckStationID(stationID); err != nil {
		return nil, err
	}
	public, err := checkRequest(csr)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	return a.leaf(&x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"OpenBMIS"}, CommonName: "station " + stationID},
		URIs:        []*url.URL{stationURI(stationID)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, public)
}

const maxRequestBytes = 8 * 1024

// checkRequest makes sure that the sender holds the key, and that the key is one we take.
func checkRequest(der []byte) (*ecdsa.PublicKey, error) {
	if len(der) > maxRequestBytes {
		return nil, fmt.Errorf("%d bytes, expected at most %d", len(der), maxRequestBytes)
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("expected PKCS #10 in DER: %w", err)
	}
	if err := request.CheckSignature(); err != nil {
		return nil, fmt.Errorf("expected a signature by its own key: %w", err)
	}
	public, ok := request.PublicKey.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, fmt.Errorf("key of type %T, expected ECDSA on P-256", request.PublicKey)
	}
	return public, nil
}

func pair(chain []*x509.Certificate, key *ecdsa.PrivateKey) *tls.Certificate {
	made := &tls.Certificate{PrivateKey: key, Leaf: chain[0]}
	for _, cert := range chain {
		made.Certificate = append(made.Certificate, cert.Raw)
	}
	return made
}
