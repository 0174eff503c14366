package pki

import (
	"crypto"
	"math/big"
	"time"
)

// SignedData is a CMS SignedData (RFC 5652, 5).
type SignedData struct {
	Version      int
	ContentType  string // eContentType, dotted
	Content      []byte // nil when the content is detached
	Certificates []*Certificate
	// Refused are embedded certificates that could not be read.
	Refused    []Refused
	CRLs       [][]byte // embedded, as they are
	Signers    []SignerInfo
	Deviations []Deviation

	covered []byte // the bytes of the content that are signed
}

// SignerInfo is one signature of a SignedData. Either Issuer and Serial or SubjectKeyID name the signer.
type SignerInfo struct {
	Version      int
	Issuer       *Name
	Serial       *big.Int
	SubjectKeyID []byte

	// Digest is the hash function of the content; 0 when it is not known here. DigestOID names it.
	Digest             crypto.Hash
	DigestOID          string
	SignatureAlgorithm SignatureAlgorithm
	Signature          []byte
	// SigningTime is the signed attribute, nil when absent.
	SigningTime *time.Time
	// Certificate is the signer's among the embedded ones, nil when there is none; MatchedBy says how it was found.
	Certificate *Certificate
	MatchedBy   Match
	Deviations  []Deviation

	attributes    []byte // signedAttrs as SET OF, nil when absent
	sorted        []byte // the same in the order of DER, nil when they are in order
	contentType   string
	messageDigest []byte
	badAttribute  string
}

// Match is how a signer's certificate was found.
type Match string

// The ways.
const (
	MatchIssuerSerial    Match = "issuer_serial"
	MatchKeyID           Match = "key_id"
	MatchOnlyCertificate Match = "only_certificate" // nothing matches, and exactly one certificate is embedded
)

// Refused is an element of a list that could not be used.
type Refused struct {
	Index   int    `json:"index"` // from 0
	Subject string `json:"subject"`
	Reason  string `json:"reason"`
}

// The bounds of a SignedData.
const (
	maxSignedDataBytes = 64 << 20
	maxCertificates    = 20_000
	maxSigners         = 64
	maxAlgorithms      = 64
)

// ParseSignedData reads a ContentInfo with SignedData in BER or DER. Certificates that cannot be read do not make it fail: Refused names
// them. The error is a *SyntaxError.
func ParseSignedData(ber []byte) (*SignedData, error) {
	if len(ber) > maxSignedDataBytes {
		return nil, &SyntaxError{0, "contentInfo", "at most 64 MB"}
	}
	der, changed, err := DER(ber)
	if err != nil {
		return nil, err
	}
	notes := &notes{}
	if changed {
		notes.add(DeviationBER, "contentInfo")
	}
	c := &cursor{data: der}
	in, err := c.sequence("contentInfo")
	if err != nil {
		return nil, err
	}
	notes.rest(c, "contentInfo")
	at := in.base
	if oid, err := in.oid("contentType"); err != nil || oid != OIDSignedData {
		return nil, &SyntaxError{at, "contentType", "id-signedData " + OIDSignedData}
	}
	content, err := in.read(0xA0, "content")
	if err != nil {
		return nil, err
	}
	d := &SignedData{}
	if err := d.read(content.inside(), notes); err != nil {
		return nil, err
	}
	d.match()
	d.Deviations = notes.list
	return d, nil
}

func (d *SignedData) read(c *cursor, notes *notes) error {
	in, err := c.sequence("signedData")
	if err != nil {
		return err
	}
	if d.Version, err = in.small("signedData.version", 255); err != nil {
		return err
	}
	if _, err := in.read(tagSet, "signedData.digestAlgorithms"); err != nil {
		return err
	}
	if err := d.readContent(in, notes); err != nil {
		return err
	}
	for in.is(0xA0) || in.is(0xA1) {
		v, err := in.any("signedData.certificates")
		if err != nil {
			return err
		}
		if v.tag == 0xA0 {
			err = d.readCertificates(v.inside())
		} else {
			err = d.readCRLs(v.inside())
		}
		if err != nil {
			return err
		}
	}
	if len(d.Refused) > 0 {
		notes.add(DeviationCertificates, "signedData.certificates")
	}
	return d.readSigners(in)
}

// readContent reads EncapsulatedContentInfo. A SEQUENCE in place of the OCTET STRING is the manner of PKCS #7: what is inside it is signed.
func (d *SignedData) readContent(c *cursor, notes *notes) error {
	in, err := c.sequence("encapContentInfo")
	if err != nil {
		return err
	}
	if d.ContentType, err = in.oid("eContentType"); err != nil {
		return err
	}
	explicit, ok, err := in.optional(0xA0, "eContent")
	if err != nil || !ok {
		return err
	}
	inner := explicit.inside()
	if v, ok, err := inner.optional(tagSequence, "eContent"); ok || err != nil {
		d.Content, d.covered = v.full, v.body
		notes.add(DeviationContentType, "eContent is no OCTET STRING")
		return err
	}
	v, err := inner.read(tagOctetString, "eContent")
	d.Content, d.covered = v.body, v.body
	return err
}

func (d *SignedData) readCertificates(c *cursor) error {
	for i := 0; !c.empty(); i++ {
		if i >= maxCertificates {
			return c.fail("signedData.certificates", "at most 20000 certificates")
		}
		v, err := c.any("signedData.certificates")
		if err != nil {
			return err
		}
		if v.tag != tagSequence {
			d.Refused = append(d.Refused, Refused{Index: i, Reason: "not an X.509 certificate: " + tagName(v.tag)})
			continue
		}
		cert, err := parseCertificate(v.full)
		if err != nil {
			d.Refused = append(d.Refused, Refused{i, cert.Subject.String(), err.Error()})
			continue
		}
		d.Certificates = append(d.Certificates, cert)
	}
	return nil
}

func (d *SignedData) readCRLs(c *cursor) error {
	for !c.empty() {
		v, err := c.any("signedData.crls")
		if err != nil {
			return err
		}
		d.CRLs = append(d.CRLs, v.full)
	}
	return nil
}

func (d *SignedData) readSigners(c *cursor) error {
	set, err := c.read(tagSet, "signedData.signerInfos")
	if err != nil {
		return err
	}
	for in := set.inside(); !in.empty(); {
		if len(d.Signers) >= maxSigners {
			return in.fail("signedData.signerInfos", "at most 64 signers")
		}
		s, err := in.signerInfo()
		if err != nil {
			return err
		}
		if s.attributes == nil && d.ContentType != OIDData { // RFC 5652, 5.3
			s.Deviations = append(s.Deviations, Deviation{Code: DeviationAttributesAbsent})
		}
		d.Signers = append(d.Signers, s)
	}
	return nil
}

// match finds the certificate of every signer.
func (d *SignedData) match() {
	for i := range d.Signers {
		s := &d.Signers[i]
		for _, cert := range d.Certificates {
			if how := s.names(cert); how != "" {
				s.Certificate, s.MatchedBy = cert, how
				break
			}
		}
		if s.Certificate == nil && len(d.Certificates) == 1 && len(d.Refused) == 0 {
			s.Certificate, s.MatchedBy = d.Certificates[0], MatchOnlyCertificate
			s.Deviations = append(s.Deviations, Deviation{Code: DeviationSignerMatch})
		}
	}
}

// names says whether and how the signer's identifier names the certificate.
func (s *SignerInfo) names(cert *Certificate) Match {
	switch {
	case s.Serial != nil && s.Serial.Cmp(cert.Serial) == 0 && s.Issuer.Equal(cert.Issuer):
		return MatchIssuerSerial
	case s.SubjectKeyID != nil && string(s.SubjectKeyID) == string(cert.SubjectKeyID):
		return MatchKeyID
	}
	return ""
}
