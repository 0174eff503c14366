package trust

import (
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Report is what Import found in a file: the answer of bmis trust check.
type Report struct {
	File      string        `json:"file"`
	Kind      FileKind      `json:"kind"`
	Signer    string        `json:"signer"` // subject of the signer's certificate; of a certificate or CRL the issuer
	Signature SignatureNote `json:"signature"`
	Parsed    int           `json:"parsed"`  // items
	Refused   []pki.Refused `json:"refused"` // never nil
	// Tolerated counts the deviations from the standards that were tolerated, by code.
	Tolerated map[string]int `json:"tolerated,omitempty"`
	// Contained are the signed lists inside a container, such as the master lists and CRLs of an LDIF file, each with its own signature.
	Contained []Report `json:"contained,omitempty"`
}

// SignatureNote is the verdict on a file's signature and why.
type SignatureNote struct {
	Verdict traveldoc.Verdict `json:"verdict"`
	Reason  string            `json:"reason,omitempty"`
}

// The reasons beside those of Store: why a file's signature has its verdict.
const (
	ReasonUnsigned         = "unsigned"           // nothing is signed: a container, a raw list, a deviation list
	ReasonNoSigner         = "no_signer"          // the signer's certificate is not there
	ReasonSignerNotAllowed = "signer_not_allowed" // the signer's certificate is not for master lists
	ReasonSignerRevoked    = "signer_revoked"     // a revocation list at hand holds the signer's certificate
	ReasonSignerValidity   = "signer_not_valid"   // the signer's certificate, or one above it, has expired or was not valid at signing
	ReasonUnreadable       = "unreadable"
)

// FileKind is what a file holds, recognised from its content.
type FileKind string

// The kinds of files.
const (
	FileCertificate  FileKind = "certificate"
	FileCertificates FileKind = "certificates" // several in PEM
	FileCRL          FileKind = "crl"
	FileMasterList   FileKind = "master_list"
	FileLDIF         FileKind = "ldif"
	FileDeviations   FileKind = "deviation_list"
	FileUnknown      FileKind = "unknown"
)
