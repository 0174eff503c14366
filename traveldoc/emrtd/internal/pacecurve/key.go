package pacecurve

import (
	"crypto/elliptic"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// Key is a chip's key as a point that can be agreed with; false when it is not of a curve that is known here.
func Key(k *pki.PublicKey) (*brainpool.PublicKey, bool) {
	if k.Brainpool != nil {
		return k.Brainpool, true
	}
	if k.ECDSA == nil {
		return nil, false
	}
	curve := NIST(k.ECDSA.Curve)
	point, err := k.ECDSA.Bytes()
	if curve == nil || err != nil {
		return nil, false
	}
	key, err := curve.ParsePoint(point)
	return key, err == nil
}

// NIST is a curve of the standard library with the means to agree on it; nil when it is not known here.
func NIST(c elliptic.Curve) *brainpool.Curve {
	switch c {
	case elliptic.P224(), elliptic.P256(), elliptic.P384():
		return nist(c)
	}
	return nil
}
