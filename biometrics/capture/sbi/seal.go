package sbi

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/openbmis/openbmis/biometrics/capture"
)

// CAPTURE gives a print encrypted: AES-256-GCM under a key made for this print, which is wrapped with RSA-OAEP (SHA-256) for whoever the
// domain's certificate belongs to. The initialisation vector is the last 16 characters of the time of the print, which is safe because no
// key is used twice.
const sealIV = 16

// SealFor encrypts prints for the holder of a certificate's key.
func SealFor(domain *x509.Certificate, random io.Reader) (func(b *Biometric, d *Data, record []byte) error, error) {
	public, ok := domain.PublicKey.(*rsa.PublicKey)
	if !ok || public.N.BitLen() < minRSA {
		return nil, fmt.Errorf("domain's certificate: expected an RSA key of %d bits or more", minRSA)
	}
	return func(b *Biometric, d *Data, record []byte) error {
		key := make([]byte, 32)
		if _, err := io.ReadFull(random, key); err != nil {
			return err
		}
		gcm, err := sealing(key)
		if err != nil {
			return err
		}
		iv, err := ivOf(*d)
		if err != nil {
			return err
		}
		wrapped, err := rsa.EncryptOAEP(sha256.New(), random, public, key, nil)
		if err != nil {
			return err
		}
		d.BioValue, b.SessionKey, b.Thumbprint = encode(gcm.Seal(nil, iv, record, nil)), encode(wrapped), Thumbprint(domain)
		return nil
	}, nil
}

// Opener decrypts what was encrypted for the holder of key, whose certificate is domain.
func Opener(key *rsa.PrivateKey, domain *x509.Certificate) func(b Biometric, d Data, value []byte) ([]byte, error) {
	return func(b Biometric, d Data, value []byte) ([]byte, error) {
		if !strings.EqualFold(b.Thumbprint, Thumbprint(domain)) {
			return nil, fmt.Errorf("%w: print is encrypted for somebody else", capture.ErrUnsupported)
		}
		record, err := open(key, b, d, value)
		if err != nil {
			return nil, fmt.Errorf("%w: print cannot be decrypted", capture.ErrFailed) // why is nobody's business
		}
		return record, nil
	}
}

func open(key *rsa.PrivateKey, b Biometric, d Data, value []byte) ([]byte, error) {
	wrapped, err := unbase64(b.SessionKey)
	if err != nil {
		return nil, err
	}
	session, err := rsa.DecryptOAEP(sha256.New(), nil, key, wrapped, nil)
	if err != nil {
		return nil, err
	}
	gcm, err := sealing(session)
	if err != nil {
		return nil, err
	}
	iv, err := ivOf(d)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, iv, value, nil)
}

// Thumbprint is the SHA-256 of a certificate, in upper-case hex.
func Thumbprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func sealing(key []byte) (cipher.AEAD, error) {
	if len(key) != 32 {
		return nil, errors.New("session key: expected 32 bytes")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithNonceSize(block, sealIV)
}

func ivOf(d Data) ([]byte, error) {
	if len(d.Timestamp) < sealIV {
		return nil, fmt.Errorf("time: expected at least %d characters", sealIV)
	}
	return []byte(d.Timestamp[len(d.Timestamp)-sealIV:]), nil
}
