package brainpool

import "math/big"

// point is in Jacobian coordinates: x = X/Z², y = Y/Z³; Z = 0 is the point at infinity.
type point struct{ x, y, z big.Int }

// field computes on points of one curve. It holds the temporaries, so it serves one computation at a time.
type field struct {
	c                      *Curve
	t, u, v, w, s, m, q, h big.Int
}

func (f *field) mod(n *big.Int) *big.Int { return n.Mod(n, f.c.P) }

func (f *field) mul(out, a, b *big.Int) *big.Int { return f.mod(out.Mul(a, b)) }

func (p *point) set(o *point) {
	p.x.Set(&o.x)
	p.y.Set(&o.y)
	p.z.Set(&o.z)
}

func affine(x, y *big.Int) *point {
	p := new(point)
	p.x.Set(x)
	p.y.Set(y)
	p.z.SetInt64(1)
	return p
}

// double sets p to 2p: S = 4XY², M = 3X² + aZ⁴, X' = M² - 2S, Y' = M(S - X') - 8Y⁴, Z' = 2YZ.
func (f *field) double(p *point) {
	if p.z.Sign() == 0 {
		return
	}
	f.mul(&f.t, &p.y, &p.y) // Y²
	f.mul(&f.s, &p.x, &f.t)
	f.s.Lsh(&f.s, 2)
	f.mul(&f.u, &p.z, &p.z)
	f.mul(&f.u, &f.u, &f.u)
	f.m.Mul(&f.u, f.c.A)
	f.v.Mul(&p.x, &p.x)
	f.m.Add(&f.m, f.w.Lsh(&f.v, 1))
	f.mod(f.m.Add(&f.m, &f.v))
	p.z.Mul(&p.y, &p.z)
	f.mod(p.z.Lsh(&p.z, 1))
	p.x.Mul(&f.m, &f.m)
	f.mod(p.x.Sub(&p.x, f.w.Lsh(&f.s, 1)))
	f.mul(&f.t, &f.t, &f.t)
	p.y.Mul(&f.m, f.w.Sub(&f.s, &p.x))
	f.mod(p.y.Sub(&p.y, f.w.Lsh(&f.t, 3)))
}

// add sets p to p + o.
func (f *field) add(p, o *point) {
	switch {
	case o.z.Sign() == 0:
		return
	case p.z.Sign() == 0:
		p.set(o)
		return
	}
	f.mul(&f.t, &p.z, &p.z)
	f.mul(&f.u, &o.z, &o.z)
	f.mul(&f.v, &p.x, &f.u) // U1
	f.mul(&f.w, &o.x, &f.t) // U2
	f.mul(&f.u, f.u.Mul(&f.u, &o.z), &p.y)
	f.mul(&f.t, f.t.Mul(&f.t, &p.z), &o.y)
	f.mod(f.h.Sub(&f.w, &f.v))
	f.mod(f.m.Sub(&f.t, &f.u)) // S2 - S1
	if f.h.Sign() == 0 {
		f.same(p)
		return
	}
	f.mul(&p.z, p.z.Mul(&p.z, &o.z), &f.h)
	f.mul(&f.s, &f.h, &f.h)
	f.mul(&f.q, &f.s, &f.h)
	f.mul(&f.s, &f.s, &f.v)
	p.x.Mul(&f.m, &f.m)
	p.x.Sub(&p.x, &f.q)
	f.mod(p.x.Sub(&p.x, f.w.Lsh(&f.s, 1)))
	p.y.Mul(&f.m, f.w.Sub(&f.s, &p.x))
	f.mod(p.y.Sub(&p.y, f.t.Mul(&f.u, &f.q)))
}

// same is add of two points with the same x: they are equal, or they cancel each other.
func (f *field) same(p *point) {
	if f.m.Sign() == 0 {
		f.double(p)
		return
	}
	p.z.SetInt64(0)
}

// twoProducts is k·G + l·Q in one run over the bits of both (Shamir's trick).
func (c *Curve) twoProducts(k, l, x, y *big.Int) *point {
	f := &field{c: c}
	g, q := affine(c.X, c.Y), affine(x, y)
	both := new(point)
	both.set(g)
	f.add(both, q)
	sum := new(point)
	for i := max(k.BitLen(), l.BitLen()) - 1; i >= 0; i-- {
		f.double(sum)
		switch {
		case k.Bit(i) == 1 && l.Bit(i) == 1:
			f.add(sum, both)
		case k.Bit(i) == 1:
			f.add(sum, g)
		case l.Bit(i) == 1:
			f.add(sum, q)
		}
	}
	return sum
}

// product is k·(x, y).
func (c *Curve) product(k, x, y *big.Int) *point {
	f := &field{c: c}
	base, sum := affine(x, y), new(point)
	for i := k.BitLen() - 1; i >= 0; i-- {
		f.double(sum)
		if k.Bit(i) == 1 {
			f.add(sum, base)
		}
	}
	return sum
}

// affine gives x and y; false at infinity.
func (c *Curve) affine(p *point) (x, y *big.Int, ok bool) {
	inverse := new(big.Int).ModInverse(&p.z, c.P)
	if inverse == nil {
		return nil, nil, false
	}
	square := new(big.Int).Mul(inverse, inverse)
	x = new(big.Int).Mul(&p.x, square)
	y = square.Mul(square, inverse)
	y.Mul(y, &p.y)
	return x.Mod(x, c.P), y.Mod(y, c.P), true
}
