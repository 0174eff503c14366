package specimen

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
)

// DemoSeed is the seed of the demo's country.
const DemoSeed = 1

// Seed is a random source that gives the same bytes for the same number.
func Seed(n uint64) io.Reader {
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], n)
	return rand.NewChaCha8(sha256.Sum256(number[:]))
}

// root is what everything random of a country follows from.
type root [sha256.Size]byte

func newRoot(random io.Reader) (root, error) {
	var r root
	if _, err := io.ReadFull(random, r[:]); err != nil {
		return root{}, fmt.Errorf("specimen: read the seed: %w", err)
	}
	return r, nil
}

// stream is the random source of one thing. It depends on its name alone, not on what was made before.
func (r root) stream(name string) *rand.ChaCha8 {
	mac := hmac.New(sha256.New, r[:])
	_, _ = io.WriteString(mac, name) // a hash takes everything
	return rand.NewChaCha8([sha256.Size]byte(mac.Sum(nil)))
}

// chance draws what need not be secret: names, numbers, faces.
func (r root) chance(name string) *rand.Rand {
	return rand.New(r.stream(name)) //nolint:gosec // the same seed must draw the same
}

// bytes are n random bytes of one thing.
func (r root) bytes(name string, n int) []byte {
	out := make([]byte, n)
	_, _ = r.stream(name).Read(out) // never fails
	return out
}
