package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Sign writes a seal of version 4 under the key. The signature is that of RFC 6979, which needs no randomness: the same seal signed
// twice is the same bytes. The hash follows the length of the signature (Doc 9303-13, 2.4.1).
func Sign(key *ecdsa.PrivateKey, h Header, messages []Message) ([]byte, error) {
	out, err := h.appendTo(make([]byte, 0, 256))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if len(messages) > MaxMessages {
		return nil, fmt.Errorf("seal: %d features: expected at most %d", len(messages), MaxMessages)
	}
	for _, m := range messages {
		if m.Tag == signatureTag || len(m.Value) > MaxSize {
			return nil, fmt.Errorf("seal: feature %02X: expected a tag below FF and at most %d bytes", m.Tag, MaxSize)
		}
		out = appendFeature(out, m.Tag, m.Value)
	}
	half := (key.Params().BitSize + 7) / 8
	hash, err := hashFor(2 * half)
	if err != nil {
		return nil, err
	}
	digest := digestOf(hash, out)
	der, err := key.Sign(nil, digest, hash)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	signature, err := plain(der, half)
	if err != nil {
		return nil, err
	}
	out = appendFeature(out, signatureTag, signature)
	if len(out) > MaxSize {
		return nil, fmt.Errorf("seal of %d bytes: expected at most %d", len(out), MaxSize)
	}
	return out, nil
}

// What Verify may say besides nothing.
var (
	// ErrSignature: the seal, or its signature, is not what the key signed.
	ErrSignature = errors.New("seal: the signature does not fit")
	// ErrUnsupported: the key's curve or the signature's length is none that can be verified here.
	ErrUnsupported = errors.New("seal: signature of a length or curve that cannot be verified here")
)

// Verify says whether the key signed header and messages, as received: nil, ErrSignature or ErrUnsupported. Whether the key was valid
// then, and whose it is, the caller knows.
func (s Seal) Verify(key *ecdsa.PublicKey) error {
	hash, err := hashFor(len(s.Signature))
	if err != nil {
		return err
	}
	half := len(s.Signature) / 2
	if key == nil || key.Curve == nil || (key.Params().BitSize+7)/8 != half {
		return ErrUnsupported
	}
	r, t := new(big.Int).SetBytes(s.Signature[:half]), new(big.Int).SetBytes(s.Signature[half:])
	if !ecdsa.Verify(key, digestOf(hash, s.signed), r, t) {
		return ErrSignature
	}
	return nil
}

// hashFor is the hash for a signature of so many bytes.
func hashFor(length int) (crypto.Hash, error) {
	switch {
	case length == 0 || length%2 != 0:
		return 0, ErrUnsupported
	case length <= 56:
		return crypto.SHA224, nil
	case length == 64:
		return crypto.SHA256, nil
	case length == 96:
		return crypto.SHA384, nil
	case length == 128 || length == 132:
		return crypto.SHA512, nil
	}
	return 0, ErrUnsupported
}

func digestOf(hash crypto.Hash, data []byte) []byte {
	switch hash { // hashFor gives these alone
	case crypto.SHA224:
		sum := sha256.Sum224(data)
		return sum[:]
	case crypto.SHA384:
		sum := sha512.Sum384(data)
		return sum[:]
	case crypto.SHA512:
		sum := sha512.Sum512(data)
		return sum[:]
	default:
		sum := sha256.Sum256(data)
		return sum[:]
	}
}

// plain turns the DER of a signature, SEQUENCE { r, s }, into r and s of equal length.
func plain(der []byte, half int) ([]byte, error) {
	var r, s big.Int
	input := cryptobyte.String(der)
	var inner cryptobyte.String
	if !input.ReadASN1(&inner, asn1.SEQUENCE) || !inner.ReadASN1Integer(&r) || !inner.ReadASN1Integer(&s) || !inner.Empty() {
		return nil, errors.New("seal: the key gave a signature that is no SEQUENCE of two integers")
	}
	out := make([]byte, 2*half)
	r.FillBytes(out[:half])
	s.FillBytes(out[half:])
	return out, nil
}
