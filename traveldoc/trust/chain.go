package trust

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// The bounds of one search: chains are one or two long, and hostile lists may make candidates as many as they like.
const (
	maxChain    = 6
	maxAttempts = 64
	// maxCandidates bounds how many issuers are considered for one certificate.
	maxCandidates = 64
	// minKeyID is the length of a key identifier that is taken for unique. Shorter ones occur that several states use.
	minKeyID = 16
)

// Chain looks for a chain from a document signer (or another certificate that is no anchor) to a CSCA that signs itself. Candidates for an
// issuer are found by key identifier, then by issuer and serial number, then by name; all are tried; countries do not matter. signedAt is
// when the signer signed, nil when not known. Nothing is taken for trusted because it stands in the store but CSCA certificates.
func (s *Store) Chain(dsc *pki.Certificate, signedAt *time.Time, now time.Time) ChainResult {
	result := ChainResult{Verdict: traveldoc.Inconclusive, Reason: ReasonNoCSCA, Version: s.Version(), AsOf: s.AsOf()}
	if dsc == nil {
		result.Verdict, result.Reason = traveldoc.NotDone, ReasonNoSigner
		return result
	}
	search := &search{store: s}
	path := search.up(dsc, 0)
	switch {
	case path != nil:
		result.Verdict, result.Reason = traveldoc.Pass, ""
		result.Anchor, result.Via = &path[len(path)-1], path[:len(path)-1]
		result.Findings = judge(dsc, path, signedAt, now)
		result.weigh()
	case search.wrong != "":
		result.Verdict, result.Reason, result.Detail = traveldoc.Fail, ReasonBadSignature, search.wrong
	case search.notCA != "":
		result.Reason, result.Detail = ReasonIssuerNotCA, search.notCA
	case search.unsupported != "":
		result.Reason, result.Detail = ReasonUnsupported, search.unsupported
	default:
		result.Detail = search.detail(dsc)
	}
	return result
}

// weigh takes the pass from a chain whose signatures hold and that breaks a rule which says what the chain may be used for.
func (r *ChainResult) weigh() {
	for _, rule := range []struct{ finding, reason string }{
		{FindingPathLength, ReasonPathLength}, {FindingCritical, ReasonCritical}, {FindingFailedList, ReasonUnverifiedList},
	} {
		for _, f := range r.Findings {
			if f.Code == rule.finding && r.Verdict == traveldoc.Pass {
				r.Verdict, r.Reason, r.Detail = traveldoc.Inconclusive, rule.reason, f.Subject+": "+f.Detail
			}
		}
	}
}

// search is one run of Chain.
type search struct {
	store    *Store
	attempts int
	// wrong and unsupported say why the document signer itself could not be anchored; broken, what was found on the way.
	wrong, unsupported, broken string
	// notCA names a certificate that signed without being an authority.
	notCA string
}

// mayIssue says whether a certificate may stand above another: basicConstraints make it an authority. Certificates of version 1, which
// say nothing of what they are for, may when they sign themselves (kindOf).
func mayIssue(c *pki.Certificate) bool {
	silent := c.BasicConstraints == nil && c.KeyUsage == nil
	return c.IsCA() || silent && c.IsSelfSigned()
}

// up gives the path from the issuer of child to an anchor, nil when there is none.
func (s *search) up(child *pki.Certificate, depth int) []Authority {
	if depth >= maxChain {
		return nil
	}
	for _, c := range s.store.candidates(child) {
		if c.authority.Certificate.Raw != nil && bytes.Equal(c.authority.Certificate.Raw, child.Raw) && !child.IsSelfSigned() {
			continue
		}
		if s.attempts++; s.attempts > maxAttempts {
			s.broken = "too many candidates"
			return nil
		}
		if err := child.CheckSignatureFrom(c.authority.Certificate); err != nil {
			s.note(err, c, depth)
			continue
		}
		if !mayIssue(c.authority.Certificate) {
			s.notCA = c.authority.Certificate.Subject.String() + " signed and is no authority"
			continue
		}
		if c.authority.Kind == CSCA && c.authority.Certificate.IsSelfSigned() {
			return []Authority{*c.authority}
		}
		if rest := s.up(c.authority.Certificate, depth+1); rest != nil {
			return append([]Authority{*c.authority}, rest...)
		}
		s.broken = "the CSCA behind the link certificate " + c.authority.Certificate.Subject.String() + " is missing"
	}
	return nil
}

// note keeps why a candidate was not the issuer. Only of the document signer itself, and only when the key identifier names the candidate,
// is that a wrong signature; a name alone may be an earlier key's.
func (s *search) note(err error, c candidate, depth int) {
	text := fmt.Sprintf("%s: %v", c.authority.Certificate.Subject, err)
	switch {
	case depth > 0:
		s.broken = text
	case errors.Is(err, pki.ErrSignature) && c.certain:
		s.wrong = text
	case errors.Is(err, pki.ErrUnsupported) && c.certain:
		s.unsupported = text
	}
}

func (s *search) detail(dsc *pki.Certificate) string {
	if s.broken != "" {
		return s.broken
	}
	return "issuer " + dsc.Issuer.String()
}

// candidate is an authority that may have signed; certain when its key identifier says so.
type candidate struct {
	authority *Authority
	certain   bool
}

// candidates are the authorities that may have signed the certificate, those that sign themselves first.
func (s *Store) candidates(child *pki.Certificate) []candidate {
	if s == nil {
		return nil
	}
	var out []candidate
	add := func(a *Authority, certain bool) {
		if len(out) < maxCandidates && !slices.ContainsFunc(out, func(c candidate) bool { return c.authority == a }) {
			out = append(out, candidate{a, certain})
		}
	}
	id := child.AuthorityKeyID
	for _, kind := range []Kind{CSCA, Link} {
		for _, a := range s.byKeyID[string(id)] {
			if a.Kind == kind && len(id) > 0 {
				add(a, len(id) >= minKeyID || a.Certificate.Subject.Equal(child.Issuer))
			}
		}
	}
	if child.AuthorityIssuer != nil && child.AuthoritySerial != nil {
		for _, a := range s.bySubject[child.Issuer.Key()] {
			if a.Certificate.Issuer.Equal(*child.AuthorityIssuer) && a.Certificate.Serial.Cmp(child.AuthoritySerial) == 0 {
				add(a, true)
			}
		}
	}
	for _, kind := range []Kind{CSCA, Link} {
		for _, a := range s.bySubject[child.Issuer.Key()] {
			if a.Kind == kind {
				add(a, false)
			}
		}
	}
	return out
}
