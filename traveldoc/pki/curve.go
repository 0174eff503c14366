package pki

import (
	"crypto/elliptic"
	"math/big"
	"sync"

	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// curve is a curve that is known here: of the standard library, or our own. The parameters are for comparison alone.
type curve struct {
	name, oid        string
	nist             elliptic.Curve
	own              *brainpool.Curve
	p, a, b, x, y, n *big.Int
}

var curves = sync.OnceValue(func() []curve {
	var all []curve
	for _, c := range []curve{
		{name: "secp224r1", oid: "1.3.132.0.33", nist: elliptic.P224()},
		{name: "secp256r1", oid: "1.2.840.10045.3.1.7", nist: elliptic.P256()},
		{name: "secp384r1", oid: "1.3.132.0.34", nist: elliptic.P384()},
		{name: "secp521r1", oid: "1.3.132.0.35", nist: elliptic.P521()},
	} {
		d := c.nist.Params()
		c.p, c.b, c.x, c.y, c.n = d.P, d.B, d.Gx, d.Gy, d.N
		c.a = new(big.Int).Sub(d.P, big.NewInt(3))
		all = append(all, c)
	}
	for _, c := range brainpool.Curves() {
		all = append(all, curve{name: c.Name, oid: c.OID, own: c, p: c.P, a: c.A, b: c.B, x: c.X, y: c.Y, n: c.N})
	}
	return all
})

// readCurve reads EcpkParameters: a name, or explicit parameters that are exactly those of a known curve.
func readCurve(parameters *value, what string) (c curve, explicit bool, err error) {
	if parameters == nil || parameters.tag != tagOID && parameters.tag != tagSequence {
		return curve{}, false, unsupported("%s: no curve", what)
	}
	if parameters.tag == tagOID {
		oid, _ := dotted(parameters.body)
		for _, c := range curves() {
			if c.oid == oid {
				return c, false, nil
			}
		}
		return curve{}, false, unsupported("%s: curve %s", what, oid)
	}
	given, err := readExplicit(parameters.inside(), what)
	if err != nil {
		return curve{}, true, err
	}
	for _, c := range curves() {
		if given.is(c) {
			return c, true, nil
		}
	}
	return curve{}, true, unsupported("%s: explicit parameters of %d bits that are not exactly those of a known curve", what, given.p.BitLen())
}

// explicitCurve are ECParameters as they stand in a file (RFC 3279, 2.3.5; BSI TR-03111, 5.1.1). Nobody computes on them.
type explicitCurve struct {
	p, a, b, n, cofactor *big.Int
	base                 []byte
}

// is says whether all parameters are those of c, the cofactor included, which is 1 for all known curves and may not be left out.
func (e explicitCurve) is(c curve) bool {
	return e.p.Cmp(c.p) == 0 && e.a.Cmp(c.a) == 0 && e.b.Cmp(c.b) == 0 && e.n.Cmp(c.n) == 0 &&
		e.cofactor != nil && e.cofactor.Cmp(big.NewInt(1)) == 0 && e.isBase(c)
}

// isBase compares the generator, uncompressed or compressed.
func (e explicitCurve) isBase(c curve) bool {
	size := (c.p.BitLen() + 7) / 8
	if len(e.base) == 0 {
		return false
	}
	form, rest := e.base[0], e.base[1:]
	switch {
	case form == 4 && len(rest) == 2*size:
		return positive(rest[:size]).Cmp(c.x) == 0 && positive(rest[size:]).Cmp(c.y) == 0
	case (form == 2 || form == 3) && len(rest) == size:
		return positive(rest).Cmp(c.x) == 0 && uint(form-2) == c.y.Bit(0)
	}
	return false
}

func positive(b []byte) *big.Int { return new(big.Int).SetBytes(b) }

func readExplicit(c *cursor, what string) (e explicitCurve, err error) {
	if _, err = c.small(what+".version", 3); err != nil {
		return e, err
	}
	field, err := c.sequence(what + ".fieldID")
	if err != nil {
		return e, err
	}
	kind, err := field.oid(what + ".fieldID.fieldType")
	if err != nil {
		return e, err
	}
	if kind != oidPrime {
		return e, unsupported("%s: field type %s", what, kind)
	}
	if e.p, _, err = field.integer(what + ".fieldID.prime"); err != nil {
		return e, err
	}
	coefficients, err := c.sequence(what + ".curve")
	if err != nil {
		return e, err
	}
	for _, out := range []**big.Int{&e.a, &e.b} {
		v, err := coefficients.read(tagOctetString, what+".curve.coefficient")
		if err != nil {
			return e, err
		}
		*out = positive(v.body)
	}
	return e, e.readBase(c, what)
}

func (e *explicitCurve) readBase(c *cursor, what string) error {
	base, err := c.read(tagOctetString, what+".base")
	if err != nil {
		return err
	}
	e.base = base.body
	if e.n, _, err = c.integer(what + ".order"); err != nil {
		return err
	}
	if c.is(tagInteger) {
		e.cofactor, _, err = c.integer(what + ".cofactor")
	}
	return err
}
