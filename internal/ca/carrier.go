package ca

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
)

// carrierURN is the URI that names a carrier in the subject alternative name of its certificate: urn:openbmis:carrier:XA. It is another
// kind than a station's, and neither is ever taken for the other.
const carrierURN = "urn:openbmis:carrier:"

var carrierCode = regexp.MustCompile(`^[A-Z0-9]{2,3}$`)

// CheckCarrierCode says whether code can name a carrier: a designator of two or three of A-Z and 0-9.
func CheckCarrierCode(code string) error {
	if !carrierCode.MatchString(code) {
		return fmt.Errorf("carrier %.10q: a designator of two or three of A-Z and 0-9 expected", code)
	}
	return nil
}

// CarrierOf is the carrier that a certificate names. It is an error when it names none, or more than one thing.
func CarrierOf(cert *x509.Certificate) (string, error) {
	if len(cert.URIs) != 1 || len(cert.DNSNames)+len(cert.IPAddresses)+len(cert.EmailAddresses) != 0 {
		return "", fmt.Errorf("certificate: expected one URI that begins with %s as its only name", carrierURN)
	}
	code, found := strings.CutPrefix(cert.URIs[0].String(), carrierURN)
	if !found {
		return "", fmt.Errorf("certificate: expected a URI that begins with %s", carrierURN)
	}
	return code, CheckCarrierCode(code)
}

// Carriers is a Verify for connections of carriers: the certificate names a carrier and is not denied.
func Carriers(denied *DenyList) Verify {
	return func(leaf *x509.Certificate) error {
		if _, err := CarrierOf(leaf); err != nil {
			return err
		}
		return denied.Check(leaf)
	}
}

// SignCarrier signs the public key of a certificate request (PKCS #10, in DER; ECDSA on P-256) for a carrier. Nothing else of the request
// is taken over. The chain goes from the carrier's certificate to the root.
func (a *Authority) SignCarrier(csr []byte, code string) ([]*x509.Certificate, error) {
	if err := CheckCarrierCode(code); err != nil {
		return nil, err
	}
	public, err := checkRequest(csr)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	return a.leafFor(CarrierLife, &x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"OpenBMIS"}, CommonName: "carrier " + code},
		URIs:        []*url.URL{{Scheme: "urn", Opaque: strings.TrimPrefix(carrierURN, "urn:") + code}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, public)
}

const pemRequest = "CERTIFICATE REQUEST"

// NewCarrierRequest makes a key and a certificate request for it, both in PEM, for a carrier that has no tool of its own.
func NewCarrierRequest(random io.Reader, code string) (key, request []byte, err error) {
	if err := CheckCarrierCode(code); err != nil {
		return nil, nil, err
	}
	pair, err := newKey(random)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.CreateCertificateRequest(random, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "carrier " + code}}, pair)
	if err != nil {
		return nil, nil, fmt.Errorf("making a certificate request: %w", err)
	}
	if key, err = encodeKey(pair); err != nil {
		return nil, nil, err
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: pemRequest, Bytes: der}), nil
}

// DecodeRequest gives the DER of a certificate request in PEM.
func DecodeRequest(text []byte) ([]byte, error) {
	if len(text) > maxPEMBytes {
		return nil, fmt.Errorf("certificate request of %d bytes, expected at most %d", len(text), maxPEMBytes)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemRequest && block.Type != "NEW "+pemRequest {
		return nil, errors.New("expected a certificate request in PEM")
	}
	return block.Bytes, nil
}
