package trust

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// kindOf tells what a certificate is: who may sign certificates is an authority; an authority that verifies under its own key is an
// anchor. Certificates without extensions (version 1) do not say what they are for: they are authorities when they sign themselves.
func kindOf(c *pki.Certificate) Kind {
	authority := c.IsCA() || c.KeyUsage != nil && *c.KeyUsage&pki.UseCertSign != 0
	silent := c.BasicConstraints == nil && c.KeyUsage == nil
	switch {
	case (authority || silent) && c.IsSelfSigned():
		return CSCA
	case authority:
		return Link
	case slices.Contains(c.ExtendedKeyUsage, pki.OIDMasterListSigner):
		return MasterListSigner
	}
	return DSC
}

func (i *importer) certificate(der []byte) {
	i.report.Kind = FileCertificate
	c, err := pki.ParseCertificate(der)
	if err != nil {
		i.unreadable(err.Error())
		return
	}
	i.report.Parsed, i.report.Signer = 1, c.Issuer.String()
	i.tolerate(c.Deviations)
	isAnchor := slices.ContainsFunc(i.options.Anchors, func(a *pki.Certificate) bool { return bytes.Equal(a.Raw, c.Raw) })
	chain := i.anchors.Chain(c, nil, i.options.Now)
	switch {
	case isAnchor || chain.Verdict != traveldoc.Inconclusive || chain.Reason == ReasonUnsupported:
		i.judge(chain.Verdict, chain.Reason)
	case c.IsSelfSigned():
		i.judge(traveldoc.Inconclusive, ReasonSelfAsserted)
	case bytes.Equal(c.SubjectKeyID, c.AuthorityKeyID) && len(c.SubjectKeyID) > 0 && errors.Is(c.CheckSignatureFrom(c), pki.ErrSignature):
		i.judge(traveldoc.Fail, ReasonBadSignature)
	default:
		i.judge(traveldoc.Inconclusive, ReasonNoCSCA)
	}
	i.keep(c, Source{Origin: i.options.Origin, List: i.name, Verified: i.report.Signature.Verdict, Date: i.options.Now})
}

func (i *importer) keep(c *pki.Certificate, source Source) {
	i.items = append(i.items, Item{ID: contentID(c.Raw), Kind: kindOf(c), DER: c.Raw, Sources: []Source{source}})
}

func (i *importer) crl(der []byte) {
	i.report.Kind = FileCRL
	c, err := pki.ParseCRL(der)
	if err != nil {
		i.unreadable(err.Error())
		return
	}
	i.report.Parsed, i.report.Signer = 1, c.Issuer.String()
	i.tolerate(c.Deviations)
	a, why := i.anchors.issuerOf(c)
	switch {
	case a != nil:
		i.judge(traveldoc.Pass, "")
	case why == ReasonBadSignature:
		i.judge(traveldoc.Fail, why)
	default:
		i.judge(traveldoc.Inconclusive, why)
	}
	source := Source{
		Origin: i.options.Origin, List: i.name, Signer: i.report.Signer, Country: c.Issuer.Country(),
		Verified: i.report.Signature.Verdict, Date: c.ThisUpdate,
	}
	i.items = append(i.items, Item{ID: contentID(c.Raw), Kind: CRL, DER: c.Raw, Sources: []Source{source}})
}

func (i *importer) masterList(data []byte) {
	i.report.Kind = FileMasterList
	m, err := pki.ParseMasterList(data)
	if err != nil {
		i.unreadable(err.Error())
		return
	}
	source := Source{Origin: SelfAsserted, List: i.name, Date: i.options.Now}
	i.judge(traveldoc.NotDone, ReasonUnsigned)
	if m.Signed != nil {
		source = i.listSigner(m, source)
	}
	i.tolerate(m.Deviations)
	i.report.Parsed = len(m.Certificates)
	i.report.Refused = append(i.report.Refused, m.Refused...)
	for _, c := range m.Certificates {
		i.tolerate(c.Deviations)
		from := source
		if from.Country != "" && from.Country == c.Subject.Country() {
			from.Origin = SelfAsserted
		}
		i.keep(c, from)
	}
}

// listSigner judges the signature of a master list and gives the source of what is on it.
func (i *importer) listSigner(m *pki.MasterList, source Source) Source {
	verdict, reason := traveldoc.Inconclusive, ReasonNoSigner
	if signed := m.Signed; len(signed.Signers) > 0 {
		s := signed.Signers[0]
		i.tolerate(s.Deviations)
		if s.SigningTime != nil {
			source.Date = *s.SigningTime
		}
		if s.Certificate != nil {
			i.report.Signer, source.Country = s.Certificate.Subject.String(), s.Certificate.Subject.Country()
		}
		verdict, reason = i.signature(m)
	}
	i.judge(verdict, reason)
	source.Signer, source.Verified, source.Origin = i.report.Signer, verdict, Listed
	if verdict == traveldoc.Inconclusive && reason == ReasonNoSigner {
		source.Origin = SelfAsserted
	}
	return source
}

// signature verifies every signer of the list, and the first one's chain. A list does not vouch for its own signer: that its CSCA is on
// the list or in the CMS is told by the reason self_asserted.
func (i *importer) signature(m *pki.MasterList) (traveldoc.Verdict, string) {
	for n := range m.Signed.Signers {
		switch err := m.Signed.Verify(n); {
		case errors.Is(err, pki.ErrSignature):
			return traveldoc.Fail, ReasonBadSignature
		case errors.Is(err, pki.ErrNoSigner):
			return traveldoc.Inconclusive, ReasonNoSigner
		case err != nil:
			return traveldoc.Inconclusive, ReasonUnsupported
		}
	}
	signer := m.Signed.Signers[0]
	chain := i.anchors.Chain(signer.Certificate, signer.SigningTime, i.options.Now)
	switch {
	case chain.Verdict == traveldoc.Fail:
		return chain.Verdict, chain.Reason
	case !maySignLists(signer.Certificate):
		return traveldoc.Inconclusive, ReasonSignerNotAllowed
	case chain.Verdict == traveldoc.Pass:
		return i.signerStanding(signer.Certificate, chain)
	case chain.Anchor != nil || chain.Reason == ReasonUnsupported || chain.Reason == ReasonIssuerNotCA:
		return chain.Verdict, chain.Reason
	}
	own := anchorStore(append(slices.Clone(m.Certificates), m.Signed.Certificates...))
	switch self := own.Chain(signer.Certificate, signer.SigningTime, i.options.Now); self.Verdict {
	case traveldoc.Pass:
		return traveldoc.Inconclusive, ReasonSelfAsserted
	case traveldoc.Fail:
		return traveldoc.Fail, self.Reason
	default:
		return traveldoc.Inconclusive, ReasonNoCSCA
	}
}

// signerStanding takes the pass from a list whose signer an anchor vouches for, and who may not sign any more or not so: its certificate,
// or one above it, has expired or was not valid when it signed, its key is for something else, or it was revoked.
func (i *importer) signerStanding(signer *pki.Certificate, chain ChainResult) (traveldoc.Verdict, string) {
	if revoked := i.revocations.Revocation(signer, i.options.Now); revoked.Verdict == traveldoc.Fail {
		return traveldoc.Inconclusive, ReasonSignerRevoked
	}
	for _, f := range chain.Findings {
		switch f.Code {
		case FindingExpired, FindingNotYetValid, FindingNotValidAtSigned, FindingPrivateKeyPeriod:
			return traveldoc.Inconclusive, ReasonSignerValidity
		case FindingKeyUsage:
			if f.Kind == DSC && signer.IsCA() { // the CSCA signs its list itself: its key is for more than documents
				continue
			}
			return traveldoc.Inconclusive, ReasonSignerNotAllowed
		}
	}
	return traveldoc.Pass, ""
}

// maySignLists says whether a certificate is for master lists: by its extended key usage, or because it is the CSCA itself.
func maySignLists(c *pki.Certificate) bool {
	return c.IsCA() || slices.Contains(c.ExtendedKeyUsage, pki.OIDMasterListSigner)
}

// isMaterial says whether an attribute holds trust material (ICAO PKD, interface specification).
func isMaterial(attribute string) bool {
	switch attribute {
	case "usercertificate", "cacertificate", "certificaterevocationlist", "authorityrevocationlist", "pkdmasterlistcontent",
		"cscamasterlistdata":
		return true
	}
	return false
}

func (i *importer) ldif(text []byte) {
	i.report.Kind = FileLDIF
	i.judge(traveldoc.NotDone, ReasonUnsigned)
	in := NewLDIFReader(bytes.NewReader(text))
	for {
		e, err := in.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if errors.Is(err, ErrLDIFRecord) {
			i.refuse(e.Index, e.DN, err.Error())
			continue
		}
		if err != nil {
			i.refuse(e.Index, e.DN, err.Error()+"; nothing after it was read")
			return
		}
		i.ldifEntry(e)
	}
}

func (i *importer) ldifEntry(e LDIFEntry) {
	if e.Change != "" && e.Change != "add" {
		i.refuse(e.Index, e.DN, fmt.Sprintf("line %d: changetype %q: only records that are added can be imported", e.Line, e.Change))
		return
	}
	for _, v := range e.Values {
		if isMaterial(v.Name) {
			i.contained(e.Index, fmt.Sprintf("%s[%d] %s", i.name, e.Index, v.Name), v.Data)
		}
	}
}
