package captureagent

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// The files of an agent's folder.
const (
	rootFile   = "root.pem"   // certificate and key of the agent's authority
	deviceFile = "device.pem" // certificate and key of the device
	serialFile = "serial"
	// TrustFile holds the certificates that a station trusts the agent by: BMIS_CAPTURE_TRUST.
	TrustFile = "trust.pem"
)

const (
	rootLife   = 10 * 365 * 24 * time.Hour
	deviceLife = 365 * 24 * time.Hour
	deviceBits = 2048
)

// keyring is an agent's authority and device key.
type keyring struct {
	dir    string
	random io.Reader
	now    func() time.Time
}

// pair is a certificate with its key.
type pair struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// root opens the authority, or makes it.
func (k keyring) root() (pair, error) {
	return k.open(rootFile, func() (pair, error) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), k.random)
		if err != nil {
			return pair{}, err
		}
		template := k.template("OpenBMIS capture agent", rootLife)
		template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
		return k.certify(template, pair{template, key}, key)
	})
}

// device opens the device's key, or makes it; a certificate in the last third of its life is made anew.
func (k keyring) device(root pair, name string) (pair, error) {
	kept, err := k.open(deviceFile, func() (pair, error) { return k.newDevice(root, name, nil) })
	if err != nil {
		return pair{}, err
	}
	c := kept.certificate
	if c.CheckSignatureFrom(root.certificate) == nil && k.now().Before(c.NotAfter.Add(-deviceLife/3)) {
		return kept, nil
	}
	made, err := k.newDevice(root, name, kept.key)
	if err != nil {
		return pair{}, err
	}
	return made, k.save(deviceFile, made)
}

func (k keyring) newDevice(root pair, name string, key crypto.Signer) (pair, error) {
	if key == nil {
		made, err := rsa.GenerateKey(k.random, deviceBits)
		if err != nil {
			return pair{}, err
		}
		key = made
	}
	template := k.template(name, deviceLife)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	return k.certify(template, root, key)
}

// stranger is a device of an authority that nobody trusts, made for this run only.
func (k keyring) stranger(key crypto.Signer) (pair, error) {
	other, err := ecdsa.GenerateKey(elliptic.P256(), k.random)
	if err != nil {
		return pair{}, err
	}
	template := k.template("SIMULATED authority that nobody trusts", deviceLife)
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	root, err := k.certify(template, pair{template, other}, other)
	if err != nil {
		return pair{}, err
	}
	return k.newDevice(root, "SIMULATED reader that nobody trusts", key)
}

func (k keyring) template(name string, life time.Duration) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"OpenBMIS"}, CommonName: name},
		NotBefore: k.now().Add(-time.Hour), NotAfter: k.now().Add(life),
	}
}

// certify signs a certificate with a random serial number (RFC 5280, 4.1.2.2).
func (k keyring) certify(template *x509.Certificate, by pair, key crypto.Signer) (pair, error) {
	serial := make([]byte, 16)
	if _, err := io.ReadFull(k.random, serial); err != nil {
		return pair{}, err
	}
	serial[0] &= 0x7f
	template.SerialNumber = new(big.Int).SetBytes(serial)
	der, err := x509.CreateCertificate(k.random, template, by.certificate, key.Public(), by.key)
	if err != nil {
		return pair{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	return pair{certificate, key}, err
}

func (k keyring) open(name string, create func() (pair, error)) (pair, error) {
	path := filepath.Join(k.dir, name)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		made, err := create()
		if err != nil {
			return pair{}, fmt.Errorf("%s: %w", path, err)
		}
		return made, k.save(name, made)
	}
	if err != nil {
		return pair{}, err
	}
	read, err := parsePair(text)
	if err != nil {
		return pair{}, fmt.Errorf("%s: %w", path, err)
	}
	return read, nil
}

func parsePair(text []byte) (pair, error) {
	var p pair
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return p, err
			}
			p.certificate = c
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return p, errors.New("expected a private key (PKCS #8)")
			}
			p.key, _ = key.(crypto.Signer)
		}
	}
	if p.certificate == nil || p.key == nil {
		return p, errors.New("expected a certificate and its private key in PEM")
	}
	return p, nil
}

func (k keyring) save(name string, p pair) error {
	key, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	return os.WriteFile(filepath.Join(k.dir, name), append(certificateText(p.certificate), text...), 0o600)
}

func certificateText(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// signer is how a device's answers are signed.
func (k keyring) signer(p pair) (sbi.Signer, error) {
	key, ok := p.key.(*rsa.PrivateKey)
	if !ok {
		return sbi.Signer{}, errors.New("device's key: expected RSA")
	}
	return sbi.Signer{Key: key, Chain: []*x509.Certificate{p.certificate}, Random: k.random}, nil
}

// serial is the device's number, made at the first start.
func (k keyring) serial() (string, error) {
	path := filepath.Join(k.dir, serialFile)
	text, err := os.ReadFile(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return string(text), err
	}
	raw := make([]byte, 6)
	if _, err := io.ReadFull(k.random, raw); err != nil {
		return "", err
	}
	serial := fmt.Sprintf("SIM%X", raw)
	return serial, os.WriteFile(path, []byte(serial), 0o600)
}
