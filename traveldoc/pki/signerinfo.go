package pki

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"slices"
)

// The signed attributes that are read (RFC 5652, 11).
const (
	oidContentType   = "1.2.840.113549.1.9.3"
	oidMessageDigest = "1.2.840.113549.1.9.4"
	oidSigningTime   = "1.2.840.113549.1.9.5"
	maxSignedAttrs   = 64
)

// Signed attributes that cannot be used.
const (
	attributeTwice  = "a signed attribute stands twice"
	attributeForm   = "a signed attribute has another form"
	attributeAbsent = "messageDigest is missing"
)

func (c *cursor) signerInfo() (s SignerInfo, err error) {
	in, err := c.sequence("signerInfo")
	if err != nil {
		return s, err
	}
	notes := &notes{}
	if s.Version, err = in.small("signerInfo.version", 255); err != nil {
		return s, err
	}
	if err := s.readID(in, notes); err != nil {
		return s, err
	}
	if s.DigestOID, _, err = in.algorithm("signerInfo.digestAlgorithm"); err != nil {
		return s, err
	}
	s.Digest = hashes[s.DigestOID]
	attributes, ok, err := in.optional(0xA0, "signerInfo.signedAttrs")
	if err != nil {
		return s, err
	}
	if ok {
		if err := s.readAttributes(attributes, notes); err != nil {
			return s, err
		}
	}
	if s.SignatureAlgorithm, err = in.signatureAlgorithm("signerInfo.signatureAlgorithm", notes); err != nil {
		return s, err
	}
	if s.SignatureAlgorithm.Hash == 0 && s.SignatureAlgorithm.Scheme != "" {
		s.SignatureAlgorithm.Hash = s.Digest // rsaEncryption and id-ecPublicKey name no hash
	}
	signature, err := in.read(tagOctetString, "signerInfo.signature")
	s.Signature, s.Deviations = signature.body, notes.list
	return s, err
}

// readID reads SignerIdentifier: issuerAndSerialNumber, or subjectKeyIdentifier [0], which some write as an explicit tag.
func (s *SignerInfo) readID(c *cursor, notes *notes) error {
	if c.is(0x80) || c.is(0xA0) {
		v, err := c.any("signerInfo.sid")
		if err == nil && v.tag == 0xA0 {
			v, err = v.inside().read(tagOctetString, "signerInfo.sid")
		}
		s.SubjectKeyID = v.body
		return err
	}
	in, err := c.sequence("signerInfo.sid")
	if err != nil {
		return err
	}
	issuer, err := in.name("signerInfo.sid.issuer", notes)
	if err != nil {
		return err
	}
	s.Issuer = &issuer
	s.Serial, err = in.serial("signerInfo.sid.serialNumber", notes)
	return err
}

func (s *SignerInfo) readAttributes(v value, notes *notes) error {
	s.attributes = append([]byte{tagSet}, v.full[1:]...)
	var parts [][]byte
	seen := map[string]bool{}
	for in := v.inside(); !in.empty(); {
		if len(parts) >= maxSignedAttrs {
			return in.fail("signedAttrs", "at most 64 attributes")
		}
		a, err := in.read(tagSequence, "signedAttrs.attribute")
		if err != nil {
			return err
		}
		parts = append(parts, a.full)
		oid, content, err := a.inside().signedAttribute()
		if err != nil {
			return err
		}
		s.take(oid, content, seen[oid])
		seen[oid] = true
	}
	if s.messageDigest == nil && s.badAttribute == "" {
		s.badAttribute = attributeAbsent
	}
	if s.contentType == "" {
		notes.add(DeviationAttributesForm, "contentType is missing")
	}
	if !slices.IsSortedFunc(parts, bytes.Compare) {
		notes.add(DeviationSetOrder, "signedAttrs")
		slices.SortFunc(parts, bytes.Compare)
		content := bytes.Join(parts, nil)
		s.sorted = append(appendHeader(nil, tagSet, len(content)), content...)
	}
	return nil
}

// signedAttribute reads type and values of an attribute.
func (c *cursor) signedAttribute() (oid string, content *cursor, err error) {
	if oid, err = c.oid("signedAttrs.attribute.type"); err != nil {
		return "", nil, err
	}
	set, err := c.read(tagSet, "signedAttrs.attribute.values")
	if err != nil {
		return "", nil, err
	}
	return oid, set.inside(), nil
}

// take keeps an attribute that is known here.
func (s *SignerInfo) take(oid string, c *cursor, again bool) {
	var err error
	switch oid {
	case oidContentType:
		s.contentType, err = c.oid("contentType")
	case oidMessageDigest:
		var v value
		v, err = c.read(tagOctetString, "messageDigest")
		s.messageDigest = v.body
	case oidSigningTime:
		t, _, bad := c.time("signingTime")
		if bad != nil || again {
			s.Deviations = append(s.Deviations, Deviation{DeviationAttributesForm, "signingTime"})
			return
		}
		s.SigningTime = &t
		return
	default:
		return
	}
	switch {
	case err != nil || !c.empty():
		s.badAttribute = attributeForm
	case again:
		s.badAttribute = attributeTwice
	}
}

// Verify checks the signature of signer i under the embedded certificate that matches it: signed attributes, message digest, content type
// and the signature itself; not the certificate. ErrSignature when anything is wrong, ErrUnsupported when it cannot be checked,
// ErrNoSigner when there is no such signer or no certificate for it, or the content is not included.
func (d *SignedData) Verify(i int) error {
	if i < 0 || i >= len(d.Signers) {
		return fmt.Errorf("signer %d of %d: %w", i+1, len(d.Signers), ErrNoSigner)
	}
	if d.Signers[i].Certificate == nil {
		return fmt.Errorf("signer %d: %w", i+1, ErrNoSigner)
	}
	return d.VerifyWith(i, d.Signers[i].Certificate)
}

// VerifyWith is Verify under a certificate that is not embedded.
func (d *SignedData) VerifyWith(i int, signer *Certificate) error {
	if i < 0 || i >= len(d.Signers) {
		return fmt.Errorf("signer %d of %d: %w", i+1, len(d.Signers), ErrNoSigner)
	}
	s := &d.Signers[i]
	if d.Content == nil {
		return unsupported("content that is not included")
	}
	if s.attributes == nil {
		return s.check(signer.Key, d.covered)
	}
	if err := s.checkAttributes(d); err != nil {
		return err
	}
	err := s.check(signer.Key, s.attributes)
	if err != nil && s.sorted != nil {
		err = s.check(signer.Key, s.sorted)
	}
	return err
}

// check verifies the signature over data. Signers that name one hash in the signature algorithm and another for the content mean either.
func (s *SignerInfo) check(key *PublicKey, data []byte) error {
	err := key.Verify(s.SignatureAlgorithm, data, s.Signature)
	if err == nil || s.Digest == 0 || s.Digest == s.SignatureAlgorithm.Hash || s.SignatureAlgorithm.Scheme == RSAPSS {
		return err
	}
	other := s.SignatureAlgorithm
	other.Hash = s.Digest
	if key.Verify(other, data, s.Signature) == nil {
		return nil
	}
	return err
}

// checkAttributes compares the signed attributes with the content (RFC 5652, 5.4 and 5.6).
func (s *SignerInfo) checkAttributes(d *SignedData) error {
	switch {
	case s.badAttribute != "":
		return fmt.Errorf("%s: %w", s.badAttribute, ErrSignature)
	case s.Digest == 0:
		return unsupported("digest algorithm %s", s.DigestOID)
	case s.contentType != "" && s.contentType != d.ContentType:
		return fmt.Errorf("contentType %s is signed, the content is %s: %w", s.contentType, d.ContentType, ErrSignature)
	}
	h := s.Digest.New()
	_, _ = h.Write(d.covered) // a hash never fails
	if subtle.ConstantTimeCompare(h.Sum(nil), s.messageDigest) != 1 {
		return fmt.Errorf("messageDigest is not that of the content: %w", ErrSignature)
	}
	return nil
}
