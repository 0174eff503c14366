package pki

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxAttributes bounds the parts of a name; real ones have fewer than ten.
const maxAttributes = 64

// Name is a distinguished name.
type Name struct {
	Raw        []byte
	Attributes []Attribute // in the order written

	key string
}

// Attribute is one part of a name. Value is UTF-8, whatever the string type was.
type Attribute struct {
	OID   string
	Value string
}

// NewName is a name of attributes that were not read from DER, for look-ups; Raw is empty.
func NewName(attributes ...Attribute) Name {
	n := Name{Attributes: attributes}
	n.key = n.fold()
	return n
}

// Key is the name in the form that is compared: the order of attributes, string types, case and repeated spaces do not count.
func (n Name) Key() string { return n.key }

// Equal compares two names by Key.
func (n Name) Equal(other Name) bool { return n.key == other.key }

// Country is the countryName in capitals, empty when absent.
func (n Name) Country() string { return strings.ToUpper(n.first(OIDCountryName)) }

// CommonName is the commonName, empty when absent.
func (n Name) CommonName() string { return n.first(OIDCommonName) }

func (n Name) first(oid string) string {
	for _, a := range n.Attributes {
		if a.OID == oid {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// String is the name as "C=DE, O=bund, CN=csca-germany", in the order written. Control characters are left out.
func (n Name) String() string {
	parts := make([]string, len(n.Attributes))
	for i, a := range n.Attributes {
		label, ok := attributeLabels[a.OID]
		if !ok {
			label = a.OID
		}
		parts[i] = label + "=" + strings.Map(printable, a.Value)
	}
	return strings.Join(parts, ", ")
}

func printable(r rune) rune {
	if unicode.IsControl(r) || r == utf8.RuneError {
		return -1
	}
	return r
}

var attributeLabels = map[string]string{
	OIDCountryName: "C", OIDCommonName: "CN", OIDSerialNumber: "serialNumber", OIDOrganization: "O", OIDOrganizationUnit: "OU",
	"2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.4": "SN", "2.5.4.42": "GN", "2.5.4.12": "title", "2.5.4.97": "organizationIdentifier",
	"1.2.840.113549.1.9.1": "emailAddress", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}

// fold makes the key.
func (n Name) fold() string {
	parts := make([]string, len(n.Attributes))
	for i, a := range n.Attributes {
		parts[i] = a.OID + "=" + strings.Join(strings.Fields(strings.ToLower(a.Value)), " ")
	}
	slices.Sort(parts)
	return strings.Join(parts, "\x00")
}

// name reads a Name (RFC 5280, 4.1.2.4).
func (c *cursor) name(what string, notes *notes) (Name, error) {
	v, err := c.read(tagSequence, what)
	if err != nil {
		return Name{}, err
	}
	n := Name{Raw: v.full}
	for rdns := v.inside(); !rdns.empty(); {
		set, err := rdns.read(tagSet, what+".relativeDistinguishedName")
		if err != nil {
			return Name{}, err
		}
		for parts := set.inside(); !parts.empty(); {
			a, err := parts.attribute(what, notes)
			if err != nil {
				return Name{}, err
			}
			if n.Attributes = append(n.Attributes, a); len(n.Attributes) > maxAttributes {
				return Name{}, parts.fail(what, "at most 64 attributes")
			}
		}
	}
	n.key = n.fold()
	return n, nil
}

func (c *cursor) attribute(what string, notes *notes) (Attribute, error) {
	in, err := c.sequence(what + ".attribute")
	if err != nil {
		return Attribute{}, err
	}
	oid, err := in.oid(what + ".attribute.type")
	if err != nil {
		return Attribute{}, err
	}
	v, err := in.any(what + ".attribute.value")
	if err != nil {
		return Attribute{}, err
	}
	text, fine := decodeString(v.tag, v.body)
	if !fine {
		notes.add(DeviationString, what+" "+oid)
	}
	return Attribute{oid, text}, nil
}

// decodeString gives a string of any type as UTF-8; fine is false when it holds what its type does not have. Bytes that are no UTF-8 are
// read as Latin-1, as issuers mean them.
func decodeString(tag byte, body []byte) (text string, fine bool) {
	switch tag {
	case tagBMP:
		units := make([]uint16, len(body)/2)
		for i := range units {
			units[i] = uint16(body[2*i])<<8 | uint16(body[2*i+1])
		}
		return string(utf16.Decode(units)), len(body)%2 == 0
	case tagUniversal:
		runes := make([]rune, len(body)/4)
		for i := range runes {
			runes[i] = rune(body[4*i+1])<<16 | rune(body[4*i+2])<<8 | rune(body[4*i+3])
		}
		return string(runes), len(body)%4 == 0
	}
	ascii := !slices.ContainsFunc(body, func(b byte) bool { return b >= 0x80 })
	switch {
	case ascii:
		return string(body), true
	case utf8.Valid(body):
		return string(body), tag == tagUTF8
	}
	latin := make([]rune, len(body))
	for i, b := range body {
		latin[i] = rune(b)
	}
	return string(latin), tag == tagTeletex
}
