package pki

import (
	"errors"
	"math/big"
	"slices"
	"time"
)

// The extensions that are read here (RFC 5280, 4.2.1; Doc 9303-12, 7.1.1).
const (
	oidSubjectKeyID     = "2.5.29.14"
	oidKeyUsage         = "2.5.29.15"
	oidPrivateKeyPeriod = "2.5.29.16"
	oidBasicConstraints = "2.5.29.19"
	oidCRLNumber        = "2.5.29.20"
	oidReason           = "2.5.29.21"
	oidInvalidityDate   = "2.5.29.24"
	oidDeltaCRL         = "2.5.29.27"
	oidDistribution     = "2.5.29.28"
	oidCertIssuer       = "2.5.29.29"
	oidAuthorityKeyID   = "2.5.29.35"
	oidExtendedKeyUsage = "2.5.29.37"
)

// harmless are extensions that may be critical without changing what is decided here: alternative names, policies, distribution points.
var harmless = []string{"2.5.29.17", "2.5.29.18", "2.5.29.31", "2.5.29.32", "2.5.29.9", OIDNameChange}

var errForm = errors.New("another form was expected")

// extensions reads a SEQUENCE OF Extension. What handle cannot read is noted and taken as absent.
func (c *cursor) extensions(what string, notes *notes, handle func(x extension, notes *notes) error) error {
	list, err := c.sequence(what)
	if err != nil {
		return err
	}
	var seen []string
	for !list.empty() {
		x, err := list.extension(what)
		if err != nil {
			return err
		}
		if len(seen) >= maxExtensions {
			return list.fail(what, "at most 100 extensions")
		}
		if slices.Contains(seen, x.oid) {
			notes.add(DeviationExtensionTwice, x.oid)
			continue
		}
		seen = append(seen, x.oid)
		if err := handle(x, notes); err != nil {
			notes.add(DeviationExtensionForm, x.oid+": "+err.Error())
		}
	}
	return nil
}

type extension struct {
	oid      string
	critical bool
	content  value // the OCTET STRING
}

// inside reads what the OCTET STRING holds.
func (x extension) inside() *cursor { return x.content.inside() }

func (c *cursor) extension(what string) (x extension, err error) {
	in, err := c.sequence(what + ".extension")
	if err != nil {
		return x, err
	}
	if x.oid, err = in.oid(what + ".extnID"); err != nil {
		return x, err
	}
	if in.is(tagBoolean) {
		if x.critical, err = in.boolean(what + ".critical"); err != nil {
			return x, err
		}
	}
	x.content, err = in.read(tagOctetString, what+".extnValue")
	return x, err
}

// extension takes one extension of a certificate.
func (cert *Certificate) extension(x extension, notes *notes) error {
	c := x.inside()
	switch x.oid {
	case oidSubjectKeyID:
		v, err := c.read(tagOctetString, "subjectKeyIdentifier")
		cert.SubjectKeyID = v.body
		return err
	case oidAuthorityKeyID:
		return cert.authorityKeyID(c, notes)
	case oidKeyUsage:
		return cert.keyUsage(c, notes)
	case oidBasicConstraints:
		return cert.basicConstraints(c, notes)
	case oidPrivateKeyPeriod:
		return cert.privateKeyPeriod(c)
	case oidExtendedKeyUsage:
		return cert.extendedKeyUsage(c)
	case OIDDocumentTypeList:
		return cert.documentTypes(c)
	}
	if x.critical && !slices.Contains(harmless, x.oid) {
		cert.UnknownCritical = append(cert.UnknownCritical, x.oid)
	}
	return nil
}

func (cert *Certificate) keyUsage(c *cursor, notes *notes) error {
	bits, unused, err := c.bits("keyUsage")
	if err != nil {
		return err
	}
	var use KeyUsage
	for i := range min(len(bits)*8-unused, 9) {
		if bits[i/8]&(0x80>>(i%8)) != 0 {
			use |= 1 << i
		}
	}
	if len(bits) > 0 && bits[len(bits)-1]&(1<<unused-1) != 0 {
		notes.add(DeviationBitString, "keyUsage")
	}
	cert.KeyUsage = &use
	return nil
}

func (cert *Certificate) basicConstraints(c *cursor, notes *notes) error {
	in, err := c.sequence("basicConstraints")
	if err != nil {
		return err
	}
	b := &BasicConstraints{PathLength: -1}
	if in.is(tagBoolean) {
		at := *in
		if b.CA, err = in.boolean("basicConstraints.cA"); err != nil {
			return err
		}
		if v, _ := at.any(""); !b.CA || v.body[0] != 0xFF {
			notes.add(DeviationBasicConstraints, "cA not as in DER")
		}
	}
	if in.is(tagInteger) {
		n, _, err := in.integer("basicConstraints.pathLenConstraint")
		switch {
		case err != nil:
			return err
		case !n.IsInt64() || n.Sign() < 0 || n.Int64() > 1<<30:
			notes.add(DeviationBasicConstraints, "pathLenConstraint out of range")
		default:
			b.PathLength = int(n.Int64())
		}
		if !b.CA {
			notes.add(DeviationBasicConstraints, "pathLenConstraint without cA")
		}
	}
	if !in.empty() {
		notes.add(DeviationBasicConstraints, "more than cA and pathLenConstraint")
	}
	cert.BasicConstraints = b
	return nil
}

// authorityKeyID reads AuthorityKeyIdentifier; of the issuer's names only a directory name counts.
func (cert *Certificate) authorityKeyID(c *cursor, notes *notes) error {
	id, issuer, serial, err := c.authorityKeyIdentifier(notes)
	cert.AuthorityKeyID, cert.AuthorityIssuer, cert.AuthoritySerial = id, issuer, serial
	return err
}

func (c *cursor) authorityKeyIdentifier(notes *notes) (id []byte, issuer *Name, serial *big.Int, err error) {
	in, err := c.sequence("authorityKeyIdentifier")
	if err != nil {
		return nil, nil, nil, err
	}
	for !in.empty() {
		v, err := in.any("authorityKeyIdentifier")
		if err != nil {
			return nil, nil, nil, err
		}
		switch v.tag {
		case 0x80:
			id = v.body
		case 0xA1:
			issuer = v.inside().directoryName(notes)
		case 0x82:
			if len(v.body) > 0 && len(v.body) <= maxSerialBytes {
				serial, _ = twosComplement(v.body)
			}
		default:
			return nil, nil, nil, &SyntaxError{v.offset, "authorityKeyIdentifier", "[0], [1] or [2]"}
		}
	}
	return id, issuer, serial, nil
}

// directoryName is the first directoryName of GeneralNames, nil when there is none.
func (c *cursor) directoryName(notes *notes) *Name {
	for !c.empty() {
		v, err := c.any("generalName")
		if err != nil {
			return nil
		}
		if v.tag == 0xA4 {
			if n, err := v.inside().name("directoryName", notes); err == nil {
				return &n
			}
		}
	}
	return nil
}

func (cert *Certificate) extendedKeyUsage(c *cursor) error {
	in, err := c.sequence("extKeyUsage")
	if err != nil {
		return err
	}
	for !in.empty() && len(cert.ExtendedKeyUsage) < maxExtensions {
		oid, err := in.oid("extKeyUsage")
		if err != nil {
			return err
		}
		cert.ExtendedKeyUsage = append(cert.ExtendedKeyUsage, oid)
	}
	return nil
}

// documentTypes reads DocumentTypeListSyntax: SEQUENCE { version INTEGER, SET OF PrintableString }. Lists without the version, or with a
// SEQUENCE in place of the SET, occur.
func (cert *Certificate) documentTypes(c *cursor) error {
	in, err := c.sequence("documentTypeList")
	if err != nil {
		return err
	}
	if _, _, err := in.optional(tagInteger, "documentTypeList.version"); err != nil {
		return err
	}
	if in.is(tagSet) || in.is(tagSequence) {
		v, err := in.any("documentTypeList.docTypeList")
		if err != nil {
			return err
		}
		in = v.inside()
	}
	types := []string{}
	for !in.empty() && len(types) < maxExtensions {
		v, err := in.any("documentTypeList.docType")
		if err != nil {
			return err
		}
		text, _ := decodeString(v.tag, v.body)
		types = append(types, text)
	}
	cert.DocumentTypes = types
	return nil
}

func (cert *Certificate) privateKeyPeriod(c *cursor) error {
	in, err := c.sequence("privateKeyUsagePeriod")
	if err != nil {
		return err
	}
	for tag, out := range map[byte]**time.Time{0x80: &cert.PrivateKeyFrom, 0x81: &cert.PrivateKeyUntil} {
		at := *in
		for !at.empty() {
			v, err := at.any("privateKeyUsagePeriod")
			if err != nil {
				return err
			}
			if v.tag != tag {
				continue
			}
			t, _, ok := parseTime(tagGeneralizedTime, string(v.body))
			if !ok {
				return errForm
			}
			*out = &t
		}
	}
	return nil
}
