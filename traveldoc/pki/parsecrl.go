package pki

import (
	"bytes"
	"slices"
)

// The bounds of a CRL.
const (
	maxCRLBytes = 128 << 20
	maxRevoked  = 4_000_000
)

// ParseCRL reads a revocation list of version 1 or 2 in DER (or BER). The error is a *SyntaxError, or ErrUnsupported for lists that
// cover only changes, only some reasons or certificates of other issuers: none of these answers for a certificate.
func ParseCRL(der []byte) (*CRL, error) {
	if len(der) > maxCRLBytes {
		return nil, &SyntaxError{0, "certificateList", "at most 128 MB"}
	}
	notes := &notes{}
	der, changed, err := DER(der)
	if err != nil {
		return nil, err
	}
	if changed {
		notes.add(DeviationBER, "certificateList")
	}
	c := &cursor{data: der}
	outer, err := c.read(tagSequence, "certificateList")
	if err != nil {
		return nil, err
	}
	notes.rest(c, "certificateList")
	list := &CRL{Raw: outer.full, Version: 1}
	if err := list.read(outer.inside(), notes); err != nil {
		return nil, err
	}
	list.Deviations = notes.list
	return list, nil
}

func (list *CRL) read(c *cursor, notes *notes) error {
	tbs, err := c.read(tagSequence, "tbsCertList")
	if err != nil {
		return err
	}
	list.RawTBS = tbs.full
	if err := list.readTBS(tbs.inside(), notes); err != nil {
		return err
	}
	if list.SignatureAlgorithm, err = c.signatureAlgorithm("signatureAlgorithm", notes); err != nil {
		return err
	}
	list.Signature, err = c.octetBits("signatureValue")
	return err
}

func (list *CRL) readTBS(c *cursor, notes *notes) error {
	if c.is(tagInteger) {
		n, err := c.small("tbsCertList.version", 1)
		if err != nil {
			return err
		}
		list.Version = n + 1
	}
	if _, err := c.read(tagSequence, "tbsCertList.signature"); err != nil {
		return err
	}
	var err error
	if list.Issuer, err = c.name("tbsCertList.issuer", notes); err != nil {
		return err
	}
	if err := list.readTimes(c, notes); err != nil {
		return err
	}
	if err := list.readEntries(c, notes); err != nil {
		return err
	}
	v, ok, err := c.optional(0xA0, "tbsCertList.crlExtensions")
	if err != nil || !ok {
		return err
	}
	if list.Version == 1 {
		notes.add(DeviationVersion, "extensions in version 1")
	}
	var refused error
	err = v.inside().extensions("tbsCertList.crlExtensions", notes, list.extension(&refused))
	if err == nil {
		err = refused
	}
	return err
}

func (list *CRL) readTimes(c *cursor, notes *notes) error {
	this, odd, err := c.time("tbsCertList.thisUpdate")
	if err != nil {
		return err
	}
	list.ThisUpdate = this
	if c.isTime() {
		next, alsoOdd, err := c.time("tbsCertList.nextUpdate")
		if err != nil {
			return err
		}
		list.NextUpdate, odd = &next, odd || alsoOdd
	}
	if odd {
		notes.add(DeviationTime, "tbsCertList")
	}
	return nil
}

// readEntries reads revokedCertificates.
func (list *CRL) readEntries(c *cursor, notes *notes) error {
	v, ok, err := c.optional(tagSequence, "tbsCertList.revokedCertificates")
	if err != nil || !ok {
		return err
	}
	if len(v.body) == 0 {
		notes.add(DeviationEmptySequence, "tbsCertList.revokedCertificates")
	}
	list.entries = make([]crlEntry, 0, len(v.body)/32)
	for in := v.inside(); !in.empty(); {
		if len(list.entries) >= maxRevoked {
			return in.fail("tbsCertList.revokedCertificates", "at most 4000000 entries")
		}
		e, err := in.crlEntry(notes)
		if err != nil {
			return err
		}
		list.entries = append(list.entries, e)
	}
	slices.SortStableFunc(list.entries, func(a, b crlEntry) int { return bytes.Compare(a.serial, b.serial) })
	return nil
}

func (c *cursor) crlEntry(notes *notes) (e crlEntry, err error) {
	in, err := c.sequence("revokedCertificate")
	if err != nil {
		return e, err
	}
	serial, err := in.read(tagInteger, "revokedCertificate.userCertificate")
	if err != nil {
		return e, err
	}
	if len(serial.body) == 0 {
		return e, &SyntaxError{serial.offset, "revokedCertificate.userCertificate", "an INTEGER of at least one byte"}
	}
	at, odd, err := in.time("revokedCertificate.revocationDate")
	if err != nil {
		return e, err
	}
	if odd {
		notes.add(DeviationTime, "revokedCertificate.revocationDate")
	}
	e = crlEntry{serial: serialKey(serial.body), at: at.Unix()}
	if in.empty() {
		return e, nil
	}
	return e, e.extensions(in, notes)
}

// extensions reads crlEntryExtensions: the reason. An entry of another issuer makes the list one that is not supported.
func (e *crlEntry) extensions(in *cursor, notes *notes) error {
	list, err := in.sequence("crlEntryExtensions")
	if err != nil {
		return err
	}
	for !list.empty() {
		x, err := list.extension("crlEntryExtensions")
		switch {
		case err != nil:
			return err
		case x.oid == oidCertIssuer:
			return unsupported("indirect revocation list")
		case x.oid == oidReason:
			v, err := x.inside().read(tagEnumerated, "reasonCode")
			if err != nil || len(v.body) != 1 {
				notes.add(DeviationCRLEntry, "reasonCode")
				continue
			}
			e.reason = RevocationReason(v.body[0])
		case x.critical && x.oid != oidInvalidityDate:
			notes.add(DeviationCRLEntry, "critical "+x.oid)
		}
	}
	return nil
}

// extension takes the extensions of the list; what makes it unusable goes to refused.
func (list *CRL) extension(refused *error) func(extension, *notes) error {
	return func(x extension, notes *notes) (err error) {
		switch x.oid {
		case oidCRLNumber:
			list.Number, _, err = x.inside().integer("cRLNumber")
		case oidAuthorityKeyID:
			list.AuthorityKeyID, _, _, err = x.inside().authorityKeyIdentifier(notes)
		case oidDeltaCRL:
			*refused = unsupported("delta revocation list")
		case oidDistribution:
			*refused = distributionPoint(x.inside())
		default:
			if x.critical && !slices.Contains(harmless, x.oid) {
				list.UnknownCritical = append(list.UnknownCritical, x.oid)
			}
		}
		return err
	}
}

// distributionPoint refuses lists that are limited to authorities, to some reasons, to attributes, or that are indirect (RFC 5280, 5.2.5).
func distributionPoint(c *cursor) error {
	in, err := c.sequence("issuingDistributionPoint")
	if err != nil {
		return err
	}
	for !in.empty() {
		v, err := in.any("issuingDistributionPoint")
		if err != nil {
			return err
		}
		if set := len(v.body) > 0 && v.body[0] != 0; set && v.tag >= 0x82 && v.tag <= 0x85 {
			return unsupported("revocation list that does not cover every certificate of its issuer (%s)", tagName(v.tag))
		}
	}
	return nil
}
