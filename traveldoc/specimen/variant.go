package specimen

import (
	"crypto"
	"crypto/elliptic"
	"fmt"
	"math/big"
)

// Variant is an unusual way to make a chip. The zero value is the usual one: a signer with a key of P-256, SHA-256, version 0 of the
// security object, issuer and serial number as the signer's name.
type Variant struct {
	Signer        Signer
	Hash          crypto.Hash // of the data groups; 0: SHA-256
	LDSv1         bool        // version 1 of the security object, LDS 1.8
	ByKeyID       bool        // the signer is named by its subject key identifier
	Indefinite    bool        // lengths of BER that are not known beforehand
	DataContent   bool        // content type id-data
	NoSigningTime bool
	ActiveRSA     bool // active authentication with RSA
	BadSignature  bool // the signature is not over what stands there
}

func (v Variant) ldsVersion() int64 {
	if v.LDSv1 {
		return 1
	}
	return 0
}

func (v Variant) hash() crypto.Hash {
	if v.Hash == 0 {
		return crypto.SHA256
	}
	return v.Hash
}

// Signer is who signs a chip.
type Signer string

// The signers. All but the unknown one are certified by the country's authority.
const (
	UsualSigner    Signer = ""
	RevokedSigner  Signer = "revoked"
	UnknownSigner  Signer = "unknown"  // of an authority that nobody knows
	OlderSigner    Signer = "older"    // certified under the previous key, for documents that have expired by now
	ExpiredSigner  Signer = "expired"  // its certificate had expired before the date
	NegativeSerial Signer = "negative" // its serial number is negative
	NoAuthorityKey Signer = "no-aki"   // its certificate does not say by which key it is signed
	RSASigner      Signer = "rsa"
	SmallExponent  Signer = "rsa-3" // RSA with the exponent 3
	PSSSigner      Signer = "pss"
	SHA1Signer     Signer = "sha1"     // RSA with SHA-1
	ExplicitSigner Signer = "explicit" // a key of P-256 whose curve is written out
	// BrainpoolSigner has a key of brainpoolP256r1, named; the other's curve is written out, as in most certificates in use.
	BrainpoolSigner   Signer = "brainpool"
	BrainpoolExplicit Signer = "brainpool-explicit"
)

// Signers are all signers.
func Signers() []Signer {
	return []Signer{
		UsualSigner, OlderSigner, RevokedSigner, UnknownSigner, ExpiredSigner, NegativeSerial, NoAuthorityKey, RSASigner, SmallExponent, PSSSigner, SHA1Signer,
		ExplicitSigner, BrainpoolSigner, BrainpoolExplicit,
	}
}

func (c *Country) variantSigner(v Variant) (certificate, error) {
	switch v.Signer {
	case UsualSigner:
		return c.signer, nil
	case OlderSigner:
		return c.older, nil
	case RevokedSigner:
		return c.revoked, nil
	case UnknownSigner:
		return c.foreign, nil
	case ExpiredSigner, NegativeSerial, NoAuthorityKey, ExplicitSigner:
		return c.curveSigner(v.Signer)
	case BrainpoolSigner, BrainpoolExplicit:
		return c.brainpoolSigner(v.Signer)
	case RSASigner, SmallExponent, PSSSigner, SHA1Signer:
		return c.rsaSigner(v.Signer)
	}
	return certificate{}, fmt.Errorf("specimen: signer %q: expected one of Signers", v.Signer)
}

// curveSigner is a signer whose certificate is unusual.
func (c *Country) curveSigner(which Signer) (certificate, error) {
	private, err := c.root.ecKey("signer-"+string(which), elliptic.P256())
	if err != nil {
		return certificate{}, err
	}
	k, err := newKey(private, ecdsaScheme(crypto.SHA256), nil)
	if err != nil {
		return certificate{}, err
	}
	in := c.signing(nameSigner+" "+string(which), k, big.NewInt(200))
	switch which { //nolint:exhaustive // the others keep the usual certificate
	case ExpiredSigner:
		in.serial, in.from, in.until = big.NewInt(201), c.year(3), c.instant().AddDate(0, 0, -30)
	case NegativeSerial:
		in.serial = big.NewInt(-202)
	case NoAuthorityKey:
		in.serial, in.noAuthority = big.NewInt(203), true
	case ExplicitSigner:
		in.serial = big.NewInt(204)
		if in.key.public, err = explicitKey(&private.PublicKey); err != nil {
			return certificate{}, err
		}
	}
	return issue(in, &c.present)
}

func (c *Country) rsaSigner(which Signer) (certificate, error) {
	exponent, s, serial := 65537, rsaScheme(crypto.SHA256), int64(210)
	switch which { //nolint:exhaustive // the others are not RSA
	case SmallExponent:
		exponent, serial = 3, 211
	case PSSSigner:
		s, serial = pssScheme(crypto.SHA256), 212
	case SHA1Signer:
		s, serial = rsaScheme(crypto.SHA1), 213
	}
	private, err := c.root.rsaKey("signer-"+string(which), 2048, exponent)
	if err != nil {
		return certificate{}, err
	}
	k, err := newKey(private, s, c.root.stream("salt-"+string(which)))
	if err != nil {
		return certificate{}, err
	}
	return issue(c.signing(nameSigner+" "+string(which), k, big.NewInt(serial)), &c.present)
}
