package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/binary"
	"fmt"
	"math/big"
)

// Scheme is how a signature is made.
type Scheme string

// The schemes.
const (
	RSAPKCS1   Scheme = "rsa-pkcs1"   // RFC 8017, 8.2
	RSAPSS     Scheme = "rsa-pss"     // RFC 8017, 8.1
	ECDSA      Scheme = "ecdsa"       // FIPS 186-4, signature as SEQUENCE { r, s }
	ECDSAPlain Scheme = "ecdsa-plain" // the same, signature as r‖s (BSI TR-03111, 5.2.1)
)

// SignatureAlgorithm is an AlgorithmIdentifier of a signature. An algorithm that is not known has no Scheme; its OID is kept.
type SignatureAlgorithm struct {
	OID    string
	Scheme Scheme
	Hash   crypto.Hash
	// MGF is the hash of the mask generation function and SaltLength its salt, in bytes, of RSASSA-PSS.
	MGF        crypto.Hash
	SaltLength int

	problem string // why the parameters are not supported
}

// minRSABits is the shortest RSA key that is checked; maxRSABits bounds the work.
const (
	minRSABits = 1024
	maxRSABits = 16384
)

func unsupported(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, ErrUnsupported)...)
}

// Verify checks the signature over message: ErrSignature when it is wrong, ErrUnsupported when it cannot be checked.
func (k *PublicKey) Verify(a SignatureAlgorithm, message, signature []byte) error {
	if a.Hash == 0 || !a.Hash.Available() {
		return unsupported("signature algorithm %s", a)
	}
	h := a.Hash.New()
	_, _ = h.Write(message) // a hash never fails
	return k.VerifyDigest(a, h.Sum(nil), signature)
}

// VerifyDigest is Verify of a digest made by a.Hash.
func (k *PublicKey) VerifyDigest(a SignatureAlgorithm, digest, signature []byte) error {
	switch {
	case a.problem != "":
		return unsupported("signature algorithm %s, %s", a, a.problem)
	case a.Hash == 0 || len(digest) != a.Hash.Size():
		return unsupported("signature algorithm %s with a digest of %d bytes", a, len(digest))
	}
	switch a.Scheme {
	case RSAPKCS1, RSAPSS:
		if k.RSA == nil {
			return unsupported("signature algorithm %s with a key of %s", a, k)
		}
		return k.verifyRSA(a, digest, signature)
	case ECDSA, ECDSAPlain:
		if k.RSA != nil {
			return unsupported("signature algorithm %s with a key of %s", a, k)
		}
		r, s, ok := splitSignature(a.Scheme, signature)
		if !ok {
			return fmt.Errorf("%s with a key of %s: not a pair of numbers: %w", a, k, ErrSignature)
		}
		return k.VerifyRS(digest, r, s)
	}
	return unsupported("signature algorithm %s", a)
}

// VerifyRS checks an ECDSA signature given as two numbers, as seals (r‖s) and active authentication have it.
func (k *PublicKey) VerifyRS(digest []byte, r, s *big.Int) error {
	var fine bool
	switch {
	case k.ECDSA != nil:
		fine = r.Sign() > 0 && s.Sign() > 0 && ecdsa.Verify(k.ECDSA, digest, r, s)
	case k.Brainpool != nil:
		fine = k.Brainpool.Verify(digest, r, s)
	default:
		return unsupported("ECDSA with a key of %s", k)
	}
	if !fine {
		return fmt.Errorf("ECDSA with a key of %s: %w", k, ErrSignature)
	}
	return nil
}

// splitSignature gives the two numbers; they need not be written the shortest way.
func splitSignature(scheme Scheme, signature []byte) (r, s *big.Int, ok bool) {
	if scheme == ECDSAPlain {
		half := len(signature) / 2
		return new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:]), half > 0 && len(signature)%2 == 0
	}
	c, err := (&cursor{data: signature}).sequence("signature")
	if err != nil {
		return nil, nil, false
	}
	if r, _, err = c.integer("r"); err != nil {
		return nil, nil, false
	}
	s, _, err = c.integer("s")
	return r, s, err == nil && c.empty()
}

func (k *PublicKey) verifyRSA(a SignatureAlgorithm, digest, signature []byte) error {
	bits := k.RSA.N.BitLen()
	size := (bits + 7) / 8
	if bits < minRSABits {
		return unsupported("RSA key of %d bits, %d are the least", bits, minRSABits)
	}
	if len(signature) < size { // leading zeros were cut off
		signature = append(make([]byte, size-len(signature)), signature...)
	}
	var fine bool
	if a.Scheme == RSAPSS {
		fine = len(signature) == size && k.verifyPSS(a, digest, signature)
	} else {
		fine = rsa.VerifyPKCS1v15(k.RSA, a.Hash, digest, signature) == nil
	}
	if !fine {
		return fmt.Errorf("%s with a key of %s: %w", a, k, ErrSignature)
	}
	return nil
}

// verifyPSS is EMSA-PSS-VERIFY (RFC 8017, 9.1.2). crypto/rsa cannot be used: it takes one hash for the digest and the mask.
func (k *PublicKey) verifyPSS(a SignatureAlgorithm, digest, signature []byte) bool {
	s := new(big.Int).SetBytes(signature)
	if s.Cmp(k.RSA.N) >= 0 || !a.MGF.Available() {
		return false
	}
	bits := k.RSA.N.BitLen() - 1
	size := (bits + 7) / 8
	m := s.Exp(s, big.NewInt(int64(k.RSA.E)), k.RSA.N)
	if m.BitLen() > bits || size < a.Hash.Size()+a.SaltLength+2 {
		return false
	}
	em := m.FillBytes(make([]byte, size))
	db, h := em[:size-a.Hash.Size()-1], em[size-a.Hash.Size()-1:size-1]
	if em[size-1] != 0xBC {
		return false
	}
	mask(a.MGF, h, db)
	db[0] &= 0xFF >> (8*size - bits)
	zeros := len(db) - a.SaltLength - 1
	if bytes.ContainsFunc(db[:zeros], func(r rune) bool { return r != 0 }) || db[zeros] != 1 {
		return false
	}
	hash := a.Hash.New()
	for _, part := range [][]byte{make([]byte, 8), digest, db[zeros+1:]} {
		_, _ = hash.Write(part) // a hash never fails
	}
	return bytes.Equal(hash.Sum(nil), h)
}

// mask XORs MGF1 of seed onto data (RFC 8017, B.2.1).
func mask(mgf crypto.Hash, seed, data []byte) {
	for counter := uint32(0); len(data) > 0; counter++ {
		h := mgf.New()
		_, _ = h.Write(binary.BigEndian.AppendUint32(bytes.Clone(seed), counter)) // a hash never fails
		block := h.Sum(nil)
		n := min(len(block), len(data))
		for i := range n {
			data[i] ^= block[i]
		}
		data = data[n:]
	}
}
