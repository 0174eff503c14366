package replication

import (
	"bytes"
	"context"

	"github.com/google/uuid"
)

// Position is how far a chain is known: the last number and its hash. Seq 0 with Head Genesis(station, epoch) is the start.
type Position struct {
	Seq  int64
	Head []byte
}

// Code says in one word why a batch was not taken whole. The zero value means that it was.
type Code string

// The codes of a reply.
const (
	CodeNone        Code = ""
	CodeGap         Code = "gap"          // the batch begins after the cursor: go back
	CodeChainBroken Code = "chain_broken" // the batch is not the continuation of what was committed
	CodeMalformed   Code = "malformed"    // the request could not be read
	CodeRefused     Code = "refused"      // not this station's to say
	CodeUnavailable Code = "unavailable"  // the centre could not commit now: try again
)

// Reply is the centre's answer to a batch and to a question for the cursor: what is committed, never what is hoped for.
type Reply struct {
	Cursor int64  `json:"cursor"`         // last number committed for (station, epoch); 0: none
	Head   []byte `json:"head,omitempty"` // its hash; Genesis when Cursor is 0
	Gap    bool   `json:"gap,omitempty"`  // numbers between Cursor and the batch are missing
	Code   Code   `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"` // for the log; never data of an event
}

// Applier commits events at the centre.
//
// Apply does all of this in ONE transaction: read the position of (station, epoch) FOR UPDATE, creating it at Genesis when
// absent; call Continue with it; apply the events Continue keeps; store the last kept event's Seq and Hash as the position.
// It returns the committed position in the Reply. The rules, which replicationtest.RunApplier checks:
//
//   - An event is applied exactly once, however often and in whatever batches it arrives, by however many callers at once.
//   - A batch that leaves a gap, or does not continue the chain, changes nothing; the Reply says so (Gap, Code). That is not an error.
//   - An event that cannot be applied (unknown kind or version, a payload that breaks a rule) is parked in dead_letter and
//     the position moves past it. It never stops the events after it.
//   - A Carried event whose ID the centre already holds for this station (applied or parked) moves the position and nothing else.
//   - An error means that nothing was committed, and that trying again is right (the database is away).
type Applier interface {
	Apply(ctx context.Context, station string, epoch uuid.UUID, events []Event) (Reply, error)
	// Position is what is committed for (station, epoch); {0, Genesis} when nothing is.
	Position(ctx context.Context, station string, epoch uuid.UUID) (Position, error)
}

// Preparer is an Applier that does what it can of its work on a batch before the batch's turn has come: reading the payloads. The
// function that it returns does the rest, as Apply does; calling it is all that Apply adds.
type Preparer interface {
	Applier
	Prepare(station string, events []Event) (apply func(ctx context.Context, epoch uuid.UUID) (Reply, error))
}

func prepare(a Applier, station string, events []Event) func(context.Context, uuid.UUID) (Reply, error) {
	if p, can := a.(Preparer); can {
		return p.Prepare(station, events)
	}
	return func(ctx context.Context, epoch uuid.UUID) (Reply, error) { return a.Apply(ctx, station, epoch, events) }
}

// Continue decides what of a batch follows a committed position. It is pure; an Applier calls it while it holds the lock
// on that position. keep is the part to apply (possibly empty); reply is the answer once keep is committed.
// The caller has verified the batch within itself (VerifyChain; the Receiver does).
func Continue(at Position, events []Event) (keep []Event, reply Reply) {
	reply = Reply{Cursor: at.Seq, Head: at.Head}
	for i := range events {
		e := &events[i]
		switch {
		case e.Seq < at.Seq:
			continue
		case e.Seq == at.Seq:
			if !bytes.Equal(e.Hash, at.Head) {
				reply.Code, reply.Detail = CodeChainBroken, "the last committed event has another hash"
				return nil, reply
			}
			continue
		case e.Seq > at.Seq+1:
			reply.Gap, reply.Code = true, CodeGap
			return nil, reply
		case !bytes.Equal(e.PrevHash, at.Head):
			reply.Code, reply.Detail = CodeChainBroken, "the next event does not follow the committed hash"
			return nil, reply
		}
		keep = events[i:]
		last := &keep[len(keep)-1]
		reply.Cursor, reply.Head = last.Seq, last.Hash
		return keep, reply
	}
	return nil, reply
}

// AlertCode names what an operator must be told about a station.
type AlertCode string

// The alerts of replication.
const (
	AlertChainBroken  AlertCode = "replication.chain_broken"  // a batch does not continue the chain
	AlertDeadLetter   AlertCode = "replication.dead_letter"   // an event was parked
	AlertEpochChanged AlertCode = "replication.epoch_changed" // the station's outbox began anew (restored from a backup)
	AlertCentreBehind AlertCode = "replication.centre_behind" // the centre lost what it had confirmed
	AlertMalformed    AlertCode = "replication.malformed"     // a batch could not be read
	AlertDigest       AlertCode = "reference.digest"          // a dataset did not have the content it should have
	AlertSeal         AlertCode = "reference.seal"            // a dataset's version was not signed by the centre; it was refused
	AlertAudit        AlertCode = "audit.inconsistent"        // the audit log forked or shrank
)

// Alert is something an operator must see. Detail is for people; it never holds data of an event.
type Alert struct {
	Station string    `json:"station"`
	Code    AlertCode `json:"code"`
	Detail  string    `json:"detail"`
}

// Alerts takes alerts. Raising must not fail the work that found the reason; an implementation logs what it cannot store.
// The same alert is raised again while its reason lasts: keep one open per (Station, Code).
type Alerts interface {
	Raise(ctx context.Context, a Alert)
}
