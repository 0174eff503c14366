package emrtd

import (
	"crypto"
	_ "crypto/sha1"   //nolint:gosec // documents of ten years ago are hashed with SHA-1: read, never chosen
	_ "crypto/sha256" // for crypto.Hash.New
	_ "crypto/sha512"
)

// digest is the hash over the pieces.
func digest(h crypto.Hash, pieces ...[]byte) []byte {
	made := h.New()
	for _, piece := range pieces {
		_, _ = made.Write(piece) // a hash never fails
	}
	return made.Sum(nil)
}
