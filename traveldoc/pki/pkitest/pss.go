package pkitest

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/binary"
	"io"
	"math/big"
)

// signPSS is RSASSA-PSS with one hash for the digest and another for the mask, which crypto/rsa does not make (RFC 8017, 8.1.1, 9.1.1).
func signPSS(random io.Reader, k *rsa.PrivateKey, a Algorithm, digest []byte) []byte {
	bits := k.N.BitLen() - 1
	size := (bits + 7) / 8
	salt := make([]byte, a.salt())
	if _, err := io.ReadFull(random, salt); err != nil {
		panic(err)
	}
	hash := a.Hash.New()
	_, _ = hash.Write(bytes.Join([][]byte{make([]byte, 8), digest, salt}, nil)) // a hash never fails
	h := hash.Sum(nil)
	db := append(make([]byte, size-len(salt)-len(h)-2), 1)
	db = append(db, salt...)
	for i, m := range maskOf(a.mgf(), h, len(db)) {
		db[i] ^= m
	}
	db[0] &= 0xFF >> (8*size - bits)
	em := append(append(db, h...), 0xBC)
	s := new(big.Int).Exp(new(big.Int).SetBytes(em), k.D, k.N)
	return s.FillBytes(make([]byte, (k.N.BitLen()+7)/8))
}

func maskOf(hash crypto.Hash, seed []byte, length int) []byte {
	var out []byte
	for counter := uint32(0); len(out) < length; counter++ {
		h := hash.New()
		_, _ = h.Write(binary.BigEndian.AppendUint32(bytes.Clone(seed), counter)) // a hash never fails
		out = h.Sum(out)
	}
	return out[:length]
}
