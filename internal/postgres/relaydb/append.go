// Package relaydb keeps a station's side of replication: the outbox of events for the centre and the reference data the centre
// sends. It exists so that an event is written in the transaction of the act it tells of.
//
// It must never number an event before its transaction committed, never forget an event the centre has not confirmed, and
// never keep reference data whose digest is not the centre's.
package relaydb

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/replication"
)

const insertEvent = `INSERT INTO outbox (event_id, kind, schema_ver, created_at, payload, size) VALUES ($1, $2, $3, $4, $5::json, $6)`

// Append writes an event into the outbox within the caller's transaction, so that it is announced exactly if the act is
// recorded. payload is JSON already (json.RawMessage, kept byte for byte) or a value that is made into JSON. createdAt is cut
// to whole microseconds. Wake the relay after the commit.
func Append(ctx context.Context, tx postgres.Execer, kind string, version int, payload any, createdAt time.Time, id uuid.UUID) error {
	data, err := json.Marshal(payload)
	if raw, isJSON := payload.(json.RawMessage); isJSON && err == nil {
		data = raw
	}
	if err != nil {
		return fmt.Errorf("append event %s of kind %q: payload: %w", id, kind, err)
	}
	e := replication.Event{ID: id, Kind: kind, Version: version, CreatedAt: createdAt, Payload: data}
	if err := e.Check(); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	_, err = tx.Exec(ctx, insertEvent, id, kind, version, createdAt.UTC().Truncate(time.Microsecond), string(data), len(data))
	if err != nil {
		return fmt.Errorf("append event %s of kind %q: %w", id, kind, err)
	}
	return nil
}
