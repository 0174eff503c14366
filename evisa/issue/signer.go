package issue

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openbmis/openbmis/internal/filelock"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// How long certificates live and keys are used. A seal is judged for as long as the visa may be used: a certificate outlives the use of its
// key by more than the ten years that a visa may be valid for (Doc 9303-12, 4.3: private key usage period plus validity of the document).
const (
	signerUse  = 365 * 24 * time.Hour
	signerLife = signerUse + 11*365*24*time.Hour
	rootUse    = 5 * 365 * 24 * time.Hour
	rootLife   = rootUse + signerLife
	// renewBefore is how long before the end of its use a key is renewed.
	renewBefore = 30 * 24 * time.Hour
	// backdated lets verifiers whose clocks are slow take a new certificate.
	backdated = time.Hour
)

// Names of the files in a signer's folder.
const (
	rootFile, rootKeyFile     = "csca.pem", "csca.key"
	signerFile, signerKeyFile = "signer.pem", "signer.key"
	oldPattern                = "old-*.pem"
	lockFile                  = "lock"
	revokedFile               = "revoked.txt"
)

// SignerOptions are what a signer is opened with.
type SignerOptions struct {
	// Country is the two letters of the State; Name the two characters that name the signer within it.
	Country, Name string
	// State is the State's code of Doc 9303-3, which seals name.
	State string
	// Imported: the folder is another's PKI. Nothing is made in it, and nothing renewed.
	Imported bool
	Random   io.Reader
	Now      func() time.Time
}

// Signer signs the seals of visas. It is safe for concurrent use.
type Signer struct {
	dir string
	o   SignerOptions

	mu      sync.Mutex
	key     crypto.Signer
	current *pki.Certificate
	root    *pki.Certificate
	old     []Published
}

// Published is a signer's certificate with the authority above it: what verifies seals. None of it is secret.
type Published struct {
	Certificate *pki.Certificate
	Root        *pki.Certificate
}

// Fingerprint is the SHA-256 of the certificate in hexadecimal.
func (p Published) Fingerprint() string {
	sum := sha256.Sum256(p.Certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// ErrExpired says that the signer's certificate is not valid now, and another has to be imported.
var ErrExpired = errors.New("the seal signer's certificate is not valid now: bring a new one")

// errOtherKey: key and certificate do not belong together.
var errOtherKey = errors.New("the key is not that of the certificate")

// OpenSigner opens the signer in a folder. A folder of one's own that is empty is filled: an authority of the State for visas (a CSCA), which
// signs itself, and a signer under it; when the end of a key's use comes near the next is made, and the old certificate stays to verify by.
// Key files have mode 0600 and are refused otherwise.
func OpenSigner(dir string, o SignerOptions) (*Signer, error) {
	if !capitals(o.Country, 2, 2) || len(o.Name) != 2 || strings.Trim(o.Name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || !capitals(o.State, 1, 3) {
		return nil, errors.New("seal signer: expected two letters of the country, two capitals or digits of the signer, a State of Doc 9303-3")
	}
	s := &Signer{dir: dir, o: o}
	if o.Imported {
		return s, wrapped(s.load())
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, wrapped(err)
	}
	return s, wrapped(s.renew())
}

func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("seal signer: %w", err)
}

func (s *Signer) path(name string) string { return filepath.Join(s.dir, name) }

// load reads the folder.
func (s *Signer) load() error {
	chain, err := readCertificates(s.path(signerFile))
	if err != nil {
		return err
	}
	key, err := readKey(s.path(signerKeyFile))
	if err != nil {
		return err
	}
	if !sameKey(key, chain[0]) {
		return fmt.Errorf("%s, %s: %w", s.path(signerKeyFile), s.path(signerFile), errOtherKey)
	}
	if who := chain[0].Subject; !strings.EqualFold(who.Country(), s.o.Country) || len(who.CommonName()) != 2 {
		return fmt.Errorf("%s: subject: expected C=%s and a CN of two characters (Doc 9303-13, 2.2.1)", s.path(signerFile), s.o.Country)
	}
	root, err := s.rootOf(chain)
	if err != nil {
		return err
	}
	old, err := s.readOld()
	if err != nil {
		return err
	}
	s.key, s.current, s.root, s.old = key, chain[0], root, old
	return nil
}

// rootOf is the authority that signed a chain's first certificate: the chain's own second, or the folder's.
func (s *Signer) rootOf(chain []*pki.Certificate) (*pki.Certificate, error) {
	candidates := chain[1:]
	if more, err := readCertificates(s.path(rootFile)); err == nil {
		candidates = append(slices.Clone(candidates), more...)
	}
	for _, c := range candidates {
		if chain[0].CheckSignatureFrom(c) == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%s: expected the certificate of the authority that signed it behind it, or in %s", s.path(signerFile), s.path(rootFile))
}

// readOld reads the certificates that were used before.
func (s *Signer) readOld() ([]Published, error) {
	files, err := filepath.Glob(s.path(oldPattern))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var list []Published
	for _, file := range files {
		chain, err := readCertificates(file)
		if err != nil {
			return nil, err
		}
		root, err := s.rootOf(chain)
		if err != nil {
			return nil, err
		}
		list = append(list, Published{chain[0], root})
	}
	slices.SortStableFunc(list, func(a, b Published) int { return b.Certificate.NotBefore.Compare(a.Certificate.NotBefore) })
	return list, nil
}

// renew loads the folder, and makes what is missing or comes to its end.
func (s *Signer) renew() error {
	return filelock.Do(s.path(lockFile), func() error {
		err := s.load()
		switch {
		case errors.Is(err, os.ErrNotExist), errors.Is(err, errOtherKey): // the second: a crash between the two files
		case err != nil:
			return err
		case !s.due():
			return nil
		}
		if err := s.make(); err != nil {
			return err
		}
		return s.load()
	})
}

// due reports whether the key's use ends soon.
func (s *Signer) due() bool {
	return !s.o.Now().Before(s.current.NotBefore.Add(signerUse - renewBefore))
}

// use gives the key and its certificate, renewed when that is due, and read again when another program changed it.
func (s *Signer) use() (crypto.Signer, *pki.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.o.Imported && (s.due() || s.stale()) {
		if err := s.renew(); err != nil {
			return nil, nil, wrapped(err)
		}
	}
	now := s.o.Now()
	if now.Before(s.current.NotBefore) || now.After(s.current.NotAfter) {
		return nil, nil, ErrExpired
	}
	return s.key, s.current, nil
}

// Certificates are all certificates that seals may have been signed by, the present one first and the others by age.
func (s *Signer) Certificates() []Published {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Published{{s.current, s.root}}, s.old...)
}

// Renew makes the next certificate when that is due, and reports whether it did.
func (s *Signer) Renew() (bool, error) {
	before := s.Certificates()[0].Fingerprint()
	_, _, err := s.use()
	return err == nil && s.Certificates()[0].Fingerprint() != before, err
}

// Reference is how seals name a certificate: its serial number in hexadecimal, capitals, without leading zeros (Doc 9303-13, 2.2.1).
func Reference(c *pki.Certificate) string { return strings.ToUpper(c.Serial.Text(16)) }

// X509 is a certificate for the standard library's readers.
func X509(c *pki.Certificate) (*x509.Certificate, error) { return x509.ParseCertificate(c.Raw) }
