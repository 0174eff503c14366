package pki

import (
	"crypto"
	"math/big"
	"time"
)

// SignedData is a CMS SignedData (RFC 5652, 5).
type SignedData struct {
	Version      int
	ContentType  string // eContentType, dotted
	Content      []byte // nil when the content is detached
	Certificates []*Certificate
	// Refused are embedded certificates that could not be read.
	Refused    []Refused
	CRLs       [][]byte // embedded, as they are
	Signers    []SignerInfo
	Deviations []Deviation
}

// SignerInfo is one signature of a SignedData. Exactly one of (Issuer, Serial) and SubjectKeyID names the signer.
type SignerInfo struct {
	Version      int
	Issuer       *Name
	Serial       *big.Int
	SubjectKeyID []byte

	Digest             crypto.Hash
	SignatureAlgorithm SignatureAlgorithm
	Signature          []byte
	// SigningTime is the signed attribute, nil when absent.
	SigningTime *time.Time
	// Certificate is the signer's among the embedded ones, nil when there is none; MatchedBy says how it was found.
	Certificate *Certificate
	MatchedBy   Match
	Deviations  []Deviation

	attributes    []byte // signedAttrs as SET OF, nil when absent
	contentType   string
	messageDigest []byte
	digestOID     string
	badAttribute  string
}

// Match is how a signer's certificate was found.
type Match string

// The ways.
const (
	MatchIssuerSerial    Match = "issuer_serial"
	MatchKeyID           Match = "key_id"
	MatchOnlyCertificate Match = "only_certificate" // nothing matches, and exactly one certificate is embedded
)

// Refused is an element of a list that could not be used.
type Refused struct {
	Index   int    `json:"index"` // from 0
	Subject string `json:"subject,omitempty"`
	Reason  string `json:"reason"`
}
