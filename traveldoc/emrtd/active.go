package emrtd

import (
	"crypto"
	"crypto/rsa"
	"crypto/subtle"
	"fmt"
	"math/big"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// ChallengeSize is the size of the challenge of active authentication, in bytes (Doc 9303-11, 6.1).
const ChallengeSize = 8

// VerifyActive verifies the chip's answer to a challenge under the key of DG15 and says by which algorithm. infos are DG14's, or nil:
// they name the hash of ECDSA. The error is pki.ErrSignature when the answer is wrong, pki.ErrUnsupported when nothing could be checked.
func VerifyActive(key *pki.PublicKey, infos *SecurityInfos, challenge, response []byte) (how string, err error) {
	switch {
	case len(challenge) != ChallengeSize:
		return "", fmt.Errorf("challenge of %d bytes, expected %d: %w", len(challenge), ChallengeSize, pki.ErrUnsupported)
	case key.RSA != nil:
		return verifyISO9796(key.RSA, challenge, response)
	}
	return verifyPlainECDSA(key, infos, challenge, response)
}

// The parts of a recoverable message (ISO/IEC 9796-2, digital signature scheme 1, partial recovery).
const (
	headerByte     = 0x6A
	trailerSHA1    = 0xBC // option 1: one byte, the hash is agreed on
	trailerExplict = 0xCC // option 2: the byte before names the hash
	minModulus     = 512  // bits; below, anybody finds the private key, and the parts of the message do not fit
	maxModulus     = 8192 // bits
)

// verifyISO9796 recovers 6A || M1 || H(M1 || challenge) || trailer from the answer.
func verifyISO9796(key *rsa.PublicKey, challenge, response []byte) (string, error) {
	size := (key.N.BitLen() + 7) / 8
	switch {
	case key.N.BitLen() < minModulus || key.N.BitLen() > maxModulus || key.E < 3:
		return "", fmt.Errorf("RSA of %d bits with exponent %d: %w", key.N.BitLen(), key.E, pki.ErrUnsupported)
	case len(response) != size:
		return "", fmt.Errorf("answer of %d bytes, expected %d: %w", len(response), size, pki.ErrSignature)
	}
	s := new(big.Int).SetBytes(response)
	if s.Cmp(key.N) >= 0 {
		return "", fmt.Errorf("answer not below the modulus: %w", pki.ErrSignature)
	}
	f := opened9796(s.Exp(s, big.NewInt(int64(key.E)), key.N), key.N, size)
	hash, trailer := trailerHash(f)
	if hash == 0 {
		return "", fmt.Errorf("recovered message ends in %X: no trailer of ISO/IEC 9796-2 with a known hash: %w", f[max(0, size-2):], pki.ErrSignature)
	}
	if size < 1+hash.Size()+trailer {
		return "", fmt.Errorf("recovered message of %d bytes has no room for %v: %w", size, hash, pki.ErrSignature)
	}
	if f[0] != headerByte {
		return "", fmt.Errorf("recovered message begins with %02X, expected 6A: %w", f[0], pki.ErrSignature)
	}
	end := size - trailer - hash.Size()
	if subtle.ConstantTimeCompare(digest(hash, f[1:end], challenge), f[end:size-trailer]) != 1 {
		return "", fmt.Errorf("%v over the recovered message and the challenge: %w", hash, pki.ErrSignature)
	}
	return fmt.Sprintf("RSA %d, ISO/IEC 9796-2, %v", key.N.BitLen(), hash), nil
}

// opened9796 is the recovered message: signers may give either of two roots, and only one ends in C (ISO/IEC 9796-2, annex B).
func opened9796(opened, n *big.Int, size int) []byte {
	if opened.Bit(3) == 1 && opened.Bit(2) == 1 && opened.Bit(1) == 0 && opened.Bit(0) == 0 {
		return opened.FillBytes(make([]byte, size))
	}
	return opened.Sub(n, opened).FillBytes(make([]byte, size))
}

// trailerHash is the hash that the trailer names and how many bytes the trailer has; 0 when it names none that is known (ISO/IEC
// 10118-3 gives the numbers).
func trailerHash(f []byte) (crypto.Hash, int) {
	if len(f) < 2 {
		return 0, 0
	}
	switch last := f[len(f)-1]; last {
	case trailerSHA1:
		return crypto.SHA1, 1
	case trailerExplict:
		return map[byte]crypto.Hash{
			0x33: crypto.SHA1, 0x34: crypto.SHA256, 0x35: crypto.SHA512, 0x36: crypto.SHA384, 0x38: crypto.SHA224,
		}[f[len(f)-2]], 2
	}
	return 0, 0
}

// verifyPlainECDSA verifies r || s over the challenge (BSI TR-03111, 5.2.1). Without DG14's word on the hash every one is tried.
func verifyPlainECDSA(key *pki.PublicKey, infos *SecurityInfos, challenge, response []byte) (string, error) {
	if len(response) == 0 || len(response)%2 != 0 || len(response) > 2*maxOrder {
		return "", fmt.Errorf("answer of %d bytes, expected r and s of the same size: %w", len(response), pki.ErrSignature)
	}
	hashes, err := activeHashes(infos)
	if err != nil {
		return "", err
	}
	half := len(response) / 2
	r, s := new(big.Int).SetBytes(response[:half]), new(big.Int).SetBytes(response[half:])
	for _, hash := range hashes {
		err = key.VerifyRS(digest(hash, challenge), r, s)
		if err == nil {
			return fmt.Sprintf("ECDSA %s, %v", key.Curve, hash), nil
		}
	}
	return "", fmt.Errorf("ECDSA %s with %v: %w", key.Curve, hashes, err)
}

// maxOrder is the size of the largest r or s, in bytes: of P-521.
const maxOrder = 66

// activeHashes are the hashes that an answer may be made with.
func activeHashes(infos *SecurityInfos) ([]crypto.Hash, error) {
	all := []crypto.Hash{crypto.SHA256, crypto.SHA1, crypto.SHA224, crypto.SHA384, crypto.SHA512}
	if infos == nil || infos.Active == nil {
		return all, nil
	}
	hash := map[string]crypto.Hash{
		"0.4.0.127.0.7.1.1.4.1.1": crypto.SHA1, "0.4.0.127.0.7.1.1.4.1.2": crypto.SHA224, "0.4.0.127.0.7.1.1.4.1.3": crypto.SHA256,
		"0.4.0.127.0.7.1.1.4.1.4": crypto.SHA384, "0.4.0.127.0.7.1.1.4.1.5": crypto.SHA512,
	}[infos.Active.Algorithm]
	if hash == 0 {
		return nil, fmt.Errorf("signature algorithm %s: %w", infos.Active.Algorithm, pki.ErrUnsupported)
	}
	return []crypto.Hash{hash}, nil
}
