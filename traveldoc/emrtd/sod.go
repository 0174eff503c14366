package emrtd

import (
	"crypto"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// SOD is EF.SOD, the document security object: the issuer's signature over the hashes of the data groups (Doc 9303-10, 4.6.2).
type SOD struct {
	CMS *pki.SignedData
	SecurityObject
	Findings []Finding
}

// SecurityObject is the LDSSecurityObject (Doc 9303-10, 4.6.2.2).
type SecurityObject struct {
	Version int // 0 or 1
	// Hash made the hashes; 0 when it is not known here, and HashOID then says what it was.
	Hash    crypto.Hash
	HashOID string
	Hashes  map[int][]byte // by number of the data group
	// LDSVersion and UnicodeVersion are stated from version 1 on.
	LDSVersion, UnicodeVersion string
	// ContentType is the type under which it was signed; TypeTolerated is true when it is not the standard's own.
	ContentType   string
	TypeTolerated bool
}

// The content types of a document security object: the standard's, and those that issuers are known to write instead.
const (
	typeSecurityObject = "2.23.136.1.1.1"
	typeBelgianFrench  = "1.3.27.1.1.1"
	typeDutch          = "1.2.528.1.1006.1.20.1"
	typeData           = "1.2.840.113549.1.7.1" // Chinese
)

// Covers reports whether the data group has a hash.
func (s *SecurityObject) Covers(n int) bool { return s.Hashes[n] != nil }

// Groups are the data groups that have a hash, in order.
func (s *SecurityObject) Groups() []int {
	groups := make([]int, 0, len(s.Hashes))
	for n := range s.Hashes {
		groups = append(groups, n)
	}
	slices.Sort(groups)
	return groups
}

// ParseSOD reads EF.SOD. No signature is verified.
func ParseSOD(data []byte) (*SOD, error) {
	o, err := openPlain(FileSOD, data)
	if err != nil {
		return nil, err
	}
	cms, err := pki.ParseSignedData(o.root.Value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.file, err)
	}
	if cms.Content == nil {
		return nil, o.errorf(0, "expected the security object within the signed data; it is detached")
	}
	sod := &SOD{CMS: cms}
	switch sod.ContentType = cms.ContentType; cms.ContentType {
	case typeSecurityObject:
	case typeBelgianFrench, typeDutch, typeData:
		sod.TypeTolerated = true
	default:
		return nil, o.errorf(0, "content type %s: expected %s", cms.ContentType, typeSecurityObject)
	}
	if err := sod.read(cms.Content, o); err != nil {
		return nil, fmt.Errorf("%s: security object: %w", o.file, err)
	}
	sod.Findings = o.findings
	return sod, nil
}

// read reads SEQUENCE { version, hashAlgorithm, SEQUENCE OF hash, version info OPTIONAL }.
func (s *SecurityObject) read(content []byte, o *opened) error {
	der, _, err := pki.DER(content)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	outer, body := cryptobyte.String(der), cryptobyte.String(nil)
	var algorithm, oid, hashes cryptobyte.String
	switch {
	case !outer.ReadASN1(&body, asn1.SEQUENCE):
		return fmt.Errorf("expected a SEQUENCE")
	case !body.ReadASN1Integer(&s.Version) || s.Version < 0 || s.Version > 1:
		return fmt.Errorf("expected version 0 or 1")
	case !body.ReadASN1(&algorithm, asn1.SEQUENCE) || !algorithm.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER):
		return fmt.Errorf("expected a hash algorithm")
	case !body.ReadASN1(&hashes, asn1.SEQUENCE):
		return fmt.Errorf("expected hashes of data groups")
	}
	if !outer.Empty() {
		o.add(TrailingBytes, "%d bytes follow the security object", len(outer))
	}
	s.HashOID = dotted(oid)
	s.Hash = pki.HashByOID(s.HashOID)
	if err := s.readHashes(hashes); err != nil {
		return err
	}
	return s.readVersions(body, o)
}

func (s *SecurityObject) readHashes(list cryptobyte.String) error {
	s.Hashes = map[int][]byte{}
	for !list.Empty() {
		var entry, hash cryptobyte.String
		var n int
		if !list.ReadASN1(&entry, asn1.SEQUENCE) || !entry.ReadASN1Integer(&n) || !entry.ReadASN1(&hash, asn1.OCTET_STRING) {
			return fmt.Errorf("hash %d: expected a number and an OCTET STRING", len(s.Hashes)+1)
		}
		switch {
		case n < 1 || n > Groups:
			return fmt.Errorf("hash %d: data group %d: expected 1 to %d", len(s.Hashes)+1, n, Groups)
		case s.Hashes[n] != nil:
			return fmt.Errorf("data group %d has two hashes", n)
		case len(hash) == 0:
			return fmt.Errorf("data group %d: the hash is empty", n)
		}
		s.Hashes[n] = hash
	}
	if len(s.Hashes) == 0 {
		return fmt.Errorf("expected hashes of data groups; there are none")
	}
	return nil
}

// readVersions reads SEQUENCE { ldsVersion, unicodeVersion }, which version 1 has and version 0 has not.
func (s *SecurityObject) readVersions(body cryptobyte.String, o *opened) error {
	if body.Empty() {
		return nil
	}
	var info, lds, unicode cryptobyte.String
	if !body.ReadASN1(&info, asn1.SEQUENCE) || !readString(&info, &lds) || !readString(&info, &unicode) {
		return fmt.Errorf("expected the versions of LDS and Unicode")
	}
	s.LDSVersion, s.UnicodeVersion = o.version(lds), o.version(unicode)
	return nil
}

// readString reads a string of any of the types that issuers use.
func readString(from, to *cryptobyte.String) bool {
	var tag asn1.Tag
	return from.ReadAnyASN1(to, &tag) && (tag == asn1.PrintableString || tag == asn1.UTF8String || tag == asn1.IA5String)
}
