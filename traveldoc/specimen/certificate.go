package specimen

import (
	"crypto/sha1" //nolint:gosec // the key identifier of RFC 5280, 4.2.1.2, is one
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cryptoasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// certificate is a certificate of the country with its private key.
type certificate struct {
	der     []byte
	subject []byte // Name, DER
	issuer  []byte // Name, DER
	serial  *big.Int
	ski     []byte
	key     key
}

// issuing is what a certificate is made from. crypto/x509 cannot write half of what is in use (explicit parameters, SHA-1, Brainpool,
// negative serial numbers), so all are written here in one way.
type issuing struct {
	name        pkix.Name
	key         key
	serial      *big.Int
	from, until time.Time
	extensions  []pkix.Extension
	noAuthority bool // leaves the authority key identifier out
}

func nameOf(common string) pkix.Name {
	return pkix.Name{Country: []string{"UT"}, Organization: []string{"Utopia"}, OrganizationalUnit: []string{"Specimen"}, CommonName: common}
}

// issue makes a certificate (RFC 5280, 4.1) that the issuer signs; nil: its own key does.
func issue(in issuing, issuer *certificate) (certificate, error) {
	made := certificate{serial: in.serial, key: in.key}
	var err error
	if made.subject, err = asn1.Marshal(in.name.ToRDNSequence()); err != nil {
		return made, fmt.Errorf("specimen: certificate %s: %w", in.name.CommonName, err)
	}
	if made.ski, err = subjectKeyID(in.key.public); err != nil {
		return made, err
	}
	by := issuer
	if by == nil {
		by = &made
	}
	made.issuer = by.subject
	extensions := []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 14}, Value: tlv(tagOctets, made.ski)}}
	if !in.noAuthority {
		authority := pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 35}, Value: tlv(tagSequence, tlv(tagImplicit0, by.ski))}
		extensions = append(extensions, authority)
	}
	list, err := asn1.Marshal(append(extensions, in.extensions...))
	if err != nil {
		return made, fmt.Errorf("specimen: certificate %s: %w", in.name.CommonName, err)
	}
	tbs := tlv(tagSequence,
		tlv(tagOption0, integer(2)), bigInteger(in.serial), by.key.scheme.signature, by.subject,
		tlv(tagSequence, utcTime(in.from), utcTime(in.until)), made.subject, in.key.public, tlv(0xA3, list),
	)
	signature, err := by.key.sign(tbs)
	if err != nil {
		return made, fmt.Errorf("specimen: certificate %s: %w", in.name.CommonName, err)
	}
	made.der = tlv(tagSequence, tbs, by.key.scheme.signature, tlv(tagBits, []byte{0}, signature))
	return made, nil
}

// subjectKeyID is the SHA-1 of the public key's bits (RFC 5280, 4.2.1.2, method 1).
func subjectKeyID(spki []byte) ([]byte, error) {
	input := cryptobyte.String(spki)
	var outer, algorithm cryptobyte.String
	var bits []byte
	if !input.ReadASN1(&outer, cryptoasn1.SEQUENCE) || !outer.ReadASN1(&algorithm, cryptoasn1.SEQUENCE) || !outer.ReadASN1BitStringAsBytes(&bits) {
		return nil, errors.New("specimen: public key: expected a SubjectPublicKeyInfo")
	}
	sum := sha1.Sum(bits) //nolint:gosec // see above
	return sum[:], nil
}

func extension(id asn1.ObjectIdentifier, critical bool, value []byte) pkix.Extension {
	return pkix.Extension{Id: id, Critical: critical, Value: value}
}

// authorityExtensions are those of a CSCA (ICAO Doc 9303-12, table 5).
func authorityExtensions() []pkix.Extension {
	return append([]pkix.Extension{
		extension(asn1.ObjectIdentifier{2, 5, 29, 19}, true, tlv(tagSequence, tlv(0x01, []byte{0xFF}), integer(0))),
		extension(asn1.ObjectIdentifier{2, 5, 29, 15}, true, tlv(tagBits, []byte{1, 0x06})), // keyCertSign, cRLSign
	}, alternativeNames()...)
}

// signerExtensions are those of a document signer: what it may sign, and until when (ICAO Doc 9303-12, tables 5 and 7).
func signerExtensions(types []string, from, until time.Time) []pkix.Extension {
	var list []byte
	for _, t := range types {
		list = append(list, tlv(tagPrintable, []byte(t))...)
	}
	general := func(tag uint, t time.Time) []byte { return tlv(tag, []byte(t.UTC().Format("20060102150405Z"))) }
	return append([]pkix.Extension{
		extension(asn1.ObjectIdentifier{2, 5, 29, 15}, true, tlv(tagBits, []byte{7, 0x80})), // digitalSignature
		extension(asn1.ObjectIdentifier{2, 5, 29, 16}, false, tlv(tagSequence, general(0x80, from), general(0x81, until))),
		extension(asn1.ObjectIdentifier{2, 23, 136, 1, 1, 6, 2}, false, tlv(tagSequence, integer(0), tlv(tagSet, list))),
	}, alternativeNames()...)
}

// alternativeNames name the country by its three letters (ICAO Doc 9303-12, 7.1.1.2).
func alternativeNames() []pkix.Extension {
	locality := tlv(tagSequence, tlv(tagSet, tlv(tagSequence, oid("2.5.4.7"), tlv(tagPrintable, []byte("UTO")))))
	names := tlv(tagSequence, tlv(0xA4, locality))
	return []pkix.Extension{
		extension(asn1.ObjectIdentifier{2, 5, 29, 17}, false, names),
		extension(asn1.ObjectIdentifier{2, 5, 29, 18}, false, names),
	}
}
