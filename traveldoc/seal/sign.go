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

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// Sign writes a seal under the key, an *ecdsa.PrivateKey or a *brainpool.PrivateKey. The signature is that of RFC 6979, which needs no
// randomness: the same seal signed twice is the same bytes. The hash follows the length of the signature (Doc 9303-13, 2.4.1).
func Sign(key crypto.Signer, h Header, messages []Message) ([]byte, error) {
	half, err := halfOf(key.Public())
	if err != nil {
		return nil, err
	}
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
	r, t := s.numbers()
	if !ecdsa.Verify(key, digestOf(hash, s.signed), r, t) {
		return ErrSignature
	}
	return nil
}

// VerifyKey is Verify under the key of a certificate, Brainpool curves included.
func (s Seal) VerifyKey(key *pki.PublicKey) error {
	switch {
	case key == nil:
		return ErrUnsupported
	case key.ECDSA != nil:
		return s.Verify(key.ECDSA)
	case key.Brainpool == nil:
		return ErrUnsupported
	}
	hash, err := hashFor(len(s.Signature))
	if err != nil {
		return err
	}
	if 2*key.Brainpool.Curve.Size() != len(s.Signature) {
		return ErrUnsupported
	}
	r, t := s.numbers()
	if !key.Brainpool.Verify(digestOf(hash, s.signed), r, t) {
		return ErrSignature
	}
	return nil
}

func (s Seal) numbers() (r, t *big.Int) {
	half := len(s.Signature) / 2
	return new(big.Int).SetBytes(s.Signature[:half]), new(big.Int).SetBytes(s.Signature[half:])
}

// halfOf is the length of r and s under a key.
func halfOf(key crypto.PublicKey) (int, error) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return (key.Params().BitSize + 7) / 8, nil
	case *brainpool.PublicKey:
		return key.Curve.Size(), nil
	}
	return 0, fmt.Errorf("seal: key of type %T: expected one of ECDSA", key)
}

// hashFor is the hash for a signature of so many bytes: SHA-224 for curves of up to 224 bits, 256 up to 256, 384 up to 384, else 512.
func hashFor(length int) (crypto.Hash, error) {
	switch {
	case length == 0 || length%2 != 0:
		return 0, ErrUnsupported
	case length <= 56:
		return crypto.SHA224, nil
	case length == 64:
		return crypto.SHA256, nil
	case length == 80 || length == 96: // 80: brainpoolP320
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
