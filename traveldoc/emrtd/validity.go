package emrtd

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// anchored tells whether there is a chain from the signer to an anchor, and to which.
func (v *verification) anchored() Step {
	if s, is := v.unsigned(); is {
		return s
	}
	s := Step{Verdict: v.chain.Verdict, Reason: v.chain.Reason, Detail: v.chain.Detail, RestsOn: v.basis()}
	if found := told(v.chain.Findings); found != "" {
		s.Detail = strings.TrimPrefix(s.Detail+"; "+found, "; ")
	}
	if v.chain.Anchor == nil {
		return s
	}
	s.RestsOn.Anchor = v.chain.Anchor.Certificate.Subject.String()
	s.RestsOn.Serial = v.chain.Anchor.Certificate.Serial.Text(16)
	s.RestsOn.Sources = v.chain.Anchor.Sources
	for _, via := range v.chain.Via {
		s.RestsOn.Via = append(s.RestsOn.Via, via.Certificate.Subject.String())
	}
	if s.Verdict == traveldoc.Pass && s.Reason == "" && slices.ContainsFunc(v.chain.Findings, selfAsserted) {
		s.Reason = trust.ReasonSelfAsserted
	}
	return s
}

// told are the violations along the chain, for experts: "csca key_usage: keyCertSign is not among its uses; dsc sha1".
func told(findings []trust.Finding) string {
	all := make([]string, len(findings))
	for i, f := range findings {
		all[i] = strings.TrimSuffix(string(f.Kind)+" "+f.Code+": "+f.Detail, ": ")
	}
	return strings.Join(all, "; ")
}

func selfAsserted(f trust.Finding) bool { return f.Code == trust.FindingSelfAsserted }

func (v *verification) basis() *Basis {
	return &Basis{Version: v.trust.Version(), AsOf: v.trust.AsOf()}
}

// above are the certificates above the signer, up to the anchor.
func (v *verification) above() []*pki.Certificate {
	var all []*pki.Certificate
	for _, via := range v.chain.Via {
		all = append(all, via.Certificate)
	}
	if v.chain.Anchor != nil {
		all = append(all, v.chain.Anchor.Certificate)
	}
	return all
}

// validAtSigning holds the time of signing, as the signer states it, against the validity of the signer, of its private key and of the
// certificates above, and against the inspection: nobody signs after it.
func (v *verification) validAtSigning() Step {
	if s, is := v.unsigned(); is {
		return s
	}
	if v.signedAt == nil {
		return inconclusive(ReasonNoTime, "")
	}
	at := *v.signedAt
	if at.After(v.at) {
		return fail(ReasonOutside, fmt.Sprintf("signed %s, after the inspection of %s", at.UTC().Format(time.RFC3339), v.at.UTC().Format(time.RFC3339)))
	}
	from, until := v.signer.PrivateKeyFrom, v.signer.PrivateKeyUntil
	if from != nil && at.Before(*from) || until != nil && at.After(*until) {
		return fail(ReasonOutside, fmt.Sprintf("signed %s, outside the private key usage period of %s", day(at), v.signer.Subject))
	}
	for _, c := range append([]*pki.Certificate{v.signer}, v.above()...) {
		if !c.ValidAt(at) {
			return fail(ReasonOutside, fmt.Sprintf("signed %s; %s", day(at), period(c)))
		}
	}
	return v.valid()
}

// validNow holds the inspection against the validity of the signer and of the certificates above.
func (v *verification) validNow() Step {
	if s, is := v.unsigned(); is {
		return s
	}
	for _, c := range append([]*pki.Certificate{v.signer}, v.above()...) {
		switch {
		case v.at.After(c.NotAfter):
			return fail(ReasonExpired, period(c))
		case v.at.Before(c.NotBefore):
			return fail(ReasonNotYet, period(c))
		}
	}
	return v.valid()
}

// valid says where only the signer could be looked at.
func (v *verification) valid() Step {
	if v.chain.Anchor == nil {
		return Step{Verdict: traveldoc.Pass, Reason: ReasonSignerOnly}
	}
	return pass()
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func period(c *pki.Certificate) string {
	return fmt.Sprintf("%s is valid from %s to %s", c.Subject, day(c.NotBefore), day(c.NotAfter))
}

// revocation tells whether the signer was revoked.
func (v *verification) revocation() Step {
	if s, is := v.unsigned(); is {
		return s
	}
	found := v.revoked
	s := Step{Verdict: found.Verdict, Reason: found.Reason, Detail: found.Detail, RestsOn: v.basis()}
	s.RestsOn.ThisUpdate, s.RestsOn.NextUpdate, s.RestsOn.Sources = found.ThisUpdate, found.NextUpdate, found.Sources
	if found.RevokedAt != nil && s.Detail == "" {
		s.Detail = fmt.Sprintf("revoked %s: %s", day(*found.RevokedAt), found.RevokedWhy)
	}
	return s
}

// deviations looks for known defects of documents of this kind.
func (v *verification) deviations() Step {
	d := trust.Document{DSC: v.signer}
	if v.chip.DG1 != nil {
		d.Issuer, d.Number = v.chip.DG1.IssuingState(), v.number()
	}
	if v.chip.DG12 != nil {
		d.Issued = v.chip.DG12.Issued
	}
	if d.Issuer == "" && d.DSC == nil {
		return v.noZone()
	}
	defects, listed := v.trust.Defects(d)
	s := pass()
	switch {
	case len(defects) > 0:
		s = fail(ReasonDefect, defects[0].Defect)
		for _, also := range defects[1:] {
			s.Detail += ", " + also.Defect
		}
	case !listed:
		s = inconclusive(ReasonNoDeviations, "")
	}
	s.RestsOn = v.basis()
	return s
}
