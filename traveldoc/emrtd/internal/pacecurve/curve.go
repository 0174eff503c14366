// Package pacecurve is what both sides of PACE have in common: curves, ciphers and tokens (ICAO Doc 9303-11, 4.4 and 9.5).
package pacecurve

import (
	"crypto/elliptic"
	"math/big"

	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// Standard is the curve with a number of the standardised domain parameters (Doc 9303-11, 9.5.1, table 6); nil when it is not
// known here.
func Standard(number int) *brainpool.Curve {
	switch number {
	case 8:
		return brainpool.ByName("secp192r1")
	case 9:
		return brainpool.ByName("brainpoolP192r1")
	case 10:
		return nist(elliptic.P224())
	case 11:
		return brainpool.ByName("brainpoolP224r1")
	case 12:
		return nist(elliptic.P256())
	case 13:
		return brainpool.ByName("brainpoolP256r1")
	case 14:
		return brainpool.ByName("brainpoolP320r1")
	case 15:
		return nist(elliptic.P384())
	case 16:
		return brainpool.ByName("brainpoolP384r1")
	case 17:
		return brainpool.ByName("brainpoolP512r1")
	}
	return nil
}

// nist is a curve of the standard library, which cannot change the generator of its own: a = -3.
func nist(c elliptic.Curve) *brainpool.Curve {
	p := c.Params()
	return brainpool.NewCurve(p.Name, p.P, new(big.Int).Sub(p.P, big.NewInt(3)), p.B, p.Gx, p.Gy, p.N)
}
