package seal

import (
	"errors"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Judgement is what verification of a seal's signature came to.
type Judgement struct {
	Verdict traveldoc.Verdict `json:"verdict"`
	Reason  Reason            `json:"reason"`
	// Signer is the certificate whose key signed; nil unless one did. Whether it leads to an anchor, and is not revoked, package trust tells.
	Signer *pki.Certificate `json:"-"`
}

// Reason says why; it is a key of the text catalogue.
type Reason string

// The reasons.
const (
	// Signed, pass: the certificate that the header names signed header and messages, and was valid on the day of signature.
	Signed Reason = "signed"
	// WrongSignature, fail: the certificate that the header names did not sign this.
	WrongSignature Reason = "wrong_signature"
	// NoCertificate, inconclusive: no certificate of the signer and reference is at hand.
	NoCertificate Reason = "no_certificate"
	// NotValidThen, inconclusive: the certificate signed, on a day on which it was not valid.
	NotValidThen Reason = "certificate_not_valid_then"
	// UnsupportedSignature, inconclusive: a length, curve or algorithm that cannot be verified here.
	UnsupportedSignature Reason = "unsupported_signature"
	// NoAnchor, inconclusive: the signature fits the certificate that the seal brings along, for which nobody here vouches.
	NoAnchor Reason = "no_anchor"
	// Unsigned: fail when the seal says that it is signed and is not, not done when it does not say so.
	Unsigned Reason = "unsigned"
)

// Reasons are all reasons.
func Reasons() []Reason {
	return []Reason{Signed, WrongSignature, NoCertificate, NotValidThen, UnsupportedSignature, NoAnchor, Unsigned}
}

// Judge verifies the signature under those of the certificates that the header names: country and common name of the subject are the
// signer, the serial number in hexadecimal is the reference (Doc 9303-13, 2.2.1). Without such a certificate nothing is known.
func (s Seal) Judge(certificates []*pki.Certificate) Judgement {
	out := Judgement{Verdict: traveldoc.Inconclusive, Reason: NoCertificate}
	for _, c := range certificates {
		if !s.NamedBy(c) {
			continue
		}
		switch err := s.VerifyKey(c.Key); {
		case err == nil:
			return judged(c, s.Signed)
		case errors.Is(err, ErrSignature), len(s.Signature) == 0:
			out = Judgement{Verdict: traveldoc.Fail, Reason: WrongSignature}
		case out.Verdict != traveldoc.Fail:
			out.Reason = UnsupportedSignature
		}
	}
	return out
}

// judged is what a fitting signature comes to: the certificate has to be valid on the day of signature, when that is stated.
func judged(c *pki.Certificate, on traveldoc.Date) Judgement {
	if !on.IsZero() && (on.Last().AddDate(0, 0, 1).Before(c.NotBefore) || on.First().After(c.NotAfter)) {
		return Judgement{Verdict: traveldoc.Inconclusive, Reason: NotValidThen, Signer: c}
	}
	return Judgement{Verdict: traveldoc.Pass, Reason: Signed, Signer: c}
}

// NamedBy reports whether a certificate is the one that the header names.
func (h Header) NamedBy(c *pki.Certificate) bool {
	if c == nil || c.Serial == nil {
		return false
	}
	signer := c.Subject.Country() + c.Subject.CommonName()
	reference := strings.TrimLeft(h.Reference, "0")
	return strings.EqualFold(signer, h.Signer) && strings.EqualFold(c.Serial.Text(16), reference)
}
