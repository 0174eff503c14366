package issue

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// CertificatesIn are the certificates in a signer's folder, the present one first; no key is read.
func CertificatesIn(dir string) ([]Published, error) {
	s := &Signer{dir: dir}
	chain, err := readCertificates(s.path(signerFile))
	if err != nil {
		return nil, wrapped(err)
	}
	root, err := s.rootOf(chain)
	if err != nil {
		return nil, wrapped(err)
	}
	old, err := s.readOld()
	return append([]Published{{chain[0], root}}, old...), wrapped(err)
}

// RevokedIn are the references in a signer's folder that are revoked, in capitals.
func RevokedIn(dir string) (references []string, err error) {
	list, err := (&Signer{dir: dir}).revoked()
	for _, serial := range list {
		references = append(references, strings.ToUpper(serial.Text(16)))
	}
	return references, wrapped(err)
}

// RevokeIn revokes a certificate of the signer in a folder, beside the program that signs with it: that takes the new key with its next seal,
// and publishes the list. A folder whose authority's key is elsewhere is another's PKI, which revokes by itself.
func RevokeIn(dir, reference string, random io.Reader, now func() time.Time) error {
	list, err := CertificatesIn(dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat((&Signer{dir: dir}).path(rootKeyFile)); errors.Is(err, os.ErrNotExist) {
		return errImported
	} else if err != nil {
		return wrapped(err)
	}
	who := list[0].Certificate.Subject
	country := strings.ToUpper(who.Country())
	s, err := OpenSigner(dir, SignerOptions{Country: country, Name: who.CommonName(), State: country, Random: random, Now: now}) // it signs no seal
	if err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	return s.Revoke(reference)
}

// stale reports whether another program has changed the signer's certificate since it was read.
func (s *Signer) stale() bool {
	chain, err := readCertificates(s.path(signerFile))
	return err == nil && string(chain[0].Raw) != string(s.current.Raw)
}
