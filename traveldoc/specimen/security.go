package specimen

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Object identifiers of SecurityInfos (ICAO Doc 9303-11, 9.2).
const (
	oidActive              = "2.23.136.1.1.5"
	oidPlainSHA256         = "0.4.0.127.0.7.1.1.4.1.3" // ecdsa-plain-SHA256
	oidChipAgreement       = "0.4.0.127.0.7.2.2.1.2"   // id-PK-ECDH
	oidChipProtocol        = "0.4.0.127.0.7.2.2.3.2.2" // id-CA-ECDH-AES-CBC-CMAC-128
	oidPACE                = "0.4.0.127.0.7.2.2.4.2.2" // id-PACE-ECDH-GM-AES-CBC-CMAC-128
	paceP256         int64 = 12                        // NIST P-256 (secp256r1)
)

// dg14 is what the chip can do against cloning: active authentication, when its key is of a curve, and chip authentication.
func dg14(active crypto.Signer, agreement []byte) []byte {
	infos := [][]byte{
		tlv(tagSequence, oid(oidChipProtocol), integer(1)),
		tlv(tagSequence, oid(oidChipAgreement), agreement),
	}
	if _, curve := active.(*ecdsa.PrivateKey); curve {
		infos = append(infos, tlv(tagSequence, oid(oidActive), integer(1), oid(oidPlainSHA256)))
	}
	return tlv(tagDG14, tlv(tagSet, infos...))
}

// cardAccess says how the chip is opened beside basic access control.
func cardAccess() []byte {
	return tlv(tagSet, tlv(tagSequence, oid(oidPACE), integer(2), integer(paceP256)))
}

// Answer is the chip's answer to a challenge of eight bytes: active authentication (ICAO Doc 9303-11, 6.1). A key of P-256 gives
// r and s, each 32 bytes; an RSA key a signature of ISO/IEC 9796-2, scheme 1, with SHA-256.
func (c *Chip) Answer(challenge []byte) ([]byte, error) {
	switch k := c.ActiveKey.(type) {
	case *ecdsa.PrivateKey:
		sum := sha256.Sum256(challenge)
		der, err := k.Sign(nil, sum[:], crypto.SHA256)
		if err != nil {
			return nil, fmt.Errorf("specimen: active authentication: %w", err)
		}
		return plain(der, k.Curve)
	case *rsa.PrivateKey:
		return recoverable(k, c.nonce(k, challenge), challenge), nil
	}
	return nil, errors.New("specimen: the chip has no key for active authentication")
}

// plain turns SEQUENCE { r, s } into r and s of equal length.
func plain(der []byte, curve elliptic.Curve) ([]byte, error) {
	var r, s big.Int
	var inner cryptobyte.String
	input := cryptobyte.String(der)
	if !input.ReadASN1(&inner, asn1.SEQUENCE) || !inner.ReadASN1Integer(&r) || !inner.ReadASN1Integer(&s) {
		return nil, errors.New("specimen: expected a SEQUENCE of two integers")
	}
	half := (curve.Params().BitSize + 7) / 8
	out := make([]byte, 2*half)
	r.FillBytes(out[:half])
	s.FillBytes(out[half:])
	return out, nil
}

// nonce is the chip's part of the message, as long as the signature can carry it. It follows from the challenge here.
func (c *Chip) nonce(k *rsa.PrivateKey, challenge []byte) []byte {
	return c.root.bytes("nonce-"+string(challenge), k.Size()-1-sha256.Size-2)
}

// recoverable signs nonce and challenge so that the nonce can be recovered: 6A, nonce, hash, trailer 34CC (SHA-256).
func recoverable(k *rsa.PrivateKey, nonce, challenge []byte) []byte {
	sum := sha256.Sum256(append(append([]byte(nil), nonce...), challenge...))
	message := append([]byte{0x6A}, nonce...)
	message = append(message, sum[:]...)
	message = append(message, 0x34, 0xCC)
	n := new(big.Int).Exp(new(big.Int).SetBytes(message), k.D, k.N)
	return n.FillBytes(make([]byte, k.Size()))
}
