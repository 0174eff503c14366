package emrtd

import (
	"crypto"
	_ "crypto/sha1"   //nolint:gosec // documents of ten years ago are hashed with SHA-1; it is a finding, not a choice
	_ "crypto/sha256" // for crypto.Hash.New
	_ "crypto/sha512"
)

// hashOf is the hash algorithm with the OID; 0 when it is not one of Doc 9303-12, 4.4.
func hashOf(oid string) crypto.Hash {
	return map[string]crypto.Hash{
		"1.3.14.3.2.26":          crypto.SHA1,
		"2.16.840.1.101.3.4.2.4": crypto.SHA224,
		"2.16.840.1.101.3.4.2.1": crypto.SHA256,
		"2.16.840.1.101.3.4.2.2": crypto.SHA384,
		"2.16.840.1.101.3.4.2.3": crypto.SHA512,
	}[oid]
}

// digest is the hash over the pieces.
func digest(h crypto.Hash, pieces ...[]byte) []byte {
	made := h.New()
	for _, piece := range pieces {
		_, _ = made.Write(piece) // a hash never fails
	}
	return made.Sum(nil)
}
