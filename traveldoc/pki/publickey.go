package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"

	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// PublicKey is a SubjectPublicKeyInfo. Exactly one of RSA, ECDSA and Brainpool is set.
type PublicKey struct {
	Raw []byte // the whole SubjectPublicKeyInfo

	RSA       *rsa.PublicKey
	ECDSA     *ecdsa.PublicKey     // NIST P-224, P-256, P-384, P-521
	Brainpool *brainpool.PublicKey // Brainpool curves and NIST P-192

	// Curve is the name of the curve: "secp256r1", "brainpoolP256r1"; empty for RSA.
	Curve string
	// Explicit is true when the curve was given by parameters instead of by name.
	Explicit bool
	// PSSOnly is true of a key for RSASSA-PSS alone.
	PSSOnly bool
}

// String names the kind of key, such as "RSA 2048" or "brainpoolP256r1".
func (k *PublicKey) String() string {
	if k.RSA != nil {
		return fmt.Sprintf("RSA %d", k.RSA.N.BitLen())
	}
	return k.Curve
}

// Bits is the size of the key: of the modulus, or of the curve's field.
func (k *PublicKey) Bits() int {
	switch {
	case k.RSA != nil:
		return k.RSA.N.BitLen()
	case k.ECDSA != nil:
		return k.ECDSA.Params().BitSize
	}
	return k.Brainpool.Curve.P.BitLen()
}

// ParsePublicKey reads a SubjectPublicKeyInfo in DER, as in certificates and in DG15 and DG14. ErrUnsupported when the algorithm or the
// curve is not known here, or explicit parameters are not exactly those of a known curve.
func ParsePublicKey(spki []byte) (*PublicKey, error) {
	der, _, err := DER(spki)
	if err != nil {
		return nil, err
	}
	return (&cursor{data: der}).publicKey("subjectPublicKeyInfo", &notes{})
}

func (c *cursor) publicKey(what string, notes *notes) (*PublicKey, error) {
	v, err := c.read(tagSequence, what)
	if err != nil {
		return nil, err
	}
	in := v.inside()
	oid, parameters, err := in.algorithm(what + ".algorithm")
	if err != nil {
		return nil, err
	}
	key, err := in.octetBits(what + ".subjectPublicKey")
	if err != nil {
		return nil, err
	}
	k := &PublicKey{Raw: v.full}
	switch oid {
	case oidRSA, oidPSS:
		k.PSSOnly = oid == oidPSS
		if oid == oidRSA && parameters == nil {
			notes.add(DeviationRSANoNull, what)
		}
		err = k.readRSA(&cursor{data: key, base: in.base - len(key)}, what, notes)
	case oidEC:
		err = k.readEC(parameters, key, what, notes)
	default:
		err = unsupported("%s: key algorithm %s", what, oid)
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

// readRSA reads RSAPublicKey (RFC 8017, A.1.1). Negative numbers are a modulus whose leading zero was left out.
func (k *PublicKey) readRSA(c *cursor, what string, notes *notes) error {
	in, err := c.sequence(what + ".RSAPublicKey")
	if err != nil {
		return err
	}
	modulus, err := notes.integer(in, what+".modulus")
	if err != nil {
		return err
	}
	n := positive(modulus.body)
	if modulus.body[0]&0x80 != 0 {
		notes.add(DeviationInteger, what+".modulus")
	}
	e, _, err := in.integer(what + ".publicExponent")
	if err != nil {
		return err
	}
	if n.BitLen() > maxRSABits || n.Bit(0) == 0 {
		return unsupported("%s: RSA modulus of %d bits, expected an odd one of at most %d", what, n.BitLen(), maxRSABits)
	}
	if e.BitLen() > 31 || e.Sign() <= 0 || e.Bit(0) == 0 || e.Int64() < 3 {
		return unsupported("%s: RSA exponent of %d bits, expected an odd one from 3 to 31 bits", what, e.BitLen())
	}
	k.RSA = &rsa.PublicKey{N: n, E: int(e.Int64())}
	return nil
}

func (k *PublicKey) readEC(parameters *value, point []byte, what string, notes *notes) error {
	curve, explicit, err := readCurve(parameters, what+".parameters")
	if err != nil {
		return err
	}
	k.Curve, k.Explicit = curve.name, explicit
	if explicit {
		notes.add(DeviationExplicitParameters, curve.name)
	}
	if curve.own != nil {
		k.Brainpool, err = curve.own.ParsePoint(point)
	} else {
		k.ECDSA, err = parseNIST(curve.nist, point)
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", what, curve.name, err)
	}
	return nil
}

// parseNIST reads a point, uncompressed or compressed, and checks that it lies on the curve.
func parseNIST(curve elliptic.Curve, point []byte) (*ecdsa.PublicKey, error) {
	if len(point) > 0 && (point[0] == 2 || point[0] == 3) {
		x, y := elliptic.UnmarshalCompressed(curve, point)
		if x == nil {
			return nil, fmt.Errorf("the point is not on the curve")
		}
		size := (curve.Params().BitSize + 7) / 8
		full := make([]byte, 1+2*size)
		full[0] = 4
		x.FillBytes(full[1 : 1+size])
		y.FillBytes(full[1+size:])
		point = full
	}
	return ecdsa.ParseUncompressedPublicKey(curve, point)
}
