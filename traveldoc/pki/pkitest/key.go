package pkitest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha1"     //nolint:gosec // key identifiers are made with it
	_ "crypto/sha256" // links the hash functions
	_ "crypto/sha512"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
)

// Key is a key pair and how its public half is written.
type Key struct {
	Signer crypto.Signer
	// Explicit writes the parameters of the curve instead of its name; Parameters replaces them.
	Explicit   bool
	Parameters []byte
	// NoNull leaves out the NULL of an RSA key; PSSKey marks it as one for RSASSA-PSS alone.
	NoNull, PSSKey bool

	curve string
}

var nist = map[string]elliptic.Curve{
	"secp224r1": elliptic.P224(), "secp256r1": elliptic.P256(), "secp384r1": elliptic.P384(), "secp521r1": elliptic.P521(),
}

var nistOIDs = map[string]string{
	"secp224r1": "1.3.132.0.33", "secp256r1": "1.2.840.10045.3.1.7", "secp384r1": "1.3.132.0.34", "secp521r1": "1.3.132.0.35",
}

// Curves are the names of all curves.
func Curves() []string {
	names := []string{"secp224r1", "secp256r1", "secp384r1", "secp521r1"}
	for _, c := range brainpool.Curves() {
		names = append(names, c.Name)
	}
	return names
}

// NewKey makes a key: "rsa2048", or the name of a curve.
func NewKey(random io.Reader, kind string) *Key {
	k, err := newKey(random, kind)
	if err != nil {
		panic(err)
	}
	return k
}

func newKey(random io.Reader, kind string) (*Key, error) {
	if size, ok := strings.CutPrefix(kind, "rsa"); ok {
		bits := 0
		if _, err := fmt.Sscan(size, &bits); err != nil {
			return nil, err
		}
		k, err := rsa.GenerateKey(random, bits)
		return &Key{Signer: k}, err
	}
	if c := brainpool.ByName(kind); c != nil {
		k, err := c.GenerateKey(random)
		return &Key{Signer: k, curve: kind}, err
	}
	c, ok := nist[kind]
	if !ok {
		return nil, fmt.Errorf("no curve %q", kind)
	}
	k, err := ecdsa.GenerateKey(c, random)
	return &Key{Signer: k, curve: kind}, err
}

// SPKI is SubjectPublicKeyInfo.
func (k *Key) SPKI() []byte {
	if public, ok := k.Signer.Public().(*rsa.PublicKey); ok {
		oid := OID("1.2.840.113549.1.1.1")
		if k.PSSKey {
			return Seq(Seq(OID("1.2.840.113549.1.1.10")), Bits(k.public(public)))
		}
		if k.NoNull {
			return Seq(Seq(oid), Bits(k.public(public)))
		}
		return Seq(Seq(oid, Null()), Bits(k.public(public)))
	}
	return Seq(Seq(OID("1.2.840.10045.2.1"), k.curveParameters()), Bits(k.point()))
}

func (*Key) public(k *rsa.PublicKey) []byte { return Seq(Int(k.N), Small(int64(k.E))) }

func (k *Key) point() []byte {
	switch public := k.Signer.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			panic(err)
		}
		return point
	case *brainpool.PublicKey:
		return public.Bytes()
	}
	return nil
}

// KeyID is the SHA-1 of the key (RFC 5280, 4.2.1.2, method 1).
func (k *Key) KeyID() []byte {
	var bits []byte
	if public, ok := k.Signer.Public().(*rsa.PublicKey); ok {
		bits = k.public(public)
	} else {
		bits = k.point()
	}
	sum := sha1.Sum(bits) //nolint:gosec // what the standard asks for
	return sum[:]
}

func (k *Key) curveParameters() []byte {
	switch {
	case k.Parameters != nil:
		return k.Parameters
	case k.Explicit:
		return Explicit(k.curve)
	case nist[k.curve] != nil:
		return OID(nistOIDs[k.curve])
	}
	return OID(brainpool.ByName(k.curve).OID)
}

// Explicit are the parameters of a curve written out.
func Explicit(name string) []byte {
	var p, a, b, x, y, n *big.Int
	if c := brainpool.ByName(name); c != nil {
		p, a, b, x, y, n = c.P, c.A, c.B, c.X, c.Y, c.N
	} else {
		d := nist[name].Params()
		p, b, x, y, n = d.P, d.B, d.Gx, d.Gy, d.N
		a = new(big.Int).Sub(p, big.NewInt(3))
	}
	size := (p.BitLen() + 7) / 8
	full := func(v *big.Int) []byte { return v.FillBytes(make([]byte, size)) }
	return Seq(Small(1), Seq(OID("1.2.840.10045.1.1"), Int(p)), Seq(Octets(full(a)), Octets(full(b))),
		Octets([]byte{4}, full(x), full(y)), Int(n), Small(1))
}

// Algorithm says how something is signed. The zero Salt of RSASSA-PSS is the size of the hash, the zero MGF the hash itself.
type Algorithm struct {
	Scheme    pki.Scheme
	Hash, MGF crypto.Hash
	Salt      int
	// NoNull leaves out the NULL of RSA; PSSDefaults writes no parameters of RSASSA-PSS.
	NoNull, PSSDefaults bool
}

var hashOIDs = map[crypto.Hash]string{
	crypto.SHA1: "1.3.14.3.2.26", crypto.SHA224: "2.16.840.1.101.3.4.2.4", crypto.SHA256: "2.16.840.1.101.3.4.2.1",
	crypto.SHA384: "2.16.840.1.101.3.4.2.2", crypto.SHA512: "2.16.840.1.101.3.4.2.3",
}

var signatureOIDs = map[pki.Scheme]map[crypto.Hash]string{
	pki.RSAPKCS1: {
		crypto.SHA1: "1.2.840.113549.1.1.5", crypto.SHA224: "1.2.840.113549.1.1.14", crypto.SHA256: "1.2.840.113549.1.1.11",
		crypto.SHA384: "1.2.840.113549.1.1.12", crypto.SHA512: "1.2.840.113549.1.1.13",
	},
	pki.ECDSA: {
		crypto.SHA1: "1.2.840.10045.4.1", crypto.SHA224: "1.2.840.10045.4.3.1", crypto.SHA256: "1.2.840.10045.4.3.2",
		crypto.SHA384: "1.2.840.10045.4.3.3", crypto.SHA512: "1.2.840.10045.4.3.4",
	},
}

// Fitting is the usual algorithm of a key with a hash.
func (k *Key) Fitting(hash crypto.Hash) Algorithm {
	if _, ok := k.Signer.Public().(*rsa.PublicKey); ok {
		return Algorithm{Scheme: pki.RSAPKCS1, Hash: hash}
	}
	return Algorithm{Scheme: pki.ECDSA, Hash: hash}
}

// Identifier is the AlgorithmIdentifier.
func (a Algorithm) Identifier() []byte {
	switch {
	case a.Scheme == pki.RSAPSS && a.PSSDefaults:
		return Seq(OID("1.2.840.113549.1.1.10"), Seq())
	case a.Scheme == pki.RSAPSS:
		hash, mgf := digestIdentifier(a.Hash), digestIdentifier(a.mgf())
		return Seq(OID("1.2.840.113549.1.1.10"), Seq(Element(0xA0, hash), Element(0xA1, Seq(OID("1.2.840.113549.1.1.8"), mgf)),
			Element(0xA2, Small(int64(a.salt())))))
	case a.Scheme == pki.RSAPKCS1 && !a.NoNull:
		return Seq(OID(signatureOIDs[a.Scheme][a.Hash]), Null())
	}
	return Seq(OID(signatureOIDs[a.Scheme][a.Hash]))
}

func digestIdentifier(hash crypto.Hash) []byte { return Seq(OID(hashOIDs[hash]), Null()) }

func (a Algorithm) mgf() crypto.Hash {
	if a.MGF == 0 {
		return a.Hash
	}
	return a.MGF
}

func (a Algorithm) salt() int {
	if a.Salt == 0 {
		return a.Hash.Size()
	}
	return a.Salt
}

// Sign signs a message.
func (k *Key) Sign(random io.Reader, a Algorithm, message []byte) []byte {
	h := a.Hash.New()
	_, _ = h.Write(message) // a hash never fails
	digest := h.Sum(nil)
	var options crypto.SignerOpts = a.Hash
	if a.Scheme == pki.RSAPSS {
		if private, ok := k.Signer.(*rsa.PrivateKey); ok && a.mgf() != a.Hash {
			return signPSS(random, private, a, digest)
		}
		options = &rsa.PSSOptions{SaltLength: a.salt(), Hash: a.Hash}
	}
	signature, err := k.Signer.Sign(random, digest, options)
	if err != nil {
		panic(err)
	}
	return signature
}
