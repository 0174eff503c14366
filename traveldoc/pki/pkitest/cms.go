package pkitest

import (
	"crypto"
	"io"
	"math/big"
	"slices"
	"time"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// SignedData is what a CMS SignedData is to say.
type SignedData struct {
	ContentType  string
	Content      []byte
	Certificates [][]byte
	Signer       *Party
	Algorithm    Algorithm // the signer's own when zero
	Digest       crypto.Hash
	SigningTime  time.Time

	BySKI        bool     // names the signer by key identifier
	UnknownSKI   bool     // by one that no certificate has
	NoAttributes bool     // signs the content itself
	PlainRSA     bool     // names the algorithm rsaEncryption
	NamesSHA1    bool     // names RSA with SHA-1, whatever was signed with
	Unsorted     bool     // signs and writes the attributes out of order
	Indefinite   bool     // BER of indefinite length, the content in two parts
	WrongType    string   // contentType in the attributes
	WrongDigest  []byte   // messageDigest in the attributes
	SerialNumber *big.Int // in the signer's identifier
}

// MasterList is the content of a CSCA master list.
func MasterList(certificates ...[]byte) []byte { return Seq(Small(0), Set(certificates...)) }

func (d SignedData) digest() crypto.Hash {
	if d.Digest == 0 {
		return crypto.SHA256
	}
	return d.Digest
}

func (d SignedData) algorithm() Algorithm {
	if d.Algorithm.Scheme == "" {
		return d.Signer.Algo
	}
	return d.Algorithm
}

// DER writes ContentInfo.
func (d SignedData) DER(random io.Reader) []byte {
	signer := Set(d.signerInfo(random))
	certificates := Element(0xA0, slices.Concat(d.Certificates...))
	head := [][]byte{Small(3), Set(digestIdentifier(d.digest()))}
	if d.Indefinite {
		half := len(d.Content) / 2
		content := Indefinite(0x30, OID(d.ContentType), Indefinite(0xA0, Indefinite(0x24, Octets(d.Content[:half]), Octets(d.Content[half:]))))
		return Indefinite(0x30, OID(pki.OIDSignedData), Indefinite(0xA0, Indefinite(0x30, head[0], head[1], content,
			Indefinite(0xA0, slices.Concat(d.Certificates...)), signer)))
	}
	content := Seq(OID(d.ContentType), Element(0xA0, Octets(d.Content)))
	return Seq(OID(pki.OIDSignedData), Element(0xA0, Seq(head[0], head[1], content, certificates, signer)))
}

func (d SignedData) signerInfo(random io.Reader) []byte {
	a := d.algorithm()
	version, id := Small(1), Seq(d.Signer.issuer().DER(), Int(d.serial()))
	if d.BySKI || d.UnknownSKI {
		version, id = Small(3), Element(0x80, d.Signer.Key.KeyID())
	}
	if d.UnknownSKI {
		id = Element(0x80, []byte("nobody has this one!"))
	}
	identifier := a.Identifier()
	if d.PlainRSA {
		identifier = Seq(OID("1.2.840.113549.1.1.1"), Null())
	}
	if d.NamesSHA1 {
		identifier = Algorithm{Scheme: pki.RSAPKCS1, Hash: crypto.SHA1}.Identifier()
	}
	if d.NoAttributes {
		return Seq(version, id, digestIdentifier(d.digest()), identifier, Octets(d.Signer.Key.Sign(random, a, d.Content)))
	}
	attributes := d.attributes()
	signature := d.Signer.Key.Sign(random, a, attributes)
	attributes = append([]byte{0xA0}, attributes[1:]...)
	return Seq(version, id, digestIdentifier(d.digest()), attributes, identifier, Octets(signature))
}

func (d SignedData) serial() *big.Int {
	if d.SerialNumber != nil {
		return d.SerialNumber
	}
	return d.Signer.Cert.serial()
}

// attributes are the signed attributes as SET OF.
func (d SignedData) attributes() []byte {
	h := d.digest().New()
	_, _ = h.Write(d.Content) // a hash never fails
	digest, contentType := h.Sum(nil), d.ContentType
	if d.WrongDigest != nil {
		digest = d.WrongDigest
	}
	if d.WrongType != "" {
		contentType = d.WrongType
	}
	parts := [][]byte{
		Seq(OID("1.2.840.113549.1.9.4"), Set(Octets(digest))), Seq(OID("1.2.840.113549.1.9.3"), Set(OID(contentType))),
	}
	if !d.SigningTime.IsZero() {
		parts = append(parts, Seq(OID("1.2.840.113549.1.9.5"), Set(Time(d.SigningTime))))
	}
	if d.Unsorted {
		return Element(0x31, parts...)
	}
	return Set(parts...)
}

// issuer is the name in the issuer field of the party's own certificate.
func (p *Party) issuer() Name {
	if p.Cert.Issuer != nil {
		return p.Cert.Issuer
	}
	return p.signedBy
}

// CRL is what a revocation list is to say.
type CRL struct {
	Version    int // 1 or 2; 2 when 0
	ThisUpdate time.Time
	NextUpdate time.Time // left out when zero
	Revoked    []Revoked
	Extensions []Extension
	NoKeyID    bool
}

// Revoked is an entry; a negative reason is left out.
type Revoked struct {
	Serial     *big.Int
	At         time.Time
	Reason     int
	Extensions []Extension
}

// CRL lets the party sign a revocation list.
func (p *Party) CRL(random io.Reader, c CRL) []byte {
	var parts, entries [][]byte
	if c.Version != 1 {
		parts = append(parts, Small(1))
	}
	parts = append(parts, p.Algo.Identifier(), p.Name.DER(), Time(c.ThisUpdate))
	if !c.NextUpdate.IsZero() {
		parts = append(parts, Time(c.NextUpdate))
	}
	for _, r := range c.Revoked {
		entries = append(entries, r.der())
	}
	if len(entries) > 0 {
		parts = append(parts, Seq(entries...))
	}
	if c.Version != 1 {
		extensions := []Extension{{"2.5.29.20", false, Small(7)}}
		if !c.NoKeyID {
			extensions = append(extensions, Extension{"2.5.29.35", false, Seq(Element(0x80, p.Key.KeyID()))})
		}
		parts = append(parts, Element(0xA0, extensionList(append(extensions, c.Extensions...))))
	}
	tbs := Seq(parts...)
	return Seq(tbs, p.Algo.Identifier(), Bits(p.Key.Sign(random, p.Algo, tbs)))
}

func (r Revoked) der() []byte {
	extensions := r.Extensions
	if r.Reason >= 0 {
		extensions = append(extensions, Extension{"2.5.29.21", false, Element(10, []byte{byte(r.Reason & 0x7F)})})
	}
	if len(extensions) == 0 {
		return Seq(Int(r.Serial), Time(r.At))
	}
	return Seq(Int(r.Serial), Time(r.At), extensionList(extensions))
}
