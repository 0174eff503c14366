package specimen

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
)

// key is a private key with the way it signs.
type key struct {
	signer crypto.Signer // nil for a curve of brainpool
	public []byte        // SubjectPublicKeyInfo, DER
	scheme scheme
	// sign gives the signature over a message, as it stands in a certificate or CMS.
	sign func(message []byte) ([]byte, error)
}

// ecKey is the key of a curve of NIST that has the name.
func (r root) ecKey(name string, curve elliptic.Curve) (*ecdsa.PrivateKey, error) {
	n := curve.Params().N
	d := scalar(r, name, n)
	k, err := ecdsa.ParseRawPrivateKey(curve, d.FillBytes(make([]byte, (n.BitLen()+7)/8)))
	if err != nil {
		return nil, fmt.Errorf("specimen: key %s: %w", name, err)
	}
	return k, nil
}

// scalar is a number from 1 to n-1. Eight bytes more than n has keep it even.
func scalar(r root, name string, n *big.Int) *big.Int {
	d := new(big.Int).SetBytes(r.bytes(name, (n.BitLen()+7)/8+8))
	d.Mod(d, new(big.Int).Sub(n, big.NewInt(1)))
	return d.Add(d, big.NewInt(1))
}

// rsaKey is the RSA key that has the name. The library's own generator takes no source of randomness.
func (r root) rsaKey(name string, bits, exponent int) (*rsa.PrivateKey, error) {
	random := r.stream(name)
	e := big.NewInt(int64(exponent))
	p, q := prime(random, bits/2, e), prime(random, bits/2, e)
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	k := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: exponent},
		D:         new(big.Int).ModInverse(e, phi), Primes: []*big.Int{p, q},
	}
	k.Precompute()
	if err := k.Validate(); err != nil {
		return nil, fmt.Errorf("specimen: key %s: %w", name, err)
	}
	return k, nil
}

// prime is a prime p of so many bits, the two highest set, with e not dividing p-1.
func prime(random io.Reader, bits int, e *big.Int) *big.Int {
	raw := make([]byte, bits/8)
	gcd, less := new(big.Int), new(big.Int)
	for {
		_, _ = io.ReadFull(random, raw) // a stream never fails
		raw[0] |= 0xC0
		raw[len(raw)-1] |= 1
		p := new(big.Int).SetBytes(raw)
		if gcd.GCD(nil, nil, less.Sub(p, big.NewInt(1)), e).IsInt64() && gcd.Int64() == 1 && p.ProbablyPrime(20) {
			return p
		}
	}
}

// newKey binds a key to the scheme it signs with. random gives the salt of PSS and nothing else.
func newKey(signer crypto.Signer, s scheme, random io.Reader) (key, error) {
	public, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return key{}, fmt.Errorf("specimen: public key: %w", err)
	}
	k := key{signer: signer, public: public, scheme: s}
	k.sign = func(message []byte) ([]byte, error) {
		var opts crypto.SignerOpts = s.hash
		source := io.Reader(nil) // ECDSA as in RFC 6979: the same message has the same signature
		if s.pss {
			opts, source = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: s.hash}, random
		}
		return signer.Sign(source, digest(s.hash, message), opts)
	}
	return k, nil
}
