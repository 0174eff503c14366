package pkitest

import (
	"crypto"
	"io"
	"math/big"
	"time"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Attribute is a part of a name; Tag is the string type, 0x0C (UTF-8) when 0.
type Attribute struct {
	OID, Value string
	Tag        byte
}

// Name is a distinguished name, one attribute a set.
type Name []Attribute

// NameOf is C=, O=, CN=.
func NameOf(country, common string) Name {
	return Name{{pki.OIDCountryName, country, 0x13}, {pki.OIDOrganization, "Government", 0}, {pki.OIDCommonName, common, 0}}
}

// DER writes the name.
func (n Name) DER() []byte {
	var sets [][]byte
	for _, a := range n {
		tag := a.Tag
		if tag == 0 {
			tag = 0x0C
		}
		sets = append(sets, Set(Seq(OID(a.OID), Text(tag, a.Value))))
	}
	return Seq(sets...)
}

// Extension is an extension of a certificate or a CRL.
type Extension struct {
	OID      string
	Critical bool
	Value    []byte
}

// DER writes the extension.
func (e Extension) DER() []byte {
	if e.Critical {
		return Seq(OID(e.OID), Bool(true), Octets(e.Value))
	}
	return Seq(OID(e.OID), Octets(e.Value))
}

// Certificate is what a certificate is to say. Issuer, AuthorityKeyID and KeyID are taken from the parties when nil.
type Certificate struct {
	Serial              *big.Int
	Issuer, Subject     Name
	NotBefore, NotAfter time.Time
	Extensions          []Extension
	// NoKeyIDs leaves out both key identifiers.
	NoKeyIDs    bool
	OuterDiffer bool // writes another AlgorithmIdentifier outside
}

// The dates of what the authorities here issue.
var (
	From  = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	Until = time.Date(2034, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Uses is the extension keyUsage with the given bits.
func Uses(bits ...int) Extension {
	var b [2]byte
	last := 0
	for _, n := range bits {
		b[n/8] |= 0x80 >> (n % 8)
		last = max(last, n)
	}
	size := last/8 + 1
	return Extension{"2.5.29.15", true, Element(3, []byte{byte(8*size - last - 1)}, b[:size])}
}

// CA is the extension basicConstraints of an authority; a negative path length is left out.
func CA(pathLength int64) Extension {
	if pathLength < 0 {
		return Extension{"2.5.29.19", true, Seq(Bool(true))}
	}
	return Extension{"2.5.29.19", true, Seq(Bool(true), Small(pathLength))}
}

// DocumentTypes is the extension documentTypeList.
func DocumentTypes(types ...string) Extension {
	var list [][]byte
	for _, t := range types {
		list = append(list, Text(0x13, t))
	}
	return Extension{pki.OIDDocumentTypeList, false, Seq(Small(0), Set(list...))}
}

// ListSigner is the extended key usage of a master list signer.
func ListSigner() Extension {
	return Extension{"2.5.29.37", true, Seq(OID(pki.OIDMasterListSigner))}
}

// Party is who holds a key and signs: a CSCA, a DSC.
type Party struct {
	Name Name
	Key  *Key
	Algo Algorithm
	DER  []byte // its certificate
	Cert Certificate

	signedBy Name
}

// Issue lets by sign a certificate over key; by nil means that the party signs itself.
func Issue(random io.Reader, c Certificate, key *Key, by *Party) *Party {
	p := &Party{Name: c.Subject, Key: key, Algo: key.Fitting(crypto.SHA256)}
	if by == nil {
		by = p
	}
	p.Cert, p.signedBy = c, by.Name
	p.DER = c.sign(random, key, by, by.Algo)
	return p
}

// Sign is the certificate over key, signed by a party in its own manner.
func (c Certificate) Sign(random io.Reader, key *Key, by *Party) []byte {
	return c.sign(random, key, by, by.Algo)
}

func (c Certificate) sign(random io.Reader, key *Key, by *Party, a Algorithm) []byte {
	issuer := c.Issuer
	if issuer == nil {
		issuer = by.Name
	}
	extensions := c.Extensions
	if !c.NoKeyIDs {
		extensions = append([]Extension{
			{"2.5.29.14", false, Octets(key.KeyID())}, {"2.5.29.35", false, Seq(Element(0x80, by.Key.KeyID()))},
		}, extensions...)
	}
	parts := [][]byte{
		Element(0xA0, Small(2)), Int(c.serial()), a.Identifier(), issuer.DER(), Seq(Time(c.from()), Time(c.until())), c.Subject.DER(), key.SPKI(),
	}
	if len(extensions) > 0 {
		parts = append(parts, Element(0xA3, extensionList(extensions)))
	}
	tbs := Seq(parts...)
	outer := a.Identifier()
	if c.OuterDiffer {
		a.NoNull = !a.NoNull
		outer = a.Identifier()
	}
	return Seq(tbs, outer, Bits(by.Key.Sign(random, a, tbs)))
}

func extensionList(extensions []Extension) []byte {
	var list [][]byte
	for _, e := range extensions {
		list = append(list, e.DER())
	}
	return Seq(list...)
}

func (c Certificate) serial() *big.Int {
	if c.Serial == nil {
		return big.NewInt(0x1234)
	}
	return c.Serial
}

func (c Certificate) from() time.Time {
	if c.NotBefore.IsZero() {
		return From
	}
	return c.NotBefore
}

func (c Certificate) until() time.Time {
	if c.NotAfter.IsZero() {
		return Until
	}
	return c.NotAfter
}

// CSCA is an authority that signs itself.
func CSCA(random io.Reader, name Name, key *Key) *Party {
	return Issue(random, Certificate{Serial: big.NewInt(1), Subject: name, Extensions: []Extension{CA(0), Uses(5, 6)}}, key, nil)
}

// DSC is a document signer of an authority, for passports and identity cards.
func (p *Party) DSC(random io.Reader, common string, serial int64, key *Key) *Party {
	return Issue(random, Certificate{
		Serial: big.NewInt(serial), Subject: append(Name{p.Name[0]}, Attribute{pki.OIDCommonName, common, 0}),
		Extensions: []Extension{Uses(0), DocumentTypes("P", "I")},
	}, key, p)
}

// ListSigner is a master list signer of an authority.
func (p *Party) ListSigner(random io.Reader, serial int64, key *Key) *Party {
	return Issue(random, Certificate{
		Serial: big.NewInt(serial), Subject: append(Name{p.Name[0]}, Attribute{pki.OIDCommonName, "Master List Signer", 0}),
		Extensions: []Extension{Uses(0), ListSigner()},
	}, key, p)
}

// Link is the certificate over the key of next, signed with the key of p.
func (p *Party) Link(random io.Reader, next *Party, serial int64) []byte {
	c := Certificate{Serial: big.NewInt(serial), Issuer: p.Name, Subject: next.Name, Extensions: []Extension{CA(0), Uses(5, 6)}}
	return c.Sign(random, next.Key, p)
}
