package pki

import (
	"math/big"
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

	entries map[string]Revocation // by the bytes of the serial number
}

// Revocation is an entry of a CRL.
type Revocation struct {
	Serial *big.Int
	At     time.Time
	Reason RevocationReason
}

// RevocationReason is the reason code of RFC 5280, 5.3.1; 0, unspecified, when absent.
type RevocationReason int

// CheckSignatureFrom verifies the signature under the key of issuer, and nothing else.
func (c *CRL) CheckSignatureFrom(issuer *Certificate) error {
	return issuer.Key.Verify(c.SignatureAlgorithm, c.RawTBS, c.Signature)
}

// Len is the number of revoked certificates.
func (c *CRL) Len() int { return len(c.entries) }

// Revoked finds a certificate by its serial number.
func (c *CRL) Revoked(serial *big.Int) (Revocation, bool) {
	r, ok := c.entries[serialKey(serial)]
	return r, ok
}

// serialKey keeps the sign: negative serial numbers occur.
func serialKey(n *big.Int) string {
	if n.Sign() < 0 {
		return "-" + string(n.Bytes())
	}
	return "+" + string(n.Bytes())
}
