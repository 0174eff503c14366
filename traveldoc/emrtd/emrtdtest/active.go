package emrtdtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"math/big"
)

// AnswerISO9796 answers a challenge as a chip with an RSA key does: ISO/IEC 9796-2, scheme 1. With plain set, SHA-1 has the one-byte
// trailer.
func AnswerISO9796(key *rsa.PrivateKey, challenge []byte, hash crypto.Hash, plain bool) ([]byte, error) {
	size := key.Size()
	trailer := []byte{map[crypto.Hash]byte{
		crypto.SHA1: 0x33, crypto.SHA256: 0x34, crypto.SHA512: 0x35, crypto.SHA384: 0x36, crypto.SHA224: 0x38,
	}[hash], 0xCC}
	if plain {
		trailer = []byte{0xBC}
	}
	recoverable := make([]byte, size-1-hash.Size()-len(trailer))
	if _, err := rand.Read(recoverable); err != nil {
		return nil, fmt.Errorf("random bytes: %w", err)
	}
	made := hash.New()
	_, _ = made.Write(recoverable)
	_, _ = made.Write(challenge)
	f := append([]byte{0x6A}, recoverable...)
	f = append(made.Sum(f), trailer...)
	return new(big.Int).Exp(new(big.Int).SetBytes(f), key.D, key.N).FillBytes(make([]byte, size)), nil
}

// AnswerECDSA answers a challenge as a chip with a key on a curve does: r and s, each of the curve's size.
func AnswerECDSA(key *ecdsa.PrivateKey, challenge []byte, hash crypto.Hash) ([]byte, error) {
	made := hash.New()
	_, _ = made.Write(challenge)
	r, s, err := ecdsa.Sign(rand.Reader, key, made.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	size := (key.Curve.Params().BitSize + 7) / 8
	answer := make([]byte, 2*size)
	r.FillBytes(answer[:size])
	s.FillBytes(answer[size:])
	return answer, nil
}
