package ca

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"
)

// The files of a station's identity.
const (
	identityFile     = "station.pem" // chain and key together, so that they are replaced as one
	identityRootFile = "station-root.crt"
)

// Request is a station's key and the certificate request for it. The key never leaves the station.
type Request struct {
	key *ecdsa.PrivateKey
	// DER is the PKCS #10 request to send.
	DER []byte
}

// NewRequest makes a key and a request for it.
func NewRequest(random io.Reader, stationID string) (Request, error) {
	if err := CheckStationID(stationID); err != nil {
		return Request{}, err
	}
	key, err := newKey(random)
	if err != nil {
		return Request{}, err
	}
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: "station " + stationID}}
	der, err := x509.CreateCertificateRequest(random, template, key)
	if err != nil {
		return Request{}, fmt.Errorf("making a certificate request: %w", err)
	}
	return Request{key, der}, nil
}

// Identity is what a station is known by: its certificate with key, and the root it trusts.
type Identity struct {
	Station     string
	Certificate *tls.Certificate
	Root        *x509.Certificate
}

// Accept checks the chain that the centre answered (station's certificate first, root last) against the request and the pinned
// root, and makes the identity of it.
func (r Request) Accept(chain []*x509.Certificate, pin Pin, now time.Time) (Identity, error) {
	if len(chain) < 2 {
		return Identity{}, fmt.Errorf("answer to a certificate request: %d certificates, expected the chain up to the root", len(chain))
	}
	leaf := chain[0]
	if !r.key.PublicKey.Equal(leaf.PublicKey) {
		return Identity{}, errors.New("answer to a certificate request: the certificate is for another key")
	}
	root := pinned(chain, pin)
	if root == nil {
		return Identity{}, ErrPin
	}
	station, err := StationOf(leaf)
	if err != nil {
		return Identity{}, err
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		Roots: poolOf(root), Intermediates: poolOf(chain[1:]...), CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return Identity{}, fmt.Errorf("answer to a certificate request: %w", err)
	}
	return Identity{station, pair(chain, r.key), root}, nil
}

// Pin is the pin of the identity's root.
func (i Identity) Pin() Pin { return sha256.Sum256(i.Root.Raw) }

// Roots is the pool of the identity's root alone.
func (i Identity) Roots() *x509.CertPool { return poolOf(i.Root) }

// Save writes the identity into dir, the key with mode 0600, in place of one that is there.
func (i Identity) Save(dir string) error {
	key, ok := i.Certificate.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return errors.New("saving a station's identity: expected an ECDSA key")
	}
	text, err := encodeKey(key)
	if err != nil {
		return err
	}
	for _, der := range i.Certificate.Certificate {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("saving a station's identity: %w", err)
		}
		text = append(text, EncodeChain(cert)...)
	}
	if err := writeFile(filepath.Join(dir, identityRootFile), EncodeChain(i.Root), 0o644); err != nil {
		return fmt.Errorf("saving a station's identity: %w", err)
	}
	if err := writeFile(filepath.Join(dir, identityFile), text, 0o600); err != nil {
		return fmt.Errorf("saving a station's identity: %w", err)
	}
	return nil
}

// LoadIdentity reads what Save wrote. fs.ErrNotExist when the station has not been enrolled.
func LoadIdentity(dir string) (Identity, error) {
	path := filepath.Join(dir, identityFile)
	key, rest, err := readKeyAndChain(path)
	if err != nil {
		return Identity{}, err
	}
	root, err := readCertificate(filepath.Join(dir, identityRootFile))
	if err != nil {
		return Identity{}, err
	}
	if !key.PublicKey.Equal(rest[0].PublicKey) {
		return Identity{}, fmt.Errorf("%s: the key is not the certificate's", path)
	}
	station, err := StationOf(rest[0])
	if err != nil {
		return Identity{}, fmt.Errorf("%s: %w", path, err)
	}
	return Identity{station, pair(rest, key), root}, nil
}

func readKeyAndChain(path string) (*ecdsa.PrivateKey, []*x509.Certificate, error) {
	text, err := readSecret(path)
	if err != nil {
		return nil, nil, err
	}
	head, tail, found := bytes.Cut(text, []byte("-----BEGIN "+pemCertificate))
	if !found {
		return nil, nil, fmt.Errorf("%s: expected a key and certificates: %w", path, fs.ErrInvalid)
	}
	key, err := decodeKey(head)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	chain, err := DecodeChain(append([]byte("-----BEGIN "+pemCertificate), tail...))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, chain, nil
}
