package brainpool

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
)

// PublicKey is a point of a curve.
type PublicKey struct {
	Curve *Curve
	X, Y  *big.Int
}

// PrivateKey is a key for synthetic material. It is a crypto.Signer whose signatures are DER, SEQUENCE { r, s } (RFC 3279, 2.2.3).
type PrivateKey struct {
	PublicKey
	D *big.Int
}

// Verify says whether r and s are the signature of digest (FIPS 186-4, 6.4). Any length of digest is accepted; its leftmost bits count.
func (k *PublicKey) Verify(digest []byte, r, s *big.Int) bool {
	n := k.Curve.N
	if r == nil || s == nil || r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(n) >= 0 || s.Cmp(n) >= 0 || !k.Curve.Contains(k.X, k.Y) {
		return false
	}
	w := new(big.Int).ModInverse(s, n)
	u := new(big.Int).Mul(k.Curve.digest(digest), w)
	v := w.Mul(w, r)
	x, _, ok := k.Curve.twoProducts(u.Mod(u, n), v.Mod(v, n), k.X, k.Y)
	return ok && x.Mod(x, n).Cmp(r) == 0
}

// VerifyASN1 is Verify of a signature in DER.
func (k *PublicKey) VerifyASN1(digest, signature []byte) bool {
	var pair struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(signature, &pair)
	return err == nil && len(rest) == 0 && k.Verify(digest, pair.R, pair.S)
}

// Equal compares two keys, as the keys of the standard library do.
func (k *PublicKey) Equal(other crypto.PublicKey) bool {
	o, ok := other.(*PublicKey)
	return ok && k.Curve == o.Curve && k.X.Cmp(o.X) == 0 && k.Y.Cmp(o.Y) == 0
}

// Bytes is the uncompressed point: 04, X, Y (SEC 1, 2.3.3).
func (k *PublicKey) Bytes() []byte {
	size := k.Curve.Size()
	out := make([]byte, 1+2*size)
	out[0] = 4
	k.X.FillBytes(out[1 : 1+size])
	k.Y.FillBytes(out[1+size:])
	return out
}

// ParsePoint reads a point in uncompressed (04) or compressed (02, 03) form and checks that it lies on the curve.
func (c *Curve) ParsePoint(data []byte) (*PublicKey, error) {
	size := c.Size()
	switch {
	case len(data) == 1+2*size && data[0] == 4:
		k := &PublicKey{c, new(big.Int).SetBytes(data[1 : 1+size]), new(big.Int).SetBytes(data[1+size:])}
		if c.Contains(k.X, k.Y) {
			return k, nil
		}
	case len(data) == 1+size && (data[0] == 2 || data[0] == 3):
		x := new(big.Int).SetBytes(data[1:])
		if y, ok := c.Decompress(x, data[0] == 3); ok {
			return &PublicKey{c, x, y}, nil
		}
	default:
		return nil, fmt.Errorf("point of %d bytes: expected %d with 04 or %d with 02 or 03 before it for %s", len(data), 1+2*size, 1+size, c.Name)
	}
	return nil, fmt.Errorf("the point is not on the curve %s", c.Name)
}

// GenerateKey makes a key from the randomness handed in: the same bytes, the same key.
func (c *Curve) GenerateKey(random io.Reader) (*PrivateKey, error) {
	seed := make([]byte, (c.N.BitLen()+7)/8+8)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("randomness for a key: %w", err)
	}
	d := new(big.Int).SetBytes(seed)
	d.Mod(d, new(big.Int).Sub(c.N, big.NewInt(1)))
	return c.Key(d.Add(d, big.NewInt(1)))
}

// Key is the key of the secret number d, between 1 and N-1.
func (c *Curve) Key(d *big.Int) (*PrivateKey, error) {
	if d.Sign() <= 0 || d.Cmp(c.N) >= 0 {
		return nil, errors.New("secret number: expected 1 to N-1")
	}
	x, y, _ := c.baseProduct(d) // never infinity: the order is N
	return &PrivateKey{PublicKey{c, x, y}, new(big.Int).Set(d)}, nil
}

// Public gives the *PublicKey.
func (k *PrivateKey) Public() crypto.PublicKey { return &k.PublicKey }

// Sign signs a digest; the signature is DER. The nonce is that of RFC 6979 with SHA-256 whatever the digest, so the same digest gives the
// same signature; neither the reader nor the options are used.
func (k *PrivateKey) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	r, s := k.SignRS(digest)
	return asn1.Marshal(struct{ R, S *big.Int }{r, s})
}

// SignRS is Sign with the two numbers apart.
func (k *PrivateKey) SignRS(digest []byte) (r, s *big.Int) {
	c := k.Curve
	e := c.digest(digest)
	next := k.nonces(e)
	for {
		nonce := next()
		r, _, _ = c.baseProduct(nonce)
		r.Mod(r, c.N)
		s = new(big.Int).Mul(r, k.D)
		s.Add(s, e)
		s.Mul(s, nonce.ModInverse(nonce, c.N))
		if s.Mod(s, c.N); r.Sign() > 0 && s.Sign() > 0 {
			return r, s
		}
	}
}

// digest is the number of the leftmost bits of a digest, as many as N has (FIPS 186-4, 6.4).
func (c *Curve) digest(digest []byte) *big.Int {
	bits := c.N.BitLen()
	if size := (bits + 7) / 8; len(digest) > size {
		digest = digest[:size]
	}
	e := new(big.Int).SetBytes(digest)
	if excess := len(digest)*8 - bits; excess > 0 {
		e.Rsh(e, uint(excess))
	}
	return e
}

// nonces is the generator of RFC 6979, 3.2.
func (k *PrivateKey) nonces(e *big.Int) func() *big.Int {
	n := k.Curve.N
	size := (n.BitLen() + 7) / 8
	seed := append(k.D.FillBytes(make([]byte, size)), new(big.Int).Mod(e, n).FillBytes(make([]byte, size))...)
	v, key := bytes.Repeat([]byte{1}, sha256.Size), make([]byte, sha256.Size)
	mac := func(parts ...[]byte) []byte {
		h := hmac.New(sha256.New, key)
		for _, part := range parts {
			_, _ = h.Write(part) // a hash never fails
		}
		return h.Sum(nil)
	}
	key = mac(v, []byte{0}, seed)
	v = mac(v)
	key = mac(v, []byte{1}, seed)
	v = mac(v)
	return func() *big.Int {
		for {
			var t []byte
			for len(t) < size {
				v = mac(v)
				t = append(t, v...)
			}
			nonce := new(big.Int).SetBytes(t[:size])
			nonce.Rsh(nonce, uint(size*8-n.BitLen()))
			key = mac(v, []byte{0})
			v = mac(v)
			if nonce.Sign() > 0 && nonce.Cmp(n) < 0 {
				return nonce
			}
		}
	}
}
