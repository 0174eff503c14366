package trust

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// list is a CRL of the store.
type list struct {
	crl     *pki.CRL
	sources []Source
	// verified gives the authority whose key verifies the list and that is anchored itself, nil when there is none, and why.
	verified func() (*Authority, string)
}

func (s *Store) addList(c *pki.CRL, sources []Source) {
	l := &list{crl: c, sources: sources}
	l.verified = sync.OnceValues(func() (*Authority, string) { return s.issuerOf(c) })
	s.crls = append(s.crls, l)
}

// issuerOf finds the anchored authority that signed a CRL.
func (s *Store) issuerOf(c *pki.CRL) (*Authority, string) {
	as := &pki.Certificate{Issuer: c.Issuer, AuthorityKeyID: c.AuthorityKeyID}
	why := ReasonNoCSCA
	for i, candidate := range s.candidates(as) {
		if i >= maxAttempts {
			break
		}
		a := candidate.authority
		err := c.CheckSignatureFrom(a.Certificate)
		switch {
		case errors.Is(err, pki.ErrUnsupported) && why == ReasonNoCSCA:
			why = ReasonUnsupported
		case err != nil && candidate.certain:
			why = ReasonBadSignature
		case err == nil && a.Certificate.Subject.Equal(c.Issuer) && s.anchored(a):
			return a, ""
		}
	}
	return nil, why
}

// anchored says whether an authority is an anchor or leads to one.
func (s *Store) anchored(a *Authority) bool {
	return a.Kind == CSCA && a.Certificate.IsSelfSigned() || (&search{store: s}).up(a.Certificate, 1) != nil
}

// Revocation looks the certificate up in the newest list of its issuer whose own signature an anchor verifies. A certificate that stands
// on a list that has expired is revoked all the same; one that does not has no answer.
func (s *Store) Revocation(dsc *pki.Certificate, now time.Time) RevocationResult {
	result := RevocationResult{Verdict: traveldoc.Inconclusive, Reason: ReasonNoList, Version: s.Version(), AsOf: s.AsOf()}
	if s == nil || dsc == nil {
		if dsc == nil {
			result.Verdict, result.Reason = traveldoc.NotDone, ReasonNoSigner
		}
		return result
	}
	var newest *list
	for _, l := range s.crls {
		if !l.covers(dsc) {
			continue
		}
		a, why := l.verified()
		if a == nil {
			if newest == nil {
				result.Reason, result.Detail = ReasonListUntrusted, why
			}
			continue
		}
		if newest == nil || l.crl.ThisUpdate.After(newest.crl.ThisUpdate) {
			newest = l
		}
	}
	if newest != nil {
		newest.answer(&result, dsc, now)
	}
	return result
}

// covers says whether the list is one of the certificate's issuer: the same name. A new key of the same issuer signs for the old one.
func (l *list) covers(dsc *pki.Certificate) bool {
	return l.crl.Issuer.Equal(dsc.Issuer) ||
		len(dsc.AuthorityKeyID) >= minKeyID && bytes.Equal(l.crl.AuthorityKeyID, dsc.AuthorityKeyID)
}

func (l *list) answer(result *RevocationResult, dsc *pki.Certificate, now time.Time) {
	this := l.crl.ThisUpdate
	result.Sources, result.ThisUpdate, result.NextUpdate, result.Detail = l.sources, &this, l.crl.NextUpdate, ""
	if a, _ := l.verified(); !a.Certificate.Allows(pki.UseCRLSign) {
		result.Findings = append(result.Findings, Finding{
			Code: FindingKeyUsage, Kind: a.Kind, Subject: a.Certificate.Subject.String(), Detail: "cRLSign is not among its uses",
		})
	}
	entry, revoked := l.crl.Revoked(dsc.Serial)
	switch {
	case revoked:
		result.Verdict, result.Reason, result.RevokedAt, result.RevokedWhy = traveldoc.Fail, ReasonRevoked, &entry.At, entry.Reason.String()
	case l.crl.NextUpdate != nil && now.After(*l.crl.NextUpdate):
		result.Verdict, result.Reason = traveldoc.Inconclusive, ReasonListExpired
		result.Detail = "next update was due " + l.crl.NextUpdate.Format(day)
	case len(l.crl.UnknownCritical) > 0:
		result.Verdict, result.Reason, result.Detail = traveldoc.Inconclusive, ReasonUnsupported, strings.Join(l.crl.UnknownCritical, ", ")
	default:
		result.Verdict, result.Reason = traveldoc.Pass, ""
	}
}
