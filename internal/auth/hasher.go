package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// Hasher makes and checks argon2id hashes, never more than a fixed number at
// the same time: every hash takes Params.MemoryKiB, and without a cap a crowd
// at the sign-in page would be a memory exhaustion.
type Hasher struct {
	params Params
	random io.Reader
	slots  chan struct{}

	total, running, peak atomic.Int64
}

// HashStats are a hasher's figures since it was made.
type HashStats struct {
	// Total hashes begun.
	Total int64
	// Running now, and the most that ever ran at the same time.
	Running, Peak int64
}

// Stats gives the figures, for metrics.
func (h *Hasher) Stats() HashStats {
	return HashStats{Total: h.total.Load(), Running: h.running.Load(), Peak: h.peak.Load()}
}

// NewHasher makes a hasher of the given costs which runs at most parallel
// hashes at once; 2 is a good number for a station.
func NewHasher(params Params, parallel int, random io.Reader) (*Hasher, error) {
	if err := params.check(); err != nil {
		return nil, err
	}
	if parallel < 1 {
		return nil, fmt.Errorf("hasher: %d parallel hashes, expected at least 1", parallel)
	}
	if random == nil {
		return nil, errors.New("hasher: expected a source of randomness")
	}
	return &Hasher{params: params, random: random, slots: make(chan struct{}, parallel)}, nil
}

// Hash gives the PHC string of a secret under a fresh salt. It waits for its
// turn and fails only when ctx ends first or the randomness does.
func (h *Hasher) Hash(ctx context.Context, secret string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("reading the salt: %w", err)
	}
	key, err := h.run(ctx, secret, salt, h.params, keyBytes)
	if err != nil {
		return "", err
	}
	return phc{h.params, salt, key}.String(), nil
}

// Verify tells whether secret is the one behind a PHC string, and whether the
// string was made with other costs than today's and should be made anew.
// An empty or unreadable string costs one hash as any other and never matches,
// so that nobody learns from the time which accounts exist.
func (h *Hasher) Verify(ctx context.Context, secret, stored string) (match, stale bool, err error) {
	want, parseErr := parsePHC(stored)
	if parseErr != nil {
		want = phc{params: h.params, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	}
	key, err := h.run(ctx, secret, want.salt, want.params, uint32(len(want.key))) //nolint:gosec // parsePHC bounds the key to 64 bytes
	if err != nil {
		return false, false, err
	}
	equal := subtle.ConstantTimeCompare(key, want.key) == 1
	return equal && parseErr == nil, want.params != h.params, nil
}

func (h *Hasher) run(ctx context.Context, secret string, salt []byte, p Params, keyLen uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting to hash: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	h.total.Add(1)
	h.notePeak(h.running.Add(1))
	defer h.running.Add(-1)
	return argon2.IDKey([]byte(secret), salt, p.Passes, p.MemoryKiB, p.Lanes, keyLen), nil
}

func (h *Hasher) notePeak(running int64) {
	for {
		peak := h.peak.Load()
		if running <= peak || h.peak.CompareAndSwap(peak, running) {
			return
		}
	}
}
