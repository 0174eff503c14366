package auth

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Params are the costs of one argon2id hash (RFC 9106).
type Params struct {
	// MemoryKiB is the memory in kibibytes.
	MemoryKiB uint32
	// Passes over the memory; RFC 9106 calls it t.
	Passes uint32
	// Lanes is the degree of parallelism; RFC 9106 calls it p.
	Lanes uint8
}

// OWASPParams are the costs of the OWASP Password Storage Cheat Sheet:
// 19 MiB, two passes, one lane. They do not depend on the machine, so that a
// hash made at the centre costs the same at a station.
func OWASPParams() Params { return Params{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1} }

// Bounds on what a stored hash may ask for: a row altered by someone must not
// make one sign-in take all memory.
const (
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
	maxLanes     = 8
	saltBytes    = 16
	keyBytes     = 32
	maxPHCBytes  = 256
)

func (p Params) check() error {
	switch {
	case p.Lanes < 1 || p.Lanes > maxLanes:
		return fmt.Errorf("argon2id: p=%d, expected 1 to %d", p.Lanes, maxLanes)
	case p.MemoryKiB < 8*uint32(p.Lanes) || p.MemoryKiB > maxMemoryKiB:
		return fmt.Errorf("argon2id: m=%d, expected %d to %d", p.MemoryKiB, 8*uint32(p.Lanes), maxMemoryKiB)
	case p.Passes < 1 || p.Passes > maxPasses:
		return fmt.Errorf("argon2id: t=%d, expected 1 to %d", p.Passes, maxPasses)
	}
	return nil
}

// phc is a parsed hash in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$salt$key, base64 without padding.
type phc struct {
	params    Params
	salt, key []byte
}

func (h phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s",
		h.params.MemoryKiB, h.params.Passes, h.params.Lanes,
		b64.EncodeToString(h.salt), b64.EncodeToString(h.key))
}

// parsePHC reads exactly what String writes; its errors never show salt or key.
func parsePHC(text string) (phc, error) {
	if len(text) > maxPHCBytes {
		return phc{}, fmt.Errorf("password hash of %d bytes, expected at most %d", len(text), maxPHCBytes)
	}
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return phc{}, fmt.Errorf("password hash: expected $argon2id$v=19$m=..,t=..,p=..$salt$key")
	}
	params, err := parseParams(parts[3])
	if err != nil {
		return phc{}, err
	}
	h := phc{params: params}
	if h.salt, err = decodePart("salt", parts[4], 8); err != nil {
		return phc{}, err
	}
	if h.key, err = decodePart("key", parts[5], 16); err != nil {
		return phc{}, err
	}
	return h, nil
}

func parseParams(text string) (Params, error) {
	fields := strings.Split(text, ",")
	if len(fields) != 3 {
		return Params{}, fmt.Errorf("password hash: expected m=..,t=..,p=.. as costs")
	}
	var values [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		digits, found := strings.CutPrefix(fields[i], name)
		value, err := strconv.ParseUint(digits, 10, 32)
		if !found || err != nil || strconv.FormatUint(value, 10) != digits {
			return Params{}, fmt.Errorf("password hash: expected a number after %q", name)
		}
		values[i] = value
	}
	if values[2] > maxLanes {
		return Params{}, fmt.Errorf("argon2id: p=%d, expected 1 to %d", values[2], maxLanes)
	}
	//nolint:gosec // ParseUint bounds the first two to 32 bits, the check above the last
	params := Params{MemoryKiB: uint32(values[0]), Passes: uint32(values[1]), Lanes: uint8(values[2])}
	return params, params.check()
}

// decodePart reads salt or key. The least lengths are those of RFC 9106, 3.1, and half of ours.
func decodePart(name, text string, atLeast int) ([]byte, error) {
	data, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) < atLeast || len(data) > 64 || strings.ContainsAny(text, "\r\n") {
		return nil, fmt.Errorf("password hash: expected %d to 64 bytes of unpadded base64 as %s", atLeast, name)
	}
	return data, nil
}
