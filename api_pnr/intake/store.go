package intake

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
)

// Store keeps what came and how far it is.
type Store interface {
	// Waiting is what was kept and waits to be read, oldest first.
	Waiting(ctx context.Context, limit int) ([]Item, error)
	// Overdue are series whose time is up.
	Overdue(ctx context.Context, now time.Time, limit int) ([]uuid.UUID, error)
	// NextDue is when the next series is due, or something that failed is to be tried again; zero when nothing is.
	NextDue(ctx context.Context) (time.Time, error)
	// Within runs work in one transaction: all of it holds, or nothing.
	Within(ctx context.Context, work func(tx Tx) error) error
	// Failed keeps that an item could not be worked on for a reason of ours, and when to try it again; the zero time puts it aside.
	Failed(ctx context.Context, raw uuid.UUID, reason string, again time.Time) error
	// Postpone gives a series another time at which it is due.
	Postpone(ctx context.Context, series uuid.UUID, due time.Time) error
	// Nudge tells the workers that persons are new or changed. It never blocks.
	Nudge()
}

// Item is something that was kept.
type Item struct {
	ID         uuid.UUID
	Seq        int64
	Carrier    string
	ReceivedAt time.Time
	Body       []byte
	// Replay says that somebody asked to have it read again (AskedBy), or that it failed and came again: no search for duplicates.
	Replay  bool
	AskedBy string
	Tries   int // how often it failed for a reason of ours
}

// Record is a message of an item as it is kept: everything about it that is no personal data.
type Record struct {
	ID     uuid.UUID // MessageID
	Item   *Item
	N      int // in the item, from 0
	State  State
	Reason string
	// Series is the series it is a part of; uuid.Nil when it is alone.
	Series uuid.UUID
	// FlightKey and Flight are the flight it is about, the first of them.
	FlightKey string
	Flight    uuid.UUID
	Digest    [32]byte // of the message's own bytes
	SameRefs  bool     // another message had the same references and other bytes
	Bad       int      // records that could not be used
	Message   *apipnr.Message
}

// MessageID is the id of the nth message (from 0) of an item: the same whenever it is read.
func MessageID(item uuid.UUID, n int) uuid.UUID {
	return uuid.NewSHA1(item, strconv.AppendInt([]byte("message "), int64(n), 10))
}

// Part is a part of a series that is there.
type Part struct {
	Message uuid.UUID
	Raw     uuid.UUID
	N       int // in its item
	Number  int
	Last    bool
	Seq     int64
}

// SeriesKey names a series.
type SeriesKey struct{ Carrier, Sender, Access, Flight, Type string }

// Series is a series of parts.
type Series struct {
	ID      uuid.UUID
	Carrier string // of the door
	State   State  // WaitingParts, Applied or Incomplete
	Since   time.Time
}

// Twin is an earlier message with the same references.
type Twin struct {
	Digest [32]byte
	State  State
}

// Tx is one transaction on the store.
type Tx interface {
	// Claim locks items, and gives those that still wait to be read.
	Claim(ctx context.Context, raws []uuid.UUID) ([]uuid.UUID, error)
	// Twins are messages of the same carrier and references that other items, kept before, hold.
	Twins(ctx context.Context, r Record) ([]Twin, error)
	// Known gives the series of a message that was read before as a part; uuid.Nil when it was not.
	Known(ctx context.Context, message uuid.UUID) (series uuid.UUID, err error)
	// KeepMessage writes a record, new or again.
	KeepMessage(ctx context.Context, r *Record) error
	// Attempt writes that an item (message uuid.Nil) or a message was read, with what came of it; what was in quarantine of it before is
	// resolved, and the failures among the diagnostics are put there.
	Attempt(ctx context.Context, a Attempt) error
	// FindSeries finds the newest series of the name, and locks the name; nil when there is none.
	FindSeries(ctx context.Context, k SeriesKey) (*Series, error)
	// LockSeries locks a series by its id.
	LockSeries(ctx context.Context, id uuid.UUID) (Series, error)
	// OpenSeries makes a series.
	OpenSeries(ctx context.Context, k SeriesKey, due time.Time) (uuid.UUID, error)
	// CloseSeries sets the state of a series.
	CloseSeries(ctx context.Context, id uuid.UUID, state State) error
	// Parts are the parts of a series, in the order of their numbers, then of their arrival.
	Parts(ctx context.Context, series uuid.UUID) ([]Part, error)
	// Body is what was kept of an item; empty when it is erased.
	Body(ctx context.Context, raw uuid.UUID) ([]byte, error)
	// SetState sets the state of messages that are kept, why they could not be applied ("" when they were: what of them was put aside for
	// such a reason is resolved), and the flight they are about.
	SetState(ctx context.Context, messages []uuid.UUID, state State, reason string, flight uuid.UUID) error
	// Operator is the carrier that a flight is kept with as operating it; "" when the flight is not known, or nobody else operates it.
	Operator(ctx context.Context, f apipnr.Flight, at time.Time) (string, error)
	// Manifest locks the flight, which is made when it is new, and gives those on it whom the message may be about.
	Manifest(ctx context.Context, f apipnr.Flight, at time.Time, m *apipnr.Message) (*manifest.Manifest, error)
	// SaveManifest writes what Apply changed, with the notes of work.
	SaveManifest(ctx context.Context, m *manifest.Manifest) error
	// Settle sets the states of items from those of their messages. One without messages is set to the state and reason given.
	Settle(ctx context.Context, raws []uuid.UUID, none State, reason string) error
}

// Attempt is one reading.
type Attempt struct {
	Raw, Message uuid.UUID
	Parser       string
	Outcome      State
	Reason       string
	Actor        string
	Diagnostics  []apipnr.Diagnostic
}
