package specimen

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

// Content types.
const (
	oidSignedData    = "1.2.840.113549.1.7.2"
	oidData          = "1.2.840.113549.1.7.1"
	oidSecurity      = "2.23.136.1.1.1" // LDSSecurityObject
	oidMasterList    = "2.23.136.1.1.2"
	oidContentType   = "1.2.840.113549.1.9.3"
	oidMessageDigest = "1.2.840.113549.1.9.4"
	oidSigningTime   = "1.2.840.113549.1.9.5"
)

// signing is how a content is wrapped and signed (RFC 5652).
type signing struct {
	contentType   string
	signer        certificate
	others        [][]byte // further certificates to embed
	at            time.Time
	byKeyID       bool // names the signer by its subject key identifier
	indefinite    bool // wraps in lengths of BER that are not known beforehand
	noSigningTime bool // leaves the time of signing out
}

// signedData is a ContentInfo with a SignedData over the content.
func signedData(content []byte, how signing) ([]byte, error) {
	wrap := tlv
	if how.indefinite {
		wrap = indefinite
	}
	info, err := signerInfo(content, how)
	if err != nil {
		return nil, err
	}
	certificates := append([][]byte{how.signer.der}, how.others...)
	slices.SortFunc(certificates, bytes.Compare)
	octets := tlv(tagOctets, content)
	if how.indefinite { // in pieces, as writers that stream do
		half := len(content) / 2
		octets = indefinite(0x24, tlv(tagOctets, content[:half]), tlv(tagOctets, content[half:]))
	}
	return wrap(tagSequence, oid(oidSignedData), wrap(tagOption0, wrap(tagSequence,
		integer(3),
		tlv(tagSet, digestAlgorithm(how.signer.key.scheme.hash)),
		wrap(tagSequence, oid(how.contentType), wrap(tagOption0, octets)),
		wrap(tagOption0, certificates...),
		wrap(tagSet, info),
	))), nil
}

func signerInfo(content []byte, how signing) ([]byte, error) {
	s := how.signer.key.scheme
	attributes := [][]byte{
		attribute(oidContentType, oid(how.contentType)),
		attribute(oidMessageDigest, tlv(tagOctets, digest(s.hash, content))),
	}
	if !how.noSigningTime {
		attributes = append(attributes, attribute(oidSigningTime, utcTime(how.at)))
	}
	slices.SortFunc(attributes, bytes.Compare) // DER: a SET OF is in order
	signature, err := how.signer.key.sign(tlv(tagSet, attributes...))
	if err != nil {
		return nil, fmt.Errorf("specimen: sign: %w", err)
	}
	version, name := int64(1), tlv(tagSequence, how.signer.issuer, bigInteger(how.signer.serial))
	if how.byKeyID {
		version, name = 3, tlv(tagImplicit0, how.signer.ski)
	}
	return tlv(tagSequence, integer(version), name, digestAlgorithm(s.hash), tlv(tagOption0, attributes...), s.signature,
		tlv(tagOctets, signature)), nil
}

func attribute(name string, value []byte) []byte {
	return tlv(tagSequence, oid(name), tlv(tagSet, value))
}
