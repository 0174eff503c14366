package pki

import (
	"errors"
	"fmt"
)

// The errors of a check. Both are found by errors.Is; the text around them says which algorithm and what for.
var (
	// ErrSignature: the signature was checked and is wrong.
	ErrSignature = errors.New("the signature does not verify")
	// ErrUnsupported: the algorithm, its parameters or the key are not known here, so nothing was checked.
	ErrUnsupported = errors.New("not supported")
	// ErrNoSigner: no certificate is there that a signature could be checked with.
	ErrNoSigner = errors.New("no certificate of the signer")
)

// SyntaxError is data that does not have the expected form.
type SyntaxError struct {
	Offset   int    // in the bytes handed to the parser
	What     string // the element, such as "tbsCertificate.serialNumber"
	Expected string
}

// Error says where and what was expected.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d: expected %s", e.What, e.Offset, e.Expected)
}

// Deviation is something that the standard forbids and that was tolerated: a stable code. Detail is for experts and never personal.
type Deviation struct {
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}

// The codes of deviations.
const (
	DeviationBER                = "ber_encoding"              // not DER: indefinite length, constructed strings, long lengths
	DeviationTrailing           = "trailing_bytes"            // bytes after the end
	DeviationSerialNegative     = "serial_negative"           // RFC 5280, 4.1.2.2
	DeviationSerialLong         = "serial_long"               // over 20 bytes
	DeviationInteger            = "integer_padded"            // not the shortest form
	DeviationRSANoNull          = "rsa_parameters_absent"     // RFC 3279, 2.2.1 and 2.3.1: NULL expected
	DeviationECDSAParameters    = "ecdsa_parameters_present"  // RFC 5758, 3.2: absent expected
	DeviationAlgorithmsDiffer   = "algorithms_differ"         // signatureAlgorithm is not that of the signed part
	DeviationBasicConstraints   = "basic_constraints_form"    // cA FALSE written out, pathLen without cA, or other odd forms
	DeviationExplicitParameters = "explicit_curve_parameters" // exactly those of a known curve (Doc 9303-12, 4.4: allowed for ICAO)
	DeviationSHA1               = "sha1"                      // signed with SHA-1
	DeviationVersion            = "version"                   // the version does not fit the content
	DeviationExtensionTwice     = "extension_twice"
	DeviationExtensionForm      = "extension_form" // a known extension that could not be read; taken as absent
	DeviationString             = "string_type"    // characters outside the declared string type
	DeviationTime               = "time_form"      // UTCTime without seconds, with an offset, or past 2049 as GeneralizedTime before
	DeviationBitString          = "bit_string"     // unused bits are not zero
	DeviationSignerMatch        = "signer_matched_by_only_certificate"
	DeviationSetOrder           = "set_order"          // signed attributes not in DER order
	DeviationCertificates       = "certificate_broken" // an embedded certificate that could not be read
	DeviationContentType        = "content_type"
	DeviationAttributesAbsent   = "signed_attributes_absent"
	DeviationAttributesForm     = "signed_attributes_form"
	DeviationCRLEntry           = "crl_entry_form"
	DeviationEmptySequence      = "empty_sequence"
)
