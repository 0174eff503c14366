package emrtd

import (
	"strconv"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// The names of the steps, beside hash_dg1 to hash_dg16 (StepHash).
const (
	StepStructure  = "sod_structure"
	StepSignature  = "sod_signature"
	StepCOM        = "com_sod"
	StepChain      = "chain"
	StepSigning    = "validity_at_signing"
	StepNow        = "validity_now"
	StepRevocation = "revocation"
	StepCountry    = "country"
	StepType       = "document_type"
	StepActive     = "active_authentication"
	StepChip       = "chip_authentication"
	StepDeviation  = "deviation_list"
)

// StepHash is the name of the step that compares the hash of data group n: "hash_dg1".
func StepHash(n int) string { return "hash_dg" + strconv.Itoa(n) }

// StepNames are the names of all steps, in the order told.
func StepNames() []string {
	names := []string{StepStructure, StepSignature}
	for n := 1; n <= Groups; n++ {
		names = append(names, StepHash(n))
	}
	return append(names, StepCOM, StepChain, StepSigning, StepNow, StepRevocation, StepCountry, StepType, StepActive, StepChip,
		StepDeviation)
}

// Step is one step of passive authentication or of clone protection, with its own verdict.
type Step struct {
	Name    string            `json:"name"`
	Verdict traveldoc.Verdict `json:"verdict"`
	// Reason is why: a stable code of Reasons. A pass has one only where it is worth a note. Detail is for experts, in English, and
	// never about the bearer.
	Reason string `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`
	// RestsOn is the trust material that the verdict rests on.
	RestsOn *Basis `json:"rests_on,omitempty"`
}

// Basis is the trust material that a verdict rests on.
type Basis struct {
	Anchor  string         `json:"anchor,omitempty"` // subject of the anchor
	Serial  string         `json:"serial,omitempty"` // its serial number, hexadecimal
	Via     []string       `json:"via,omitempty"`    // subjects of link certificates
	Sources []trust.Source `json:"sources,omitempty"`
	// ThisUpdate and NextUpdate are the revocation list's.
	ThisUpdate *time.Time `json:"this_update,omitempty"`
	NextUpdate *time.Time `json:"next_update,omitempty"`
	// Version and AsOf are those of the trust material as a whole.
	Version int64     `json:"version,omitempty"`
	AsOf    time.Time `json:"as_of,omitzero"`
}

// The reasons.
const (
	ReasonNoSOD         = "no_sod"            // the chip's SOD was not read
	ReasonUnreadable    = "sod_unreadable"    // it was read and cannot be understood
	ReasonTolerated     = "tolerated"         // understood, with deviations from the standard
	ReasonInvalid       = "signature_invalid" // the SOD's signature, or the hash of what it signs, is wrong
	ReasonUnsupported   = trust.ReasonUnsupported
	ReasonNoSigner      = "no_signer"     // no certificate of the signer is at hand
	ReasonNotSigned     = "not_signed"    // the SOD holds no signature at all
	ReasonMismatch      = "hash_mismatch" // the data group is not what was signed
	ReasonNotInSOD      = "not_in_sod"    // the data group was read and nobody signed it
	ReasonNotRead       = "not_read"      // it is signed and was not read
	ReasonNeedsTA       = string(NotRead) // fingers and iris
	ReasonNoCOM         = "no_com"        // EF.COM was not read
	ReasonCOMUnreadable = "com_unreadable"
	ReasonListsDiffer   = "lists_differ"    // EF.COM and the SOD name other data groups
	ReasonVersionDiffer = "versions_differ" // EF.COM and the SOD state other versions
	ReasonNoTime        = "signing_time_unknown"
	ReasonExpired       = "expired" // the signer or a certificate above it
	ReasonNotYet        = "not_yet_valid"
	ReasonOutside       = "outside_validity" // signed when the signer, its key or a certificate above it was not valid
	ReasonSignerOnly    = "signer_only"      // no anchor: only the signer's own validity could be looked at
	ReasonNoDG1         = "dg1_not_read"
	ReasonDG1Unreadable = "dg1_unreadable"
	ReasonNotStated     = "country_not_stated" // by the signer's certificate
	ReasonCountry       = "country_differs"
	ReasonNoTypes       = "no_document_types" // the signer's certificate has no documentTypeList
	ReasonType          = "type_not_listed"
	ReasonAbsent        = "absent"       // the chip does not offer it
	ReasonNotRecorded   = "not_recorded" // the chip offers it, and no challenge and response were handed in
	ReasonKeyNotRead    = "key_not_read" // DG15 is signed and was not read
	ReasonKeyUnreadable = "key_unreadable"
	ReasonKeyNotSigned  = "key_not_signed"     // the chip proved a key that the SOD does not vouch for
	ReasonResponse      = "response_invalid"   // the chip's answer is not that of the signed key: a clone
	ReasonByDevice      = "recorded_by_device" // the device says so; it cannot be verified afterwards
	ReasonDeviceFailed  = "failed_at_device"
	ReasonDefect        = "known_defect"
	ReasonNoDeviations  = "no_deviation_list"
)

// Reasons are all reasons, for the text catalogue; those of chain and revocation are package trust's own.
func Reasons() []string {
	return []string{
		ReasonNoSOD, ReasonUnreadable, ReasonTolerated, ReasonInvalid, ReasonUnsupported, ReasonNoSigner, ReasonNotSigned,
		ReasonMismatch, ReasonNotInSOD, ReasonNotRead, ReasonNeedsTA, ReasonNoCOM, ReasonCOMUnreadable, ReasonListsDiffer,
		ReasonVersionDiffer, ReasonNoTime, ReasonExpired, ReasonNotYet, ReasonOutside, ReasonSignerOnly, ReasonNoDG1, ReasonDG1Unreadable,
		ReasonNotStated,
		ReasonCountry, ReasonNoTypes, ReasonType, ReasonAbsent, ReasonNotRecorded, ReasonKeyNotRead, ReasonKeyUnreadable,
		ReasonKeyNotSigned, ReasonResponse, ReasonByDevice, ReasonDeviceFailed, ReasonDefect, ReasonNoDeviations,
		trust.ReasonNoCSCA, trust.ReasonBadSignature, trust.ReasonSelfAsserted, trust.ReasonRevoked, trust.ReasonListExpired,
		trust.ReasonNoList, trust.ReasonListUntrusted, trust.ReasonIssuerNotCA, trust.ReasonPathLength, trust.ReasonCritical,
		trust.ReasonUnverifiedList,
	}
}

func pass() Step { return Step{Verdict: traveldoc.Pass} }

func fail(reason, detail string) Step {
	return Step{Verdict: traveldoc.Fail, Reason: reason, Detail: detail}
}

func inconclusive(reason, detail string) Step {
	return Step{Verdict: traveldoc.Inconclusive, Reason: reason, Detail: detail}
}

func notDone(reason, detail string) Step {
	return Step{Verdict: traveldoc.NotDone, Reason: reason, Detail: detail}
}
