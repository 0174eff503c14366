package ca

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/openbmis/openbmis/internal/filelock"
)

// signerURN is the URI that names a signer in the subject alternative name of its certificate: urn:openbmis:signer:reference-data.
const signerURN = "openbmis:signer:"

var signerPurpose = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// ErrSignature is the answer to bytes that were not signed by whom they should have been.
var ErrSignature = errors.New("not signed by the centre")

// Signature is a signature with the certificate of the key that made it, and what leads from there to the root.
type Signature struct {
	Value []byte `json:"value"` // ECDSA with SHA-256 on P-256, in ASN.1 (FIPS 186-5)
	// Chain is the signer's certificate, then the intermediate's, each in DER. The root is not in it: who verifies has it.
	Chain [][]byte `json:"chain"`
}

// Signer signs what one purpose asks for, with a key of its own that is certified by the authority and kept in its folder. When a third
// of the certificate's life has passed, a new key takes its place: nobody has to be told, since the certificate goes with every
// signature. It is safe for concurrent use.
type Signer struct {
	authority *Authority
	purpose   string

	mu      sync.Mutex
	current *tls.Certificate
}

// Signer opens the signer of a purpose (1 to 32 of a-z, 0-9 and inner hyphens), or makes it.
func (a *Authority) Signer(purpose string) (*Signer, error) {
	if !signerPurpose.MatchString(purpose) {
		return nil, fmt.Errorf("signer's purpose %.40q: expected 1 to 32 of a-z, 0-9 and inner hyphens", purpose)
	}
	s := &Signer{authority: a, purpose: purpose}
	if _, err := s.certificate(); err != nil {
		return nil, fmt.Errorf("signer of %s: %w", purpose, err)
	}
	return s, nil
}

// Sign signs a message. An error means that there is no valid certificate and none could be made.
func (s *Signer) Sign(message []byte) (Signature, error) {
	own, err := s.certificate()
	if err != nil {
		return Signature{}, fmt.Errorf("sign for %s: %w", s.purpose, err)
	}
	key, ok := own.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return Signature{}, fmt.Errorf("sign for %s: expected an ECDSA key", s.purpose)
	}
	sum := sha256.Sum256(message)
	value, err := ecdsa.SignASN1(s.authority.random, key, sum[:])
	if err != nil {
		return Signature{}, fmt.Errorf("sign for %s: %w", s.purpose, err)
	}
	return Signature{Value: value, Chain: own.Certificate[:2]}, nil
}

// certificate is the key in use; one that is due is renewed, and goes on in use while it is valid and no new one can be made.
func (s *Signer) certificate() (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.authority.now()
	if s.current != nil && now.Before(RenewAt(s.current.Leaf.NotBefore, s.current.Leaf.NotAfter)) {
		return s.current, nil
	}
	fresh, err := s.open()
	switch {
	case err == nil:
		s.current = fresh
	case s.current == nil || !now.Before(s.current.Leaf.NotAfter):
		return nil, err
	}
	return s.current, nil
}

// open reads the key from its file, or makes a new one where that is missing, due, or not of this authority any more.
func (s *Signer) open() (*tls.Certificate, error) {
	var kept *tls.Certificate
	path := s.authority.path("signer-" + s.purpose + ".pem")
	err := filelock.Do(s.authority.path("."+s.purpose+".lock"), func() error {
		key, chain, err := readKeyAndChain(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && s.usable(key, chain) {
			kept = pair(chain, key)
			return nil
		}
		kept, err = s.create(path)
		return err
	})
	return kept, err
}

func (s *Signer) usable(key *ecdsa.PrivateKey, chain []*x509.Certificate) bool {
	now := s.authority.now()
	return len(chain) >= 2 && key.PublicKey.Equal(chain[0].PublicKey) && now.Before(RenewAt(chain[0].NotBefore, chain[0].NotAfter)) &&
		verifySigner(chain, s.authority.Roots(), s.purpose, now) == nil
}

func (s *Signer) create(path string) (*tls.Certificate, error) {
	key, err := newKey(s.authority.random)
	if err != nil {
		return nil, err
	}
	chain, err := s.authority.leaf(&x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"OpenBMIS"}, CommonName: "signer " + s.purpose},
		URIs:        []*url.URL{{Scheme: "urn", Opaque: signerURN + s.purpose}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, // of the registered uses the nearest; no TLS peer takes it
	}, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	text, err := encodeKey(key)
	if err != nil {
		return nil, err
	}
	if err := writeFile(path, append(text, EncodeChain(chain...)...), 0o600); err != nil {
		return nil, err
	}
	return pair(chain, key), nil
}

// SignatureTrust says whose signatures are taken: those of one purpose, below roots.
type SignatureTrust struct {
	Roots   func() *x509.CertPool
	Purpose string
}

// maxSignerChain bounds the certificates that a signature may bring.
const maxSignerChain = 4

// Verify says whether a message was signed for the purpose by a key whose certificate was valid at an instant. The error, which is an
// ErrSignature, says what is wrong; it never quotes the message.
func (t SignatureTrust) Verify(message []byte, s Signature, at time.Time) error {
	if len(s.Value) == 0 || len(s.Chain) == 0 || len(s.Chain) > maxSignerChain {
		return fmt.Errorf("%w: a signature and 1 to %d certificates expected", ErrSignature, maxSignerChain)
	}
	chain := make([]*x509.Certificate, len(s.Chain))
	for i, der := range s.Chain {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("%w: certificate %d: %w", ErrSignature, i+1, err)
		}
		chain[i] = cert
	}
	if err := verifySigner(chain, t.Roots(), t.Purpose, at); err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	key, ok := chain[0].PublicKey.(*ecdsa.PublicKey)
	sum := sha256.Sum256(message)
	if !ok || !ecdsa.VerifyASN1(key, sum[:], s.Value) {
		return fmt.Errorf("%w: the signature is not of these bytes", ErrSignature)
	}
	return nil
}

func verifySigner(chain []*x509.Certificate, roots *x509.CertPool, purpose string, at time.Time) error {
	leaf := chain[0]
	if len(leaf.URIs) != 1 || leaf.URIs[0].String() != "urn:"+signerURN+purpose {
		return fmt.Errorf("the certificate does not name the signer of %s", purpose)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: poolOf(chain[1:]...), CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	})
	return err
}
