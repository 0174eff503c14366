package replication

import (
	"crypto/sha256"
	"crypto/sha3"
	"encoding/binary"
	"fmt"
)

const (
	digestLanes = 1024
	digestBytes = 2 * digestLanes
	digestLabel = "openbmis dataset row v1"
)

// ContentDigest is a digest of a set of rows that does not depend on their order and can be kept up to date row by row:
// LtHash16 (Bellare, Micciancio 1997; parameters of Lewi et al., IACR 2019/227) over SHAKE128. Each row is expanded to
// 1024 16-bit lanes; the digest is their lane-wise sum. The zero value is the digest of no rows.
type ContentDigest struct{ lanes [digestLanes]uint16 }

// Add counts a row in.
func (d *ContentDigest) Add(key string, data []byte) {
	expanded := expandRow(key, data)
	for i := range d.lanes {
		d.lanes[i] += binary.LittleEndian.Uint16(expanded[2*i:])
	}
}

// Remove counts out a row that was counted in.
func (d *ContentDigest) Remove(key string, data []byte) {
	expanded := expandRow(key, data)
	for i := range d.lanes {
		d.lanes[i] -= binary.LittleEndian.Uint16(expanded[2*i:])
	}
}

// Sum is the SHA-256 of the lanes: 32 bytes that name the content.
func (d *ContentDigest) Sum() []byte {
	sum := sha256.Sum256(d.Bytes())
	return sum[:]
}

// Bytes is the state to be stored (2048 bytes), read again by LoadContentDigest.
func (d *ContentDigest) Bytes() []byte {
	out := make([]byte, digestBytes)
	for i, lane := range d.lanes {
		binary.LittleEndian.PutUint16(out[2*i:], lane)
	}
	return out
}

// LoadContentDigest reads what Bytes wrote; no bytes are the digest of no rows.
func LoadContentDigest(state []byte) (*ContentDigest, error) {
	d := new(ContentDigest)
	if len(state) == 0 {
		return d, nil
	}
	if len(state) != digestBytes {
		return nil, fmt.Errorf("content digest: %d bytes, %d expected", len(state), digestBytes)
	}
	for i := range d.lanes {
		d.lanes[i] = binary.LittleEndian.Uint16(state[2*i:])
	}
	return d, nil
}

func expandRow(key string, data []byte) []byte {
	h := sha3.NewSHAKE128()
	writeField(h, []byte(digestLabel))
	writeField(h, []byte(key))
	writeField(h, data)
	out := make([]byte, digestBytes)
	_, _ = h.Read(out) // an extendable output never ends
	return out
}
