package abis

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

// How biometrics are sealed for an ABIS (MOSIP ABIS API 0.9, data behind the referenceURL): base64url of
//
//	"VER_R2" | SHA-256 of the ABIS's certificate (32) | AES key, RSA-OAEP with SHA-256 | "#KEY_SPLITTER#" | AAD (32, its first 12 are the nonce) | AES-256-GCM
const (
	sealVersion  = "VER_R2"
	sealSplitter = "#KEY_SPLITTER#"
	thumbprint   = sha256.Size
	sealAAD      = 32
	sealNonce    = 12
	aesKey       = 32
	// MaxSealed bounds what is opened.
	MaxSealed = 64 << 20
	// MinRSA is the least size of an ABIS's key, in bits.
	MinRSA = 2048
)

// ErrSealed is any reason why sealed biometrics do not open: which one is nobody's business who may have made them.
var ErrSealed = errors.New("abis: the biometrics do not open: expected them sealed for this ABIS")

// Recipient is an ABIS that biometrics are sealed for.
type Recipient struct {
	key  *rsa.PublicKey
	mark [thumbprint]byte // of the certificate or key
}

// NewRecipient takes the ABIS's certificate, or only its public key (DER of SubjectPublicKeyInfo).
func NewRecipient(der []byte) (Recipient, error) {
	var public any
	if cert, err := x509.ParseCertificate(der); err == nil {
		public = cert.PublicKey
	} else if public, err = x509.ParsePKIXPublicKey(der); err != nil {
		return Recipient{}, errors.New("abis: key of the ABIS: expected an X.509 certificate or a public key")
	}
	key, ok := public.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < MinRSA {
		return Recipient{}, fmt.Errorf("abis: key of the ABIS: expected RSA of at least %d bits", MinRSA)
	}
	return Recipient{key: key, mark: sha256.Sum256(der)}, nil
}

// Seal seals CBEFF XML for the ABIS alone.
func (r Recipient) Seal(random io.Reader, plain []byte) ([]byte, error) {
	if r.key == nil {
		return nil, errors.New("abis: the key of the ABIS is not known")
	}
	drawn := make([]byte, aesKey+sealAAD)
	if _, err := io.ReadFull(random, drawn); err != nil {
		return nil, fmt.Errorf("abis: seal: %w", err)
	}
	key, aad := drawn[:aesKey], drawn[aesKey:]
	wrapped, err := rsa.EncryptOAEP(sha256.New(), random, r.key, key, nil)
	if err != nil {
		return nil, fmt.Errorf("abis: seal: %w", err)
	}
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(sealVersion)+thumbprint+len(wrapped)+len(sealSplitter)+sealAAD+len(plain)+aead.Overhead())
	out = append(append(out, sealVersion...), r.mark[:]...)
	out = append(append(append(out, wrapped...), sealSplitter...), aad...)
	out = aead.Seal(out, aad[:sealNonce], plain, aad)
	encoded := make([]byte, base64.RawURLEncoding.EncodedLen(len(out)))
	base64.RawURLEncoding.Encode(encoded, out)
	return encoded, nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("abis: seal: %w", err)
	}
	return cipher.NewGCM(block)
}

// Open opens what was sealed for the holder of key; the error is ErrSealed whatever is wrong.
func Open(key *rsa.PrivateKey, sealed []byte) ([]byte, error) {
	if len(sealed) > MaxSealed {
		return nil, ErrSealed
	}
	sealed = bytes.TrimRight(bytes.TrimSpace(sealed), "=")
	data := make([]byte, base64.RawURLEncoding.DecodedLen(len(sealed)))
	n, err := base64.RawURLEncoding.Decode(data, sealed)
	data = data[:n]
	head := len(sealVersion) + thumbprint
	at := head + key.Size()
	if err != nil || len(data) < at+len(sealSplitter)+sealAAD || !bytes.HasPrefix(data, []byte(sealVersion)) ||
		!bytes.HasPrefix(data[at:], []byte(sealSplitter)) {
		return nil, ErrSealed
	}
	secret, err := rsa.DecryptOAEP(sha256.New(), rand.Reader, key, data[head:at], nil)
	if err != nil || len(secret) != aesKey {
		return nil, ErrSealed
	}
	aead, err := gcm(secret)
	if err != nil {
		return nil, ErrSealed
	}
	rest := data[at+len(sealSplitter):]
	plain, err := aead.Open(nil, rest[:sealNonce], rest[sealAAD:], rest[:sealAAD])
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
