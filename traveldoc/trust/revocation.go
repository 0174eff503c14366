package trust

import (
	"bytes"
	"errors"
	"maps"
	"slices"
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
		case err == nil && a.Certificate.Subject.Equal(c.Issuer) && mayIssue(a.Certificate) && s.anchored(a):
			return a, ""
		}
	}
	return nil, why
}

// anchored says whether an authority is an anchor or leads to one.
func (s *Store) anchored(a *Authority) bool {
	return a.Kind == CSCA && a.Certificate.IsSelfSigned() || (&search{store: s}).up(a.Certificate, 1) != nil
}

// The bounds of a list's own dates.
const (
	maxListAhead = 24 * time.Hour      // clocks differ; a list dated later than that was not made yet
	maxListAge   = 90 * 24 * time.Hour // of a list that states no next update: Doc 9303-12 asks for a new one at least every 90 days
)

// Revocation looks the certificate up in the lists of its issuer whose own signature an anchor verifies: of each key of that name in the
// newest one, for a list of one key need not hold what another key revoked. What stands on any of them is revoked, also when that list has
// expired. What stands on none is good when the list of the key that signed the certificate is current, or, after a change of keys, that
// of another key of the issuer; otherwise there is no answer. A list that states no next update is current for 90 days. A list dated more
// than a day after both now and the material's own date is left aside, with a finding.
func (s *Store) Revocation(dsc *pki.Certificate, now time.Time) RevocationResult {
	result := RevocationResult{Verdict: traveldoc.Inconclusive, Reason: ReasonNoList, Version: s.Version(), AsOf: s.AsOf()}
	if s == nil || dsc == nil {
		if dsc == nil {
			result.Verdict, result.Reason = traveldoc.NotDone, ReasonNoSigner
		}
		return result
	}
	var chosen *RevocationResult
	for _, l := range s.listsFor(dsc, now, &result) {
		answer := result
		l.answer(&answer, dsc, now)
		if answer.Verdict == traveldoc.Fail {
			return answer
		}
		if chosen == nil || chosen.Verdict != traveldoc.Pass && answer.Verdict == traveldoc.Pass {
			chosen = &answer
		}
	}
	if chosen != nil {
		return *chosen
	}
	return result
}

// listsFor gives the newest verified list of each key of the certificate's issuer: that of the key which signed the certificate first,
// then the newer before the older. It notes in result why there is none, and what was left aside.
func (s *Store) listsFor(dsc *pki.Certificate, now time.Time, result *RevocationResult) []*list {
	if s.asOf.After(now) { // an inspection of the past, held against material of today
		now = s.asOf
	}
	newest := map[string]*list{}
	for _, l := range s.crls {
		if !l.covers(dsc) {
			continue
		}
		a, why := l.verified()
		switch {
		case a == nil:
			result.Reason, result.Detail = ReasonListUntrusted, why
		case l.crl.ThisUpdate.After(now.Add(maxListAhead)):
			result.Findings = append(result.Findings, Finding{
				Code: FindingListFuture, Kind: CRL, Subject: l.crl.Issuer.String(), Detail: "dated " + l.crl.ThisUpdate.Format(day),
			})
		default:
			key := string(a.Certificate.Key.Raw)
			if have := newest[key]; have == nil || l.crl.ThisUpdate.After(have.crl.ThisUpdate) {
				newest[key] = l
			}
		}
	}
	return slices.SortedFunc(maps.Values(newest), func(a, b *list) int {
		if own := a.rank(dsc) - b.rank(dsc); own != 0 {
			return own
		}
		return b.crl.ThisUpdate.Compare(a.crl.ThisUpdate)
	})
}

// rank is 0 for a list of the key that signed the certificate, 1 for one of another key.
func (l *list) rank(dsc *pki.Certificate) int {
	if a, _ := l.verified(); dsc.CheckSignatureFrom(a.Certificate) == nil {
		return 0
	}
	return 1
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
		result.Findings = append(slices.Clone(result.Findings), Finding{
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
	case l.crl.NextUpdate == nil && now.After(this.Add(maxListAge)):
		result.Verdict, result.Reason = traveldoc.Inconclusive, ReasonListExpired
		result.Detail = "states no next update and is of " + this.Format(day)
	case len(l.crl.UnknownCritical) > 0:
		result.Verdict, result.Reason, result.Detail = traveldoc.Inconclusive, ReasonUnsupported, strings.Join(l.crl.UnknownCritical, ", ")
	default:
		result.Verdict, result.Reason = traveldoc.Pass, ""
	}
}
