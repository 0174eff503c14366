package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// MinSecret is the least length, in bytes, of a commitment's salt and of a query key. Names and document numbers are
// easily guessed; only the secret keeps a digest of them from being tried out.
const MinSecret = 16

// Commit binds personal values without telling them: HMAC-SHA-256 under a random salt that is kept with the person's
// record. Whoever holds the record can show that the entry was about these values; when the salt is erased with the
// record, nobody can, and the log stays whole. The salt has at least MinSecret bytes.
func Commit(salt []byte, fields ...string) ([]byte, error) {
	return digest("bmis audit commitment v1", salt, fields)
}

// QueryHMAC is the keyed hash of search terms: equal searches have equal hashes, so that an auditor who is given a term
// and the key can find who searched for it. The key has at least MinSecret bytes and is not kept in the log.
func QueryHMAC(key []byte, terms ...string) ([]byte, error) {
	return digest("bmis audit query v1", key, terms)
}

func digest(domain string, secret []byte, fields []string) ([]byte, error) {
	if len(secret) < MinSecret {
		return nil, fmt.Errorf("audit: secret: expected at least %d bytes, got %d", MinSecret, len(secret))
	}
	mac := hmac.New(sha256.New, secret)
	writeField(mac, domain)
	for _, field := range fields {
		writeField(mac, field)
	}
	return mac.Sum(nil), nil
}

// writeField writes the length before the bytes: ("ab", "c") and ("a", "bc") must not meet.
func writeField(h hash.Hash, field string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(field)))
	h.Write(n[:]) // a hash never returns an error
	h.Write([]byte(field))
}
