package brainpool

import (
	"math/big"
	"sync"
)

// parameters are a curve's domain parameters in hexadecimal.
type parameters struct {
	name, oid        string
	p, a, b, x, y, n string
}

// Curve is y² = x³ + ax + b over the field of the prime P, with a generator (X, Y) of the prime order N; the cofactor is 1. Curves are
// compared by pointer. Nobody may change the numbers.
type Curve struct {
	Name             string // "brainpoolP256r1", "secp192r1"
	OID              string // dotted
	P, A, B, X, Y, N *big.Int

	field     func() *field     // made when first needed
	generator func() *multiples // of (X, Y)
}

// Curves gives the known curves, in order of size.
var Curves = sync.OnceValue(func() []*Curve {
	curves := make([]*Curve, len(table))
	for i, t := range table {
		curves[i] = newCurve(t)
	}
	return curves
})

func newCurve(t parameters) *Curve {
	c := &Curve{Name: t.name, OID: t.oid, P: number(t.p), A: number(t.a), B: number(t.b), X: number(t.x), Y: number(t.y), N: number(t.n)}
	c.precompute()
	return c
}

func (c *Curve) precompute() {
	c.field = sync.OnceValue(func() *field { return newField(c.P, c.A) })
	c.generator = sync.OnceValue(func() *multiples { f := c.field(); return f.multiplesOf(f.affine(c.X, c.Y)) })
}

func number(hex string) *big.Int {
	n, _ := new(big.Int).SetString(hex, 16) // a constant of the table; a test reads them all
	return n
}

// ByName finds a curve by its name, nil when it is not known.
func ByName(name string) *Curve {
	for _, c := range Curves() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// ByOID finds a curve by its dotted object identifier, nil when it is not known.
func ByOID(oid string) *Curve {
	for _, c := range Curves() {
		if c.OID == oid {
			return c
		}
	}
	return nil
}

// Size is the length of a coordinate in bytes.
func (c *Curve) Size() int { return (c.P.BitLen() + 7) / 8 }

// Contains says whether (x, y) is a point of the curve: coordinates within the field that satisfy its equation.
func (c *Curve) Contains(x, y *big.Int) bool {
	if x == nil || y == nil || x.Sign() < 0 || y.Sign() < 0 || x.Cmp(c.P) >= 0 || y.Cmp(c.P) >= 0 {
		return false
	}
	left := new(big.Int).Mul(y, y)
	left.Sub(left, c.polynomial(x))
	return left.Mod(left, c.P).Sign() == 0
}

func (c *Curve) polynomial(x *big.Int) *big.Int {
	v := new(big.Int).Mul(x, x)
	v.Add(v, c.A)
	v.Mul(v, x)
	v.Add(v, c.B)
	return v.Mod(v, c.P)
}

// Decompress gives the y of x whose lowest bit is odd's; false when there is none.
func (c *Curve) Decompress(x *big.Int, odd bool) (*big.Int, bool) {
	if x.Sign() < 0 || x.Cmp(c.P) >= 0 {
		return nil, false
	}
	y := new(big.Int).ModSqrt(c.polynomial(x), c.P)
	if y == nil {
		return nil, false
	}
	if (y.Bit(0) == 1) != odd {
		y.Sub(c.P, y)
	}
	return y, c.Contains(x, y)
}
