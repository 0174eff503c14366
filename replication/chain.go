package replication

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
)

// ErrChain says that events do not continue the hash chain: one of them, or one before them, is not what was written first.
var ErrChain = errors.New("hash chain broken")

// chainLabel separates this use of SHA-256 from every other.
const chainLabel = "openbmis outbox chain v1"

// Genesis is the hash before the first event of an epoch. It binds the chain to its station and epoch, so that events of
// one chain cannot be passed off as another's.
func Genesis(station string, epoch uuid.UUID) []byte {
	h := sha256.New()
	writeField(h, []byte(chainLabel))
	writeField(h, []byte(station))
	writeField(h, epoch[:])
	return h.Sum(nil)
}

// Seal sets PrevHash and Hash of an event whose other fields are final.
func (e *Event) Seal(prev []byte) {
	e.PrevHash = prev
	e.Hash = e.chainHash(prev)
}

// chainHash is SHA-256(prev || header || payload), every field with its length before it, integers big-endian.
func (e *Event) chainHash(prev []byte) []byte {
	h := sha256.New()
	header := make([]byte, 0, 128)
	header = appendField(header, prev)
	header = appendField(header, bits64(e.Seq))
	header = appendField(header, e.ID[:])
	header = appendField(header, []byte(e.Kind))
	header = appendField(header, appendBits32(nil, e.Version))
	header = appendField(header, bits64(e.CreatedAt.UnixMicro()))
	_, _ = h.Write(header) // a hash never fails to write
	writeField(h, e.Payload)
	return h.Sum(nil)
}

// VerifyChain checks that events follow one another in number and hash, beginning after prev. It names the first that does not.
func VerifyChain(prev []byte, events []Event) error {
	for i := range events {
		e := &events[i]
		if i > 0 && e.Seq != events[i-1].Seq+1 {
			return fmt.Errorf("%w: event %d follows event %d", ErrChain, e.Seq, events[i-1].Seq)
		}
		if !bytes.Equal(e.PrevHash, prev) {
			return fmt.Errorf("%w: event %d does not follow the hash before it", ErrChain, e.Seq)
		}
		if !bytes.Equal(e.Hash, e.chainHash(prev)) {
			return fmt.Errorf("%w: event %d is not what its hash was made of", ErrChain, e.Seq)
		}
		prev = e.Hash
	}
	return nil
}

func appendField(b, field []byte) []byte {
	return append(appendBits32(b, len(field)), field...)
}

// bits64 and appendBits32 write a number big-endian. Lengths and versions are far below 2^31.
func bits64(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) } //nolint:gosec // the same bits, on purpose

func appendBits32(b []byte, n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) } //nolint:gosec // bounded, see above

func writeField(w io.Writer, field []byte) {
	_, _ = w.Write(appendBits32(nil, len(field))) // only ever a hash: cannot fail
	_, _ = w.Write(field)
}
