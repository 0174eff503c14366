package passengerdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// link is what the chain says of one thing that was kept.
type link struct {
	id           uuid.UUID
	seq          int64
	carrier      string
	receivedAt   time.Time
	digest, kept []byte
	hash         []byte
}

// chained is the hash of a link after the one before it: SHA-256 over the hash before, the number, the id, the instant of receipt in
// microseconds, the carrier with its length, the digest of what came and the digest of what was kept. Payloads are not in it, so that they
// can be erased at the end of their time.
func (l link) chained(before []byte) []byte {
	h := sha256.New()
	h.Write(before)
	var n []byte
	n = binary.BigEndian.AppendUint64(n, uint64(l.seq)) //nolint:gosec // never negative
	n = append(n, l.id[:]...)
	n = binary.BigEndian.AppendUint64(n, uint64(l.receivedAt.UnixMicro()))
	n = binary.BigEndian.AppendUint32(n, uint32(min(len(l.carrier), 1<<20)))
	n = append(n, l.carrier...)
	h.Write(n)
	h.Write(l.digest)
	h.Write(l.kept)
	return h.Sum(nil)
}

// VerifyChain reads the chain from its beginning and says how many links hold; an error names the first that does not.
func (s *Store) VerifyChain(ctx context.Context) (int64, error) {
	rows, err := s.o.DB.Pool.Query(ctx, `SELECT id, seq, carrier, received_at, digest, kept_digest, hash FROM passenger_raw ORDER BY seq`)
	if err != nil {
		return 0, wrap(err, "verify the chain of messages")
	}
	var l link
	before, n := make([]byte, sha256.Size), int64(0)
	_, err = pgx.ForEachRow(rows, []any{&l.id, &l.seq, &l.carrier, &l.receivedAt, &l.digest, &l.kept, &l.hash}, func() error {
		n++
		if l.seq != n || !bytes.Equal(l.chained(before), l.hash) {
			return fmt.Errorf("link %d (message %s) does not follow from the one before it", n, l.id)
		}
		before = l.hash
		return nil
	})
	if err != nil {
		return n - 1, wrap(err, "verify the chain of messages")
	}
	var seq int64
	var head []byte
	if err := s.o.DB.Pool.QueryRow(ctx, `SELECT seq, hash FROM passenger_chain`).Scan(&seq, &head); err != nil {
		return n, wrap(err, "verify the chain of messages")
	}
	if seq != n || !bytes.Equal(head, before) {
		return n, fmt.Errorf("verify the chain of messages: its head is at link %d, its last link is %d", seq, n)
	}
	return n, nil
}
