package issue

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha1" //nolint:gosec // key identifiers of RFC 5280, 4.2.1.2: no security rests on them
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// make writes the next signer, under the authority of the folder; without one, or when the use of its key ends, a new authority is made.
func (s *Signer) make() error {
	authority, key, err := s.authority()
	if err != nil {
		return err
	}
	serial, err := s.serial()
	if err != nil {
		return err
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), s.o.Random)
	if err != nil {
		return err
	}
	from := s.o.Now().UTC().Add(-backdated).Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Country: []string{s.o.Country}, CommonName: s.o.Name}, NotBefore: from, NotAfter: from.Add(signerLife),
		KeyUsage: x509.KeyUsageDigitalSignature, SubjectKeyId: keyID(&own.PublicKey), ExtraExtensions: []pkix.Extension{usagePeriod(from, from.Add(signerUse))},
	}
	der, err := x509.CreateCertificate(s.o.Random, template, authority, &own.PublicKey, key)
	if err != nil {
		return err
	}
	if err := s.setAside(); err != nil {
		return err
	}
	if err := writeKey(s.path(signerKeyFile), own); err != nil {
		return err
	}
	return writeCertificates(s.path(signerFile), der, authority.Raw)
}

// setAside keeps the certificate that was used until now, to verify by.
func (s *Signer) setAside() error {
	text, err := os.ReadFile(s.path(signerFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	chain, err := readCertificates(s.path(signerFile))
	if err != nil {
		return err
	}
	return writeFile(s.path("old-"+Reference(chain[0])+".pem"), text, 0o644)
}

// authority is the authority with its key; made when there is none, or when its use ends before a signer's would.
func (s *Signer) authority() (*x509.Certificate, crypto.Signer, error) {
	chain, err := readCertificates(s.path(rootFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return s.makeAuthority()
	case err != nil:
		return nil, nil, err
	case !s.o.Now().Before(chain[0].NotBefore.Add(rootUse - renewBefore)):
		if err := os.Remove(s.path(listName(chain[0]))); ignoreMissing(err) != nil {
			return nil, nil, err
		}
		if err := s.list(); err != nil { // its last
			return nil, nil, err
		}
		return s.makeAuthority() // signers before it carry the old one behind them
	}
	key, err := readKey(s.path(rootKeyFile))
	if err != nil {
		return nil, nil, fmt.Errorf("bring the authority's key to make a new signer: %w", err)
	}
	if !sameKey(key, chain[0]) { // a crash between the two files
		return s.makeAuthority()
	}
	authority, err := X509(chain[0])
	return authority, key, err
}

func (s *Signer) makeAuthority() (*x509.Certificate, crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), s.o.Random)
	if err != nil {
		return nil, nil, err
	}
	serial, err := draw(s.o.Random, 127)
	if err != nil {
		return nil, nil, err
	}
	from := s.o.Now().UTC().Add(-backdated).Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Country: []string{s.o.Country}, CommonName: "CSCA Visa " + from.Format("2006-01")}, NotBefore: from,
		NotAfter: from.Add(rootLife), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		SubjectKeyId: keyID(&key.PublicKey), AuthorityKeyId: keyID(&key.PublicKey), SignatureAlgorithm: x509.ECDSAWithSHA384,
		ExtraExtensions: []pkix.Extension{usagePeriod(from, from.Add(rootUse))},
	}
	der, err := x509.CreateCertificate(s.o.Random, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	if err := writeKey(s.path(rootKeyFile), key); err != nil {
		return nil, nil, err
	}
	if err := writeCertificates(s.path(rootFile), der); err != nil {
		return nil, nil, err
	}
	made, err := x509.ParseCertificate(der)
	return made, key, err
}

// serial is a serial number of five hexadecimal digits that no signer of the folder has: a seal names its certificate by it.
func (s *Signer) serial() (*big.Int, error) {
	const least = 0x10000
	for range 100 {
		n, err := draw(s.o.Random, 20)
		if err != nil {
			return nil, err
		}
		if n.Int64() < least {
			continue
		}
		used := s.current != nil && s.current.Serial.Cmp(n) == 0
		for _, p := range s.old {
			used = used || p.Certificate.Serial.Cmp(n) == 0
		}
		if !used {
			return n, nil
		}
	}
	return nil, errors.New("no free serial number was drawn")
}

// draw is a random number of at most so many bits.
func draw(random io.Reader, bits int) (*big.Int, error) {
	bytes := make([]byte, (bits+7)/8)
	if _, err := io.ReadFull(random, bytes); err != nil {
		return nil, err
	}
	n := new(big.Int).SetBytes(bytes)
	return n.Rsh(n, uint(len(bytes)*8-bits)), nil
}

func keyID(key *ecdsa.PublicKey) []byte {
	point, err := key.Bytes()
	if err != nil {
		return nil // a key of ours is on its curve
	}
	sum := sha1.Sum(point) //nolint:gosec // see the import
	return sum[:]
}

// usagePeriod is the extension privateKeyUsagePeriod (Doc 9303-12, 7.1.1): until when the key signs, though its certificate is valid for longer.
func usagePeriod(from, until time.Time) pkix.Extension {
	type period struct {
		NotBefore time.Time `asn1:"tag:0,generalized"`
		NotAfter  time.Time `asn1:"tag:1,generalized"`
	}
	value, err := asn1.Marshal(period{from, until})
	if err != nil {
		return pkix.Extension{} // two times are written always
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 16}, Value: value}
}

// maxPEM bounds a file of certificates or of a key.
const maxPEM = 64 << 10

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxPEM+1))
	if err = errors.Join(err, file.Close()); err == nil && len(text) > maxPEM {
		err = fmt.Errorf("%s: expected at most %d bytes", path, maxPEM)
	}
	return text, err
}

// readCertificates reads a file of PEM: one certificate or more.
func readCertificates(path string) ([]*pki.Certificate, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	var list []*pki.Certificate
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := pki.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: expected a certificate in PEM", path)
	}
	return list, nil
}

// readKey reads a key of ECDSA in PEM (PKCS #8 or SEC 1) that nobody else may read.
func readKey(path string) (*ecdsa.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: mode %04o, expected 0600: a key is for its owner only", path, info.Mode().Perm())
	}
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: expected a key in PEM", path)
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: expected an ECDSA key, PKCS #8 or SEC 1", path) // the cause may repeat what it read
	}
	if own, is := key.(*ecdsa.PrivateKey); is {
		return own, nil
	}
	return nil, fmt.Errorf("%s: expected an ECDSA key", path)
}

func sameKey(key *ecdsa.PrivateKey, c *pki.Certificate) bool {
	return c.Key != nil && c.Key.ECDSA != nil && key.PublicKey.Equal(c.Key.ECDSA)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writeFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func writeCertificates(path string, list ...[]byte) error {
	var text []byte
	for _, der := range list {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return writeFile(path, text, 0o644)
}

// writeFile replaces a file as a whole: a crash leaves the old one or the new one.
func writeFile(path string, text []byte, mode os.FileMode) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
