package replication

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Bounds of an event. They keep every event far below the bus's largest message, so that one event always fits a batch.
const (
	MaxKindBytes    = 64
	MaxPayloadBytes = 256 << 10
	MaxBatchEvents  = 1000
)

// HashSize is the length of PrevHash and Hash (SHA-256).
const HashSize = 32

// Event is one act at a station on its way to the centre.
//
// Seq counts 1, 2, 3... without gap within one epoch of one station's outbox. Payload is JSON whose exact bytes are hashed:
// it is stored as json (never jsonb, which rewrites it). CreatedAt is UTC in whole microseconds, what PostgreSQL keeps.
// Carried marks an event that an earlier epoch of the same station's outbox already held: the centre may have applied it
// (same ID) before, and must then not apply it again.
type Event struct {
	Seq       int64
	ID        uuid.UUID
	Kind      string // what happened and how the payload is read, for example "crossing"
	Version   int    // version of the payload's schema for this kind, from 1
	CreatedAt time.Time
	Payload   json.RawMessage
	Carried   bool
	PrevHash  []byte
	Hash      []byte
}

// Check says which bound an event breaks, if any. Events are checked before they enter an outbox and when a batch is read.
func (e *Event) Check() error {
	switch {
	case e.ID == uuid.Nil:
		return fmt.Errorf("event: id is empty")
	case e.Kind == "" || len(e.Kind) > MaxKindBytes:
		return fmt.Errorf("event %s: kind has %d bytes, 1 to %d expected", e.ID, len(e.Kind), MaxKindBytes)
	case e.Version < 1 || e.Version > 1<<15-1:
		return fmt.Errorf("event %s: version %d, 1 to 32767 expected", e.ID, e.Version)
	case len(e.Payload) == 0 || len(e.Payload) > MaxPayloadBytes:
		return fmt.Errorf("event %s: payload has %d bytes, 1 to %d expected", e.ID, len(e.Payload), MaxPayloadBytes)
	}
	return nil
}

// Day is the UTC day an event is counted under (DaySummary).
func (e *Event) Day() time.Time { return e.CreatedAt.UTC().Truncate(24 * time.Hour) }
