// Package replicationtest holds the conformance suites of the interfaces of package replication: what every Applier, Outbox,
// DatasetSource and ReferenceStore must do, whatever stands behind it. It must never be imported by a program.
package replicationtest

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/replication"
)

// Body is what of an event its writer chooses.
type Body struct {
	Kind    string
	Version int
	Payload json.RawMessage
	ID      uuid.UUID // of the event; zero: a new one
}

// Start is when the events of a Chain begin; they follow one another by a second.
var Start = time.Date(2026, 11, 20, 23, 59, 0, 0, time.UTC)

// Chain writes events as a station's outbox does.
type Chain struct {
	Station string
	Epoch   uuid.UUID
	At      replication.Position
	Events  []replication.Event // all that were written
}

// NewChain begins a chain of a station under a new epoch.
func NewChain(station string) *Chain {
	epoch := uuid.New()
	return &Chain{Station: station, Epoch: epoch, At: replication.Position{Head: replication.Genesis(station, epoch)}}
}

// Add appends an event with a new id.
func (c *Chain) Add(b Body) replication.Event {
	if b.ID == uuid.Nil {
		b.ID = uuid.New()
	}
	return c.append(replication.Event{ID: b.ID, Kind: b.Kind, Version: b.Version, Payload: b.Payload,
		CreatedAt: Start.Add(time.Duration(len(c.Events)) * time.Second)})
}

// Carry appends an event of an earlier chain.
func (c *Chain) Carry(e replication.Event) replication.Event {
	e.Carried = true
	return c.append(e)
}

func (c *Chain) append(e replication.Event) replication.Event {
	e.Seq = c.At.Seq + 1
	e.Seal(c.At.Head)
	c.At = replication.Position{Seq: e.Seq, Head: e.Hash}
	c.Events = append(c.Events, e)
	return e
}

// IDs gives the ids of events, in order.
func IDs(events []replication.Event) []uuid.UUID {
	ids := make([]uuid.UUID, len(events))
	for i := range events {
		ids[i] = events[i].ID
	}
	return ids
}
