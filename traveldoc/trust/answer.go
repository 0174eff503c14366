package trust

import (
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// The reasons of a verdict: keys of the text catalogue below "step_reason.".
const (
	ReasonNoCSCA         = "no_csca"
	ReasonBadSignature   = "bad_signature"
	ReasonUnsupported    = "unsupported"
	ReasonSelfAsserted   = "self_asserted"
	ReasonIssuerNotCA    = "issuer_not_ca"    // what signed is no authority
	ReasonPathLength     = "path_length"      // more authorities below one than its pathLenConstraint allows
	ReasonCritical       = "unknown_critical" // a critical extension on the chain that is not understood
	ReasonUnverifiedList = "unverified_list"  // only a list whose signature is wrong, accepted by a person, vouches for the anchor
	ReasonRevoked        = "revoked"
	ReasonListExpired    = "crl_expired"
	ReasonNoList         = "no_crl"
	ReasonListUntrusted  = "crl_not_trusted" // no anchor verifies the list's own signature
)

// Authority is a certificate of a chain and where it came from.
type Authority struct {
	Certificate *pki.Certificate
	Kind        Kind
	Sources     []Source
}

// Finding is a violation that does not break the chain: the officer or the policy decides what it is worth.
type Finding struct {
	Code    string `json:"code"`    // Finding... below
	Kind    Kind   `json:"kind"`    // of the certificate that it is about: csca, link, dsc
	Subject string `json:"subject"` // of that certificate
	Detail  string `json:"detail,omitempty"`
}

// The codes of findings.
const (
	FindingNotCA            = "not_ca"             // basicConstraints do not make the issuer an authority
	FindingDSCIsCA          = "dsc_is_ca"          // a document signer that is an authority
	FindingPathLength       = "path_length"        // more certificates below than pathLen allows
	FindingKeyUsage         = "key_usage"          // the key may not be used so
	FindingNotYetValid      = "not_yet_valid"      // at now
	FindingExpired          = "expired"            // at now
	FindingNotValidAtSigned = "not_valid_at_sign"  // at the time of signing
	FindingSigningUnknown   = "signing_time"       // the time of signing is not known
	FindingCritical         = "unknown_critical"   // a critical extension that is not understood
	FindingSHA1             = "sha1"               // signed with SHA-1
	FindingKeyID            = "key_id_differs"     // found by name; the key identifiers differ
	FindingNoKeyID          = "no_key_id"          // no authority key identifier
	FindingSelfAsserted     = "self_asserted"      // nobody but its own state, or a list that was not verified, vouches for the anchor
	FindingListFuture       = "crl_future"         // a revocation list dated in the future was left aside
	FindingFailedList       = "failed_list"        // only lists whose signature is wrong vouch for the anchor
	FindingPrivateKeyPeriod = "private_key_period" // signed outside privateKeyUsagePeriod
)

// ChainResult is the answer of Store.Chain.
type ChainResult struct {
	// Verdict is Pass with Anchor; Inconclusive with ReasonNoCSCA, ReasonIssuerNotCA or ReasonUnsupported, or, with Anchor, because of
	// ReasonPathLength, ReasonCritical or ReasonUnverifiedList; Fail with ReasonBadSignature.
	Verdict traveldoc.Verdict
	Reason  string
	Detail  string
	// Anchor ends the chain; Via are the link certificates between, from the signer upwards.
	Anchor   *Authority
	Via      []Authority
	Findings []Finding
	// Version and AsOf are the store's.
	Version int64
	AsOf    time.Time
}

// RevocationResult is the answer of Store.Revocation.
type RevocationResult struct {
	// Verdict is Pass (good), Fail (revoked), or Inconclusive with ReasonListExpired, ReasonNoList, ReasonListUntrusted.
	Verdict traveldoc.Verdict
	Reason  string
	Detail  string
	// RevokedAt and RevokedWhy are the entry's, of a revoked certificate.
	RevokedAt  *time.Time
	RevokedWhy string
	// ThisUpdate and NextUpdate are the list's; Sources say where it came from.
	ThisUpdate, NextUpdate *time.Time
	Sources                []Source
	Findings               []Finding
	Version                int64
	AsOf                   time.Time
}
