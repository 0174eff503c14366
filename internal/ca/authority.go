package ca

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/openbmis/openbmis/internal/filelock"
)

// The files of an authority's folder.
const (
	rootCertFile         = "root.crt"
	rootKeyFile          = "root.key"
	intermediateCertFile = "intermediate.crt"
	intermediateKeyFile  = "intermediate.key"
	lockFile             = ".lock" // held while files are made: a service and a command may open the same folder
)

// Authority signs certificates. It is safe for concurrent use.
type Authority struct {
	dir    string
	random io.Reader
	now    func() time.Time
	root   *x509.Certificate

	mu           sync.Mutex
	intermediate *x509.Certificate
	key          *ecdsa.PrivateKey // the intermediate's
}

// OpenOrCreate opens the authority whose files are in dir, or makes a new one when dir has none. An intermediate that has passed
// two thirds of its life is renewed, which needs the root's key to be there. Key files have mode 0600 and are refused otherwise.
func OpenOrCreate(dir string, random io.Reader, now func() time.Time) (*Authority, error) {
	a := &Authority{dir: dir, random: random, now: now}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	err := filelock.Do(a.path(lockFile), func() error {
		if err := a.openRoot(); err != nil {
			return fmt.Errorf("root: %w", err)
		}
		return a.openIntermediate()
	})
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	return a, nil
}

func (a *Authority) path(name string) string { return filepath.Join(a.dir, name) }

func (a *Authority) openRoot() error {
	root, err := readCertificate(a.path(rootCertFile))
	if errors.Is(err, fs.ErrNotExist) {
		return a.createRoot()
	}
	if err != nil {
		return err
	}
	if !a.now().Before(root.NotAfter) {
		return fmt.Errorf("%s expired on %s", a.path(rootCertFile), root.NotAfter.Format(time.DateOnly))
	}
	a.root = root
	return nil
}

// createRoot writes the key before the certificate: a folder with the certificate alone means a root kept off line.
func (a *Authority) createRoot() error {
	for _, name := range []string{intermediateCertFile, intermediateKeyFile} {
		if _, err := os.Stat(a.path(name)); err == nil {
			return fmt.Errorf("%s is missing beside %s: bring it back from the backup", a.path(rootCertFile), name)
		}
	}
	key, err := newKey(a.random)
	if err != nil {
		return err
	}
	template, err := a.authorityTemplate("OpenBMIS root", RootLife, 1)
	if err != nil {
		return err
	}
	root, err := sign(a.random, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	if err := a.save(rootKeyFile, rootCertFile, key, root); err != nil {
		return err
	}
	a.root = root
	return nil
}

func (a *Authority) openIntermediate() error {
	cert, err := readCertificate(a.path(intermediateCertFile))
	if errors.Is(err, fs.ErrNotExist) {
		return a.createIntermediate()
	}
	if err != nil {
		return err
	}
	key, err := readKey(a.path(intermediateKeyFile))
	if err != nil {
		return err
	}
	if !key.PublicKey.Equal(cert.PublicKey) { // a crash between the two files
		return a.createIntermediate()
	}
	if err := cert.CheckSignatureFrom(a.root); err != nil {
		return fmt.Errorf("%s is not of this root: %w", a.path(intermediateCertFile), err)
	}
	a.intermediate, a.key = cert, key
	if !a.intermediateDue() {
		return nil
	}
	err = a.createIntermediate()
	if errors.Is(err, fs.ErrNotExist) && a.now().Before(cert.NotAfter.Add(-LeafLife)) {
		return nil // the root's key is off line, and there is time
	}
	return err
}

// intermediateDue tells that the last third of the intermediate's life has begun.
func (a *Authority) intermediateDue() bool {
	cert := a.intermediate
	return !a.now().Before(cert.NotAfter.Add(-cert.NotAfter.Sub(cert.NotBefore) / 3))
}

func (a *Authority) createIntermediate() error {
	rootKey, err := readKey(a.path(rootKeyFile))
	if err != nil {
		return fmt.Errorf("bring the root's key to %s to make a new intermediate: %w", a.path(rootKeyFile), err)
	}
	if !rootKey.PublicKey.Equal(a.root.PublicKey) {
		return fmt.Errorf("%s is not the key of %s", a.path(rootKeyFile), a.path(rootCertFile))
	}
	key, err := newKey(a.random)
	if err != nil {
		return err
	}
	template, err := a.authorityTemplate("OpenBMIS intermediate", IntermediateLife, 0)
	if err != nil {
		return err
	}
	cert, err := sign(a.random, template, a.root, &key.PublicKey, rootKey)
	if err != nil {
		return err
	}
	if err := a.save(intermediateKeyFile, intermediateCertFile, key, cert); err != nil {
		return err
	}
	a.intermediate, a.key = cert, key
	return nil
}

func (a *Authority) save(keyFile, certFile string, key *ecdsa.PrivateKey, cert *x509.Certificate) error {
	text, err := encodeKey(key)
	if err != nil {
		return err
	}
	if err := writeFile(a.path(keyFile), text, 0o600); err != nil {
		return err
	}
	return writeFile(a.path(certFile), EncodeChain(cert), 0o644)
}

// Root is the certificate that others trust and pin.
func (a *Authority) Root() *x509.Certificate { return a.root }

// RootPEM is the root in PEM, for browsers and for stations to keep.
func (a *Authority) RootPEM() []byte { return EncodeChain(a.root) }

// Pin is the SHA-256 of the root's DER: what an enrolment token carries.
func (a *Authority) Pin() Pin { return sha256.Sum256(a.root.Raw) }

// Roots is the pool of the root alone.
func (a *Authority) Roots() *x509.CertPool { return poolOf(a.root) }

func poolOf(certs ...*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, cert := range certs {
		pool.AddCert(cert)
	}
	return pool
}
