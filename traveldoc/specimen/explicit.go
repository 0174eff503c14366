package specimen

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
)

// explicitKey is the SubjectPublicKeyInfo of a key of a NIST curve with the curve written out (RFC 3279, 2.3.5): field, coefficients,
// base point, order and cofactor, as many countries' certificates have it.
func explicitKey(k *ecdsa.PublicKey) ([]byte, error) {
	p := k.Params()
	a := new(big.Int).Sub(p.P, big.NewInt(3))
	point, err := k.Bytes()
	if err != nil {
		return nil, fmt.Errorf("specimen: key of %s: %w", p.Name, err)
	}
	return explicitInfo(curveParameters{p: p.P, a: a, b: p.B, x: p.Gx, y: p.Gy, n: p.N}, point), nil
}

type curveParameters struct{ p, a, b, x, y, n *big.Int }

func explicitInfo(c curveParameters, point []byte) []byte {
	size := (c.p.BitLen() + 7) / 8
	element := func(n *big.Int) []byte { return n.FillBytes(make([]byte, size)) }
	base := append([]byte{4}, element(c.x)...)
	parameters := tlv(tagSequence, integer(1),
		tlv(tagSequence, oid("1.2.840.10045.1.1"), bigInteger(c.p)),
		tlv(tagSequence, tlv(tagOctets, element(c.a)), tlv(tagOctets, element(c.b))),
		tlv(tagOctets, append(base, element(c.y)...)), bigInteger(c.n), integer(1),
	)
	algorithm := tlv(tagSequence, oid("1.2.840.10045.2.1"), parameters)
	return tlv(tagSequence, algorithm, tlv(tagBits, []byte{0}, point))
}
