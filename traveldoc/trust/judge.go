package trust

import (
	"bytes"
	"crypto"
	"fmt"
	"strings"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// judge gives what is wrong with a chain although its signatures hold. path ends with the anchor.
func judge(dsc *pki.Certificate, path []Authority, signedAt *time.Time, now time.Time) []Finding {
	j := &judgement{signedAt: signedAt, now: now}
	if signedAt == nil {
		j.add(FindingSigningUnknown, DSC, dsc, "")
	}
	j.signer(dsc, path[0])
	below, child := 0, dsc
	for _, a := range path {
		j.authority(a, child, below)
		if !a.Certificate.IsSelfIssued() {
			below++
		}
		child = a.Certificate
	}
	j.anchor(path[len(path)-1])
	return j.findings
}

type judgement struct {
	signedAt *time.Time
	now      time.Time
	findings []Finding
}

func (j *judgement) add(code string, kind Kind, c *pki.Certificate, detail string) {
	j.findings = append(j.findings, Finding{Code: code, Kind: kind, Subject: c.Subject.String(), Detail: detail})
}

// signer looks at the certificate that signed the document.
func (j *judgement) signer(dsc *pki.Certificate, issuer Authority) {
	if dsc.IsCA() {
		j.add(FindingDSCIsCA, DSC, dsc, "")
	}
	if !dsc.Allows(pki.UseDigitalSignature) {
		j.add(FindingKeyUsage, DSC, dsc, "digitalSignature is not among its uses")
	}
	switch {
	case dsc.AuthorityKeyID == nil:
		j.add(FindingNoKeyID, DSC, dsc, "")
	case !bytes.Equal(dsc.AuthorityKeyID, issuer.Certificate.SubjectKeyID):
		j.add(FindingKeyID, DSC, dsc, fmt.Sprintf("%X in the signer, %X in the CSCA", dsc.AuthorityKeyID, issuer.Certificate.SubjectKeyID))
	}
	j.validity(dsc, DSC)
	j.period(dsc, j.signedAt, DSC)
	j.common(dsc, DSC, true)
}

// authority looks at one issuer; below is the number of other authorities between it and the document signer that count for pathLen.
func (j *judgement) authority(a Authority, child *pki.Certificate, below int) {
	c := a.Certificate
	switch {
	case !c.IsCA():
		j.add(FindingNotCA, a.Kind, c, "")
	case c.BasicConstraints.PathLength >= 0 && below > c.BasicConstraints.PathLength:
		j.add(FindingPathLength, a.Kind, c, fmt.Sprintf("pathLenConstraint %d, %d authorities below", c.BasicConstraints.PathLength, below))
	}
	if !c.Allows(pki.UseCertSign) {
		j.add(FindingKeyUsage, a.Kind, c, "keyCertSign is not among its uses")
	}
	j.validity(c, a.Kind)
	j.period(c, &child.NotBefore, a.Kind)
	j.common(c, a.Kind, !c.IsSelfSigned())
}

// common looks at what counts for every certificate; the signature of an anchor proves nothing, so its hash does not matter.
func (j *judgement) common(c *pki.Certificate, kind Kind, signatureMatters bool) {
	if len(c.UnknownCritical) > 0 {
		j.add(FindingCritical, kind, c, strings.Join(c.UnknownCritical, ", "))
	}
	if signatureMatters && c.SignatureAlgorithm.Hash == crypto.SHA1 {
		j.add(FindingSHA1, kind, c, "")
	}
}

const day = "2006-01-02"

func (j *judgement) validity(c *pki.Certificate, kind Kind) {
	period := c.NotBefore.Format(day) + " to " + c.NotAfter.Format(day)
	if j.signedAt != nil && !c.ValidAt(*j.signedAt) {
		j.add(FindingNotValidAtSigned, kind, c, period+", signed "+j.signedAt.Format(day))
	}
	switch {
	case j.now.Before(c.NotBefore):
		j.add(FindingNotYetValid, kind, c, period)
	case j.now.After(c.NotAfter):
		j.add(FindingExpired, kind, c, period)
	}
}

// period compares the use of a private key with privateKeyUsagePeriod.
func (j *judgement) period(c *pki.Certificate, used *time.Time, kind Kind) {
	if used == nil {
		return
	}
	early := c.PrivateKeyFrom != nil && used.Before(*c.PrivateKeyFrom)
	late := c.PrivateKeyUntil != nil && used.After(*c.PrivateKeyUntil)
	if early || late {
		j.add(FindingPrivateKeyPeriod, kind, c, "used "+used.Format(day))
	}
}

// anchor asks who vouches for the anchor: the state that handed it over, or a list that was verified itself. Material of a list whose
// signature is wrong is there because a person accepted it: that vouches for nothing.
func (j *judgement) anchor(a Authority) {
	failed := len(a.Sources) > 0
	for _, s := range a.Sources {
		if s.Verified != traveldoc.Fail && (s.Origin == Bilateral || s.Origin == Listed && s.Verified == traveldoc.Pass) {
			return
		}
		failed = failed && s.Verified == traveldoc.Fail
	}
	if failed {
		j.add(FindingFailedList, a.Kind, a.Certificate, "the signature of "+a.Sources[0].List+" is wrong")
	}
	j.add(FindingSelfAsserted, a.Kind, a.Certificate, "")
}
