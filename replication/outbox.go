package replication

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// OutboxState is where a station's outbox stands.
type OutboxState struct {
	Epoch     uuid.UUID
	Last      Position  // the last event numbered
	Confirmed Position  // the last event the centre confirmed
	Backlog   int64     // events not confirmed, unnumbered ones included
	OldestAt  time.Time // creation of the oldest of them; zero: none
}

// Outbox is the station's store of events on their way. Events enter it in the transaction of the act (relaydb.Append).
type Outbox interface {
	// Sequence numbers and chains committed events, at most a few thousand a call, and says how many. It is safe to call
	// from anywhere at any time; numbers have no gap.
	Sequence(ctx context.Context) (int, error)
	// Pending gives numbered events of an epoch after a number, in order, at most limit events and (beyond the first) maxBytes of
	// payload. ErrEpoch when the outbox is in another epoch by now.
	Pending(ctx context.Context, epoch uuid.UUID, after int64, limit, maxBytes int) ([]Event, error)
	// Confirm says that the centre has committed an epoch up to a position: events up to it are pruned. Nothing is pruned on
	// ErrEpoch, ErrDiverged and ErrCentreBehind.
	Confirm(ctx context.Context, epoch uuid.UUID, at Position) error
	// State is where the outbox stands.
	State(ctx context.Context) (OutboxState, error)
	// Days gives the summaries of the given epoch's days from a day on (all epochs when epoch is uuid.Nil), in order of day.
	Days(ctx context.Context, epoch uuid.UUID, from time.Time) ([]DaySummary, error)
	// NewEpoch begins the chain anew under a new epoch: every event not confirmed is numbered again from 1 and marked Carried.
	// It is what follows a restore of the station's database from a backup.
	NewEpoch(ctx context.Context, reason string) (OutboxState, error)
}

// Errors of an Outbox: what the centre has committed is not what this outbox wrote.
var (
	// ErrEpoch: a new epoch began since the caller looked.
	ErrEpoch = errors.New("the outbox has begun a new epoch")
	// ErrDiverged: the centre is ahead of the outbox or holds another event under the same number. The station's database was
	// restored from a backup (or a second station writes under this name).
	ErrDiverged = errors.New("the centre holds events this outbox did not write")
	// ErrCentreBehind: the centre is behind what it confirmed before. The centre's database was restored from a backup.
	ErrCentreBehind = errors.New("the centre no longer holds events it had confirmed")
)
