package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"

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
	// PSSOnly is true of a key for RSASSA-PSS alone; PSS are then its parameters, nil when it states none (RFC 4055, 3.1).
	PSSOnly bool
	PSS     *SignatureAlgorithm

	deviations []Deviation
}
