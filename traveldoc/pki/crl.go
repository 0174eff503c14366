package pki

import (
	"bytes"
	"math/big"
	"slices"
	"time"
)

// CRL is a certificate revocation list (RFC 5280, 5).
type CRL struct {
	Raw                []byte
	RawTBS             []byte
	Version            int // 1 or 2
	Issuer             Name
	ThisUpdate         time.Time
	NextUpdate         *time.Time // nil when not stated
	AuthorityKeyID     []byte
	Number             *big.Int // nil when absent
	SignatureAlgorithm SignatureAlgorithm
	Signature          []byte
	UnknownCritical    []string
	Deviations         []Deviation

	entries []crlEntry // in order of serial
}

// Revocation is an entry of a CRL.
type Revocation struct {
	At     time.Time
	Reason RevocationReason
}

// crlEntry is small: lists of a million entries occur.
type crlEntry struct {
	serial []byte // serialKey
	at     int64  // seconds since 1970
	reason RevocationReason
}

// RevocationReason is the reason code of RFC 5280, 5.3.1; 0, unspecified, when absent.
type RevocationReason uint8

// String names a reason, such as "keyCompromise".
func (r RevocationReason) String() string {
	names := [...]string{"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
		"certificateHold", "unspecified", "removeFromCRL", "privilegeWithdrawn", "aACompromise"}
	if int(r) >= len(names) {
		return "unspecified"
	}
	return names[r]
}

// CheckSignatureFrom verifies the signature under the key of issuer, and nothing else.
func (list *CRL) CheckSignatureFrom(issuer *Certificate) error {
	return issuer.Key.Verify(list.SignatureAlgorithm, list.RawTBS, list.Signature)
}

// Len is the number of revoked certificates.
func (list *CRL) Len() int { return len(list.entries) }

// Revoked finds a certificate by its serial number. A negative number and the positive one of the same bytes are the same: issuers write
// one in the certificate and the other in the list.
func (list *CRL) Revoked(serial *big.Int) (Revocation, bool) {
	i, ok := slices.BinarySearchFunc(list.entries, numberKey(serial), func(e crlEntry, key []byte) int { return bytes.Compare(e.serial, key) })
	if !ok {
		return Revocation{}, false
	}
	return Revocation{time.Unix(list.entries[i].at, 0).UTC(), list.entries[i].reason}, true
}

// serialKey is the content of an INTEGER without the bytes that say nothing.
func serialKey(body []byte) []byte {
	if body[0] == 0 {
		return bytes.TrimLeft(body, "\x00")
	}
	for len(body) > 1 && body[0] == 0xFF && body[1]&0x80 != 0 {
		body = body[1:]
	}
	return body
}

// numberKey is serialKey of a number.
func numberKey(n *big.Int) []byte {
	if n.Sign() >= 0 {
		return n.Bytes()
	}
	size := uint(new(big.Int).Not(n).BitLen()/8 + 1)
	return new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), 8*size)).Bytes()
}
