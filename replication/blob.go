package replication

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Bounds of blobs.
const (
	MaxBlobBytes     = 64 << 20 // one blob, as it is kept: encrypted
	MaxEnvelopeBytes = 1 << 10
	maxBlobKind      = 32
	maxBlobGround    = 64
)

// Blob says what an encrypted piece of evidence is, to whoever is to keep it. Its bytes are named by their digest.
type Blob struct {
	Digest  []byte    `json:"digest"` // SHA-256
	Size    int64     `json:"size"`
	Exhibit uuid.UUID `json:"exhibit"`
	Key     uuid.UUID `json:"key"` // the person's data key
	Kind    string    `json:"kind"`
	Version int       `json:"version"`
	// Envelope is the data key, sealed for the centre's key of this name.
	Envelope   []byte `json:"envelope"`
	EnvelopeTo string `json:"envelope_to"`
}

// Check says which bound a blob breaks, if any.
func (b *Blob) Check() error {
	switch {
	case len(b.Digest) != HashSize:
		return fmt.Errorf("blob: digest has %d bytes, %d expected", len(b.Digest), HashSize)
	case b.Size < 1 || b.Size > MaxBlobBytes:
		return fmt.Errorf("blob %x: %d bytes, 1 to %d expected", b.Digest, b.Size, MaxBlobBytes)
	case b.Exhibit == uuid.Nil || b.Key == uuid.Nil:
		return fmt.Errorf("blob %x: exhibit or key is empty", b.Digest)
	case b.Kind == "" || len(b.Kind) > maxBlobKind || b.Version < 1 || b.Version > 1<<15-1:
		return fmt.Errorf("blob %x: kind or version is out of bounds", b.Digest)
	case len(b.Envelope) == 0 || len(b.Envelope) > MaxEnvelopeBytes || len(b.EnvelopeTo) > MaxKindBytes:
		return fmt.Errorf("blob %x: envelope has %d bytes, 1 to %d expected", b.Digest, len(b.Envelope), MaxEnvelopeBytes)
	}
	return nil
}

// Tombstone says that a person's key was destroyed: nothing that it sealed is kept any longer. It holds no data of the person.
type Tombstone struct {
	Key         uuid.UUID `json:"key"`
	Ground      string    `json:"ground"` // a code
	DestroyedAt time.Time `json:"destroyed_at"`
	// Kind says which of the centre's stores keeps what the key sealed: KindOfPrints, or empty for evidence of documents.
	Kind string `json:"kind,omitempty"`
}

// Check says which bound a tombstone breaks, if any.
func (t *Tombstone) Check() error {
	if t.Key == uuid.Nil || t.Ground == "" || len(t.Ground) > maxBlobGround || len(t.Kind) > maxBlobKind || t.DestroyedAt.IsZero() {
		return errors.New("tombstone: expected a key, a ground and an instant")
	}
	return nil
}

// BlobProgress is how far the sending of blobs is.
type BlobProgress struct {
	Waiting  int64     `json:"waiting,omitempty"` // blobs that the centre has not confirmed, parked ones included
	Bytes    int64     `json:"bytes,omitempty"`
	OldestAt time.Time `json:"oldest_at,omitzero"`
	Parked   int64     `json:"parked,omitempty"` // of them, those that the centre would not take; they are offered again later
	// Held says why nothing is sent at all: "no_key" while the centre's key is not known; empty otherwise.
	Held string `json:"held,omitempty"`
}

// BlobOutbox is the station's store of blobs on their way. Blobs enter it in the transaction of the decision that names them.
type BlobOutbox interface {
	// Next is the blob that has waited longest and may be offered now; nil when there is none.
	Next(ctx context.Context) (*Blob, error)
	// Read gives bytes of a blob from an offset on, at most limit. ErrNoBlob when it is no longer here.
	Read(ctx context.Context, digest []byte, offset int64, limit int) ([]byte, error)
	// Confirm says that the centre has committed the blob.
	Confirm(ctx context.Context, digest []byte) error
	// Park puts a blob aside that the centre would not take; it is offered again after a while, and shown until then.
	Park(ctx context.Context, digest []byte, reason string) error
	// Tombstones are keys that were destroyed and of which the centre has not been told, oldest first.
	Tombstones(ctx context.Context, limit int) ([]Tombstone, error)
	// Told says that the centre has committed the tombstone of a key.
	Told(ctx context.Context, key uuid.UUID) error
	// Missing hears which confirmed blobs the centre has not: those that are still here wait again.
	Missing(ctx context.Context, digests [][]byte) error
	// Progress is how far the sending is.
	Progress(ctx context.Context) (BlobProgress, error)
}

// BlobStore keeps blobs at the centre.
type BlobStore interface {
	// Piece takes bytes of a station's blob at an offset and says how many of its first bytes are held now: bytes at any other place
	// than just after those are not taken. No bytes are a question. done says that the blob is whole, verified and committed, or that
	// its key is destroyed, so that it is no longer wanted. ErrBlobDigest: the bytes are not what the digest says, and none are held.
	// *BlobRefusal: the blob will not be taken as it is.
	Piece(ctx context.Context, station string, b Blob, offset int64, bytes []byte) (have int64, done bool, err error)
	// Bury destroys a station's key and everything it sealed.
	Bury(ctx context.Context, station string, t Tombstone) error
	// Missing are blobs that the station's events name and that are not here, at most limit.
	Missing(ctx context.Context, station string, limit int) ([][]byte, error)
}

// Errors of blobs.
var (
	ErrNoBlob     = errors.New("no such blob here")
	ErrBlobDigest = errors.New("blob's bytes do not have its digest")
)

// BlobRefusal says why the centre does not take a blob. Reason is a code, for people.
type BlobRefusal struct{ Reason string }

// Error is the reason.
func (r *BlobRefusal) Error() string { return "blob refused: " + r.Reason }
