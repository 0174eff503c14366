package pki

import (
	"math/big"
	"time"
)

// Certificate is an X.509 certificate as read (RFC 5280, 4.1; profiles in Doc 9303-12, 7.1).
type Certificate struct {
	Raw       []byte // the whole certificate
	RawTBS    []byte // the signed part
	Version   int    // 1, 2 or 3
	Serial    *big.Int
	Issuer    Name
	Subject   Name
	NotBefore time.Time
	NotAfter  time.Time
	Key       *PublicKey

	SignatureAlgorithm SignatureAlgorithm
	Signature          []byte

	SubjectKeyID    []byte // nil when absent
	AuthorityKeyID  []byte // nil when absent
	AuthorityIssuer *Name  // authorityCertIssuer with
	AuthoritySerial *big.Int
	// KeyUsage is nil when absent, which allows every use.
	KeyUsage *KeyUsage
	// BasicConstraints is nil when absent, which means no authority.
	BasicConstraints *BasicConstraints
	ExtendedKeyUsage []string // OIDs
	// DocumentTypes are the codes of documentTypeList, such as "P" or "ID" (Doc 9303-12, 7.1.1.6); nil when the extension is absent.
	DocumentTypes []string
	// PrivateKeyFrom and PrivateKeyUntil bound the use of the private key; nil when not stated.
	PrivateKeyFrom, PrivateKeyUntil *time.Time
	// UnknownCritical are the OIDs of critical extensions that are not understood here.
	UnknownCritical []string
	// Deviations are what was tolerated.
	Deviations []Deviation

	selfSigned func() bool // computed once
}

// BasicConstraints says whether the subject is an authority.
type BasicConstraints struct {
	CA         bool
	PathLength int // -1 when not stated
}

// KeyUsage are the bits of RFC 5280, 4.2.1.3: bit 0 is digitalSignature.
type KeyUsage uint16

// The uses that matter here.
const (
	UseDigitalSignature KeyUsage = 1 << 0
	UseCertSign         KeyUsage = 1 << 5
	UseCRLSign          KeyUsage = 1 << 6
)

// Allows says whether the key may be used so. A certificate without key usage allows everything.
func (cert *Certificate) Allows(use KeyUsage) bool {
	return cert.KeyUsage == nil || *cert.KeyUsage&use != 0
}

// IsCA says whether basicConstraints make the subject an authority.
func (cert *Certificate) IsCA() bool { return cert.BasicConstraints != nil && cert.BasicConstraints.CA }

// ValidAt says whether the validity period covers the instant.
func (cert *Certificate) ValidAt(at time.Time) bool {
	return !at.Before(cert.NotBefore) && !at.After(cert.NotAfter)
}

// IsSelfIssued says whether issuer and subject are the same name; link certificates are self-issued too.
func (cert *Certificate) IsSelfIssued() bool { return cert.Issuer.Equal(cert.Subject) }

// IsSelfSigned says whether the signature verifies under the certificate's own key. The names do not matter: a certificate whose issuer
// and subject are equal may be signed with the authority's old key.
func (cert *Certificate) IsSelfSigned() bool { return cert.selfSigned() }

// CheckSignatureFrom verifies the signature under the key of parent, and nothing else: not the names, the uses or the validity.
// ErrSignature when it is wrong, ErrUnsupported when it cannot be checked.
func (cert *Certificate) CheckSignatureFrom(parent *Certificate) error {
	return parent.Key.Verify(cert.SignatureAlgorithm, cert.RawTBS, cert.Signature)
}
