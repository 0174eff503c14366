package specimen

import (
	"crypto"
	"fmt"
	"math/big"

	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// brainpoolSigner is a signer with a key of brainpoolP256r1, its curve named or written out.
func (c *Country) brainpoolSigner(which Signer) (certificate, error) {
	curve := brainpool.ByName("brainpoolP256r1")
	private, err := curve.Key(scalar(c.root, "signer-"+string(which), curve.N))
	if err != nil {
		return certificate{}, fmt.Errorf("specimen: key %s: %w", which, err)
	}
	point, serial := private.Bytes(), int64(220)
	k := key{scheme: ecdsaScheme(crypto.SHA256)}
	k.public = tlv(tagSequence, tlv(tagSequence, oid("1.2.840.10045.2.1"), oid(curve.OID)), tlv(tagBits, []byte{0}, point))
	if which == BrainpoolExplicit {
		serial = 221
		k.public = explicitInfo(curveParameters{p: curve.P, a: curve.A, b: curve.B, x: curve.X, y: curve.Y, n: curve.N}, point)
	}
	k.sign = func(message []byte) ([]byte, error) {
		return private.Sign(nil, digest(crypto.SHA256, message), crypto.SHA256)
	}
	return issue(c.signing(nameSigner+" "+string(which), k, big.NewInt(serial)), &c.present)
}
