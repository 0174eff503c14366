package brainpool

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"slices"
)

// maxLimbs is enough for 512 bits.
const maxLimbs = 8

// element is a number of a field in Montgomery's form, xR mod p with R = 2^(64n), least limb first and below p.
type element [maxLimbs]uint64

// field computes modulo a prime of n limbs.
type field struct {
	n       int
	p       element
	inverse uint64  // -1/p mod 2^64
	square  element // R² mod p
	one     element
	a       element // the curve's coefficient
}

func newField(p, a *big.Int) *field {
	f := &field{n: (p.BitLen() + 63) / 64}
	f.p = f.limbs(p)
	x := f.p[0] // Newton: each step doubles the bits that are right
	for range 6 {
		x *= 2 - f.p[0]*x
	}
	f.inverse = -x
	r := new(big.Int).Lsh(big.NewInt(1), uint(128*f.n))
	f.square = f.limbs(r.Mod(r, p))
	f.one = f.from(big.NewInt(1))
	f.a = f.from(a)
	return f
}

// limbs splits a number below 2^(64n).
func (f *field) limbs(x *big.Int) (out element) {
	b := x.FillBytes(make([]byte, 8*f.n))
	slices.Reverse(b)
	for i := range f.n {
		out[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return out
}

// from gives the form of a number below p.
func (f *field) from(x *big.Int) element {
	e := f.limbs(x)
	f.mul(&e, &e, &f.square)
	return e
}

// number gives the number of an element.
func (f *field) number(e element) *big.Int {
	one := element{1}
	f.mul(&e, &e, &one)
	b := make([]byte, 8*f.n)
	for i := range f.n {
		binary.LittleEndian.PutUint64(b[8*i:], e[i])
	}
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

// mul sets out to ab/R (Montgomery, coarsely integrated operand scanning). out may be a or b.
func (f *field) mul(out, a, b *element) {
	var t [maxLimbs + 2]uint64
	n := min(f.n, maxLimbs)
	for i := range n {
		c := uint64(0)
		for j := range n {
			c, t[j] = multiplyAdd(a[j], b[i], t[j], c)
		}
		t[n], c = bits.Add64(t[n], c, 0)
		t[n+1] = c
		q := t[0] * f.inverse
		c, _ = multiplyAdd(q, f.p[0], t[0], 0)
		for j := 1; j < n; j++ {
			c, t[j-1] = multiplyAdd(q, f.p[j], t[j], c)
		}
		t[n-1], c = bits.Add64(t[n], c, 0) //nolint:gosec // n is 1 to 8 of 10 places
		t[n] = t[n+1] + c
	}
	var whole element
	copy(whole[:n], t[:n])
	f.reduce(out, &whole, t[n])
}

// multiplyAdd is ab + c + d in two words; it never overflows them.
func multiplyAdd(a, b, c, d uint64) (high, low uint64) {
	high, low = bits.Mul64(a, b)
	low, carry := bits.Add64(low, c, 0)
	high += carry
	low, carry = bits.Add64(low, d, 0)
	return high + carry, low
}

// reduce subtracts p once when carry·2^(64n) + a is not below it.
func (f *field) reduce(out, a *element, carry uint64) {
	var less element
	borrow := uint64(0)
	for i := range f.n {
		less[i], borrow = bits.Sub64(a[i], f.p[i], borrow)
	}
	if carry == 0 && borrow == 1 {
		*out = *a
		return
	}
	*out = less
}

func (f *field) add(out, a, b *element) {
	var sum element
	carry := uint64(0)
	for i := range f.n {
		sum[i], carry = bits.Add64(a[i], b[i], carry)
	}
	f.reduce(out, &sum, carry)
}

func (f *field) sub(out, a, b *element) {
	borrow, carry := uint64(0), uint64(0)
	for i := range f.n {
		out[i], borrow = bits.Sub64(a[i], b[i], borrow)
	}
	if borrow == 0 {
		return
	}
	for i := range f.n {
		out[i], carry = bits.Add64(out[i], f.p[i], carry)
	}
}
