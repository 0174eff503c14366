package issue

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/internal/filelock"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Seals are verified at places that take a new list seldom; the list of an authority that signs no more holds to its end.
const (
	listEvery = 7 * 24 * time.Hour
	listLife  = 90 * 24 * time.Hour
)

// list writes the authority's list of revoked signers when there is none, or the last is a week old. One without a key stays as it is.
func (s *Signer) list() error {
	chain, err := readCertificates(s.path(rootFile))
	if err != nil {
		return ignoreMissing(err)
	}
	key, err := readKey(s.path(rootKeyFile))
	if err != nil || !sameKey(key, chain[0]) {
		return ignoreMissing(err)
	}
	now := s.o.Now().UTC()
	path := s.path(listName(chain[0]))
	if der, err := readList(path); err == nil {
		if held, err := pki.ParseCRL(der); err == nil && now.Before(held.ThisUpdate.Add(listEvery)) {
			return nil
		}
	}
	until := now.Add(listLife)
	if !now.Before(chain[0].NotBefore.Add(rootUse - renewBefore)) {
		until = chain[0].NotAfter // another authority takes its place
	}
	return s.writeList(path, chain[0], key, now, until)
}

func (s *Signer) writeList(path string, authority *pki.Certificate, key crypto.Signer, now, until time.Time) error {
	issuer, err := X509(authority)
	if err != nil {
		return err
	}
	revoked, err := s.revoked()
	if err != nil {
		return err
	}
	var entries []x509.RevocationListEntry
	for _, serial := range revoked {
		entries = append(entries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: now.Truncate(time.Second)})
	}
	der, err := x509.CreateRevocationList(s.o.Random, &x509.RevocationList{
		Number: big.NewInt(now.Unix()), ThisUpdate: now.Add(-backdated).Truncate(time.Second), NextUpdate: until.Truncate(time.Second),
		RevokedCertificateEntries: entries,
	}, issuer, key)
	if err != nil {
		return err
	}
	return writeFile(path, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), 0o644)
}

// revoked are the serial numbers in the file of revoked signers: a reference a line.
func (s *Signer) revoked() ([]*big.Int, error) {
	text, err := readFile(s.path(revokedFile))
	if err != nil {
		return nil, ignoreMissing(err)
	}
	var list []*big.Int
	for n, line := range strings.Fields(string(text)) {
		serial, ok := new(big.Int).SetString(line, 16)
		if !ok || len(line) > 40 {
			return nil, fmt.Errorf("%s: word %d: expected a reference in hexadecimal", s.path(revokedFile), n+1)
		}
		list = append(list, serial)
	}
	return list, nil
}

func listName(authority *pki.Certificate) string {
	return "crl-" + strings.ToUpper(authority.Serial.Text(16)) + ".pem"
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func readList(path string) ([]byte, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "X509 CRL" {
		return nil, fmt.Errorf("%s: expected a CRL in PEM", path)
	}
	return block.Bytes, nil
}

// Lists are the lists of revoked signers, in DER. A signer that was imported has those that were imported with it (crl-*.pem).
func (s *Signer) Lists() ([][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.o.Imported {
		if err := filelock.Do(s.path(lockFile), s.list); err != nil {
			return nil, wrapped(err)
		}
	}
	files, err := filepath.Glob(s.path("crl-*.pem"))
	if err != nil {
		return nil, wrapped(err)
	}
	var lists [][]byte
	for _, file := range files {
		der, err := readList(file)
		if err != nil {
			return nil, wrapped(err)
		}
		lists = append(lists, der)
	}
	return lists, nil
}

var errImported = errors.New("seal signer: an imported signer is revoked by its own authority")

// Revoke puts a signer's certificate, by its reference, on the list: what it signed is not believed any more. The present one is renewed.
func (s *Signer) Revoke(reference string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.o.Imported {
		return errImported
	}
	known := strings.EqualFold(reference, Reference(s.current))
	for _, p := range s.old {
		known = known || strings.EqualFold(reference, Reference(p.Certificate))
	}
	if !known {
		return fmt.Errorf("seal signer: no certificate has the reference %.20q", reference)
	}
	return wrapped(filelock.Do(s.path(lockFile), func() error { return s.revoke(strings.ToUpper(reference)) }))
}

func (s *Signer) revoke(reference string) error {
	text, err := readFile(s.path(revokedFile))
	if ignoreMissing(err) != nil {
		return err
	}
	if !slices.Contains(strings.Fields(string(text)), reference) {
		if err := writeFile(s.path(revokedFile), append(text, reference+"\n"...), 0o644); err != nil {
			return err
		}
	}
	if reference == Reference(s.current) {
		if err := s.make(); err != nil {
			return err
		}
		if err := s.load(); err != nil {
			return err
		}
	}
	chain, err := readCertificates(s.path(rootFile))
	if err != nil {
		return err
	}
	if err := os.Remove(s.path(listName(chain[0]))); ignoreMissing(err) != nil {
		return err
	}
	return s.list()
}
