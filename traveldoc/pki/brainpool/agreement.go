package brainpool

import (
	"errors"
	"math/big"
)

// NewCurve is a curve whose numbers the program itself states, such as those of the standard library's curves: y² = x³ + ax + b over the
// prime p of at most 512 bits, with a generator (x, y) of the prime order n. It must never be called with numbers from a file.
func NewCurve(name string, p, a, b, x, y, n *big.Int) *Curve {
	c := &Curve{Name: name, P: p, A: a, B: b, X: x, Y: y, N: n}
	c.precompute()
	return c
}

// WithGenerator is the same curve with another generator: k·G + q. It is the generic mapping of PACE (ICAO Doc 9303-11, 4.4.3.3.1),
// whose generator both sides make anew for each session. An error says that the result is the point at infinity, or q not of the curve.
func (c *Curve) WithGenerator(k *big.Int, q *PublicKey) (*Curve, error) {
	if !c.Contains(q.X, q.Y) {
		return nil, errors.New("brainpool: the point is not of the curve")
	}
	x, y, ok := c.twoProducts(new(big.Int).Mod(k, c.N), big.NewInt(1), q.X, q.Y)
	if !ok {
		return nil, errors.New("brainpool: the generator would be the point at infinity")
	}
	return NewCurve(c.Name, c.P, c.A, c.B, x, y, c.N), nil
}

// Agree is the x coordinate of the product of the secret number and the other side's point, as long as a coordinate (BSI TR-03111,
// 4.3.1). The secret number is one of a single session: the time taken depends on it.
func (k *PrivateKey) Agree(other *PublicKey) ([]byte, error) {
	p, err := k.Point(other)
	if err != nil {
		return nil, err
	}
	return p.X.FillBytes(make([]byte, k.Curve.Size())), nil
}

// Point is the product of the secret number and the other side's point.
func (k *PrivateKey) Point(other *PublicKey) (*PublicKey, error) {
	if !k.Curve.Contains(other.X, other.Y) {
		return nil, errors.New("brainpool: the other side's point is not of the curve")
	}
	x, y, ok := k.Curve.twoProducts(new(big.Int), k.D, other.X, other.Y)
	if !ok {
		return nil, errors.New("brainpool: the agreement is the point at infinity")
	}
	return &PublicKey{Curve: k.Curve, X: x, Y: y}, nil
}
