package brainpool

import "math/big"

// point is in Jacobian coordinates: x = X/Z², y = Y/Z³; Z = 0 is the point at infinity.
type point struct{ x, y, z element }

func (p *point) infinite() bool { return p.z == element{} }

func (f *field) affine(x, y *big.Int) point { return point{f.from(x), f.from(y), f.one} }

// double sets p to 2p: S = 4XY², M = 3X² + aZ⁴, X' = M² - 2S, Y' = M(S - X') - 8Y⁴, Z' = 2YZ.
func (f *field) double(p *point) {
	var t, s, m, v element
	f.mul(&t, &p.y, &p.y)
	f.mul(&s, &p.x, &t)
	f.add(&s, &s, &s)
	f.add(&s, &s, &s)
	f.mul(&m, &p.z, &p.z)
	f.mul(&m, &m, &m)
	f.mul(&m, &m, &f.a)
	f.mul(&v, &p.x, &p.x)
	f.add(&m, &m, &v)
	f.add(&v, &v, &v)
	f.add(&m, &m, &v)
	f.mul(&p.z, &p.y, &p.z)
	f.add(&p.z, &p.z, &p.z)
	f.mul(&p.x, &m, &m)
	f.sub(&p.x, &p.x, &s)
	f.sub(&p.x, &p.x, &s)
	f.mul(&t, &t, &t)
	f.sub(&s, &s, &p.x)
	f.mul(&p.y, &m, &s)
	for range 3 {
		f.add(&t, &t, &t)
	}
	f.sub(&p.y, &p.y, &t)
}

// addPoint sets p to p + o: U = XoZ², S = YoZ³ and the same with the points exchanged, H = U2 - U1, R = S2 - S1.
func (f *field) addPoint(p, o *point) {
	if o.infinite() {
		return
	}
	if p.infinite() {
		*p = *o
		return
	}
	var u1, u2, s1, s2, h, r element
	f.mul(&r, &o.z, &o.z)
	f.mul(&u1, &p.x, &r)
	f.mul(&r, &r, &o.z)
	f.mul(&s1, &p.y, &r)
	f.mul(&r, &p.z, &p.z)
	f.mul(&u2, &o.x, &r)
	f.mul(&r, &r, &p.z)
	f.mul(&s2, &o.y, &r)
	f.sub(&h, &u2, &u1)
	f.sub(&r, &s2, &s1)
	if (h == element{}) { // the same x: equal, or opposite
		if (r == element{}) {
			f.double(p)
		} else {
			*p = point{}
		}
		return
	}
	f.mul(&p.z, &p.z, &o.z)
	f.mul(&p.z, &p.z, &h)
	f.mul(&u2, &h, &h)
	f.mul(&h, &h, &u2)   // H³
	f.mul(&u1, &u1, &u2) // U1·H²
	f.mul(&p.x, &r, &r)
	f.sub(&p.x, &p.x, &h)
	f.sub(&p.x, &p.x, &u1)
	f.sub(&p.x, &p.x, &u1)
	f.sub(&u1, &u1, &p.x)
	f.mul(&p.y, &r, &u1)
	f.mul(&s1, &s1, &h)
	f.sub(&p.y, &p.y, &s1)
}

// windowBits is how many bits of a factor are taken at once.
const windowBits = 4

// multiples are 0 to 15 times a point.
type multiples [1 << windowBits]point

func (f *field) multiplesOf(p point) *multiples {
	var m multiples
	for i := 1; i < len(m); i++ {
		m[i] = m[i-1]
		f.addPoint(&m[i], &p)
	}
	return &m
}

// sum is the sum of factors times points, in one run over the bits of all.
func (f *field) sum(factors []*big.Int, points []*multiples) point {
	bits := 0
	for _, k := range factors {
		bits = max(bits, k.BitLen())
	}
	var total point
	for at := (bits + windowBits - 1) / windowBits * windowBits; at > 0; at -= windowBits {
		for range windowBits {
			f.double(&total)
		}
		for i, k := range factors {
			f.addPoint(&total, &points[i][window(k, at-windowBits)])
		}
	}
	return total
}

// window is the number of the bits from at upwards.
func window(k *big.Int, at int) uint {
	w := uint(0)
	for i := range windowBits {
		w |= k.Bit(at+i) << i
	}
	return w
}

// twoProducts is k·G + l·(x, y) in affine coordinates; false at infinity.
func (c *Curve) twoProducts(k, l, x, y *big.Int) (*big.Int, *big.Int, bool) {
	f := c.field()
	return c.numbers(f.sum([]*big.Int{k, l}, []*multiples{c.generator(), f.multiplesOf(f.affine(x, y))}))
}

// baseProduct is k·G.
func (c *Curve) baseProduct(k *big.Int) (*big.Int, *big.Int, bool) {
	return c.numbers(c.field().sum([]*big.Int{k}, []*multiples{c.generator()}))
}

// numbers gives the affine coordinates of a point; false at infinity.
func (c *Curve) numbers(p point) (x, y *big.Int, ok bool) {
	f := c.field()
	inverse := new(big.Int).ModInverse(f.number(p.z), c.P)
	if inverse == nil {
		return nil, nil, false
	}
	i := f.from(inverse)
	var square element
	f.mul(&square, &i, &i)
	f.mul(&p.x, &p.x, &square)
	f.mul(&square, &square, &i)
	f.mul(&p.y, &p.y, &square)
	return f.number(p.x), f.number(p.y), true
}
