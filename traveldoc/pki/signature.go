package pki

import "crypto"

// Scheme is how a signature is made.
type Scheme string

// The schemes.
const (
	RSAPKCS1 Scheme = "rsa-pkcs1" // RFC 8017, 8.2
	RSAPSS   Scheme = "rsa-pss"   // RFC 8017, 8.1
	ECDSA    Scheme = "ecdsa"     // FIPS 186-4, signature as SEQUENCE { r, s }
)

// SignatureAlgorithm is an AlgorithmIdentifier of a signature. An algorithm that is not known has no Scheme; its OID is kept.
type SignatureAlgorithm struct {
	OID    string
	Scheme Scheme
	Hash   crypto.Hash
	// MGF is the hash of the mask generation function and SaltLength its salt, in bytes, of RSASSA-PSS.
	MGF        crypto.Hash
	SaltLength int

	deviations []Deviation
	problem    string // why the parameters are not supported
	rsaOnly    bool   // rsaEncryption, as CMS names it: the hash is the signer's
}
